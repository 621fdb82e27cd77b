"""Names to divisions: which divisions carry a name, which contain which, which stood in which year.

Belongs here: look-ups in the gazetteer. What a printed text means is told by `names`, `reading` and the parser.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.gazetteer.divisions import load_divisions
from pipelines.gazetteer.names import TOWNSHIP, printed_forms, shortened_forms

Codes = frozenset[str]
# Hong Kong, Macau and Taiwan do not report under the regulation.
_OTHER_LAW = frozenset({"71", "81", "82"})
_KIND = re.compile(r"(?:镇|乡|街道|苏木|区|县|市|旗)$")
NONE: Codes = frozenset()
COUNTY_DIGITS = 6
TOWNSHIP_DIGITS = 9
# An edition gives the state of one day of its year: a name may be older or younger by a year.
_YEARS_BEFORE = 2
_YEARS_AFTER = 1


@dataclass(frozen=True)
class Gazetteer:
    """All divisions by their names; codes of 2, 4, 6 and 9 digits, a parent is the beginning of its code."""

    divisions: dict[str, Codes]
    former_names: dict[str, Codes]
    short_names: dict[str, Codes]
    units: dict[str, Codes]
    loose_units: dict[str, Codes]
    periods: dict[tuple[str, str], tuple[int | None, int | None]]
    names: dict[str, str]
    full_names: dict[str, str]
    short_of: dict[str, str]
    places: dict[tuple[str, str], str]
    by_pinyin: dict[str, Codes]
    lengths: dict[str, tuple[int, ...]]

    def current(self, code: str, name: str) -> str:
        """Return the code that a division of that code and name has today: its own, or the one it was given since."""
        return self.places.get((code, name), code)

    def in_year(self, codes: Codes, name: str, year: int | None) -> Codes:
        """Return the codes whose name stood in a year; all of them where none did or the year is not known."""
        if year is None or len(codes) < 2:
            return codes
        stood = frozenset(code for code in codes if self._stood(code, name, year))
        return stood or codes

    def _stood(self, code: str, name: str, year: int) -> bool:
        valid_from, valid_to = self.periods.get((code, name), (None, None))
        begun = valid_from is None or valid_from <= year + _YEARS_BEFORE
        return begun and (valid_to is None or valid_to >= year - _YEARS_AFTER)

    def without_twins(self, codes: Codes) -> Codes:
        """Return the codes without the pseudo county that the list gives a city for its townships (东莞市)."""
        return frozenset(
            code
            for code in codes
            if not (len(code) == 6 and code[:4] in codes and self.names.get(code[:4]) == self.names.get(code))
        )


def below(codes: Codes, parents: Codes) -> Codes:
    """Return the codes that lie in one of the parents and are not that parent."""
    lengths = {len(parent) for parent in parents}
    if len(lengths) == 1:
        (n,) = lengths
        return frozenset([code for code in codes if len(code) > n and code[:n] in parents])
    return frozenset(code for code in codes if any(len(code) > n and code[:n] in parents for n in lengths))


def within(codes: Codes, parents: Codes) -> Codes:
    """Return the codes that lie in one of the parents, or are one of them."""
    return frozenset(code for code in codes if any(code.startswith(parent) for parent in parents))


@cache
def load_gazetteer() -> Gazetteer:
    """Return the gazetteer of the reference folder."""
    rows = [_Row(*row) for row in load_divisions().select(_Row.__slots__).iter_rows()]
    tables: dict[str, defaultdict[str, set[str]]] = {name: defaultdict(set) for name in _TABLES}
    names: dict[str, str] = {}
    full_names: dict[str, str] = {}
    short_of = {row.division_code: row.short_name for row in rows if row.short_name}
    periods: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    places: dict[tuple[str, str], str] = {}
    for row in rows:
        code = row.division_code
        if code[:2] in _OTHER_LAW:
            continue
        if row.valid_to is None or code not in names:
            names[code], full_names[code] = row.division_name, row.full_name
        above = _printed_above([names.get(code[:digits], "") for digits in (2, 4, COUNTY_DIGITS) if digits < len(code)])
        unit = row.unit(above)
        if row.division_name == names.get(code[:6]):
            # A county that is one unit (金门县): the unit's code is the closer one.
            places[code[:6], row.division_name] = code
        for table, form in _forms(row, unit, above):
            tables[table][form].add(code)
            if table == "former_names" and form in tables["divisions"]:
                continue
            periods[code, form] = _longer(periods.get((code, form)), (row.valid_from, row.valid_to))
            if row.unit_code != code or row.valid_to is None:
                places[code, form] = row.unit_code
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for table in ("divisions", "former_names", "short_names", "units", "loose_units"):
        for name in tables[table]:
            lengths[name[:2]].add(len(name))
    return Gazetteer(
        **{table: {name: frozenset(codes) for name, codes in found.items()} for table, found in tables.items()},
        periods=periods,
        names=names,
        full_names=full_names,
        short_of=short_of,
        places=places,
        lengths={start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()},
    )


@dataclass(frozen=True, slots=True)
class _Row:
    division_code: str
    division_name: str
    full_name: str
    short_name: str | None
    pinyin: str | None
    valid_from: int | None
    valid_to: int | None
    unit_code: str

    def unit(self, above: tuple[str, ...]) -> str:
        """The name without the office that older editions print, and without the divisions above that some begin with:
        东华门街道办事处, 四平市铁东区山门镇.

        Args:
            above: the names above it as they may be printed, the longest first.
        """
        name = (
            self.division_name.removesuffix("办事处")
            if self.division_name.endswith("街道办事处")
            else self.division_name
        )
        left = (name.removeprefix(words) for words in above if name.startswith(words))
        return next((own for own in left if len(own) > 3 or (TOWNSHIP.search(own) and own != "街道")), name)


def _printed_above(names: list[str]) -> tuple[str, ...]:
    """The names above a division as they may stand before its own, one or several of them, the longest first."""
    runs = {"".join(names[first:last]) for last in range(len(names) + 1) for first in range(last)}
    return tuple(sorted(runs - {""}, key=lambda words: (-len(words), words)))


_TABLES = ("divisions", "former_names", "short_names", "units", "loose_units", "by_pinyin")


def _forms(row: _Row, unit: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give the tables and forms under which a row is looked up."""
    if len(row.division_code) == TOWNSHIP_DIGITS:
        yield "units", unit
        cut = next((unit.removeprefix(words) for words in above if unit.startswith(words)), unit)
        forms = {*printed_forms(unit), row.division_name, cut if len(cut) > 2 else unit} - {unit}
        yield from (("loose_units", form) for form in sorted(forms))
        return
    yield "divisions", row.division_name
    # 怀化市洪江管理区 is printed 洪江管理区 as well.
    yield from (
        ("divisions", row.division_name.removeprefix(words))
        for words in above
        if row.division_name.startswith(words) and len(row.division_name) >= len(words) + 3
    )
    if row.short_name:
        yield "short_names", row.short_name
        yield from (("divisions", form) for form in shortened_forms(row.division_name, row.short_name))
        if len(row.division_code) == COUNTY_DIGITS:
            # 上虞市 became 上虞区 before the first edition: the other endings are its names of old.
            yield from (("former_names", row.short_name + ending) for ending in "县市区")
    if row.pinyin:
        yield "by_pinyin", row.pinyin


def _longer(
    known: tuple[int | None, int | None] | None, period: tuple[int | None, int | None]
) -> tuple[int | None, int | None]:
    """Join two periods of one name; None is an open end."""
    if known is None:
        return period
    begun = None if None in (known[0], period[0]) else min(known[0] or 0, period[0] or 0)
    ended = None if None in (known[1], period[1]) else max(known[1] or 0, period[1] or 0)
    return begun, ended
