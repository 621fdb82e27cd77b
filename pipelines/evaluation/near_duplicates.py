"""Reports whose prose is nearly the same: pairs that share a band of minimum hashes, or a body, compared by their sketches.

Belongs here: finding, comparing and ranking the pairs as columns of numbers, a band at a time. Keys are joined to them in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.evaluation.operands import Numbers

RELATIONS = (
    "same_body_other_year",
    "same_name_same_year",
    "same_name_other_year",
    "other_body_same_year",
    "other_body_other_year",
)
# Of the reports that share a band each is compared with the next five, in the order in which reports are given.
_NEXT_OF_BAND = 5
_NEXT_OF_BODY = 2
_BITS = 256
_NEAREST = 3
_REPORTS_OF_SLICE = 100_000
_SCHEMA = pa.schema(
    [
        ("report_no", pa.uint32()),
        ("other_no", pa.uint32()),
        ("relation_no", pa.uint8()),
        ("similarity", pa.float64()),
        ("n_group", pa.uint32()),
        ("nearness_rank", pa.uint8()),
    ]
)
# A bare name that nothing places may be the same town: its body is the report alone.
_SIGNED = """
    select
        cast(report_no as bigint) as report_no,
        cast(dense_rank() over (order by body_key) as bigint) as body_no,
        cast(case when unit_name is null then -report_no else dense_rank() over (order by unit_name) end as bigint)
            as name_no,
        starts_with(body_key, 'report:') as is_placeless,
        cast(report_year as bigint) as report_year,
        cast(dense_rank() over (order by prose_digest) as bigint) as prose_no,
        cast(row_number() over (order by published_on nulls last, report_key) as bigint) as publication_no,
        sketch,
        bands
    from ({signed})
    order by county_code nulls last, report_year, body_key, report_no
"""


@dataclass(frozen=True)
class _Signed:
    """What reports are compared by, a row each: sketches of four words, bands, and their names as numbers."""

    of: dict[str, Numbers]
    sketches: Numbers
    bands: Numbers

    def __len__(self) -> int:
        return len(self.sketches)


def near_duplicates(
    connection: duckdb.DuckDBPyConnection, signed: str, least_similarity: float
) -> pa.RecordBatchReader:
    """Return, for each report and relation, the nearest three of the reports that are at least so similar.

    `signed` is a query of report_no, report_key, body_key, unit_name, report_year, published_on, county_code, prose_digest,
    sketch (four words of 64 bits) and bands. `n_group` is how many reports share the most shared band of the report; two where
    it shares none.
    """
    reports = _read(connection, signed)
    # Two sketches have half of their bits alike by chance: similarity is 1 - 2 * share of the bits that differ.
    most_bits = (1 - least_similarity) * _BITS / 2
    pairs = np.empty(0, np.int64)
    n_group = np.full(len(reports), 2, np.uint32)
    for band in reports.bands.T:
        order = np.argsort(band, kind="stable")
        _note_groups(band[order], order, n_group)
        pairs = _with_alike(pairs, reports.sketches, _next(band[order], order, _NEXT_OF_BAND), most_bits)
    order = np.lexsort((reports.of["report_no"], reports.of["report_year"], reports.of["body_no"]))
    of_bodies = _next(reports.of["body_no"][order], order, _NEXT_OF_BODY)
    pairs = _with_alike(pairs, reports.sketches, of_bodies, most_bits)
    return pa.RecordBatchReader.from_batches(_SCHEMA, _nearest(pairs, reports, n_group))


def _read(connection: duckdb.DuckDBPyConnection, signed: str) -> _Signed:
    rows = connection.execute(_SIGNED.format(signed=signed)).to_arrow_table()
    sketches, bands = (_matrix(rows[name], len(rows)) for name in ("sketch", "bands"))
    names = [name for name in rows.column_names if name not in ("sketch", "bands")]
    return _Signed({name: rows[name].to_numpy() for name in names}, sketches, bands)


def _matrix(lists: pa.ChunkedArray, n: int) -> Numbers:
    """A row a list: all have one length."""
    flat = lists.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(n, len(flat) // max(n, 1))


def _note_groups(keys: Numbers, order: Numbers, n_group: Numbers) -> None:
    """Raise the size of the group of each report to that of its run of equal keys."""
    starts = np.flatnonzero(_is_first(keys))
    sizes = np.diff(np.append(starts, len(keys)))
    n_group[order] = np.maximum(n_group[order], np.repeat(sizes, sizes))


def _is_first(keys: Numbers) -> Numbers:
    """Whether each begins a run of equal keys."""
    return np.append(True, keys[1:] != keys[:-1])[: len(keys)]


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
    # `np.unique` looks numbers up one by one, which takes ten times as long for millions.
    joined = np.concatenate(found)
    joined.sort()
    return np.asarray(joined[_is_first(joined)])


def _n_differing(sketches: Numbers, own: Numbers, other: Numbers) -> Numbers:
    differing = np.zeros(len(own), np.uint16)
    for word in sketches.T:
        differing += np.bitwise_count(word[own] ^ word[other])
    return differing


def _nearest(pairs: Numbers, reports: _Signed, n_group: Numbers) -> Iterator[pa.RecordBatch]:
    """The pairs from both sides, some reports at a time, ranked: of each report and relation the nearest are kept."""
    n = max(len(reports), 1)
    turned = pairs % n * n + pairs // n
    turned.sort()
    for first in range(0, len(reports), _REPORTS_OF_SLICE):
        limits = np.array([first, first + _REPORTS_OF_SLICE]) * n
        parts = [side[slice(*np.searchsorted(side, limits))] for side in (pairs, turned)]
        own, other = np.divmod(np.concatenate(parts), n)
        differing = _n_differing(reports.sketches, own, other)
        relation = _relations(reports, own, other)
        group = own * len(RELATIONS) + relation
        order = np.lexsort((_distances(reports, own, other, differing), group))
        starts = np.flatnonzero(_is_first(group[order]))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order)))) + 1
        kept, rank = order[rank <= _NEAREST], rank[rank <= _NEAREST]
        own, other = own[kept], other[kept]
        number, similarity = reports.of["report_no"], 1 - differing[kept] * 2 / _BITS
        columns = (number[own], number[other], relation[kept], similarity, n_group[own], rank)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
        yield pa.record_batch(arrays, schema=_SCHEMA)


def _relations(reports: _Signed, own: Numbers, other: Numbers) -> Numbers:
    """What the others are to their reports, by the place in `RELATIONS`."""
    is_same = {name: column[own] == column[other] for name, column in reports.of.items()}
    is_placeless = reports.of["is_placeless"]
    is_same_name = is_same["name_no"] & (is_placeless[own] | is_placeless[other])
    year_names = [np.where(is_same["report_year"], a, b) for a, b in ((1, 2), (3, 4))]
    return np.where(is_same["body_no"], 0, np.where(is_same_name, *year_names))


def _distances(reports: _Signed, own: Numbers, other: Numbers, differing: Numbers) -> Numbers:
    """How far the other is, in one number: bits that differ, other words, years between, then the earlier, then the key."""
    year, prose = reports.of["report_year"], reports.of["prose_no"]
    parts = (
        (differing, 8),
        (prose[own] != prose[other], 1),
        (np.minimum(np.abs(year[own] - year[other]), 127), 7),
        (year[other], 16),
        (reports.of["publication_no"][other], 32),
    )
    distance = np.zeros(len(own), np.uint64)
    for part, n_bits in parts:
        distance = (distance << np.uint64(n_bits)) | part.astype(np.uint64)
    return distance
