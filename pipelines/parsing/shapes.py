"""How the rows of a table are printed: which of the empty cells before and behind its values only fill up the grid.

Belongs here: proving by the rows of one table together which cells are values. Sums of the form are `realign`'s concern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product

from pipelines.forms.dictionary import load_seed
from pipelines.forms.labels import label_key_of
from pipelines.forms.matching import RowLabel, find_label
from pipelines.parsing.assembly import FoundRow
from pipelines.parsing.tokens import Token
from pipelines.parsing.wording import Wording

# A reading of a row: how many cells before and behind its values fill up, or None where it does not fit the row.
Fit = Callable[[FoundRow, FoundRow | None, int], tuple[int, int] | None]
Reading = tuple[str, Fit]
_MIN_SHARE = 0.6
_MIN_FIT = 0.5
_MOST = 0.85
_CAPTION = "信息内容"
_FIRST_ORGANISATION = "商业企业"


def trim_rows(
    rows: list[FoundRow],
    headers: list[list[Wording]],
    grid: dict[int, list[Token]],
    sizes: Callable[[RowLabel], int | None],
    seen: set[str],
) -> None:
    """Leave each row of one table the cells that are its values, or mark it `is_unproved`.

    `sizes` gives the number of values that the edition has in a row, None where it has no such row; `grid` the cells of
    every printed row, empty ones included, where the layout proves rows; `seen` the ways in which the tables before were
    printed, which decide between ways that fit this one equally well.
    """
    _fill_printed(rows, sizes)
    alone = Counter(row.number for row in rows)
    for row in rows:
        number = row.values[0].row if row.values else 0
        is_printed_row = number and number == row.number and number in grid and alone[number] == 1
        row.width = len(grid[number]) if is_printed_row else row.n_labels + len(row.values)
    known = [(row, n) for row in rows if (n := sizes(row.label)) is not None and not row.is_printed_only]
    below = _take_by_applicants(known, grid)
    open_rows = [
        (row, n)
        for row, n in known
        if not ((row is not rows[-1] and _take_one_blank(row, n)) or _take_by_header(row, headers, grid, n) or below.get(id(row)))
    ]
    if open_rows:
        _take_by_reading(rows, open_rows, seen)


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


def _take_one_blank(row: FoundRow, n: int) -> bool:
    """One empty cell behind a label reaches over all columns."""
    if n == 1 or len(row.values) != 1 or row.values[0].kind != "blank" or not row.number:
        return False
    row.values = row.values * n
    return True


def _take_by_applicants(known: list[tuple[FoundRow, int]], grid: dict[int, list[Token]]) -> dict[int, bool]:
    """In a grid of one width, the values of table three stand below 自然人, 商业企业 … 总计, in every row or in none."""
    taken: list[tuple[FoundRow, list[Token]]] = []
    for row, n in known:
        printed = grid.get(row.number, [])
        if row.label.table_key != "t3" or not row.number or row.values[0].row != row.number:
            return {}
        at = _first_organisation(row.number, len(printed), grid)
        values = printed[at - 1 : at - 1 + n]
        others = [*printed[: max(at - 1, 0)], *printed[at - 1 + n :]]
        named = [token for token in values if token.kind == "words" and find_label(token.text) is not None]
        if at < 2 or len(values) != n or named or values[0].line_start < row.line_start:
            return {}
        if any(token.kind not in ("words", "blank") for token in others):
            return {}
        taken.append((row, values))
    for row, values in taken:
        row.values = values
    return {id(row): True for row, _ in taken}


def _first_organisation(number: int, width: int, grid: dict[int, list[Token]]) -> int:
    """Return the place of 商业企业 in the nearest printed row above of the same width, 0 where there is none."""
    for above in sorted((n for n in grid if n < number), reverse=True):
        if len(grid[above]) == width:
            for i, token in enumerate(grid[above]):
                if label_key_of(token.text) == _FIRST_ORGANISATION:
                    return i
    return 0


def _take_by_header(row: FoundRow, headers: list[list[Wording]], grid: dict[int, list[Token]], n: int) -> bool:
    """In a grid of merged cells, the columns stand where the header of as many cells prints them."""
    if row.header is None or row.label.table_key != "t2":
        return False
    cells = _header_cells(headers[row.header], grid, row)
    if cells is None or len(cells) <= n:
        return False
    words = [cell for cell in cells if cell is not None]
    if len(words) == n and cells[:n] == words:
        # A column for each value, whatever its words have lost: what is behind them fills up the grid.
        return False
    if len(cells) != len(row.values):
        # Between merged cells, as many values as columns may still stand in other columns.
        row.is_unproved = _has_merged_cells(cells)
        return row.is_unproved
    columns = _below_header(cells, row.values, n)
    if columns is None:
        row.is_unproved = True
        return True
    row.values = [tokens[0] for tokens in columns]
    row.repeated = [token for tokens in columns for token in tokens[1:] if token.kind != "blank"]
    return True


def _has_merged_cells(cells: list[str | None]) -> bool:
    """Tell whether a header prints a word twice, or has an empty cell before another word."""
    words = [cell for cell in cells if cell is not None]
    return len(set(words)) < len(words) or cells[: len(words)] != words


def _below_header(cells: list[str | None], values: list[Token], n: int) -> list[list[Token]] | None:
    """Return the cells below each of n header words; None where they do not tell which of them is the value."""
    groups: list[tuple[str | None, list[Token]]] = []
    for label, token in zip(cells, values, strict=True):
        if label is not None and (not groups or groups[-1][0] != label):
            groups.append((label, []))
        if not groups:
            return None
        groups[-1][1].append(token)
    if len(groups) != n or len({label for label, _ in groups}) != n:
        return None
    for _, tokens in groups:
        written = [token for token in tokens if token.kind != "blank"]
        if len({token.text.strip() for token in written}) > 1 or (written and tokens[0].kind == "blank"):
            return None
    return [tokens for _, tokens in groups]


def _header_cells(
    header: list[Wording], grid: dict[int, list[Token]], row: FoundRow
) -> list[str | None] | None:
    """Return for each cell behind 信息内容 in the last printed row of a header its words, None where it is empty."""
    number = header[-1].tokens[-1].row
    printed = grid.get(number, []) if number != row.values[0].row else []
    keys = [label_key_of(token.text) or None for token in printed]
    start = next((i for i in reversed(range(len(keys))) if keys[i] == _CAPTION), None)
    return keys[start + 1 :] if start is not None else None


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
        winners = [r for r in winners if r[0] == "exact"]
    used = [r for r, score in zip(readings, scores, strict=True) if r[0] in seen and score >= _MIN_FIT * best > 0]
    winners = [r for r in winners if r[0] in seen] or (used if joined else []) or winners
    if len(winners) == 1:
        seen.add(winners[0][0])
    for row, n in open_rows:
        results = {result for _, fit in winners if (result := _apply(fit, row, following[id(row)], n)) is not None}
        if len(results) == 1:
            (lead, trail) = results.pop()
            row.values = row.values[lead : len(row.values) - trail]
        elif len(row.values) == n and not _is_written_throughout(row):
            row.is_unproved = True


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
