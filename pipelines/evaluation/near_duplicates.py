"""Reports whose prose is nearly the same: pairs that share a band of minimum hashes, or a body, compared by their sketches.

Belongs here: finding and comparing the pairs as columns of numbers, a band at a time. What a pair means is told in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.operands import Numbers

# Of the reports that share a band each is compared with the next five, in the order in which reports are given.
_NEXT_OF_BAND = 5
_NEXT_OF_BODY = 2
_BITS = 256
_ROWS_OF_BATCH = 1_000_000
_SCHEMA = pa.schema(
    [("report_no", pa.uint32()), ("other_no", pa.uint32()), ("similarity", pa.float64()), ("n_group", pa.uint32())]
)
_SIGNED = """
    select
        cast(report_no as bigint) as report_no,
        cast(dense_rank() over (order by body_key) as bigint) as body_no,
        cast(report_year as bigint) as report_year,
        sketch,
        bands
    from ({signed})
    order by county_code nulls last, report_year, body_key, report_no
"""


def near_duplicates(
    connection: duckdb.DuckDBPyConnection, signed: str, least_similarity: float
) -> pa.RecordBatchReader:
    """Return each pair of reports that are at least so similar, from both sides.

    `signed` is a query of report_no, body_key, report_year, county_code, sketch (four words of 64 bits) and bands.
    `n_group` is how many reports share the most shared band of the first of the pair; two where it shares none.
    """
    rows = connection.execute(_SIGNED.format(signed=signed)).to_arrow_table()
    n = len(rows)
    sketches, bands = _matrix(rows["sketch"], n), _matrix(rows["bands"], n)
    report_no, body_no = rows["report_no"].to_numpy(), rows["body_no"].to_numpy()
    # Two sketches have half of their bits alike by chance: similarity is 1 - 2 * share of the bits that differ.
    most_bits = (1 - least_similarity) * _BITS / 2
    pairs = np.empty(0, np.int64)
    n_group = np.full(n, 2, np.uint32)
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        _note_groups(band[order], order, n_group)
        pairs = _with_alike(pairs, sketches, _next(band[order], order, _NEXT_OF_BAND), most_bits)
    order = np.lexsort((report_no, rows["report_year"].to_numpy(), body_no))
    pairs = _with_alike(pairs, sketches, _next(body_no[order], order, _NEXT_OF_BODY), most_bits)
    return pa.RecordBatchReader.from_batches(_SCHEMA, _both_sides(pairs, sketches, report_no, n_group))


def _matrix(lists: pa.ChunkedArray, n: int) -> Numbers:
    """A row a list: all have one length."""
    flat = lists.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(n, len(flat) // max(n, 1))


def _note_groups(keys: Numbers, order: Numbers, n_group: Numbers) -> None:
    """Raise the size of the group of each report to that of its run of equal keys."""
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    sizes = np.diff(np.append(starts, len(keys)))
    n_group[order] = np.maximum(n_group[order], np.repeat(sizes, sizes))


def _next(keys: Numbers, order: Numbers, how_many: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Pair each row with those that follow it in its run of equal keys: all that are one further, then two further …"""
    for further in range(1, how_many + 1):
        found = np.flatnonzero(keys[further:] == keys[:-further])
        yield order[found], order[found + further]


def _with_alike(
    pairs: Numbers, sketches: Numbers, candidates: Iterator[tuple[Numbers, Numbers]], most_bits: float
) -> Numbers:
    """The pairs so far and those of the candidates that are alike, each once: the lower row times n and the higher."""
    found = [pairs]
    for own, other in candidates:
        is_alike = _n_differing(sketches, own, other) <= most_bits
        low, high = np.minimum(own, other)[is_alike], np.maximum(own, other)[is_alike]
        found.append(low * len(sketches) + high)
    return _each_once(np.concatenate(found))


def _each_once(numbers: Numbers) -> Numbers:
    """The numbers in order: `np.unique` looks them up one by one, which takes ten times as long for millions."""
    numbers.sort()
    is_first = np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]
    return np.asarray(numbers[is_first])


def _n_differing(sketches: Numbers, own: Numbers, other: Numbers) -> Numbers:
    differing = np.zeros(len(own), np.uint16)
    for word in sketches.T:
        differing += np.bitwise_count(word[own] ^ word[other])
    return differing


def _both_sides(pairs: Numbers, sketches: Numbers, report_no: Numbers, n_group: Numbers) -> Iterator[pa.RecordBatch]:
    for begin in range(0, len(pairs), _ROWS_OF_BATCH):
        low, high = np.divmod(pairs[begin : begin + _ROWS_OF_BATCH], len(sketches))
        similarity = 1 - _n_differing(sketches, low, high) * 2 / _BITS
        for own, other in ((low, high), (high, low)):
            columns = (report_no[own], report_no[other], similarity, n_group[own])
            arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
            yield pa.record_batch(arrays, schema=_SCHEMA)
