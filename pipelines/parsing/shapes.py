"""How the rows of a table are printed: which of the empty cells before and behind its values only fill up the grid.

Belongs here: proving by the rows of one table together which cells are values. Sums of the form are `realign`'s concern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product

from pipelines.forms.dictionary import load_seed
from pipelines.forms.matching import RowLabel
from pipelines.parsing.alignment import Grid, header_width, take_by_applicants, take_by_header, take_one_blank
from pipelines.parsing.found import FoundRow
from pipelines.parsing.wording import Wording

# A reading of a row: how many cells before and behind its values fill up, or None where it does not fit the row.
Fit = Callable[[FoundRow, FoundRow | None, int], tuple[int, int] | None]
Reading = tuple[str, Fit]
_MIN_SHARE = 0.6
_MIN_FIT = 0.5
_MOST = 0.85


def trim_rows(
    rows: list[FoundRow],
    headers: list[list[Wording]],
    grid: Grid,
    sizes: Callable[[RowLabel], int | None],
    seen: set[str],
) -> None:
    """Leave each row of one table the cells that are its values, or mark it `is_unproved`.

    `sizes` gives the number of values that the edition has in a row, None where it has no such row; `grid` the cells of
    the region; `seen` the ways in which the tables before were
    printed, which decide between ways that fit this one equally well.
    """
    _fill_printed(rows, sizes)
    alone = Counter(row.number for row in rows)
    for row in rows:
        number = row.values[0].row if row.values else 0
        is_printed_row = number and number == row.number and number in grid.rows and alone[number] == 1
        row.width = len(grid.rows[number]) if is_printed_row else row.n_labels + len(row.values)
    known = [(row, n) for row in rows if (n := sizes(row.label)) is not None and not row.is_printed_only]
    below = take_by_applicants(known, grid)
    firsts: dict[int | None, FoundRow] = {}
    for row, _ in known:
        firsts.setdefault(row.header, row)
    open_rows = [
        (row, n)
        for row, n in known
        if not (
            (row is not rows[-1] and take_one_blank(row, n))
            or take_by_header(row, firsts[row.header], headers, grid, n)
            or below.get(id(row))
        )
    ]
    for row, n in open_rows:
        # Where each row has as many cells as the form, none of them only fills up the grid.
        row.rests_on_values |= len(row.values) != n or row.label.table_key == "t3"
    if open_rows:
        _take_by_reading(rows, open_rows, seen)
    width = header_width(known[0][0], grid) if known else 0
    for row, n in open_rows:
        # Narrower than the header, and its last cell empty: cells before that one may be lost.
        if row.number and alone[row.number] == 1 and len(row.values) == n and row.values[-1].kind == "blank":
            row.is_unproved |= row.label.table_key == "t3" and row.width < width


def _fill_printed(rows: list[FoundRow], sizes: Callable[[RowLabel], int | None]) -> None:
    """A label printed without a value has empty cells, unless the next row has more values than its own."""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if not row.is_printed_only:
            continue
        n = sizes(row.label)
        allowed = sizes(following.label) if following is not None else None
        if n is None or (allowed is not None and following is not None and len(following.values) > allowed):
            row.values = []
        else:
            row.values = row.values[:1] * n


def is_written(row: FoundRow) -> bool:
    """Tell whether any cell of a row is not empty."""
    return any(token.kind != "blank" for token in row.values)


def count_fitting(rows: list[FoundRow], sizes: Callable[[RowLabel], int | None]) -> int:
    """Return how many rows of one table with something written in them one way of printing explains."""
    known = [(row, n) for row in rows if (n := sizes(row.label)) is not None and not row.is_printed_only]
    following = dict(zip(map(id, rows), [*rows[1:], None], strict=True))
    return max(
        (
            sum(is_written(row) and _apply(fit, row, following[id(row)], n) is not None for row, n in known)
            for _, fit in _readings(known)
        ),
        default=0,
    )


def _take_by_reading(rows: list[FoundRow], open_rows: list[tuple[FoundRow, int]], seen: set[str]) -> None:
    """Read all rows in the one way that fits most of them: a row that does not fit it has lost or gained cells."""
    following = dict(zip(map(id, rows), [*rows[1:], None], strict=True))
    readings = list(_readings(open_rows))
    scores = [sum(_apply(fit, row, following[id(row)], n) is not None for row, n in open_rows) for _, fit in readings]
    best = max(scores, default=0)
    winners = [r for r, score in zip(readings, scores, strict=True) if score == best and best > 0]
    # Where rows run on and nearly all end in an empty cell, that cell joins them to the next: it is no value.
    joined = [row for row, _ in open_rows if _runs_on(row, following[id(row)])]
    ends_empty = sum(row.values[-1].kind == "blank" for row in joined)
    if len(joined) > 2 and ends_empty > _MOST * len(joined) and best < _MOST * len(open_rows):
        winners = [r for r in winners if r[0] not in ("exact", "headings empty")]
    if best < _MIN_FIT * len(open_rows):
        winners = []
    used = [r for r, score in zip(readings, scores, strict=True) if r[0] in seen and score >= _MIN_FIT * best > 0]
    winners = [r for r in winners if r[0] in seen] or (used if joined else []) or winners
    if len(winners) == 1:
        seen.add(winners[0][0])
    if seen and not any(name in seen for name, _ in winners) and all(_runs_on_from_header(row) for row, _ in open_rows):
        winners = []
    for row, n in open_rows:
        results = {result for _, fit in winners if (result := _apply(fit, row, following[id(row)], n)) is not None}
        if len(results) == 1:
            (lead, trail) = results.pop()
            row.values = row.values[lead : len(row.values) - trail]
        elif len(row.values) == n and not _is_written_throughout(row):
            row.is_unproved = True
        row.is_unproved |= any(token.abuts for token in row.values)


def _runs_on_from_header(row: FoundRow) -> bool:
    """Tell whether the values stand in one printed row with the header above, so that they are joined as other rows are."""
    return row.match is None and bool(row.number) and row.number == row.values[0].row


def _is_written_throughout(row: FoundRow) -> bool:
    """As many cells as the row has, the first and last of them written: nothing fills up, whatever other rows do."""
    return row.values[0].kind != "blank" and row.values[-1].kind != "blank"


def _apply(reading: Fit, row: FoundRow, following: FoundRow | None, n: int) -> tuple[int, int] | None:
    fit = reading(row, following, n)
    if fit is None:
        return None
    lead, trail = fit
    if lead < 0 or trail < 0 or lead + n + trail != len(row.values):
        return None
    pads = [*row.values[:lead], *row.values[len(row.values) - trail :]]
    return fit if all(token.kind == "blank" for token in pads) else None


def _readings(rows: Iterable[tuple[FoundRow, int]]) -> Iterable[Reading]:
    """Exact rows; rows filled up to one width behind or before the values; rows joined by empty cells."""
    rows = list(rows)
    yield "exact", lambda row, following, n: (0, 0)
    widths = Counter(row.width for row, _ in rows)
    if widths:
        width, count = widths.most_common(1)[0]
        if count >= max(2, _MIN_SHARE * len(rows)):
            yield (
                "filled behind",
                lambda row, following, n: (
                    (0, len(row.values) - n)
                    if row.width == width or (following is None and row.width < width and not row.number)
                    else None
                ),
            )
            yield "filled before", lambda row, following, n: (len(row.values) - n, 0) if row.width == width else None
    for lead, per_level, join in product((0, 1), (0, 1), (0, 1, 2, 3)):
        if lead or per_level or join:
            yield f"joined {lead} {per_level} {join}", _joined(lead, per_level, join)
    yield "headings empty", lambda row, following, n: (_headings_empty(row), 0)


def _headings_empty(row: FoundRow) -> int:
    """The label of a row without headings beside it stands over three columns, of which two are empty."""
    return 3 - level_of(row.label) if row.label.table_key == "t3" else 0


def _joined(lead: int, per_level: int, join: int) -> Fit:
    """Rows that run on: between two of them stand `join` empty cells, and those beside the next row's headings."""

    def reading(row: FoundRow, following: FoundRow | None, n: int) -> tuple[int, int] | None:
        before = (join if row.match is None else 0) + lead * _headings_empty(row)
        if following is None:
            return before, max(len(row.values) - before - n, 0)
        if row.values and row.values[0].row and not _is_stream(row, following):
            return None
        return before, join + per_level * (level_of(following.label) - 1 - following.n_headings)

    return reading


def _runs_on(row: FoundRow, following: FoundRow | None) -> bool:
    return following is not None and bool(row.values) and (not row.values[0].row or _is_stream(row, following))


def _is_stream(row: FoundRow, following: FoundRow | None) -> bool:
    """Several rows of the form in one printed row."""
    return following is not None and bool(following.values) and following.values[0].row == row.values[-1].row


def level_of(label: RowLabel) -> int:
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
