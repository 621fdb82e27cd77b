"""Results of all rules, in the order of report and place: what `int_rule_results` keeps.

Belongs here: the slices of reports, and putting what came out at each place into rows. The arithmetic is in `rule_arithmetic`.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.missing_operands import MissingWords
from pipelines.evaluation.operands import NO_LINE_END, NO_LINE_START, Numbers, Source
from pipelines.evaluation.reports import Reports
from pipelines.evaluation.rule_arithmetic import Judged, Slice, judge
from pipelines.evaluation.rule_places import Place, read_places

_REPORTS_OF_SLICE = 10_000
_BROKEN_CELL = pa.struct(
    [("cell_no", pa.uint16()), ("value", pa.float64()), ("line_start", pa.int32()), ("line_end", pa.int32())]
)
_SCHEMA = pa.schema(
    [
        ("report_no", pa.uint32()),
        ("result_no", pa.uint32()),
        ("status_no", pa.uint8()),
        ("expected", pa.float64()),
        ("actual", pa.float64()),
        ("last_year", pa.float64()),
        ("n_operands", pa.uint16()),
        ("n_missing", pa.uint16()),
        ("missing", pa.dictionary(pa.int32(), pa.string())),
        ("broken_cells", pa.list_(_BROKEN_CELL)),
        ("line_start", pa.int32()),
        ("line_end", pa.int32()),
    ]
)

_NUMBERS = {
    field.name: field.type.to_pandas_dtype() for field in _SCHEMA if field.name not in ("missing", "broken_cells")
}


def rule_results(
    connection: duckdb.DuckDBPyConnection, queries: dict[str, str], max_named: int
) -> pa.RecordBatchReader:
    """Return the results of all reports in the order of report and place, a slice of reports at a time.

    `queries` are those of the places, reports, body levels, paired years, cells, amounts and facts, by these names; `max_named`
    is how many missing operands a result names.
    """
    places, asked = read_places(connection, queries["places"])
    reports = Reports.read(connection, queries)
    source = Source.on(connection, queries)

    def batches() -> Iterator[pa.RecordBatch]:
        last_value, last_state = source.last_years(asked, len(reports))
        for first in range(0, len(reports), _REPORTS_OF_SLICE):
            last = min(first + _REPORTS_OF_SLICE, len(reports)) - 1
            part = Slice(first, last, source.slice(asked, first, last), last_value, last_state, reports)
            found = [(place, judged) for place in places if (judged := judge(place, part)) is not None]
            yield _batch(found, part, MissingWords(source.states, max_named))

    return pa.RecordBatchReader.from_batches(_SCHEMA, batches())


def _batch(found: list[tuple[Place, Judged]], part: Slice, words: MissingWords) -> pa.RecordBatch:
    rows = [_rows(place, judged, part, words) for place, judged in found]
    columns = {name: np.concatenate([each[name] for each in rows]) for name in rows[0]} if rows else {}
    if not columns:
        return pa.RecordBatch.from_pylist([], _SCHEMA)
    order = np.lexsort((columns["result_no"], columns["report_no"]))
    columns = {name: column[order] for name, column in columns.items()}
    nulls = {"line_start": NO_LINE_START, "line_end": NO_LINE_END}
    arrays = []
    for field in _SCHEMA:
        if field.name == "missing":
            numbers = pa.array(columns["missing"], mask=columns["missing"] < 0)
            arrays.append(pa.DictionaryArray.from_arrays(numbers, pa.array(words.words, pa.string())))
        elif field.name == "broken_cells":
            arrays.append(_broken_cells(found, part, order, columns["n_broken"]))
        elif field.type != pa.float64() and field.name not in nulls:
            arrays.append(pa.array(columns[field.name]))
        else:
            column = columns[field.name]
            is_null = np.isnan(column) if field.type == pa.float64() else column == nulls[field.name]
            arrays.append(pa.array(column, mask=is_null))
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _rows(place: Place, judged: Judged, part: Slice, words: MissingWords) -> dict[str, Numbers]:
    line_start, line_end = part.lines(place, judged.reports)
    rows = {
        "report_no": part.first + judged.reports,
        "result_no": np.full(len(judged.reports), place.result_no),
        "status_no": judged.status,
        "expected": judged.expected,
        "actual": judged.actual,
        "last_year": judged.last_year,
        "n_operands": judged.n_operands,
        "n_missing": judged.n_missing,
        "missing": words.numbers(place, judged.states, judged.level_unknown, judged.n_missing > 0),
        "n_broken": judged.broken.sum(axis=0),
        "line_start": line_start,
        "line_end": line_end,
    }
    # As narrow as they are kept: they are copied when they are put in order.
    return {name: row if name not in _NUMBERS else row.astype(_NUMBERS[name], copy=False) for name, row in rows.items()}


def _broken_cells(found: list[tuple[Place, Judged]], part: Slice, order: Numbers, n_broken: Numbers) -> pa.Array:
    """The cells that break a rule over each cell, in the order of the terms; null for a result without one."""
    cells: list[dict[str, Numbers]] = []
    place_of_row = np.concatenate([[0], np.cumsum([len(judged.reports) for _, judged in found])])
    for (place, judged), before in zip(found, place_of_row, strict=False):
        who, term = np.nonzero(judged.broken.T)
        if len(who):
            at = (np.array([each.row for each in place.terms])[term], judged.reports[who])
            columns = part.columns
            cells.append(
                {"row": before + who, "term": term, "cell_no": columns.cell_no[at], "value": columns.value[at],
                 "line_start": columns.line_start[at], "line_end": columns.line_end[at]}
            )  # fmt: skip
    offsets = np.concatenate([[0], np.cumsum(n_broken)]).astype(np.int32)
    if cells:
        joined = {name: np.concatenate([each[name] for each in cells]) for name in cells[0]}
        row_in_order = np.empty(len(order), np.int64)
        row_in_order[order] = np.arange(len(order))
        sorted_cells = np.lexsort((joined["term"], row_in_order[joined["row"]]))
        arrays = [
            pa.array(joined[field.name][sorted_cells].astype(field.type.to_pandas_dtype())) for field in _BROKEN_CELL
        ]
    else:
        arrays = [pa.array([], field.type) for field in _BROKEN_CELL]
    structs = pa.StructArray.from_arrays(arrays, fields=list(_BROKEN_CELL))
    return pa.ListArray.from_arrays(pa.array(offsets), structs, mask=pa.array(n_broken == 0))
