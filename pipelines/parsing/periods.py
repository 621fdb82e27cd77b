"""Years, dates and statistic periods as they are printed, also with lost marks (201911日起至20191231日止).

Belongs here: dates of one line. Which of them is the report's year or its publication is decided in `headers`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from pipelines.forms.caches import cache_short
from pipelines.parsing.numerals import read_han

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９ＯO", "000123456789012345678900")
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")
YEAR = r"(?<!\d)((?:19|20)\d\d|二[〇○零0ＯO][〇○零0ＯO一二三四五六七八九]{2})\s*年"
_YEAR = re.compile(YEAR)
_BARE_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_BETWEEN = r"起?[，,]?(?:至|到|[-—－~～–]+)"
_PERIOD = re.compile(
    rf"(20\d\d)年(\d{{1,2}})月(\d{{1,2}})日?{_BETWEEN}(?:(20\d\d)年)?(\d{{1,2}})月(\d{{1,2}})(?:日|止|期间|[，。；）)]|$)"
)
# Without its marks a period has one reading only where it is the whole year.
_DAMAGED = re.compile(
    rf"(?<!\d)(20\d\d)(?:年?1月?1日?|0101日?){_BETWEEN}(?:(20\d\d)年?)?12月?31(?:日|止|[，。；）)]|$)"
)
_DATE = r"(20\d\d)\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})(?:\s*日)?"
_HAN_DATE = (
    r"(二[〇○零0ＯO][〇○零0ＯO一二三四五六七八九]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
DATE = rf"(?:{_DATE}|{_HAN_DATE})"
_WHOLE_DATE = re.compile(rf"[（(]?{DATE}[）)]?")


def to_year(digits: str) -> int | None:
    """Return a printed year (`2020`, `二〇二〇`) as a number, None where it is none of 2000 to 2100."""
    year = digits if digits.isascii() and digits.isdigit() else digits.translate(_DIGITS)
    return int(year) if year.isdigit() and 2000 <= int(year) <= 2100 else None


def years_in(text: str) -> Iterator[tuple[int, int]]:
    """Give each year that a text names with its place."""
    for match in _YEAR.finditer(text):
        if (year := to_year(match.group(1))) is not None:
            yield year, match.start()


@cache_short(maxsize=5_000)
def title_year(title: str) -> int | None:
    """Return the year of a title; a title may leave out 年 (太平镇2020政府信息公开…)."""
    named = next((year for year, _ in years_in(title)), None)
    if named is not None:
        return named
    bare = _BARE_YEAR.search(title)
    return int(bare.group(1)) if bare else None


def read_period(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the statistic period that a line without spaces states; a period of some months is none."""
    text = text.translate(_WIDE)
    match = _PERIOD.search(text)
    if match:
        y1, m1, d1, y2, m2, d2 = match.groups()
    elif damaged := _DAMAGED.search(text):
        y1, m1, d1, y2, m2, d2 = damaged.group(1), "1", "1", damaged.group(2), "12", "31"
    else:
        return None
    try:
        start, end = dt.date(int(y1), int(m1), int(d1)), dt.date(int(y2 or y1), int(m2), int(d2))
    except ValueError:
        return None
    return (start, end) if 300 < (end - start).days < 800 else None


def read_date(match: re.Match[str]) -> dt.date | None:
    """Return the date of a match whose last six groups are those of `DATE`, None where there is no such day."""
    year, month, day, han_year, han_month, han_day = match.groups()[-6:]
    try:
        if year:
            return dt.date(int(year), int(month), int(day))
        number = to_year(han_year)
        return dt.date(number, int(read_han(han_month) or 0), int(read_han(han_day) or 0)) if number else None
    except ValueError:
        return None


def whole_date(text: str) -> dt.date | None:
    """Return the date that a line without spaces consists of."""
    match = _WHOLE_DATE.fullmatch(text.translate(_WIDE))
    return read_date(match) if match else None
