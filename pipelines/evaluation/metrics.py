"""All metrics of the current reports, in the order of report and metric: what `int_metrics` keeps.

Belongs here: the slices of reports and the arithmetic. A term without a figure: a null that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.metric_expressions import Asked, Expression, Metric, read_metrics
from pipelines.evaluation.operands import EDITIONS, Numbers

_REPORTS_OF_SLICE = 10_000
# Of several nulls the one that tells most is given as the reason: the last of these.
_STATES = ("approximate", "unit_unknown", "ambiguous", "absent", "not_in_form")
REASONS = ("not_stated", *_STATES, "denominator_zero", "denominator_negative")
_NOT_STATED, _ABSENT, _NOT_IN_FORM = (REASONS.index(name) for name in ("not_stated", "absent", "not_in_form"))
_ZERO, _NEGATIVE = len(REASONS) - 2, len(REASONS) - 1
_NO_REASON = 255
_NOT_FOUND = EDITIONS
_SCHEMA = pa.schema(
    [
        ("report_no", pa.uint32()),
        ("metric_no", pa.uint16()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("null_reason", pa.dictionary(pa.uint8(), pa.string())),
    ]
)
# A figure has rank 0, a null the rank of its reason.
_RANK = f"""
    case
        when rows.value is not null then 0
        else 1 + coalesce(list_position({list(_STATES)}, cast(rows.value_state as varchar)), 0)
    end
"""
_ROWS = f"""
    select
        cast(current_reports.report as bigint) as report, cast(asked.operand as bigint) as operand,
        coalesce(rows.value, 0) as value, cast({_RANK} as utinyint) as rank, cast({{edition}} as utinyint) as edition
    from ({{rows}}) as rows
    inner join (select unnest($numbers) as number, unnest($operands) as operand) as asked on {{number}} = asked.number
    inner join (select unnest($reports) as report_no, unnest($places) as report) as current_reports
        on rows.report_no = current_reports.report_no
    where rows.report_no between $first and $last
"""
_REPORTS = """
    select report_no, coalesce(form_version = 'none', false) as is_without_form
    from ({reports}) where is_current order by report_no
"""


@dataclass(frozen=True)
class Operands:
    """One row an operand, one column a report: figures (0 where there is none), ranks of nulls, editions of the form."""

    value: Numbers
    rank: Numbers
    edition: Numbers


def metrics_of_reports(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> pa.RecordBatchReader:
    """Return every metric of every current report, a slice of reports at a time.

    `queries` are those of the terms, reports, cells and quantities, by these names.
    """
    metrics, asked = read_metrics(connection, queries["terms"])
    reports = connection.execute(_REPORTS.format(**queries)).fetchnumpy()
    numbers, formless = np.asarray(reports["report_no"]), np.asarray(reports["is_without_form"], bool)

    def batches() -> Iterator[pa.RecordBatch]:
        for first in range(0, len(numbers), _REPORTS_OF_SLICE):
            part = slice(first, first + _REPORTS_OF_SLICE)
            operands = _read(connection, queries, asked, numbers[part])
            yield _batch(metrics, operands, numbers[part], formless[part])

    return pa.RecordBatchReader.from_batches(_SCHEMA, batches())


def _read(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], asked: Asked, numbers: Numbers
) -> Operands:
    shape = (len(asked), len(numbers))
    read = Operands(np.zeros(shape), np.zeros(shape, np.uint8), np.full(shape, _NOT_FOUND, np.uint8))
    reports = {"reports": numbers.tolist(), "places": list(range(len(numbers)))}
    span = {"first": int(numbers[0]), "last": int(numbers[-1])}
    for name, number, edition, rows_of in (
        ("cells", f"rows.cell_no // {EDITIONS}", f"rows.cell_no % {EDITIONS}", asked.places),
        ("quantities", "rows.quantity_no", "0", asked.quantities),
    ):
        query = _ROWS.format(rows=queries[name], number=number, edition=edition)
        given = {"numbers": list(rows_of), "operands": list(rows_of.values()), **reports, **span}
        rows = connection.execute(query, given).fetchnumpy() if rows_of else None
        if rows is not None:
            at = (rows["operand"], rows["report"])
            read.value[at], read.rank[at], read.edition[at] = rows["value"], rows["rank"], rows["edition"]
    return read


def _batch(metrics: list[Metric], operands: Operands, numbers: Numbers, formless: Numbers) -> pa.RecordBatch:
    shape = (len(numbers), len(metrics))
    numerator, denominator = np.empty(shape), np.empty(shape)
    reason = np.empty(shape, np.uint8)
    for k, metric in enumerate(metrics):
        numerator[:, k], denominator[:, k], reason[:, k] = _of_metric(metric, operands, formless)
    arrays = [
        pa.array(np.repeat(numbers.astype(np.uint32), len(metrics))),
        pa.array(np.tile(np.array([metric.metric_no for metric in metrics], np.uint16), len(numbers))),
        *(pa.array(side.ravel(), mask=np.isnan(side.ravel())) for side in (numerator, denominator)),
        pa.DictionaryArray.from_arrays(
            pa.array(reason.ravel(), mask=reason.ravel() == _NO_REASON), pa.array(REASONS, pa.string())
        ),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _of_metric(metric: Metric, operands: Operands, formless: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Both sides (not a number: null) and the number of the reason.

    Of a report that has the tables of two editions, the first expression without a null.
    """
    n_reports = len(formless)
    numerator, denominator = np.full(n_reports, np.nan), np.full(n_reports, np.nan)
    missing = _NOT_STATED if metric.has_no_cell else _NOT_IN_FORM
    reason = np.full(n_reports, missing, np.uint8)
    if metric.is_of_national_form and not metric.has_no_cell:
        reason[formless] = _ABSENT
    has_one, has_figures = np.zeros(n_reports, bool), np.zeros(n_reports, bool)
    for expression in metric.expressions.values():
        found, rank, above, below = _added(expression, operands)
        taken = found & (~has_one | (~has_figures & (rank == 0)))
        why = np.where(rank > 0, rank - 1, _NO_REASON).astype(np.uint8)
        if expression.has_denominator:
            why[(rank == 0) & (below == 0)] = _ZERO
            why[(rank == 0) & (below < 0)] = _NEGATIVE
        numerator[taken], denominator[taken], reason[taken] = above[taken], below[taken], why[taken]
        has_one |= found
        has_figures |= found & (rank == 0)
    return numerator, denominator, reason


def _added(expression: Expression, operands: Operands) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Where all terms were found, the highest rank of their nulls, and both sides; a side with a null is one."""
    n_reports = operands.value.shape[1]
    found = np.full(n_reports, bool(expression.terms))
    rank = np.zeros(n_reports, np.uint8)
    sides = {True: np.zeros(n_reports), False: np.zeros(n_reports)}
    nulls = {True: np.zeros(n_reports, bool), False: np.zeros(n_reports, bool)}
    for term in expression.terms:
        if term.row is None:
            return np.zeros(n_reports, bool), rank, sides[True], sides[False]
        is_edition = np.zeros(_NOT_FOUND + 1, bool)
        is_edition[list(term.editions)] = True
        found &= is_edition[operands.edition[term.row]]
        rank = np.maximum(rank, operands.rank[term.row])
        nulls[term.is_numerator] |= operands.rank[term.row] > 0
        sides[term.is_numerator] += term.sign * operands.value[term.row]
    above = np.where(nulls[True], np.nan, sides[True] + expression.numerator_literal)
    below = np.where(nulls[False], np.nan, sides[False] + expression.denominator_literal)
    return found, rank, above, below if expression.has_denominator else np.full(n_reports, np.nan)
