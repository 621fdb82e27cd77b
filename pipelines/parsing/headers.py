"""Header facts of a report: title, body, year, statistic period, publication date, each with where it stands.

Belongs here: which of the words round the tables say whose report on which year it is, and what contradicts them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.reading import is_division_of, read_name
from pipelines.parsing.bodies import addressed_body, presented_body, prose_body, signed_body
from pipelines.parsing.characters import drop_glosses, to_simplified
from pipelines.parsing.names import clean_body, is_same_body, is_whole_name, unit_name
from pipelines.parsing.page_marks import read_breadcrumbs, read_publication, read_publisher
from pipelines.parsing.periods import YEAR, read_period, title_year, to_year, whole_date, years_in
from pipelines.parsing.titles import Line, compact, find_title, foreign_words, read_title, title_body

_SENTENCE = re.compile(r"[。；;！!]")
_REPORTS_ON = re.compile(
    r"(?:现[将就]|现公布|现发布|特向社会公布|编制了?).{0,30}?" + YEAR + r".{0,40}(?:报告|公布|公开)"
)
_SIGNATURE_DATE = re.compile(r"(?:^|[\u3400-\u9fff\U00020000-\U0003ffff）)])(20\d\d[年\-/.].*|二[〇○零0].*日)$")
_LAST_LINES = 8
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_FIRST_LINES = 4


@dataclass
class Header:
    """What the words of one report say of it; see `schemas.staging.Reports` for each field."""

    title: str | None = None
    title_line_start: int | None = None
    title_line_end: int | None = None
    body_name: str | None = None
    body_name_basis: str | None = None
    body_name_line: int | None = None
    report_year: int | None = None
    report_year_basis: str | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    published_on: dt.date | None = None
    published_on_basis: str | None = None
    # What follows is for the other steps of reading, and no column.
    findings: list[dict[str, object]] = field(default_factory=list)
    # Every name of a body that the report gives, as (basis, name, line), the strongest first.
    names: list[tuple[str, str, int | None]] = field(default_factory=list)
    crumb_divisions: list[tuple[str, int]] = field(default_factory=list)
    crumb_townships: list[tuple[str, int]] = field(default_factory=list)
    # All prose lines in simplified script.
    lines: list[Line] = field(default_factory=list)


def read_header(preamble: list[Line], body: list[Line], source_title: str | None = None) -> Header:
    """Read the header facts.

    Args:
        preamble: the prose lines before the first section heading, as (line number, text).
        body: the prose lines from that heading on, headings left out.
        source_title: the title that a record gives beside its text; used where the text itself has none.
    """
    header = Header()
    preamble, body = ([(number, _simplify(text)) for number, text in lines] for lines in (preamble, body))
    header.lines = [*preamble, *body]
    _read_title(header, preamble, source_title)
    after_title = [line for line in preamble if line[0] > (header.title_line_end or 0)]
    _read_period(header, [*after_title, *body])
    _read_year(header, after_title, body)
    _read_publication(header, preamble, body)
    _read_body(header, preamble, after_title, body)
    return header


@cache_short(maxsize=20_000)
def _simplify(text: str) -> str:
    return to_simplified(drop_glosses(text)).translate(_WIDE_DIGITS)


def _read_title(header: Header, preamble: list[Line], source_title: str | None) -> None:
    title = find_title(preamble)
    if title is not None:
        header.title, header.title_line_start, header.title_line_end = title.text, title.line_start, title.line_end
    else:
        header.title = read_title(to_simplified(source_title or "").translate(_WIDE_DIGITS))
    if header.title is None:
        header.findings.append({"rule_key": "title_missing"})
    elif words := foreign_words(header.title):
        _add_finding(header, "title_suspect", title_body(header.title), words, header.title_line_start)


def _read_period(header: Header, lines: list[Line]) -> None:
    for _, text in lines:
        if (period := _period_in(text)) is not None:
            header.period_start, header.period_end = period
            return


@cache_short(maxsize=20_000)
def _period_in(text: str) -> tuple[dt.date, dt.date] | None:
    return read_period(compact(text)) if "月" in text or "日" in text else None


def _read_year(header: Header, preamble: list[Line], body: list[Line]) -> None:
    """Title, then statistic period, then preamble, then prose; a later one that differs is a finding."""
    named: list[tuple[str, int, int | None]] = []
    if header.title and (year := title_year(header.title)):
        named.append(("title", year, header.title_line_start))
    if header.period_end is not None:
        named.append(("period", header.period_end.year, None))
    for number, text in preamble:
        if preamble_year := _reported_year(text):
            named.append(("preamble", preamble_year, number))
            break
    if not named and (guess := _prose_year(preamble + body)):
        named.append(guess)
    if not named:
        header.findings.append({"rule_key": "year_missing"})
        return
    header.report_year_basis, header.report_year, _ = named[0]
    for _, year, line in named[1:]:
        if year != header.report_year:
            _add_finding(header, "year_conflict", header.report_year, year, line, basis=header.report_year_basis)
            break


@cache_short(maxsize=20_000)
def _reported_year(text: str) -> int | None:
    match = _REPORTS_ON.search(compact(text))
    return to_year(match.group(1)) if match else None


def _prose_year(lines: list[Line]) -> tuple[str, int, int | None] | None:
    """The year that begins a sentence, if no other does; else the only year that the prose names."""
    opening: Counter[int] = Counter()
    anywhere: Counter[int] = Counter()
    first_line: dict[int, int] = {}
    for number, text in lines:
        if "年" not in text:
            continue
        for sentence in _SENTENCE.split(compact(text)):
            for year, place in years_in(sentence):
                anywhere[year] += 1
                first_line.setdefault(year, number)
                if place <= 1 or sentence[:place].endswith(("，", ",")):
                    opening[year] += 1
    for counted in (opening, anywhere):
        if len(counted) == 1:
            year = next(iter(counted))
            return "prose", year, first_line[year]
    return None


def _read_publication(header: Header, preamble: list[Line], body: list[Line]) -> None:
    """The date of the signature on one of the last lines, else the date that the page gives above the text."""
    for _, text in reversed(body[-_LAST_LINES:]):
        words = compact(text)
        signed = _SIGNATURE_DATE.search(words) if len(words) <= 40 else None
        if signed and (date := whole_date(signed.group(1))):
            header.published_on, header.published_on_basis = date, "signature"
            return
    if date := read_publication(preamble):
        header.published_on, header.published_on_basis = date, "header"


def _read_body(header: Header, preamble: list[Line], after_title: list[Line], body: list[Line]) -> None:
    """Title, then preamble, signature, metadata, prose; a preamble or signature that differs is a finding."""
    named: list[tuple[str, str, int | None]] = []
    if header.title and is_whole_name(name := clean_body(title_body(header.title))):
        named.append(("title", name, header.title_line_start))
    if presented := presented_body([*after_title, *body[:_FIRST_LINES]]):
        named.append(("preamble", *presented))
    if signature := signed_body(body[-_LAST_LINES:]):
        named.append(("signature", *signature))
    header.crumb_divisions, header.crumb_townships = read_breadcrumbs(preamble)
    if published := read_publisher(preamble):
        named.append(("metadata", *published))
    if not named and len({unit_name(name) for name, _ in header.crumb_townships}) == 1:
        named.append(("metadata", *header.crumb_townships[-1]))
    if not named and (addressed := addressed_body([*after_title, *body[:_FIRST_LINES]])):
        named.append(("preamble", *addressed))
    if not named and (guess := prose_body(after_title + body)):
        named.append(("prose", *guess))
    if not named:
        header.findings.append({"rule_key": "body_missing"})
        return
    header.names = named
    header.body_name_basis, header.body_name, header.body_name_line = named[0]
    for basis, name, number in named[1:]:
        if basis in ("preamble", "signature") and not _may_be_one(header.body_name, name):
            _add_finding(header, "body_conflict", header.body_name, name, number)


def _may_be_one(name: str, other: str) -> bool:
    """Tell whether a second name does not contradict the first: the same body, or the division that it belongs to."""
    return is_same_body(name, other) or is_division_of(read_name(other), read_name(name))


def _add_finding(
    header: Header, rule_key: str, expected: object, actual: object, line: int | None, **values: object
) -> None:
    lines = {"line_start": line, "line_end": line}
    header.findings.append({"rule_key": rule_key, "expected": expected, "actual": actual, **lines, **values})
