"""Texts of documents made safe for tables: nothing in them runs, nothing in them hides, nothing of them is cut in silence.

Belongs here: characters and addresses. Cells and files are written elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

CELL_LIMIT = 32_767
# Excel's own limit, which counts an address as it is written into the file: % [ ] become three characters.
_MAX_ADDRESS = 2_079
_ESCAPED = "%[]"
# Letters by category that print as nothing; categories Cc, Cf, Cs, Co, Cn, Zl and Zp are told by Unicode itself.
_BLANK_LETTERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_HIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# All that may be hidden lies in these ranges; a text without any of them is returned as it is.
_SUSPECT = re.compile(
    f"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u0600-\u061c\u06dd\u070f{_BLANK_LETTERS}\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    f"\u2060-\u206f\ud800-\uf8ff{_SELECTORS}\ufeff\ufff0-\uffff\U000110bd-\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_FORMULA_START = re.compile(r"[\s'\"]*[=+\-@＝＋－＠﹦﹢﹣﹫⁺⁻₊₋−\t\r\n]")


def show_hidden(text: str) -> str:
    """Return a text in which every character that prints as nothing, turns the direction or is illegal in XML is shown.

    Control characters become their picture (␀, ␉), others their number, such as [U+202E]. A line feed stays.
    """
    return _SUSPECT.sub(_picture, text) if _SUSPECT.search(text) else text


def _picture(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _BLANK_LETTERS
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F
    return f"[U+{code:04X}]" if hidden or selector else character


def may_run(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula: = + - @, also full-width, behind blanks or quotes."""
    return _FORMULA_START.match(text) is not None


def fit_cell(text: str) -> str:
    """Return a text that Excel can hold in one cell; one that is too long ends with how many characters are left out."""
    if len(text) * 2 <= CELL_LIMIT or _units(text) <= CELL_LIMIT:
        return text
    kept = text[: CELL_LIMIT - 100]
    while _units(kept) > CELL_LIMIT - 100:
        kept = kept[: -max(1, (_units(kept) - CELL_LIMIT + 100) // 2)]
    return f"{kept}……【Excel 一格容不下，此处略去 {len(text) - len(kept):,} 字，全文见 dim_document_text】"


def web_address(text: str | None) -> str | None:
    """Return an address that may become a link: http or https, with a host, printable ASCII or Chinese; else None."""
    if (
        not text
        or _escaped_units(text) > _MAX_ADDRESS
        or show_hidden(text) != text
        or re.search(r"[\s\"'<>\\^`{|}]", text)
    ):
        return None
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and named and "@" not in parts.netloc else None


def _escaped_units(text: str) -> int:
    return _units(text) + 2 * sum(text.count(character) for character in _ESCAPED)


def _units(text: str) -> int:
    """Length as Excel counts it: a character beyond U+FFFF is two."""
    return len(text) + sum(character > "\uffff" for character in text)
