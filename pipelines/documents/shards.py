"""Shards: files that carry many documents, one a record (parquet, JSON lines, WARC).

Belongs here: which files are shards, and the records of one, or of a part of it. Where a shard is cut stands in `cutting`.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from pipelines.places import open_stream, readable, seekable, write_whole

_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_WARC = (".warc", ".warc.gz")
_BATCH_ROWS = 16
_CHUNK = 1 << 16
# A packed shard may grow by this much; text seldom does by more than 20.
_MAX_RATIO = 100
_MIN_UNPACKED = 1 << 30
_PAGE_TYPES = ("text/", "application/xhtml", "application/pdf", "application/msword", "application/vnd.openxml")


class BrokenShard(Exception):
    """A shard cannot be read, or not further."""


@dataclass(frozen=True)
class ShardColumns:
    """Names of columns or keys, each in order of preference: HTML is preferred to text, as it keeps the tables."""

    text: tuple[str, ...]
    html: tuple[str, ...]
    url: tuple[str, ...]
    title: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One record: its number from 0 and its bytes, or why there are none; `is_skipped`: it is no document by its kind."""

    number: int
    content: bytes | None = None
    url: str | None = None
    title: str | None = None
    charset: str | None = None
    problem: str = ""
    is_skipped: bool = False


@dataclass(frozen=True)
class ShardPart:
    """Successive records of a shard that can be read without the ones before; without arguments, all of it.

    `is_last`: what is said of the shard as a whole is said here: how many records were passed over in earlier parts, and why
    the shard could not be read further.
    """

    first: int = 0
    row_groups: tuple[int, int] | None = None
    bytes: tuple[int, int] | None = None
    batch: Path | None = None
    is_last: bool = True
    n_skipped: int = 0
    problem: str = ""


WHOLE = ShardPart()
_TEXT_TYPES = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_BATCH_SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("content", pa.large_binary()),
        *((name, pa.string()) for name in ("url", "title", "charset", "problem")),
        ("is_skipped", pa.bool_()),
    ]
)


def is_packed_stream(file: Path) -> bool:
    """Tell by the name whether a shard can only be read from its beginning."""
    return file.name.lower().endswith((*_WARC, ".gz"))


def is_lines(file: Path) -> bool:
    """Tell by the name whether a shard is JSON lines."""
    return file.name.lower().endswith(_LINES)


def is_shard(file: Path) -> bool:
    """Tell by the name, and for parquet by the content.

    Raises:
        OSError: the file cannot be read.
    """
    if file.name.lower().endswith(_LINES + _WARC):
        return True
    with open_stream(file) as stream:
        return stream.read(4) == b"PAR1"


def read_records(file: Path, columns: ShardColumns, max_bytes: int, part: ShardPart = WHOLE) -> Iterator[Record]:
    """Yield the records of a part of a shard, in order; memory is bounded by a batch, a record by `max_bytes`.

    A row group of a parquet file that is damaged is one record with a problem, at the place of its first lost record.

    Raises:
        BrokenShard: the rest of the shard cannot be read.
        OSError: the file cannot be read.
    """
    if part.batch is not None:
        yield from read_batch(part.batch)
    elif is_lines(file):
        yield from _read_lines(file, columns, max_bytes, part)
    elif file.name.lower().endswith(_WARC):
        yield from _read_warc(file, max_bytes)
    else:
        yield from _read_parquet(file, columns, max_bytes, part)
    if part.problem:
        raise BrokenShard(part.problem)


def wanted_columns(shard: pq.ParquetFile, columns: ShardColumns) -> list[str]:
    """Return the columns of a parquet shard that are read.

    Raises:
        BrokenShard: none of them holds a text.
    """
    own = set(shard.schema_arrow.names)
    if not own & {*columns.html, *columns.text}:
        raise BrokenShard(
            f"no column is named {', '.join((*columns.text, *columns.html))}; it has {', '.join(sorted(own))}"
        )
    return [name for name in (*columns.html, *columns.text, *columns.url, *columns.title) if name in own]


def write_batch(path: Path, records: list[Record]) -> None:
    """Write records that were unpacked from a shard, for whoever parses them; whole or not at all."""
    columns = {field.name: [getattr(record, field.name) for record in records] for field in fields(Record)}
    batch = pa.RecordBatch.from_pydict(columns, schema=_BATCH_SCHEMA)
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = BytesIO()
    with pa.ipc.new_file(packed, _BATCH_SCHEMA, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(batch)
    write_whole(path, packed.getvalue())


def read_batch(path: Path) -> Iterator[Record]:
    """Yield the records of a batch, as they were read."""
    with pa.ipc.open_file(readable(path)) as reader:
        table = reader.read_all()
    for begin in range(0, table.num_rows, _BATCH_ROWS):
        yield from (Record(**row) for row in table.slice(begin, _BATCH_ROWS).to_pylist())


def _read_parquet(file: Path, columns: ShardColumns, max_bytes: int, part: ShardPart) -> Iterator[Record]:
    try:
        with pq.ParquetFile(seekable(file)) as shard:
            wanted = wanted_columns(shard, columns)
            number = part.first
            for group in range(*(part.row_groups or (0, shard.num_row_groups))):
                end = number + shard.metadata.row_group(group).num_rows
                numbers = range(number, end)
                yield from _read_row_group(shard, group, wanted, columns=columns, max_bytes=max_bytes, numbers=numbers)
                number = end
    except pa.ArrowException as error:
        raise BrokenShard(str(error)) from None


def _read_row_group(
    shard: pq.ParquetFile, group: int, wanted: list[str], *, columns: ShardColumns, max_bytes: int, numbers: range
) -> Iterator[Record]:
    left = iter(numbers)
    try:
        for batch in shard.iter_batches(_BATCH_ROWS, [group], wanted, use_threads=False):
            values = [_values_of(column) for column in batch.columns]
            for row in zip(*values, strict=True):
                yield _record_of(next(left), dict(zip(batch.schema.names, row, strict=True)), columns, max_bytes)
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        lost = next(left)
        yield Record(lost, problem=f"row group {group} is damaged from here on, to record {numbers.stop - 1}: {error}")


def _values_of(column: pa.Array) -> list[Any]:
    """Return the values of a column, texts as their bytes: one that is no UTF-8 then costs no other record."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if any(is_text(column.type) for is_text in _TEXT_TYPES):
        column = column.cast(pa.large_binary())
    return cast(list[Any], column.to_pylist())


def _read_lines(file: Path, columns: ShardColumns, max_bytes: int, part: ShardPart) -> Iterator[Record]:
    for number, line in enumerate(numbered_lines(file, max_bytes, part.bytes), part.first):
        if line is None:
            yield Record(number, problem=f"a line above {max_bytes:,} bytes")
        else:
            yield _record_of_line(number, line, columns, max_bytes)


def numbered_lines(file: Path, max_bytes: int, span: tuple[int, int] | None = None) -> Iterator[bytes | None]:
    """Yield the lines of a file, or of a span of its bytes, that are records; None for one above the limit.

    Raises:
        BrokenShard: it cannot be unpacked.
    """
    is_packed = file.name.lower().endswith(".gz")
    limit = max(_MIN_UNPACKED, _MAX_RATIO * file.stat().st_size)
    begin, end = span or (0, limit)
    try:
        with open_stream(file) as packed, gzip.open(packed) if is_packed else packed as stream:
            stream.seek(begin)
            for line, _ in bounded_lines(cast(BinaryIO, stream), max_bytes, limit, end - begin):
                if is_record_line(line):
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenShard(f"gzip: {error}") from None


def is_record_line(line: bytes | None) -> bool:
    """Tell whether a line is a record: one that is too long, or holds anything."""
    return line is None or bool(line.strip())


def bounded_lines(stream: BinaryIO, max_line: int, max_total: int, stop: int) -> Iterator[tuple[bytes | None, int]]:
    """Yield lines that begin before `stop`, and the bytes before each; None for one above the limit, which is not kept."""
    total = 0
    is_rest = False
    while (total < stop or is_rest) and (line := stream.readline(_CHUNK if is_rest else max_line + 1)):
        begin, total = total, total + len(line)
        if total > max_total:
            raise BrokenShard(f"it unpacks to more than {max_total:,} bytes")
        ended = line.endswith(b"\n")
        if not is_rest:
            yield (line if ended or len(line) <= max_line else None), begin
        is_rest = not ended and (is_rest or len(line) > max_line)


def _record_of_line(number: int, line: bytes, columns: ShardColumns, max_bytes: int) -> Record:
    try:
        values = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        return Record(number, problem=f"no JSON: {error}")
    if not isinstance(values, dict):
        return Record(number, problem="a JSON value that is no object")
    return _record_of(number, values, columns, max_bytes)


def _record_of(number: int, values: dict[str, Any], columns: ShardColumns, max_bytes: int) -> Record:
    url, title = _first_string(values, columns.url), _first_string(values, columns.title)
    problem = f"no text under {', '.join((*columns.text, *columns.html))}"
    for name in (*columns.html, *columns.text):
        value = values.get(name)
        if isinstance(value, str):
            value = value.encode("utf-8", "replace")
        if isinstance(value, bytes):
            if len(value) > max_bytes:
                return Record(number, None, url, title, problem=f"{name} has {len(value):,} bytes")
            if value.strip():
                return Record(number, value, url, title)
        elif value is not None:
            problem = f"{name} holds no text but {type(value).__name__}"
    return Record(number, None, url, title, problem=problem)


def _first_string(values: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = values.get(name)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(text, str) and text.strip():
            return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return None


def _read_warc(file: Path, max_bytes: int) -> Iterator[Record]:
    with open_stream(file) as stream:
        try:
            for number, entry in enumerate(ArchiveIterator(stream)):
                yield _record_of_entry(number, entry, max_bytes)
        except OSError:
            raise
        except Exception as error:  # warcio raises whatever a damaged record makes it raise
            raise BrokenShard(f"WARC: {type(error).__name__}: {error}") from None


def _record_of_entry(number: int, entry: Any, max_bytes: int) -> Record:
    headers = entry.http_headers or entry.rec_headers
    status = entry.http_headers.get_statuscode() if entry.http_headers else "200"
    media, _, parameters = (headers.get_header("Content-Type") or "text/html").lower().partition(";")
    if entry.rec_type not in ("response", "resource") or status != "200" or not media.startswith(_PAGE_TYPES):
        return Record(number, is_skipped=True)
    url = entry.rec_headers.get_header("WARC-Target-URI")
    content = bytearray()
    stream = entry.content_stream()
    while chunk := stream.read(_CHUNK):
        content += chunk
        if len(content) > max_bytes:
            return Record(number, None, url, problem=f"a payload above {max_bytes:,} bytes")
    if not content:
        return Record(number, None, url, problem="an empty payload")
    charset = next((p.split("=", 1)[1].strip(" \"'") for p in parameters.split(";") if "charset=" in p), None)
    return Record(number, bytes(content), url, charset=charset)
