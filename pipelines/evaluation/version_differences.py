"""Cells in which versions differ from the current one: what `int_cell_differences` keeps, in the order of report and place.

Belongs here: comparing the packed cells of pairs of reports, some thousand pairs at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.operands import EDITIONS, Numbers

_PAIRS_OF_SLICE = 10_000
_NOTHING = -1
_SIDES = ("", "current_")
_FIELDS = (
    ("value", pa.float64()),
    ("state_no", pa.uint8()),
    ("raw_value_no", pa.uint32()),
    ("line_start", pa.int32()),
    ("line_end", pa.int32()),
)
_SCHEMA = pa.schema(
    [("report_no", pa.uint32()), ("current_no", pa.uint32()), ("place", pa.uint16())]
    + [(f"{side}{name}", dtype) for side in _SIDES for name, dtype in _FIELDS]
)
_CELLS = f"""
    select
        cast(cells.report_no as bigint) as report_no,
        cast(cells.cell_no // {EDITIONS} as integer) as place,
        coalesce(cells.value, cast('nan' as double)) as value,
        cast(enum_code(cells.value_state) as smallint) as state_no,
        coalesce(cast(cells.raw_value_no as bigint), {_NOTHING}) as raw_value_no,
        coalesce(cells.line_start, {_NOTHING}) as line_start,
        coalesce(cells.line_end, {_NOTHING}) as line_end
    from ({{cells}}) as cells
    where cells.report_no between $first and $last and cells.report_no in (select unnest($reports))
"""


def states_of(connection: duckdb.DuckDBPyConnection, cells: str) -> list[str]:
    """Return the states that a cell may have, in the order of their numbers."""
    found = connection.execute(f"select enum_range((select value_state from ({cells}) limit 0))").fetchone()
    assert found is not None
    return list(found[0])


def cell_differences(connection: duckdb.DuckDBPyConnection, pairs: str, cells: str) -> pa.RecordBatchReader:
    """Return the cells in which the first report of a pair differs from the second in value or state.

    `pairs` is a query of report_no and current_no. A cell that one of them does not have is absent there.
    """
    absent = states_of(connection, cells).index("absent")
    table = connection.execute(f"select report_no, current_no from ({pairs}) order by all").fetchnumpy()
    numbers = np.column_stack([table["report_no"], table["current_no"]]).astype(np.int64).reshape(-1, 2)

    def batches() -> Iterator[pa.RecordBatch]:
        for first in range(0, len(numbers), _PAIRS_OF_SLICE):
            part = numbers[first : first + _PAIRS_OF_SLICE]
            yield _differing(part, _read(connection, cells, np.unique(part), absent), absent)

    return pa.RecordBatchReader.from_batches(_SCHEMA, batches())


def _read(connection: duckdb.DuckDBPyConnection, cells: str, reports: Numbers, absent: int) -> dict[str, Numbers]:
    """The cells of these reports, and after them one that stands for none."""
    read: list[dict[str, Numbers]] = []
    # Versions of a body often stand far apart: what lies between them is not read.
    for near in np.split(reports, np.flatnonzero(np.diff(reports) > _PAIRS_OF_SLICE) + 1):
        given = {"first": int(near[0]), "last": int(near[-1]), "reports": near.tolist()}
        read.append(connection.execute(_CELLS.format(cells=cells), given).fetchnumpy())
    none = {"report_no": _NOTHING, "place": 0, "value": np.nan, "state_no": absent}
    return {
        name: np.concatenate([*(np.asarray(rows[name]) for rows in read), [none.get(name, _NOTHING)]])
        for name in read[0]
    }


def _differing(pairs: Numbers, cells: dict[str, Numbers], absent: int) -> pa.RecordBatch:
    reports = np.unique(pairs)
    none = len(cells["place"]) - 1
    row_of = np.full((len(reports), int(cells["place"].max()) + 1), none, np.int64)
    row_of[np.searchsorted(reports, cells["report_no"][:none]), cells["place"][:none]] = np.arange(none)
    own, present = (row_of[np.searchsorted(reports, pairs[:, side])] for side in (0, 1))
    value, state = cells["value"], cells["state_no"]
    is_null = np.isnan(value)
    differs = (state[own] != state[present]) | ~((value[own] == value[present]) | (is_null[own] & is_null[present]))
    pair, place = np.nonzero(differs)
    columns = [pa.array(pairs[pair, side].astype(np.uint32)) for side in (0, 1)] + [pa.array(place.astype(np.uint16))]
    for rows in (own[pair, place], present[pair, place]):
        for name, dtype in _FIELDS:
            found = cells[name][rows]
            is_none = np.isnan(found) if name == "value" else found == _NOTHING
            columns.append(pa.array(found.astype(dtype.to_pandas_dtype()), mask=is_none))
    return pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
