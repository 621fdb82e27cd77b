"""Values of metrics beside each other: those of the year before, and those of peers.

Belongs here: what `int_metric_years` and `int_metric_peers` keep, in the order of report and metric. All values of all current reports
are held at once: eight bytes a report and metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.operands import Numbers

_REPORTS_OF_SLICE = 10_000
_ROWS_OF_BATCH = 1_000_000
_NONE = -1
_NUMBERS = [("report_no", pa.uint32()), ("metric_no", pa.uint16())]
_YEARS = pa.schema([*_NUMBERS, ("value", pa.float64()), ("value_before", pa.float64())])
_PEERS = pa.schema(
    [*_NUMBERS, ("value", pa.float64()), ("n_peers", pa.uint32()), ("n_below", pa.uint32()), ("n_equal", pa.uint32())]
)
# Editions that ask for the same, by metric: all of them, those of one expression, or each its own.
_ALIKE = """
    select
        dense_rank() over (
            partition by metrics.metric_no
            order by case
                when metrics.comparable_over_forms then ''
                when list_contains(string_split(metrics.alike_forms, '|'), forms.form_version) then metrics.alike_forms
                else forms.form_version
            end
        ) - 1 as alike
    from (select distinct form_version from ({peers})) as forms
    cross join ({metrics}) as metrics
    where metrics.metric_no < $n_metrics
    order by forms.form_version, metrics.metric_no
"""
_PEERS_OF_REPORTS = """
    select
        report_no, coalesce(cast(peers_no as bigint), $none) as peers_no,
        dense_rank() over (order by form_version) - 1 as form_no
    from ({peers}) order by report_no
"""
_VALUES = "select report_no, metric_no, value from ({values}) where value is not null"


@dataclass(frozen=True)
class Values:
    """One row a report, one column a metric; not a number: null. Reports and metrics are in the order of their numbers."""

    reports: Numbers
    metrics: Numbers
    value: Numbers

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, values: str, reports: Numbers) -> Values:
        """Read the values of these reports from a query of report_no, metric_no and value."""
        (n_metrics,) = connection.execute(f"select coalesce(max(metric_no) + 1, 0) from ({values})").fetchone() or (0,)
        read = np.full((len(reports), n_metrics), np.nan)
        for batch in connection.execute(_VALUES.format(values=values)).to_arrow_reader(_ROWS_OF_BATCH):
            report_no, metric_no, value = (
                batch.column(name).to_numpy() for name in ("report_no", "metric_no", "value")
            )
            row, is_asked = places_of(reports, report_no)
            read[row[is_asked], metric_no[is_asked]] = value[is_asked]
        return cls(reports, np.arange(n_metrics, dtype=np.uint16), read)


def places_of(sorted_numbers: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """The place of each wanted number among sorted ones, and whether it is there."""
    if not len(sorted_numbers):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(sorted_numbers, wanted), len(sorted_numbers) - 1)
    return place, np.asarray(sorted_numbers[place] == wanted)


def metric_years(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> pa.RecordBatchReader:
    """Return each value beside that of the year before, where there is one of them.

    `queries` are those of the values and of the pairs of years (report_no, report_no_before or null), by these names.
    """
    rows = connection.execute(
        f"select report_no, coalesce(cast(report_no_before as bigint), {_NONE}) as before from ({queries['pairs']}) order by 1"
    ).fetchnumpy()
    reports = np.asarray(rows["report_no"])
    place, is_there = places_of(reports, np.asarray(rows["before"]))

    def batches() -> Iterator[pa.RecordBatch]:
        values = Values.read(connection, queries["values"], reports)
        for first in range(0, len(reports), _REPORTS_OF_SLICE):
            part = slice(first, first + _REPORTS_OF_SLICE)
            own = values.value[part]
            before = np.where(is_there[part, None], values.value[place[part]], np.nan)
            yield _batch(_YEARS, values, part, ~(np.isnan(own) & np.isnan(before)), [own, before])

    return pa.RecordBatchReader.from_batches(_YEARS, batches())


def metric_peers(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> pa.RecordBatchReader:
    """Return each value with how many peers have one, a lower one and an equal one; null where the peers are not known.

    `queries` are those of the values, of the peers (report_no, peers_no or null, form_version) and of the metrics, by these names.
    """
    rows = connection.execute(_PEERS_OF_REPORTS.format(**queries), {"none": _NONE}).fetchnumpy()
    reports, peers, forms = (np.asarray(rows[name]) for name in ("report_no", "peers_no", "form_no"))
    n_forms = int(forms.max(initial=0)) + 1

    def batches() -> Iterator[pa.RecordBatch]:
        values = Values.read(connection, queries["values"], reports)
        asked = {"n_metrics": len(values.metrics)}
        alike = np.asarray(connection.execute(_ALIKE.format(**queries), asked).fetchnumpy()["alike"])
        alike = alike.reshape(n_forms if len(reports) else 0, len(values.metrics))
        # Counted metric by metric, in the order of groups: one sort puts equal values beside each other.
        by_group = np.argsort(peers, kind="stable")
        counted = {name: np.zeros(values.value.shape, np.uint32) for name in ("n_below", "n_equal")}
        of_group = np.zeros(((int(peers.max(initial=_NONE)) + 2) * n_forms, len(values.metrics)), np.uint32)
        for k in range(len(values.metrics)):
            column = values.value[by_group, k]
            known = ~np.isnan(column) & (peers[by_group] != _NONE)
            at, value = by_group[known], column[known]
            group = peers[at] * n_forms + alike[forms[at], k]
            counted["n_below"][at, k], counted["n_equal"][at, k] = ranks(group, value)
            of_group[:, k] = np.bincount(group, minlength=len(of_group))
        for first in range(0, len(reports), _REPORTS_OF_SLICE):
            part = slice(first, first + _REPORTS_OF_SLICE)
            own = values.value[part]
            group = peers[part, None] * n_forms + alike[forms[part]]
            counts = (of_group[group, values.metrics], counted["n_below"][part], counted["n_equal"][part])
            unknown = np.broadcast_to((peers[part] == _NONE)[:, None], own.shape)
            columns = [own, *(np.ma.MaskedArray(count, unknown) for count in counts)]
            yield _batch(_PEERS, values, part, ~np.isnan(own), columns)

    return pa.RecordBatchReader.from_batches(_PEERS, batches())


def ranks(group: Numbers, value: Numbers) -> tuple[Numbers, Numbers]:
    """How many values of its group are below each value, and how many equal it, itself among them."""
    order = np.lexsort((value, group))
    groups, values = group[order], value[order]
    starts_group = np.ones(len(order), bool)
    starts_group[1:] = groups[1:] != groups[:-1]
    starts_value = starts_group.copy()
    starts_value[1:] |= values[1:] != values[:-1]
    first_of_value, first_of_group = np.flatnonzero(starts_value), np.flatnonzero(starts_group)
    n_equal = np.diff(np.append(first_of_value, len(order)))
    n_below = first_of_value - first_of_group[np.cumsum(starts_group)[first_of_value] - 1]
    of_value = np.cumsum(starts_value) - 1
    below, equal = np.empty(len(order), np.uint32), np.empty(len(order), np.uint32)
    below[order], equal[order] = n_below[of_value], n_equal[of_value]
    return below, equal


def _batch(schema: pa.Schema, values: Values, part: slice, is_row: Numbers, columns: list[Numbers]) -> pa.RecordBatch:
    """The rows of a slice, column by column; a mask says which counts are null, not a number which values."""
    report, metric = np.nonzero(is_row)
    arrays = [pa.array(values.reports[part][report].astype(np.uint32)), pa.array(values.metrics[metric])]
    for column in columns:
        found = column[report, metric]
        is_null = np.ma.getmaskarray(found) if isinstance(found, np.ma.MaskedArray) else np.isnan(found)
        arrays.append(pa.array(np.asarray(found), mask=is_null))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
