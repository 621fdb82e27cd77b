"""Shards: files that carry many documents, one a record (parquet, JSON lines, WARC).

Belongs here: which files are shards, and their records one after the other. What a record's bytes are is told later.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

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


def is_shard(file: Path) -> bool:
    """Tell by the name, and for parquet by the content.

    Raises:
        OSError: the file cannot be read.
    """
    if file.name.lower().endswith(_LINES + _WARC):
        return True
    with file.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def read_records(file: Path, columns: ShardColumns, max_bytes: int) -> Iterator[Record]:
    """Yield the records of a shard, in order; memory is bounded by a batch, a record by `max_bytes`.

    Raises:
        BrokenShard: the rest of the shard cannot be read.
        OSError: the file cannot be read.
    """
    name = file.name.lower()
    if name.endswith(_LINES):
        yield from _read_lines(file, columns, max_bytes)
    elif name.endswith(_WARC):
        yield from _read_warc(file, max_bytes)
    else:
        yield from _read_parquet(file, columns, max_bytes)


def _read_parquet(file: Path, columns: ShardColumns, max_bytes: int) -> Iterator[Record]:
    try:
        with pq.ParquetFile(file) as shard:
            own = set(shard.schema_arrow.names)
            wanted = [name for name in (*columns.html, *columns.text, *columns.url, *columns.title) if name in own]
            if not own & {*columns.html, *columns.text}:
                raise BrokenShard(
                    f"no column is named {', '.join((*columns.text, *columns.html))}; it has {', '.join(sorted(own))}"
                )
            number = 0
            for batch in shard.iter_batches(batch_size=_BATCH_ROWS, columns=wanted, use_threads=False):
                for values in batch.to_pylist():
                    yield _record_of(number, values, columns, max_bytes)
                    number += 1
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise BrokenShard(str(error)) from None


def _read_lines(file: Path, columns: ShardColumns, max_bytes: int) -> Iterator[Record]:
    number = 0
    is_packed = file.name.lower().endswith(".gz")
    limit = max(_MIN_UNPACKED, _MAX_RATIO * file.stat().st_size)
    try:
        with gzip.open(file, "rb") if is_packed else file.open("rb") as stream:
            for line in _bounded_lines(cast(BinaryIO, stream), max_bytes, limit):
                if line is None:
                    yield Record(number, problem=f"a line above {max_bytes:,} bytes")
                elif line.strip():
                    yield _record_of_line(number, line, columns, max_bytes)
                else:
                    continue
                number += 1
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenShard(f"gzip: {error}") from None


def _bounded_lines(stream: BinaryIO, max_line: int, max_total: int) -> Iterator[bytes | None]:
    """Yield lines; None for one above the limit, which is passed over without being kept."""
    total = 0
    is_rest = False
    while line := stream.readline(_CHUNK if is_rest else max_line + 1):
        total += len(line)
        if total > max_total:
            raise BrokenShard(f"it unpacks to more than {max_total:,} bytes")
        ended = line.endswith(b"\n")
        if not is_rest:
            yield line if ended or len(line) <= max_line else None
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
    found = (value for name in names if isinstance(value := values.get(name), str) and value.strip())
    text = next(found, None)
    return None if text is None else " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _read_warc(file: Path, max_bytes: int) -> Iterator[Record]:
    with file.open("rb") as stream:
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
