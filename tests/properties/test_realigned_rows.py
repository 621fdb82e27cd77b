"""Rows that lost cells are proved by exactly the placements that hold in all sums of the form, tried one by one."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from math import prod

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.forms.expressions import table_sums
from pipelines.parsing.placements import Value, placements
from pipelines.parsing.realign import ShortRow, realign_table
from tests.rendering.truth import form_columns

_COLUMNS = tuple(column["column_key"] for column in form_columns("F2021", "t3", "applications"))
# Table three of 2021: new and carried in are results and carried over; results are those of each kind.
_LEAVES = tuple(key for key, sign in table_sums("F2021", "t3")[1].terms if sign > 0)
_MOST = 1_500
Rows = dict[str, tuple[int, ...]]


@st.composite
def _tables(draw: st.DrawFn) -> tuple[Rows, dict[str, list[int]]]:
    """The rows of a table, some of them with a wrong figure, and which columns some of them have lost."""
    figures = st.tuples(*[st.sampled_from((0, 1, 2, 5, 7))] * 6)
    rows: Rows = dict.fromkeys(_LEAVES, (0,) * 7)
    for key in ("granted", "denied_process", "carried_out"):
        row = draw(figures)
        rows[key] = (*row, sum(row))
    rows["total_results"] = tuple(map(sum, zip(rows["granted"], rows["denied_process"], strict=True)))
    both = list(map(sum, zip(rows["total_results"], rows["carried_out"], strict=True)))[:6]
    new = [min(figure, draw(st.sampled_from((0, 3, 9)))) for figure in both]
    old = [figure - its for figure, its in zip(both, new, strict=True)]
    rows["new"], rows["carried_in"] = (*new, sum(new)), (*old, sum(old))
    if draw(st.booleans()):
        wrong, by = draw(st.sampled_from(("new", "carried_in", "granted", "partial"))), draw(st.integers(1, 3))
        rows[wrong] = (rows[wrong][0] + by, *rows[wrong][1:6], rows[wrong][6] + by)
    keys = ("new", "carried_in", "total_results", "carried_out", "granted", "denied_process")
    broken = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True))
    # Noughts are lost: without a figure above 0 the sum of a row holds no more, and nothing would be proved.
    lost = {key: [column for column in range(6) if rows[key][column] == 0][:2] or [0] for key in broken}
    if draw(st.integers(0, 3)) == 0:
        del rows[draw(st.sampled_from([key for key in rows if key not in lost]))]
    return rows, lost


def _sums_hold(rows: dict[str, tuple[float, ...]]) -> bool:
    """The sums of the table whose rows are all there."""
    columns = list(range(7))
    if {"new", "carried_in", "total_results", "carried_out"} <= rows.keys():
        for c in columns:
            if rows["new"][c] + rows["carried_in"][c] != rows["total_results"][c] + rows["carried_out"][c]:
                return False
    if {"total_results", *_LEAVES} <= rows.keys():
        return all(rows["total_results"][c] == sum(rows[key][c] for key in _LEAVES) for c in columns)
    return True


@settings(max_examples=300)
@given(_tables())
def test_what_is_proved_is_what_every_solution_says(table):
    rows, lost = table
    printed = {
        key: tuple(
            Value(str(figure), float(figure), "number" if figure else "zero", None, 1, 1, 1)
            for column, figure in enumerate(rows[key])
            if column not in lost[key]
        )
        for key in lost
    }
    placed = {key: tuple(map(float, row)) for key, row in rows.items() if key not in lost}
    allowed = {
        key: [p for p in placements(values, 7) or [] if sum(_figures(p)[:6]) == _figures(p)[6]]
        for key, values in printed.items()
    }
    # A row that nothing fits is left out, as if it were not printed.
    allowed = {key: found for key, found in allowed.items() if found}
    assume(prod(len(found) for found in allowed.values()) <= _MOST)
    said: dict[str, dict[tuple[float, ...], set]] = defaultdict(lambda: defaultdict(set))
    for choice in product(*allowed.values()):
        chosen = dict(zip(allowed, choice, strict=True))
        if _sums_hold({**placed, **{key: _figures(p) for key, p in chosen.items()}}):
            for key, placement in chosen.items():
                said[key][_figures(placement)].add(placement)
    short = [ShortRow(number, key, 7, printed[key]) for number, key in enumerate(lost)]
    certain = {key for key in lost if len(placements(printed[key], 7) or []) == 1}
    assume(not certain)
    expected = {
        number: next(iter(next(iter(said[key].values()))))
        for number, key in enumerate(lost)
        if len(said[key]) == 1 and len(next(iter(said[key].values()))) == 1
    }
    assert realign_table("F2021", "t3", _COLUMNS, short, placed) == expected


def _figures(placement: tuple[Value | None, ...]) -> tuple[float, ...]:
    return tuple(0.0 if value is None else value.number or 0.0 for value in placement)
