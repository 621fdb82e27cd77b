"""Header facts of a report: title, body, year, statistic period, publication date, each with where it stands.

Belongs here: reading the words round the tables that say whose report on which year it is. Who that body is, is not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.parsing.names import BODY_END, clean_body, find_parent, is_same_body, is_whole_name, unit_name

Line = tuple[int, str]

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d|二[〇○零][〇○零一二三四五六七八九]{2})\s*年")
_REPORT = re.compile(r"(?:政府|政务)?信息(?:主动)?公开.{0,14}报告(?:[（(].{1,12}[)）])?$")
_TITLE_BODY_END = re.compile(r"(?:关于|[（(]?(?:19|20)\d\d|二[〇○零]|政府信息公开|政务信息公开|政务公开|信息公开)")
_PERIOD = re.compile(
    r"(?:自|从|为|期限)?(20\d\d)年(\d{1,2})月(\d{1,2})日起?[，,]?(?:至|到|—+|－|-|~|～)(?:(20\d\d)年)?(\d{1,2})月(\d{1,2})日"
)
_DATE = re.compile(r"(20\d\d)\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?")
_PUBLISHED = re.compile(r"(?:发布|公开|成文|发文|生成|更新)(?:日期|时间)\s*[：:]?\s*" + _DATE.pattern)
_PRESENTED = re.compile(r"现将([\u4e00-\u9fff]{2,20}?)(?=20\d\d年|二[〇○零]|政府信息公开)")
_SENTENCE = re.compile(r"[。；;！!]")
_SPACE = re.compile(r"[\s\u3000\u00a0\u200b\ufeff]+")
_MAX_TITLE = 80
_MAX_TITLE_LINES = 4


@dataclass
class Header:
    """What the words of one report say of it; see `schemas.staging.Reports` for each field."""

    title: str | None = None
    title_line_start: int | None = None
    title_line_end: int | None = None
    body_name: str | None = None
    body_name_basis: str | None = None
    body_name_line: int | None = None
    unit_name: str | None = None
    printed_parent: str | None = None
    report_year: int | None = None
    report_year_basis: str | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    published_on: dt.date | None = None
    published_on_basis: str | None = None
    findings: list[dict[str, object]] = field(default_factory=list)


def read_header(preamble: list[Line], body: list[Line]) -> Header:
    """Read the header facts.

    Args:
        preamble: the prose lines before the first section heading, as (line number, text).
        body: the prose lines from that heading on, headings left out.
    """
    header = Header()
    _read_title(header, preamble)
    if header.title is None:
        header.findings.append({"rule_key": "title_missing"})
    after_title = [line for line in preamble if line[0] > (header.title_line_end or 0)]
    _read_period(header, [*after_title, *body])
    _read_year(header, after_title, body)
    _read_publication(header, preamble, body)
    _read_body(header, after_title, body)
    return header


def to_year(digits: str) -> int | None:
    """Return a printed year (`2020`, `二〇二〇`) as a number, None where it is none of 2000 to 2100."""
    year = digits.translate(_DIGITS)
    return int(year) if year.isdigit() and 2000 <= int(year) <= 2100 else None


def compact(text: str) -> str:
    """Return a text without any space."""
    return _SPACE.sub("", text)


def _title_candidates(lines: list[Line]) -> Iterator[tuple[str, int, int]]:
    for start in range(len(lines)):
        joined = ""
        for end in range(start, min(start + _MAX_TITLE_LINES, len(lines))):
            text = compact(lines[end][1])
            if _SENTENCE.search(text) or len(text) > _MAX_TITLE:
                break
            joined += text
            if len(joined) > _MAX_TITLE:
                break
            yield joined, lines[start][0], lines[end][0]


def _read_title(header: Header, lines: list[Line]) -> None:
    """The first line, or run of lines, that ends in 信息公开…报告; the fullest of those with the same end."""
    found = [c for c in _title_candidates(lines) if _REPORT.search(c[0])]
    if not found:
        return
    end = found[0][2]
    same_end = sorted((c for c in found if c[2] == end), key=lambda c: len(c[0]))
    dated = [c for c in same_end if _YEAR.search(c[0])] or same_end
    # The shortest run that names a whole body: a site's name above is no part of the title, the first half of a broken
    # title is.
    whole = [c for c in dated if is_whole_name(_title_body(c[0]))]
    title, start, end = (whole or dated[-1:])[0]
    # A year in brackets may stand on the line below.
    longer = [c for c in found if c[1] == start and re.fullmatch(r"[（(].{4,12}[)）]", c[0].removeprefix(title))]
    if longer:
        title, start, end = longer[0]
    header.title, header.title_line_start, header.title_line_end = title.strip("《》"), start, end


def _title_body(title: str) -> str:
    """The words of a title that name the body: before the year and 信息公开, or between the two."""
    words = re.sub(r"^[《〈“\"]*(?:附件\d*[:：]?)?(?:关于)?", "", title)
    words = re.sub(r"^[（(]?" + _YEAR.pattern + r"度?[）)]?", "", words)
    cut = _TITLE_BODY_END.search(words)
    body = words[: cut.start()] if cut else words
    rest = words[cut.start() :] if cut else ""
    # …人民政府信息公开: the 政府 serves twice.
    if body.endswith("人民") and rest.startswith("政府信息公开"):
        body += "政府"
    return body.strip("（(《 的")


def _read_period(header: Header, lines: list[Line]) -> None:
    for _, text in lines:
        match = _PERIOD.search(compact(text))
        if match is None:
            continue
        y1, m1, d1, y2, m2, d2 = match.groups()
        try:
            start, end = dt.date(int(y1), int(m1), int(d1)), dt.date(int(y2 or y1), int(m2), int(d2))
        except ValueError:
            continue
        if start <= end and (end - start).days > 300:
            header.period_start, header.period_end = start, end
            return


def _read_year(header: Header, preamble: list[Line], body: list[Line]) -> None:
    """Title, then statistic period, then preamble, then prose; a later one that differs is a finding."""
    named: list[tuple[str, int, int | None]] = []
    title_year = _first_year(header.title or "")
    if title_year:
        named.append(("title", title_year, header.title_line_start))
    if header.period_end is not None:
        named.append(("period", header.period_end.year, None))
    for number, text in preamble:
        match = re.search(r"现将.{0,30}?" + _YEAR.pattern + r".{0,40}(?:报告|公布|公开)", compact(text))
        if match and (preamble_year := to_year(match.group(1))):
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
            header.findings.append(
                {
                    "rule_key": "year_conflict",
                    "basis": header.report_year_basis,
                    "expected": header.report_year,
                    "actual": year,
                    "line_start": line,
                    "line_end": line,
                }
            )
            break


def _first_year(text: str) -> int | None:
    return next((year for match in _YEAR.finditer(text) if (year := to_year(match.group(1)))), None)


def _prose_year(lines: list[Line]) -> tuple[str, int, int | None] | None:
    """The year that begins a sentence, if no other does; else the only year that the prose names."""
    opening: Counter[int] = Counter()
    anywhere: Counter[int] = Counter()
    first_line: dict[int, int] = {}
    for number, text in lines:
        for sentence in _SENTENCE.split(compact(text)):
            for match in _YEAR.finditer(sentence):
                year = to_year(match.group(1))
                if year is None:
                    continue
                anywhere[year] += 1
                first_line.setdefault(year, number)
                if match.start() <= 1 or sentence[: match.start()].endswith("，"):
                    opening[year] += 1
    for counted in (opening, anywhere):
        if len(counted) == 1:
            year = next(iter(counted))
            return "prose", year, first_line[year]
    return None


def _read_publication(header: Header, preamble: list[Line], body: list[Line]) -> None:
    """The date alone on one of the last lines (the signature), else the date that the page gives above the text."""
    for _, text in reversed(body[-8:]):
        if (match := _DATE.fullmatch(compact(text))) and (date := _to_date(match)):
            header.published_on, header.published_on_basis = date, "signature"
            return
    for _, text in preamble:
        if (match := _PUBLISHED.search(text)) and (date := _to_date(match)):
            header.published_on, header.published_on_basis = date, "header"
            return


def _to_date(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(*(int(part) for part in match.groups()[-3:]))
    except ValueError:
        return None


def _read_body(header: Header, preamble: list[Line], body: list[Line]) -> None:
    named: list[tuple[str, str, int | None]] = []
    if header.title and len(name := clean_body(_title_body(header.title))) >= 2:
        named.append(("title", name, header.title_line_start))
    if presented := _presented_body(preamble):
        named.append(("preamble", *presented))
    signature = _signature(body)
    if signature:
        named.append(("signature", *signature))
    if not named and (guess := _prose_body(preamble + body)):
        named.append(("prose", *guess))
    if not named:
        header.findings.append({"rule_key": "body_missing"})
        return
    header.body_name_basis, header.body_name, header.body_name_line = named[0]
    parent, unit = find_parent(header.body_name, [text for _, text in [*preamble, *body]])
    header.unit_name, header.printed_parent = unit, parent
    for basis, name, number in named[1:]:
        if basis in ("preamble", "signature") and not is_same_body(header.body_name, name):
            header.findings.append(
                {
                    "rule_key": "body_conflict",
                    "expected": header.body_name,
                    "actual": name,
                    "line_start": number,
                    "line_end": number,
                }
            )


def _presented_body(preamble: list[Line]) -> tuple[str, int] | None:
    """`现将太平镇人民政府2020年…报告如下`: the body that presents the report; 我镇 and the like name none."""
    for number, text in preamble:
        match = _PRESENTED.search(compact(text))
        if match and re.search(rf"(?:{BODY_END})$", match.group(1)) and not re.match(r"[我本全各]", match.group(1)):
            return clean_body(match.group(1)), number
    return None


def _signature(body: list[Line]) -> tuple[str, int] | None:
    """A short line that is a body's name, among the last lines and above the date if there is one."""
    for number, text in reversed(body[-8:]):
        name = compact(text)
        if 3 <= len(name) <= 25 and re.fullmatch(rf"[\u4e00-\u9fff（）()]+(?:{BODY_END})", name):
            return clean_body(name), number
    return None


def _prose_body(lines: list[Line]) -> tuple[str, int] | None:
    """The one township that clauses begin with more than once; nothing where there are two such names or none."""
    counted: Counter[str] = Counter()
    first_line: dict[str, int] = {}
    for number, text in lines:
        for match in re.finditer(r"(?:^|[，。；：、“”\s])([\u4e00-\u9fff]{1,8}?(?:镇|乡|街道|苏木))", text):
            name = unit_name(match.group(1))
            if re.search(
                r"[我本全各该城乡村小集]镇$|[我本全各该城村]乡$|[我本全各该]街道$|^[对在为和及与由向以将]", name
            ):
                continue
            counted[name] += 1
            first_line.setdefault(name, number)
    repeated = [name for name, n in counted.items() if n > 1]
    return (repeated[0], first_line[repeated[0]]) if len(repeated) == 1 else None
