"""Clues to the place of a body: what its title, signature, breadcrumb, address, codes and sentences name.

Belongs here: collecting clues, each with its line. What they weigh and prove together is decided in `resolution`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.codes import CREDIT_CODE, read_area_code, read_credit_code, read_domain, read_postcode
from pipelines.gazetteer.index import Codes, load_gazetteer
from pipelines.gazetteer.reading import Reading, read_name

Line = tuple[int, str]

_MIN_MENTION = 3
_SHORT_MENTION = r"\p{Han}[县市旗](?:人民政府|政府|县委|市委)"
_MAX_BEFORE = 24
_MAX_FULL_NAMES = 12
_HAN_BEFORE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+$")
_PHONE = re.compile(r"(?<!\d)[（(]?(0\d{2,3})\s*[-—－–)）]\s*\d{7,8}(?!\d)")
_DIGIT = re.compile(r"\d")
_CALL = re.compile("电话|联系|传真|热线|[Tt]el|咨询|号码")
_POSTCODE = re.compile(r"(?:邮编|邮政编码|邮码)\s*[：:]?\s*[（(]?(\d{6})(?!\d)")
_LEVELS = {2: "mention_province", 4: "mention_prefecture", 6: "mention_county"}


@dataclass(frozen=True, slots=True)
class Clue:
    """Words that tell a place, the divisions that they may mean, and the line that they stand on.

    `is_doubtful`: the line speaks of another year and may be copied: it can contradict, and supports nothing.
    """

    kind: str
    words: str
    codes: Codes
    line: int | None = None
    is_doubtful: bool = False


def find_mentions(lines: dict[int, list[Line]]) -> dict[int, list[tuple[int, str]]]:
    """Return the full names of divisions above the townships that each document's lines print: doc -> (line, words)."""
    # Most lines come again in other texts.
    named = _names_among({text for printed in lines.values() for _, text in printed})
    mentions: dict[int, list[tuple[int, str]]] = {}
    for doc, printed in lines.items():
        first: dict[str, int] = {}
        for number, text in printed:
            if text in named:
                for words in named[text]:
                    first.setdefault(words, number)
        if first:
            mentions[doc] = [(number, words) for words, number in first.items()]
    return mentions


def _names_among(texts: Iterable[str]) -> dict[str, list[str]]:
    """The names of divisions in each text that has any."""
    text = pl.col("text")
    governed = text.str.extract_all(_SHORT_MENTION).list.eval(pl.element().str.slice(0, 2))
    found = (
        pl.DataFrame({"text": list(texts)}, schema={"text": pl.String})
        .select("text", words=text.str.extract_many(_mentioned_names(), leftmost=True).list.concat(governed))
        .explode("words")
        .filter(pl.col("words").is_in(list(load_gazetteer().divisions)))
        .drop_nulls()
    )
    named: dict[str, list[str]] = {}
    for line, words in found.iter_rows():
        named.setdefault(line, []).append(words)
    return named


@cache
def _mentioned_names() -> list[str]:
    """Longer ones first, as the leftmost is taken; names of two characters (和县) count before their government alone."""
    names = (name for name in load_gazetteer().divisions if len(name) >= _MIN_MENTION)
    return sorted(names, key=lambda name: (-len(name), name))


def mention_clues(mentions: Iterable[tuple[int, str]], own: Reading) -> Iterator[Clue]:
    """Clues of the divisions that the text names; the body's own name is none."""
    names = load_gazetteer().divisions
    printed = {step.words for step in own.steps}
    for line, words in mentions:
        if words not in printed:
            codes = names[words]
            yield Clue(_LEVELS[min(len(code) for code in codes)], words, codes, line)


def full_name_clues(unit: str, lines: Iterable[Line]) -> Iterator[Clue]:
    """Clues of the unit's name printed right behind the divisions above it: 长春市双阳区太平镇."""
    seen: set[str] = set()
    for number, text in lines:
        place = text.find(unit)
        while place >= 0 and len(seen) < _MAX_FULL_NAMES:
            before = _HAN_BEFORE.search(text, max(place - _MAX_BEFORE, 0), place)
            place = text.find(unit, place + len(unit))
            if before is None or before.group() in seen:
                continue
            seen.add(before.group())
            if (reading := _read_behind(before.group(), unit)) is not None:
                parents = reading.steps[-2]
                yield Clue("full_name", "".join(step.words for step in reading.steps), parents.codes, number)


def _read_behind(before: str, unit: str) -> Reading | None:
    """The longest end of the words before a unit's name that are divisions with the unit in them."""
    known = load_gazetteer().lengths
    for start in range(len(before) - 1):
        if before[start : start + 2] in known:
            reading = read_name(before[start:] + unit)
            whole = reading.kind == "government" and not reading.rest and len(reading.steps) > 1
            if whole and not any(step.is_short for step in reading.steps):
                return reading
    return None


def code_clues(lines: Iterable[Line], url: str | None) -> Iterator[Clue]:
    """Clues of the page's address, of credit codes, telephone numbers and postcodes."""
    if url:
        host, codes = read_domain(url)
        if codes:
            yield Clue("domain", host, codes)
        yield from _credit_codes([(None, url)])
    seen: set[tuple[str, str]] = set()
    for number, text in lines:
        for clue in _clues_in(text):
            if (clue.kind, clue.words) not in seen:
                seen.add((clue.kind, clue.words))
                yield replace(clue, line=number)


@cache_short(maxsize=20_000)
def _clues_in(text: str) -> tuple[Clue, ...]:
    """The clues of one line, which is not named in them."""
    if not _DIGIT.search(text):
        return ()
    clues = list(_credit_codes([(None, text)]))
    if _CALL.search(text):
        clues += [
            Clue("area_code", match.group(1), codes)
            for match in _PHONE.finditer(text)
            if (codes := read_area_code(match.group(1)))
        ]
    clues += [
        Clue("postcode", match.group(1), codes)
        for match in _POSTCODE.finditer(text)
        if (codes := read_postcode(match.group(1)))
    ]
    return tuple(clues)


def _credit_codes(texts: Iterable[tuple[int | None, str]]) -> Iterator[Clue]:
    for number, text in texts:
        for match in CREDIT_CODE.finditer(text):
            if codes := read_credit_code(match.group(1)):
                yield Clue("credit_code", match.group(1), codes, number)


def breadcrumb_clues(divisions: Iterable[tuple[str, int]], townships: Iterable[tuple[str, int]]) -> Iterator[Clue]:
    """Clues of the breadcrumb: its lowest known division, and a township where it names one alone."""
    path = [(read_name(name), name, line) for name, line in divisions]
    known = [(reading, name, line) for reading, name, line in path if reading.kind == "government"]
    if known:
        reading, name, line = max(known, key=lambda item: min(len(code) for code in item[0].codes))
        yield Clue("breadcrumb", name, reading.codes, line)
    named = {read_name(name).unit_name: (name, line) for name, line in townships}
    if len(named) == 1:
        ((name, line),) = named.values()
        if codes := read_name(name).codes:
            yield Clue("breadcrumb", name, codes, line)
