"""Pieces of a page to tokens: words, figures, marks and empty cells, each with the lines that it stands on.

Belongs here: where one token ends and the next begins. Which label words are, and which row figures belong to, does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipelines.documents.layouts import Piece
from pipelines.forms.caches import cache_short
from pipelines.forms.dictionary import load_seed
from pipelines.forms.labels import label_key_of
from pipelines.forms.matching import find_label
from pipelines.parsing.values import NOTE_MARK, NUMBER_TOKEN, UNIT_SPELLINGS

_DIGIT = r"[\d０-９]"
_FIGURE = (
    rf"(?:(?<![/／增本年])(?:增加|减少|新增|下降|增|减)\s?|[+\-＋－−])?(?<![第\d０-９]){_DIGIT}+(?:[,，]{_DIGIT}{{3}})*(?:[.．]{_DIGIT}+)?"
    rf"(?:\s?(?:{UNIT_SPELLINGS})(?![\u4e00-\u9fff]))?(?![年月日号类级届款岁周天楼层室路幢栋\d０-９])"
)
# Notes in brackets, numbering and digits inside words are words.
_LEXER = re.compile(
    r"(?P<rest>^[^（()）【\[]{0,40}[）)](?!\s*$)|^[^（()）【\[]{0,40}[）)]$)"
    r"|(?P<note>[（(【〔\[](?=[^（）()【】〔〕\[\]\n]*[\u4e00-\u9fff：:])[^（）()【】〔〕\[\]\n]*+[）)】〕\]])"
    rf"|(?P<numbering>[（(]\s?{_DIGIT}{{1,2}}\s?[)）]|{_DIGIT}\s?[.．、](?=\s?[\u4e00-\u9fff“（(]|\s*$))"
    rf"|(?P<fused>{_DIGIT}+?(?={_DIGIT}\s?[.．、]\s?[\u4e00-\u9fff“（(]))"
    rf"|(?P<figure>{_FIGURE})"
    rf"|(?P<digits>{_DIGIT}+)"
    r"|(?P<mark>(?<![\u4e00-\u9fff/])(?:[/／\\]|[—–－\-]{1,4}|不适用|不涉及|无|零|〇)(?![\u4e00-\u9fff/]))"
    r"|(?P<space>\s+)"
    r"|(?P<words>[^\s])"
)
# [8][4][16]: one number in brackets may be a note, several beside each other are values.
_BRACKETED_VALUES = re.compile(rf"(?:[\[【〔]\s*+[+\-－−]?{_DIGIT}[{_DIGIT[1:-1]}.,，．]*+\s*+[\]】〕]\s*+){{2}}")
_ENDS_IN_VALUE = re.compile(rf"(?:{_DIGIT}|\s(?:[/／\\—–－\-]{{1,4}}|无|零|〇|不适用|不涉及))\s*$")
# Punctuation alone is neither a label nor a value.
_WORD = re.compile(r"\w")
_NOTE_MARK = re.compile(NOTE_MARK)
_NUMBERING = re.compile(rf"\s*{_DIGIT}{{1,2}}\s?[.．、]\s*")
_VALUES = ("figure", "mark")
_BARE = re.compile(rf"[\s\d０-９.,，．+＋\-－−—–/／%]*+(?:{UNIT_SPELLINGS})?\s*")
# No label of the form is longer, or broken by more spaces.
_MAX_LABEL = 120
_MAX_SPACED = 60
_INLINE = re.compile(r"^(?P<label>.{4,}?)[：:](?P<value>[\s\d.,，０-９]*+(?:[条件])?)\s*$", re.DOTALL)


class Token(NamedTuple):
    """One token of a table region.

    Attributes:
        kind: `words`, `figure`, `mark` (/, —, 不适用) or `blank`.
        row: as in `Piece`; 0 where nothing proves which cells make a row.
        is_cell: the layout marks where this cell begins and ends.
        abuts: nothing stands between this value and the one before it: their digits may have run together.
    """

    text: str
    kind: str
    line_start: int
    line_end: int
    row: int
    is_cell: bool
    abuts: bool = False


@cache_short(maxsize=50_000)
def count_numbers_of(text: str) -> int:
    """Return how many numbers a text holds, as `values.count_numbers` counts them."""
    return len(re.findall(NUMBER_TOKEN, unicodedata.normalize("NFKC", _NOTE_MARK.sub(r" \g<0>", text))))


def tokens_of(piece: Piece) -> list[Token]:
    """Return the tokens of a piece: a marked cell is one, unless a label of the form and figures have run together in it."""
    if piece.style == "empty":
        return []
    is_cell = piece.style != "line"
    parts = _cell_parts(piece.text) if is_cell else lex(piece.text)
    if is_cell and len(parts) == 1 and parts[0][1] == piece.text:
        return [Token(piece.text, parts[0][0], piece.line_start, piece.line_end, piece.row, True)]
    return list(_as_tokens(piece, parts, is_cell))


@cache_short(maxsize=50_000)
def _cell_parts(text: str) -> tuple[tuple[str, str], ...]:
    kind = cell_kind(text)
    if kind == "words" and any(char.isdigit() for char in text):
        return tuple(_split_cell(text) or [(kind, text)])
    return ((kind, text),)


def _as_tokens(piece: Piece, parts: Sequence[tuple[str, str]], is_cell: bool) -> Iterator[Token]:
    end = 0
    before = "words"
    for kind, text in parts:
        start = piece.text.find(text, end)
        abuts = kind in _VALUES and before in _VALUES and start == end
        end, before = max(start, 0) + len(text), kind
        yield Token(text, kind, piece.line_start, piece.line_end, piece.row, is_cell, abuts)


@cache_short(maxsize=50_000)
def cell_kind(text: str) -> str:
    """Return the kind of a whole cell."""
    bare = unicodedata.normalize("NFKC", text).strip(" \t\n\r\u200b\ufeff")
    if not bare:
        return "blank"
    if bare in _value_words():
        return "mark"
    if _NUMBERING.fullmatch(text):
        return "words"
    if _BARE.fullmatch(text) and any(char.isdigit() for char in bare):
        return "figure"
    if re.fullmatch(rf"(?:{_FIGURE}\s*)+", text.strip()):
        return "figure"
    return "words"


@cache_short(maxsize=50_000)
def lex(text: str) -> tuple[tuple[str, str], ...]:
    """Split a line without marks into (kind, text): words stay together, figures are single."""
    if (inline := _inline(text)) is not None:
        return inline
    if find_label(text) is not None and not _ENDS_IN_VALUE.search(text) and not _BRACKETED_VALUES.search(text):
        return (("words", text),)
    found: list[tuple[str, list[str]]] = []
    for match in _LEXER.finditer(text):
        kind = match.lastgroup or "words"
        follows_words = bool(found) and found[-1][0] == "words"
        if kind == "space":
            if follows_words:
                found[-1][1].append(match.group())
        elif kind in ("figure", "fused", "mark"):
            found.append(("mark" if kind == "mark" else "figure", [match.group()]))
        elif follows_words and not (kind == "numbering" and _ends_label(found[-1][1])):
            found[-1][1].append(match.group())
        else:
            found.append(("words", [match.group()]))
    return tuple(
        (kind, piece)
        for kind, parts in found
        for piece in (_split_words("".join(parts)) if kind == "words" else ("".join(parts).strip(),))
        if kind != "words" or _WORD.search(piece)
    )


def _split_words(words: str) -> list[str]:
    """Split words at wide spaces, and where a label of the form stands before or behind a space."""
    found: list[str] = []
    for part in re.split(r"\s{2,}|\t", words.strip()):
        pieces = part.split(" ") if part else []
        start = 0
        while start < len(pieces):
            window = pieces[start : start + _MAX_SPACED]
            is_last = start + len(window) == len(pieces)
            sizes = range(len(window), 0, -1)
            at = next((n for n in sizes if find_label(" ".join(window[:n])) is not None), 0) or len(pieces)
            if is_last and at >= len(window):
                at = len(pieces)
            found.append(" ".join(pieces[start : start + at]))
            start += at
    return found


def _ends_label(words: list[str]) -> bool:
    """Tell whether words are a label by themselves, so that a numbering behind them begins the next one."""
    return len(words) <= _MAX_LABEL and find_label("".join(words)) is not None


def _inline(text: str) -> tuple[tuple[str, str], ...] | None:
    match = _INLINE.match(text)
    if match is None or find_label(match["label"]) is None:
        return None
    value = match["value"]
    return (("words", match["label"]), ("figure" if value.strip() else "blank", value.strip()))


def _split_cell(text: str) -> list[tuple[str, str]] | None:
    """Split a cell that holds a label of the form and figures behind it; None where it holds nothing of the kind."""
    if (inline := _inline(text)) is not None:
        return list(inline)
    if find_label(text) is not None and not _ENDS_IN_VALUE.search(text):
        return None
    parts = list(lex(text))
    words = [part for kind, part in parts if kind == "words"]
    known = [part for part in words if find_label(part) is not None]
    return parts if known and len(parts) > len(words) and len(known) == len(words) else None


@cache
def _value_words() -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFKC", word).strip() for word in load_seed("value_words")["word"])


def is_unit(text: str) -> bool:
    """Tell whether a token is a unit alone (条, 次, 万元), as channel tables print it before the figure."""
    return text.strip() in _units()


@cache
def _units() -> frozenset[str]:
    return frozenset(unit for spellings in load_seed("units")["spellings"] for unit in spellings.split("|"))


def is_note(text: str) -> bool:
    """Tell whether a token says nothing of its own: a note in brackets, or punctuation."""
    return label_key_of(text) == ""
