"""Lines of prose to sentences: lines that a narrow page has broken are joined, marks and digits are made alike.

Belongs here: where a sentence begins and ends, and its lines. What it says does not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.forms.caches import cache_short
from pipelines.parsing.characters import drop_glosses, to_simplified

Line = tuple[int, str]
_Found = tuple[tuple[str, str, int, int, str], ...]

_SPACE = re.compile(r"[\s\u3000\u00a0\u200b\ufeff]+")
_MARKS = str.maketrans("０１２３４５６７８９．％:;()!?", "0123456789.%：；（）！？")
# Without these, and they are rare, nothing is changed.
_OTHER_MARKS = re.compile("[０-９．％:;()!?]")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_LONE_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_END = re.compile(r"[^。！？]+[。！？]?")
# A figure with a unit, or a word that denies something: nothing else can hold a figure of the prose.
_WORTH = re.compile(
    r"[\d０-９一二两三四五六七八九十百千万亿零余多]\s*(?:[余多]\s*)?[条條篇则則件份宗个個起例项項次批部元万萬]|[未无無没沒]|均[为為]|分[别別]"
)
_NUMBERED = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|\d{1,2}[、.．](?!\d)|[（(]\d{1,2}[）)]|[①-⑳㈠-㈩●■◆•])"
)
_INDENTED = re.compile(r"(?:\u3000|\t|\s{2,})")
_ENDED = re.compile(r"(?:[。！？；：:;!?]|报告|年报|情况)[”』）)\s\u3000]*$")
# What runs on for longer is no sentence; and what stands further before a sentence is not its subject.
_MAX_SENTENCE = 2_000
_MAX_BEFORE = 2_000
# Longer runs of lines are read anew each time, so that they do not fill the memory.
_MAX_KEPT = 2_000
_MIN_BROKEN = 20
_MAX_JOINED = 40


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `text` with one set of marks and digits, `printed` with its own (both without spaces, equally long)."""

    text: str
    printed: str
    line_start: int
    line_end: int
    before: str = ""

    def quote(self, start: int, end: int, length: int = 200) -> str:
        """Return the printed words, or of a long sentence the part round the places given."""
        if len(self.printed) <= length:
            return self.printed.strip("。！？!?；;")
        first = max(0, min(start, end - length // 2, len(self.printed) - length))
        return self.printed[first : first + length]


def read_sentences(lines: list[Line]) -> Iterator[Sentence]:
    """Give the sentences that may hold a figure, each with the words of its paragraph before it."""
    for first_line, texts in _join_lines(lines):
        if len(texts) == 1:
            read = _sentences_of(texts[0])
        elif sum(map(len, texts)) <= _MAX_KEPT:
            read = _sentences_in(tuple(texts))
        else:
            read = _sentences_in.__wrapped__(tuple(texts))
        for text, printed, first, last, before in read:
            yield Sentence(text, printed, first_line + first, first_line + last, before)


@cache_short(maxsize=20_000)
def _sentences_of(line: str) -> _Found:
    return _sentences_in.__wrapped__((line,))


@lru_cache(maxsize=10_000)
def _sentences_in(texts: tuple[str, ...]) -> _Found:
    """The sentences of lines that belong together: text, printed text, first and last line from 0, the words before."""
    if not any(map(_WORTH.search, texts)):
        return ()
    printed, starts = "", []
    for line in texts:
        starts.append(len(printed))
        printed += drop_glosses(_SPACE.sub("", line))
    text = to_simplified(printed)
    if _OTHER_MARKS.search(text):
        text = text.translate(_MARKS)
    text = _LONE_COMMA.sub("，", _THOUSANDS.sub(",", text))
    found = []
    for match in _END.finditer(text):
        start, end = match.span()
        if end - start <= _MAX_SENTENCE and _WORTH.search(match.group()):
            first, last = (bisect_right(starts, place) - 1 for place in (start, end - 1))
            before = text[max(0, start - _MAX_BEFORE) : start]
            found.append((match.group(), printed[start:end], first, last, before))
    return tuple(found)


def _join_lines(lines: list[Line]) -> Iterator[tuple[int, list[str]]]:
    """The lines that belong together, as the first one's number and all texts: no gap, no indented or numbered line, no end."""
    block: list[str] = []
    first = 0
    for number, text in lines:
        is_next = number == first + len(block) and 0 < len(block) < _MAX_JOINED
        if is_next and not _begins_anew(text) and not _has_ended(block[-1]):
            block.append(text)
            continue
        if block:
            yield first, block
        first, block = number, [text]
    if block:
        yield first, block


@cache_short(maxsize=20_000)
def _begins_anew(text: str) -> bool:
    return _INDENTED.match(text) is not None or _NUMBERED.match(text) is not None


@cache_short(maxsize=20_000)
def _has_ended(text: str) -> bool:
    return len(text.strip()) < _MIN_BROKEN or _ENDED.search(text) is not None or "|" in text
