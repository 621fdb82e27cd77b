"""Where a shard is cut into parts that are read side by side: the same parts for the same bytes.

Belongs here: the ends of parts, and unpacking what can only be read from its beginning into batches. Parsing does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.documents.shards import (
    WHOLE,
    BrokenShard,
    Record,
    ShardColumns,
    ShardPart,
    bounded_lines,
    is_lines,
    is_packed_stream,
    is_record_line,
    read_records,
    wanted_columns,
    write_batch,
)
from pipelines.places import open_stream, seekable


@dataclass(frozen=True)
class PartSize:
    """A part ends with so many records or bytes, whatever comes first; `max_record`: the limit of one record."""

    records: int
    bytes: int
    max_record: int


def cut_shard(file: Path, columns: ShardColumns, size: PartSize, batches: Path) -> Iterator[tuple[ShardPart, int, int]]:
    """Yield the parts of a shard in order, each with its records and bytes (as far as they are known).

    Parquet is cut between row groups, JSON lines between lines. What is packed, and a row group that is larger than a part,
    is unpacked once: its parts are written below `batches`. A shard that cannot be opened is one part, and its reader says so.

    Raises:
        OSError: the file cannot be read.
    """
    if is_packed_stream(file):
        yield from _cut_stream(read_records(file, columns, size.max_record), size, batches)
    elif is_lines(file):
        yield from _cut_lines(file, size)
    else:
        yield from _cut_parquet(file, columns, size, batches)


def _cut_lines(file: Path, size: PartSize) -> Iterator[tuple[ShardPart, int, int]]:
    end = file.stat().st_size
    begin = first = number = 0
    with open_stream(file) as stream:
        for line, at in bounded_lines(cast(BinaryIO, stream), size.max_record, end, end):
            if not is_record_line(line):
                continue
            if number - first >= size.records or (number > first and at - begin >= size.bytes):
                yield ShardPart(first, bytes=(begin, at), is_last=False), number - first, at - begin
                begin, first = at, number
            number += 1
    yield ShardPart(first, bytes=(begin, end)), number - first, end - begin


def _cut_parquet(
    file: Path, columns: ShardColumns, size: PartSize, batches: Path
) -> Iterator[tuple[ShardPart, int, int]]:
    try:
        with pq.ParquetFile(seekable(file)) as shard:
            wanted_columns(shard, columns)
            groups = [shard.metadata.row_group(n) for n in range(shard.num_row_groups)]
            sizes = [(group.num_rows, group.total_byte_size) for group in groups]
    except (pa.ArrowException, BrokenShard):
        yield WHOLE, 1, 0
        return
    first = 0
    spans = list(_group_spans(sizes, size))
    for begin, end in spans:
        rows, volume = (sum(numbers) for numbers in zip(*sizes[begin:end], strict=True))
        part = ShardPart(first, row_groups=(begin, end), is_last=end == len(sizes))
        if rows > size.records or (volume > size.bytes and rows > 1):
            records = read_records(file, columns, size.max_record, part)
            for piece, n, n_bytes in _cut_stream(records, size, batches, first):
                yield replace(piece, is_last=piece.is_last and part.is_last), n, n_bytes
        else:
            yield part, rows, volume
        first += rows
    if not spans:
        yield WHOLE, 0, 0


def _group_spans(sizes: list[tuple[int, int]], size: PartSize) -> Iterator[tuple[int, int]]:
    """Put neighbouring row groups together as long as they fit into a part; one that does not fit is alone."""
    begin = rows = volume = 0
    for n, (more_rows, more_volume) in enumerate(sizes):
        if n > begin and (rows + more_rows > size.records or volume + more_volume > size.bytes):
            yield begin, n
            begin, rows, volume = n, 0, 0
        rows, volume = rows + more_rows, volume + more_volume
    if begin < len(sizes):
        yield begin, len(sizes)


def _cut_stream(
    records: Iterator[Record], size: PartSize, batches: Path, first: int = 0
) -> Iterator[tuple[ShardPart, int, int]]:
    """Unpack records into batches; what is said of the whole is known when the last one has been read."""
    batch: list[Record] = []
    volume = n_skipped = 0
    problem = ""
    try:
        for record in records:
            if record.is_skipped:
                n_skipped += 1
                continue
            if batch and (len(batch) >= size.records or volume >= size.bytes):
                yield _unpacked(batch, batches, first), len(batch), volume
                first, batch, volume = record.number, [], 0
            batch.append(record)
            volume += len(record.content or b"")
    except BrokenShard as error:
        problem = str(error)
    last = _unpacked(batch, batches, first)
    yield replace(last, is_last=True, n_skipped=n_skipped, problem=problem), len(batch), volume


def _unpacked(batch: list[Record], batches: Path, first: int) -> ShardPart:
    path = batches / f"{first:010}.arrow"
    write_batch(path, batch)
    return ShardPart(first, batch=path, is_last=False)
