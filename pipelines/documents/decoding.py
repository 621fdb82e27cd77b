"""Bytes to text: which encoding, and whether the bytes are a text at all.

Belongs here: encodings and signatures of binary formats. Files, sizes and findings do not.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# First bytes of formats that are no text: https://www.garykessler.net/library/file_sigs.html lists them.
_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP, such as .docx or .xlsx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE2, such as .doc or .xls"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"\x7fELF", "ELF program"),
    (rb"{\rtf", "RTF, such as .doc"),
)
# Formats written in plain characters, whose text is not to be had without a program for them, by their first bytes. A
# page that Word has saved holds `w:WordDocument`, and is read.
_HEAD = 2_048
_WRITTEN = (
    (rb"<?mso", re.compile(rb"<\?mso-application\s[^<>]*\bWord\."), "XML of Word, such as .doc"),
    (rb"<?mso", re.compile(rb"<\?mso-application\s[^<>]*\bExcel\."), "XML of Excel, such as .xls"),
    (rb"<w:w", re.compile(rb"<w:wordDocument\b"), "XML of Word, such as .doc"),
    (rb"<pkg:", re.compile(rb"<pkg:package\b"), "XML of Word, such as .doc"),
    (
        b": 1.0",
        re.compile(rb"\A(?:[\w-]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*)*?MIME-Version:", re.IGNORECASE),
        "MHTML, such as .doc or .mht",
    ),
)
_SAMPLE = 20_000
_MIN_PLAUSIBLE = 0.7
# Han characters of GB2312 level 1 are the 3,755 common ones: a text read in the wrong encoding has few of them.
_COMMON_HAN = "".join(
    bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
)
# One class of characters, run by run: asking for each character alone took longer than all else of reading.
_PLAUSIBLE = re.compile(
    r"[\t\n\r\x20-\x7e\u3000-\u301f\uff00-\uffef\u2010-\u203b\u00b7\u00a0\u2460-\u249b\u3220-\u3229"
    rf"{_COMMON_HAN}]+"
)


@dataclass(frozen=True)
class Decoded:
    """A text, its encoding, and how many places could not be decoded (they hold U+FFFD)."""

    text: str
    encoding: str
    n_undecodable: int


def detect_binary(data: bytes) -> str | None:
    """Return the name of the format without readable text that the first bytes announce, or None."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    head = data[:_HEAD].replace(b"\x00", b"")
    return next((name for sign, pattern, name in _WRITTEN if sign in head and pattern.search(head)), None)


def decode_text(data: bytes) -> Decoded | None:
    """Decode a text; None where no encoding makes a plausible text of it.

    A byte order mark decides; then valid UTF-8; else the reading with the most common characters wins among damaged
    UTF-8, GB18030 (which contains GBK and GB2312) and UTF-16 without a mark. Line ends become `\\n`.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(data.decode(encoding, "replace"), encoding)
    try:
        return _checked(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    readings = [(data.decode(codec, "replace"), name) for codec, name in _candidates(data)]
    text, encoding = max(readings, key=lambda reading: plausibility(reading[0]))
    return _checked(text, encoding)


def plausibility(text: str) -> float:
    """Return the share (0 to 1) of the first characters that a Chinese or English text would hold."""
    sample = text[:_SAMPLE]
    if not sample:
        return 0.0
    return sum(map(len, _PLAUSIBLE.findall(sample))) / len(sample)


def _candidates(data: bytes) -> list[tuple[str, str]]:
    candidates = [("utf-8", "utf-8"), ("gb18030", "gb18030")]
    # Half a character at the end of UTF-16 becomes a finding; a text of such length with no NUL in it is none.
    if len(data) % 2 == 0 or b"\x00" in data:
        candidates += [("utf-16-le", "utf-16"), ("utf-16-be", "utf-16")]
    return candidates


def _checked(text: str, encoding: str) -> Decoded | None:
    sample = text[:_SAMPLE]
    # A stray NUL is damage to a text; many of them are no text.
    if sample and (sample.count("\x00") > len(sample) / 100 or plausibility(sample) < _MIN_PLAUSIBLE):
        return None
    text = text.replace("\x00", "\ufffd")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, encoding, text.count("\ufffd"))
