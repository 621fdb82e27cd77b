"""Rows that lost or gained cells: the one placement of their values that satisfies the form's own sums, or none.

Belongs here: proving a placement by row totals, the balance and the totals row. A sum that does not hold proves nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.forms.dictionary import load_seed
from pipelines.forms.expressions import Sum, table_sums
from pipelines.parsing.placements import Placement, Value, placements

# Beyond these the rows of a table stay ambiguous: some tenths of a second.
_MAX_STEPS = 5_000
_MAX_SOLUTIONS = 500
Vector = tuple[float, ...]


@dataclass(frozen=True)
class ShortRow:
    """A row whose number of values is not that of its columns."""

    row: int
    row_key: str
    n: int
    values: tuple[Value, ...]


def realign_table(
    version: str, table_key: str, columns: Sequence[str], short: Sequence[ShortRow], placed: dict[str, Vector]
) -> dict[int, Placement]:
    """Return row number -> placement, of the rows of one table that the sums leave exactly one placement.

    Args:
        columns: the column keys of the table, in order (where its rows have different ones, no sum joins them).
        placed: row key -> figures of the rows that are complete, empty cells as 0.
    """
    sums = table_sums(version, table_key) if columns else ()
    in_rows = [tuple((columns.index(key), sign) for key, sign in s.terms) for s in sums if s.per == "row"]
    by_row: dict[int, dict[Vector, list[Placement]]] = {}
    certain: dict[int, Placement] = {}
    for row in short:
        found = placements(row.values, row.n)
        if found is None:
            continue
        # Figures that have run together and can be cut in one way only need no sum over columns.
        if len(found) == 1 and len(row.values) < row.n and _holds_in_row(in_rows, _vector(found[0])):
            certain[row.row] = found[0]
            placed = {**placed, row.row_key: _vector(found[0])}
            continue
        if not sums:
            continue
        for placement in found:
            vector = _vector(placement)
            if _holds_in_row(in_rows, vector):
                by_row.setdefault(row.row, {}).setdefault(vector, []).append(placement)
    feasible = _solve(sums, [r for r in short if r.row in by_row], by_row, placed)
    proved = {
        row: by_row[row][next(iter(vectors))][0]
        for row, vectors in feasible.items()
        if len(vectors) == 1 and len(by_row[row][next(iter(vectors))]) == 1
    }
    return {**certain, **proved}


def _vector(placement: Placement) -> Vector:
    return tuple([0.0 if value is None else value.number or 0.0 for value in placement])


def _holds_in_row(sums: Sequence[Sequence[tuple[int, int]]], vector: Vector) -> bool:
    """Tell whether the sums of one row hold, each given by the places of its columns and their signs."""
    for terms in sums:
        total = 0.0
        for place, sign in terms:
            total += sign * vector[place]
        if total:
            return False
    return True


def _solve(
    sums: tuple[Sum, ...],
    short: Sequence[ShortRow],
    by_row: dict[int, dict[Vector, list[Placement]]],
    placed: dict[str, Vector],
) -> dict[int, set[Vector]]:
    """Return the vectors of each row that stand in a solution of all sums over columns whose rows are all known.

    Totals come first, so that figures that are more than the total are cut off early.
    """
    keys = {row.row_key for row in short}
    usable = [s for s in sums if s.per == "column" and all(key in placed or key in keys for key, _ in s.terms)]
    order = sorted(short, key=lambda row: (len(by_row[row.row]) > 1, not row.row_key.startswith("total"), row.row))
    if len(keys) != len(order) or not order:
        return {}
    known = _add_up(usable, {key: vector for key, vector in placed.items() if key not in keys}, order[0].n)
    if known is None:
        return {row.row: set() for row in order}
    depths = _depths(usable, [row.row_key for row in order])
    feasible: dict[int, set[Vector]] = {row.row: set() for row in order}
    steps = solutions = 0
    chosen: list[Vector] = []
    # Of each depth: the vectors that are still to be tried, and what the sums come to with the rows before.
    stack: list[tuple[Iterator[Vector], list[Vector]]] = [(iter(by_row[order[0].row]), known)]
    while stack:
        left, before = stack[-1]
        steps += 1
        vector = next(left, None)
        if steps > _MAX_STEPS or solutions > _MAX_SOLUTIONS:
            return {}
        del chosen[len(stack) - 1 :]
        if vector is None:
            stack.pop()
            continue
        after = _add(before, depths[len(stack) - 1], vector)
        if after is None:
            continue
        chosen.append(vector)
        if len(stack) == len(order):
            solutions += 1
            for row, its_vector in zip(order, chosen, strict=True):
                feasible[row.row].add(its_vector)
        else:
            stack.append((iter(by_row[order[len(stack)].row]), after))
    return feasible


@dataclass(frozen=True)
class _Step:
    """What a row changes in one sum: `is_whole` and `is_bound` say what is known of the sum with it."""

    place: int
    sign: int
    is_whole: bool
    is_bound: bool


def _add_up(sums: Sequence[Sum], placed: dict[str, Vector], n: int) -> list[Vector] | None:
    """Return what the rows that stand come to in each sum, None where they break one."""
    known: list[Vector] = []
    for s in sums:
        mine = [(placed[key], sign) for key, sign in s.terms if key in placed]
        total = tuple(sum(sign * vector[column] for vector, sign in mine) for column in range(n))
        is_whole, is_bound = len(mine) == len(s.terms), all(key in placed for key, sign in s.terms if sign < 0)
        if (is_whole and any(total)) or (is_bound and max(total) > 0):
            return None
        known.append(total)
    return known


def _depths(sums: Sequence[Sum], keys: Sequence[str]) -> list[list[_Step]]:
    """Return for each row to be chosen, in order, the sums that it changes."""
    steps: list[list[_Step]] = []
    for depth, chosen in enumerate(keys):
        later = set(keys[depth + 1 :])
        steps.append(
            [
                _Step(
                    place,
                    sum(sign for key, sign in s.terms if key == chosen),
                    is_whole=all(key not in later for key, _ in s.terms),
                    is_bound=all(key not in later for key, sign in s.terms if sign < 0),
                )
                for place, s in enumerate(sums)
                if any(key == chosen for key, _ in s.terms)
            ]
        )
    return steps


def _add(before: list[Vector], steps: list[_Step], vector: Vector) -> list[Vector] | None:
    """Add a row to the sums; None where one whose rows are all chosen does not hold, or leaves exceed their total."""
    after = before.copy()
    for step in steps:
        total = tuple([a + step.sign * b for a, b in zip(before[step.place], vector, strict=True)])
        if (step.is_whole and any(total)) or (step.is_bound and max(total) > 0):
            return None
        after[step.place] = total
    return after


def realign_rows(short: pl.DataFrame, values: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the values of the rows that can be proved, one a column: as `values`, with nulls where a cell was lost.

    Args:
        short: rows with `doc`, `row`, `form_version`, `table_key`, `row_key`, `n_expected`.
        values: the values of all rows, see `rows.FormRows`.
        cells: the cells that were placed, of the same documents.
    """
    found: list[tuple[object, ...]] = []
    printed = _printed_values(values.join(short, on="row", how="semi"))
    figures = _placed_figures(cells, short)
    tables: dict[tuple[int, str, str], list[ShortRow]] = defaultdict(list)
    for doc, version, table, row, key, n in short.select(
        "doc", "form_version", "table_key", "row", "row_key", "n_expected"
    ).iter_rows():
        tables[doc, version, table].append(ShortRow(row, key, n, tuple(printed.get(row, ()))))
    for (doc, version, table), mine in tables.items():
        columns = _columns(str(version), str(table))
        if not columns or any(row.n != len(columns) for row in mine):
            columns = ()
        proved = realign_table(str(version), str(table), columns, mine, figures.get((doc, table), {}))
        for row, placement in proved.items():
            found.extend((row, order, *_as_row(value)) for order, value in enumerate(placement, 1))
    return pl.DataFrame(found, schema={name: values.schema[name] for name in _VALUE_COLUMNS}, orient="row")


_VALUE_COLUMNS = (
    "row",
    "order",
    "text",
    "line_start",
    "line_end",
    "value_state",
    "value",
    "printed_unit",
    "n_numbers",
)


def _as_row(value: Value | None) -> tuple[object, ...]:
    if value is None:
        return (None, None, None, "absent", None, None, 0)
    figure = value.number if value.state in ("number", "zero") else None
    return (value.text, value.line_start, value.line_end, value.state, figure, value.unit, value.n_numbers)


def _printed_values(values: pl.DataFrame) -> dict[int, list[Value]]:
    printed: dict[int, list[Value]] = {}
    for row, text, start, end, state, figure, unit, n in (
        values.sort("row", "order")
        .select("row", "text", "line_start", "line_end", "value_state", "value", "printed_unit", "n_numbers")
        .iter_rows()
    ):
        # 000 is no way to write nought: figures have run together.
        is_fused = (text or "").strip().isdigit() and re.match(r"\s*0\d", text) is not None
        number = None if state == "ambiguous" or is_fused else figure or 0.0
        printed.setdefault(row, []).append(Value(text or "", number, state, unit, start, end, n))
    return printed


def _placed_figures(cells: pl.DataFrame, short: pl.DataFrame) -> dict[tuple[object, object], dict[str, Vector]]:
    """Return (doc, table) -> row key -> figures, of rows that are complete and whose every cell can be counted."""
    mine = cells.join(short.select("doc", "table_key").unique(), on=["doc", "table_key"], how="semi")
    known = pl.col("value_state").is_in(["number", "zero", "blank", "not_applicable"])
    rows = mine.group_by("doc", "table_key", "row_key").agg(
        is_known=known.all(), figures=pl.col("value").fill_null(0.0).sort_by("column_order")
    )
    found: dict[tuple[object, object], dict[str, Vector]] = {}
    for doc, table, row, figures in rows.filter("is_known").drop("is_known").iter_rows():
        found.setdefault((doc, table), {})[row] = tuple(figures)
    return found


@cache
def _columns(version: str, table_key: str) -> tuple[str, ...]:
    """Return the columns of a table whose rows all have the same, else none."""
    mine = load_seed("form_columns").filter((pl.col("form_version") == version) & (pl.col("table_key") == table_key))
    if mine["block_key"].n_unique() != 1:
        return ()
    return tuple(mine.sort("column_order")["column_key"])
