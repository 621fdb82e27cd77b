"""The ways in which tables print empty cells round the values of a row, and which of them explain one row.

Belongs here: the ways, and what a row must be like for each. Which way a whole table is printed in is `shapes`' concern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

from pipelines.forms.dictionary import load_seed
from pipelines.forms.matching import RowLabel
from pipelines.parsing.found import FoundRow

# A row, and the number of values that the edition has in it.
SizedRow = tuple[FoundRow, int]
# By way, in the order of `WAYS`: how many cells before and behind the values fill up, or None where it does not fit.
Fits = tuple[tuple[int, int] | None, ...]
_MIN_SHARE = 0.6
# Cells empty before the values or not, beside absent headings of the next row or not, and so many between two rows.
_JOINED = [joined for joined in product((0, 1), (0, 1), (0, 1, 2, 3)) if any(joined)]
WAYS = ("exact", "filled behind", "filled before", *(f"joined {a} {b} {c}" for a, b, c in _JOINED), "headings empty")
_NONE: Fits = (None,) * len(WAYS)


class _Counts(NamedTuple):
    """What decides which ways a row fits.

    Attributes:
        spare: cells beyond its values.
        before, behind: empty cells at its beginning and its end, `spare` at most.
        unheaded: cells beside its label that are empty since no heading stands there.
        absent: headings that the printed row of the next one leaves out.
        is_joined: nothing proves that its own printed row ends before the next one.
    """

    spare: int
    before: int
    behind: int
    unheaded: int
    absent: int
    is_named: bool
    is_last: bool
    is_joined: bool
    is_wide: bool
    is_narrow_end: bool

    def is_filled_up_by(self, lead: int, trail: int) -> bool:
        return 0 <= lead <= self.before and 0 <= trail <= self.behind and lead + trail == self.spare


def fits_of(rows: Sequence[FoundRow], chosen: Sequence[SizedRow]) -> list[Fits]:
    """Return how each of the chosen rows of one table fits each way; `rows` are all rows of the table, in order."""
    following = rows_behind(rows)
    width = _common_width(chosen)
    return [_fits(row, following[id(row)], n, width) for row, n in chosen]


def rows_behind(rows: Sequence[FoundRow]) -> dict[int, FoundRow | None]:
    """Return for each row of a table, by its `id`, the row behind it."""
    return dict(zip(map(id, rows), [*rows[1:], None], strict=True))


def count_fitting(rows: Sequence[FoundRow], sizes: Sequence[int | None]) -> int:
    """Return how many rows of one table with something written in them one way of printing explains.

    `sizes` gives for each row the number of values that the edition has in it, None where it has no such row.
    """
    known = [(row, n) for row, n in zip(rows, sizes, strict=True) if n is not None and not row.is_printed_only]
    written = [fits for (row, _), fits in zip(known, fits_of(rows, known), strict=True) if is_written(row)]
    return max((len(fits) - fits.count(None) for fits in zip(*written, strict=True)), default=0)


def is_written(row: FoundRow) -> bool:
    """Tell whether any cell of a row is not empty."""
    return any(token.kind != "blank" for token in row.values)


def is_stream(row: FoundRow, following: FoundRow | None) -> bool:
    """Several rows of the form in one printed row."""
    return following is not None and bool(following.values) and following.values[0].row == row.values[-1].row


def _common_width(rows: Sequence[SizedRow]) -> int | None:
    """Return the width that most of the rows have, None where no width is that of nearly all."""
    width, count = next(iter(Counter(row.width for row, _ in rows).most_common(1)), (0, 0))
    return width if count >= max(2, _MIN_SHARE * len(rows)) else None


def _fits(row: FoundRow, following: FoundRow | None, n: int, width: int | None) -> Fits:
    spare = len(row.values) - n
    if spare < 0:
        return _NONE
    before = behind = 0
    if spare:
        kinds = [token.kind == "blank" for token in row.values]
        before = kinds.index(False) if False in kinds else len(kinds)
        behind = kinds[::-1].index(False) if False in kinds else len(kinds)
    is_last = following is None
    return _fits_of(
        _Counts(
            spare,
            min(before, spare),
            min(behind, spare),
            3 - _level_of(row.label) if row.label.table_key == "t3" else 0,
            0 if following is None else _level_of(following.label) - 1 - following.n_headings,
            row.match is not None,
            is_last,
            is_last or not row.values or not row.values[0].row or is_stream(row, following),
            row.width == width,
            is_last and width is not None and row.width < width and not row.number,
        )
    )


@lru_cache(maxsize=100_000)
def _fits_of(row: _Counts) -> Fits:
    ways: list[tuple[int, int] | None] = [
        (0, 0),
        (0, row.spare) if row.is_wide or row.is_narrow_end else None,
        (row.spare, 0) if row.is_wide else None,
    ]
    for lead, per_level, join in _JOINED:
        first = (0 if row.is_named else join) + lead * row.unheaded
        last = max(row.spare - first, 0) if row.is_last else join + per_level * row.absent
        ways.append((first, last) if row.is_joined else None)
    # The label of a row without headings beside it stands over three columns, of which two are empty.
    ways.append((row.unheaded, 0))
    return tuple(way if way is not None and row.is_filled_up_by(*way) else None for way in ways)


def _level_of(label: RowLabel) -> int:
    """Return how deep a row stands in its table: 1 for a row without a heading beside it, up to 3."""
    return _levels().get((label.table_key, label.row_key), 1)


@cache
def _levels() -> dict[tuple[str, str], int]:
    rows = load_seed("form_rows").select("form_version", "table_key", "row_key", "parent_row_key").rows()
    parents = {(version, table, row): parent for version, table, row, parent in rows}
    levels: dict[tuple[str, str], int] = {}
    for version, table, row, _ in rows:
        level, at = 1, parents[version, table, row]
        while at is not None:
            level, at = level + 1, parents.get((version, table, at))
        levels[table, row] = max(level, levels.get((table, row), 0))
    return levels
