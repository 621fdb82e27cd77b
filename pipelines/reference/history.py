"""What the editions say together: how long each code stood under each name.

Belongs here: the periods of code and name, odd listings of single editions. What became of a division that went is
in successors.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PARENT_WIDTHS = {4: 2, 6: 4, 9: 6}
# The regions that the list leaves out; their codes are those of GB/T 2260, as the edition of 2015 printed them.
UNLISTED_PROVINCES = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_OFFICE = re.compile(r"(?:街道办事处|街道办|街办事处|街办)$")


@dataclass(frozen=True)
class Period:
    """A code under one name, from the first to the last edition that lists it so (both included)."""

    code: str
    name: str
    first: int
    last: int


def plain_name(name: str) -> str:
    """The name without remarks in brackets and without the office of a subdistrict: what two printings share."""
    bare = _BRACKETS.sub("", name)
    return _OFFICE.sub("街道", bare or name)


def tidy_listing(names: Mapping[str, str]) -> dict[str, str]:
    """One edition without heads of lists that stand for nothing (市辖区 of a city, with no township below)."""
    with_children = {code[: PARENT_WIDTHS[len(code)]] for code in names if len(code) > 2}
    listed = {
        code: name
        for code, name in names.items()
        if not (len(code) == 6 and name == "市辖区" and code not in with_children)
    }
    return {**listed, **UNLISTED_PROVINCES}


def bridge_gaps(editions: dict[int, dict[str, str]]) -> None:
    """Fill in a code that a single edition leaves out between two that list it by the same name: a slip of that list."""
    years = sorted(editions)
    for before, year, after in zip(years, years[1:], years[2:], strict=False):
        for code, name in editions[before].items():
            later = editions[after].get(code)
            if code not in editions[year] and later is not None and plain_name(later) == plain_name(name):
                editions[year][code] = name


def find_periods(editions: Mapping[int, Mapping[str, str]]) -> list[Period]:
    """All periods of all codes, sorted by code and year."""
    years = sorted(editions)
    codes = sorted(set().union(*editions.values()))
    return [period for code in codes for period in _periods_of(code, years, editions)]


def _periods_of(code: str, years: Sequence[int], editions: Mapping[int, Mapping[str, str]]) -> list[Period]:
    periods: list[Period] = []
    before: str | None = None
    for year in years:
        name = editions[year].get(code)
        if name is not None and name == before:
            periods[-1] = Period(code, name, periods[-1].first, year)
        elif name is not None:
            periods.append(Period(code, name, year, year))
        before = name
    return periods
