"""What rules add up, as columns: a row of numbers over the reports of a slice for each cell, amount and quantity.

Belongs here: reading one slice of reports into such columns, and the cells of last years. What a rule makes of them stands in
`rule_results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

NOT_FOUND, FIGURE = 0, 1
# The states of nulls are numbered from here on.
FIRST_NULL = 2
NO_LINE_START, NO_LINE_END = int(np.iinfo(np.int32).max), -1
NO_CELL = -1
# A table, row and column has sixteen numbers, one for each edition of the form.
EDITIONS = 16

_FIELDS = ("value", "state", "cell_no", "rounding", "line_start", "line_end")
# An operand that stands nowhere has no lines; one whose rounding is not known agrees with nothing.
_ROWS = f"""
    select
        cast(report_no as bigint) as report_no,
        cast(operand as bigint) as operand,
        cast(cell_no as integer) as cell_no,
        coalesce(cast(value as double), 0) as value,
        cast(case
            when value is null then {FIRST_NULL - 1} + list_position($states, cast(value_state as varchar))
            else {FIGURE}
        end as smallint) as state,
        coalesce(cast(rounding as double), cast('nan' as double)) as rounding,
        coalesce(cast(line_start as integer), {NO_LINE_START}) as line_start,
        coalesce(cast(line_end as integer), {NO_LINE_END}) as line_end
    from rows
"""
_CELLS = f"""
    with asked as (select unnest($places) as place, unnest($operands) as operand),
    rows as (
        select cells.*, asked.operand, 0 as rounding
        from ({{cells}}) as cells inner join asked on cells.cell_no // {EDITIONS} = asked.place
        where {{of}}
    )
"""
_AMOUNTS = """
    with asked as (select unnest($cells, recursive := true)),
    rows as (
        select amounts.*, asked.operand, asked.cell_no
        from ({amounts}) as amounts inner join asked using (form_version, table_key, row_key, column_key)
        where amounts.report_no between $first and $last
    )
"""
_FACTS = """
    with asked as (select unnest($quantities) as quantity, unnest($operands) as operand),
    rows as (
        select facts.*, asked.operand, -1 as cell_no
        from ({facts}) as facts inner join asked using (quantity)
        where facts.report_no between $first and $last
    )
"""


@dataclass(frozen=True)
class Columns:
    """One row an operand, one column a report: figures (0 where there is none), states, where it stands, its rounding."""

    value: Numbers
    state: Numbers
    cell_no: Numbers
    rounding: Numbers
    line_start: Numbers
    line_end: Numbers

    @classmethod
    def empty(cls, n_operands: int, n_reports: int) -> Columns:
        """Columns in which no report has any operand."""
        shape = (n_operands, n_reports)
        return cls(
            np.zeros(shape),
            np.zeros(shape, np.int16),
            np.full(shape, NO_CELL, np.int32),
            np.zeros(shape),
            np.full(shape, NO_LINE_START, np.int32),
            np.full(shape, NO_LINE_END, np.int32),
        )

    def fill(self, rows: Mapping[str, Numbers], first: int) -> None:
        """Put rows into the columns of their reports, which are counted from the first."""
        at = (rows["operand"], rows["report_no"] - first)
        for name in _FIELDS:
            getattr(self, name)[at] = rows[name]


@dataclass(frozen=True)
class Asked:
    """What rules ask for, with the number of its row: cells by place, cells for amounts by their names, quantities."""

    places: Mapping[int, int]
    amounts: Mapping[tuple[str, str, str, str], tuple[int, int]]
    quantities: Mapping[str, int]
    last_places: Mapping[int, int]

    def __len__(self) -> int:
        return len(self.places) + len(self.amounts) + len(self.quantities)


@dataclass(frozen=True)
class Source:
    """The tables of operands, as queries by name, on a connection of their own; and the states of nulls in them."""

    connection: duckdb.DuckDBPyConnection
    queries: Mapping[str, str]
    states: list[str]

    @classmethod
    def on(cls, connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> Source:
        """Look up which states nulls have: they are numbered in the order of their names."""
        found = " union ".join(
            f"select cast(value_state as varchar) as state from ({queries[name]}) where value is null"
            for name in ("cells", "amounts", "facts")
        )
        rows = connection.execute(f"select distinct state from ({found}) where state is not null order by 1").fetchall()
        return cls(connection, queries, [state for (state,) in rows])

    def slice(self, asked: Asked, first: int, last: int) -> Columns:
        """Read all operands of the reports from one number to another."""
        columns = Columns.empty(len(asked), last - first + 1)
        span = {"first": first, "last": last}
        cells = {"places": list(asked.places), "operands": list(asked.places.values()), **span}
        columns.fill(self._rows(_CELLS, cells, of="cells.report_no between $first and $last"), first)
        names = ("form_version", "table_key", "row_key", "column_key", "cell_no", "operand")
        amounts = [dict(zip(names, (*key, *numbers), strict=True)) for key, numbers in asked.amounts.items()]
        if amounts:
            columns.fill(self._rows(_AMOUNTS, {"cells": amounts, **span}), first)
        if asked.quantities:
            facts = {"quantities": list(asked.quantities), "operands": list(asked.quantities.values()), **span}
            columns.fill(self._rows(_FACTS, facts), first)
        return columns

    def last_years(self, asked: Asked, n_reports: int) -> tuple[Numbers, Numbers]:
        """Read figures and states of the cells that rules ask of a last year, for all reports that are one: read once,
        as a last year may stand anywhere."""
        value, state = (
            np.zeros((len(asked.last_places), n_reports)),
            np.zeros((len(asked.last_places), n_reports), np.int8),
        )
        if asked.last_places and n_reports:
            are_last = f"cells.report_no in (select last_report_no from ({self.queries['paired_years']}))"
            given = {"places": list(asked.last_places), "operands": list(asked.last_places.values())}
            for rows in self._batches(_CELLS, given, of=are_last):
                at = (rows["operand"], rows["report_no"])
                value[at], state[at] = rows["value"], rows["state"]
        return value, state

    def _rows(self, sql: str, given: dict[str, Any], **texts: str) -> dict[str, Numbers]:
        given = {**given, "states": self.states}
        return self.connection.execute(sql.format(**self.queries, **texts) + _ROWS, given).fetchnumpy()

    def _batches(self, sql: str, given: dict[str, Any], **texts: str) -> Any:
        given = {**given, "states": self.states}
        reader = self.connection.execute(sql.format(**self.queries, **texts) + _ROWS, given).to_arrow_reader(1_000_000)
        for batch in reader:
            yield {name: batch.column(name).to_numpy() for name in ("operand", "report_no", "value", "state")}
