"""How the rows of a table are printed: which of the empty cells before and behind its values only fill up the grid.

Belongs here: proving by the rows of one table together which cells are values. Sums of the form are `realign`'s concern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from pipelines.forms.matching import RowLabel
from pipelines.parsing.alignment import Grid, header_width, take_by_applicants, take_by_header, take_one_blank
from pipelines.parsing.found import FoundRow
from pipelines.parsing.printing_ways import WAYS, SizedRow, fits_of, is_stream, rows_behind
from pipelines.parsing.wording import Wording

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
        _take_by_way(rows, open_rows, seen)
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


def _take_by_way(rows: list[FoundRow], open_rows: list[SizedRow], seen: set[str]) -> None:
    """Read all rows in the one way that fits most of them: a row that does not fit it has lost or gained cells."""
    following = rows_behind(rows)
    all_fits = fits_of(rows, open_rows)
    scores = [len(fits) - fits.count(None) for fits in zip(*all_fits, strict=True)]
    best = max(scores)
    winners = [way for way, score in zip(WAYS, scores, strict=True) if score == best > 0]
    # Where rows run on and nearly all end in an empty cell, that cell joins them to the next: it is no value.
    joined = [row for row, _ in open_rows if _runs_on(row, following[id(row)])]
    ends_empty = sum(row.values[-1].kind == "blank" for row in joined)
    if len(joined) > 2 and ends_empty > _MOST * len(joined) and best < _MOST * len(open_rows):
        winners = [way for way in winners if way not in ("exact", "headings empty")]
    if best < _MIN_FIT * len(open_rows):
        winners = []
    used = [way for way, score in zip(WAYS, scores, strict=True) if way in seen and score >= _MIN_FIT * best > 0]
    winners = [way for way in winners if way in seen] or (used if joined else []) or winners
    if len(winners) == 1:
        seen.add(winners[0])
    if seen and not any(way in seen for way in winners) and all(_runs_on_from_header(row) for row, _ in open_rows):
        winners = []
    places = [WAYS.index(way) for way in winners]
    for (row, n), fits in zip(open_rows, all_fits, strict=True):
        results = {fit for place in places if (fit := fits[place]) is not None}
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


def _runs_on(row: FoundRow, following: FoundRow | None) -> bool:
    return following is not None and bool(row.values) and (not row.values[0].row or is_stream(row, following))
