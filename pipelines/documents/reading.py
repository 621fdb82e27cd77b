"""Files of a delivery to rows of `documents`: read status, bytes, encoding, text, and findings on reading.

Belongs here: everything that can go wrong before there is a text. What the text says is parsing's concern.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType

from pipelines.documents.conversion import Converted, ReadFinding, UnreadableDocument
from pipelines.documents.deliveries import Delivery, leads_out
from pipelines.documents.formats import Reader, convert_document
from pipelines.documents.isolation import IsolatedConverter
from pipelines.documents.shards import WHOLE, BrokenShard, Record, ShardColumns, ShardPart, is_shard, read_records
from pipelines.places import is_remote, open_stream, read_whole
from pipelines.settings import Settings

_HASH_CHUNK = 1 << 20
_LINKED = (
    "a symbolic link that leads out of its folder, or that neither root nor the account of the warehouse has put there; "
    "deliver the file itself"
)
KILLED = "the process that worked on it was ended by the system: too little memory, or a crash"
_STATUSES = {"binary_file": "binary", "empty_file": "empty", "image_only": "image_only"}


@dataclass(frozen=True)
class Document:
    """One file, or one record of a shard, read or not; `text` is there only where `read_status` is `read`."""

    source_path: str
    document_id: str | None = None
    size_bytes: int | None = None
    format: str | None = None
    encoding: str | None = None
    read_status: str = "unreadable"
    text: str | None = None
    is_duplicate: bool = False
    findings: tuple[ReadFinding, ...] = ()
    record: int | None = None
    url: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Piece:
    """What is read of one file: all of it, or a part of a shard."""

    file: Path
    source_path: str
    part: ShardPart | None = None


def pieces_of(delivery: Delivery) -> Iterator[Piece]:
    """Yield the files of a delivery, each as a whole."""
    for file in delivery.files:
        yield Piece(file, delivery.source_path(file).encode("utf-8", "replace").decode("utf-8"))


def read_delivery(delivery: Delivery, settings: Settings) -> Iterator[Document]:
    """Read every file and record of a delivery, in order; whatever is wrong with one is a finding of that one alone."""
    return read_pieces(pieces_of(delivery), settings)


def read_pieces(
    pieces: Iterable[Piece],
    settings: Settings,
    unread: Mapping[str, str] = MappingProxyType({}),
    note: Callable[[str], None] | None = None,
) -> Iterator[Document]:
    """Read pieces of one delivery, in order; a second copy of a document is marked as one.

    Args:
        pieces: of one delivery.
        settings: limits of files, names of the columns of shards.
        unread: places of documents that are not converted, as they have killed a process that did, or took too long; with why.
        note: is told the place of each document before it is converted.
    """
    first_places: dict[str, str] = {}
    with IsolatedConverter(settings.conversion_seconds) as isolated:
        reader = Reader(isolated, settings.max_file_bytes, unread, note)
        for piece in pieces:
            for document in _read_piece(piece, settings, reader):
                place = place_of(document)
                first = first_places.setdefault(document.document_id or "", place)
                if document.document_id is None or first == place:
                    yield document
                else:
                    found = _finding("duplicate_document", place, first=first)
                    yield replace(document, is_duplicate=True, findings=(*document.findings, found))


def read_file(file: Path, source_path: str, reader: Reader) -> Document:
    """Read one file; never raises for what is wrong with it. Above the limit only size and sha256 are taken."""
    try:
        before = _stat(file)
        if before.st_size > reader.max_bytes:
            found = _finding("oversized_file", source_path, bytes=before.st_size, limit=reader.max_bytes)
            return Document(source_path, _hash_file(file), before.st_size, None, None, "oversized", findings=(found,))
        with file.open("rb") as stream:
            data = stream.read(reader.max_bytes + 1)
            after = os.fstat(stream.fileno())
    except OSError as error:
        return _unreadable(source_path, error)
    document = _document_of(data, source_path, reader)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        document = replace(document, findings=(*document.findings, _finding("changed_while_read", source_path)))
    return document


def _read_piece(piece: Piece, settings: Settings, reader: Reader) -> Iterator[Document]:
    """Read a piece. A file of object storage that is no part of a shard is fetched first, by one request."""
    if not is_remote(piece.file) or piece.part is not None:
        yield from _read_near(piece, settings, reader)
        return
    with TemporaryDirectory(prefix="gid-") as folder:
        near = Path(folder) / PurePosixPath(piece.source_path).name
        try:
            near.write_bytes(read_whole(piece.file))
        except OSError as error:
            yield _unreadable(piece.source_path, error)
            return
        yield from _read_near(replace(piece, file=near), settings, reader)


def _read_near(piece: Piece, settings: Settings, reader: Reader) -> Iterator[Document]:
    try:
        if leads_out(piece.file, settings.raw_dir):
            raise OSError(_LINKED)
        _stat(piece.file)
        shard = piece.part is not None or is_shard(piece.file)
    except OSError as error:
        yield _unreadable(piece.source_path, error)
        return
    if shard:
        yield from _read_shard(piece, settings, reader)
    else:
        yield read_file(piece.file, piece.source_path, reader)


def _read_shard(piece: Piece, settings: Settings, reader: Reader) -> Iterator[Document]:
    """Yield a document a record; a shard that cannot be read, or holds no document, is one of its own.

    What is found on the shard as a whole stands with its last document.
    """
    file, source_path, part = piece.file, piece.source_path, piece.part or WHOLE
    last: Document | None = None
    n_skipped = part.n_skipped
    try:
        before = _stat(file)
        if before.st_size > settings.max_shard_bytes:
            found = _finding("oversized_shard", source_path, bytes=before.st_size, limit=settings.max_shard_bytes)
            yield Document(source_path, _hash_file(file), before.st_size, None, None, "oversized", findings=(found,))
            return
        for record in read_records(file, shard_columns(settings), reader.max_bytes, part):
            n_skipped += record.is_skipped
            if not record.is_skipped:
                if last is not None:
                    yield last
                last = _document_of_record(record, source_path, reader)
        after = _stat(file)
        changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    except (OSError, BrokenShard) as error:
        if last is not None:
            yield last
        yield _unreadable(source_path, error)
        return
    findings = [_finding("skipped_records", source_path, n=n_skipped)] if n_skipped else []
    findings += [_finding("changed_while_read", source_path)] if changed else []
    if last is None and part.first:
        return
    if last is None:
        findings.append(_finding("empty_file", source_path, bytes=before.st_size))
        last = Document(source_path, _hash_file(file), before.st_size, read_status="empty")
    yield replace(last, findings=(*last.findings, *findings))


def shard_columns(settings: Settings) -> ShardColumns:
    """Return the names of columns that a shard may have."""
    return ShardColumns(
        text=settings.shard_text_columns,
        html=settings.shard_html_columns,
        url=settings.shard_url_columns,
        title=settings.shard_title_columns,
    )


def _document_of(data: bytes, source_path: str, reader: Reader) -> Document:
    document = Document(source_path, hashlib.sha256(data).hexdigest(), len(data))
    if not data:
        return replace(document, read_status="empty", findings=(_finding("empty_file", source_path, bytes=0),))
    return _converted(document, data, PurePosixPath(source_path).name, reader)


def _document_of_record(record: Record, source_path: str, reader: Reader) -> Document:
    document = Document(source_path, record=record.number, url=record.url, title=record.title)
    if record.content is None:
        return replace(document, findings=(_finding("broken_record", place_of(document), reason=record.problem),))
    digest = hashlib.sha256(record.content).hexdigest()
    document = replace(document, document_id=digest, size_bytes=len(record.content))
    return _converted(document, record.content, "", reader, record.charset)


def _converted(document: Document, data: bytes, name: str, reader: Reader, declared: str | None = None) -> Document:
    place = place_of(document)
    if place in reader.unread:
        found = _finding("conversion_failed", place, detected=name or "a record", reason=reader.unread[place])
        return replace(document, findings=(found,))
    if reader.note is not None:
        reader.note(f"read {place}")
    try:
        converted = convert_document(data, name, reader, declared)
    except UnreadableDocument as error:
        found = _finding(error.rule_key, place, **error.values)
        return replace(document, read_status=_STATUSES.get(error.rule_key, "unreadable"), findings=(found,))
    return _with_text(document, converted, place)


def _with_text(document: Document, converted: Converted, place: str) -> Document:
    return replace(
        document,
        format=converted.format,
        encoding=converted.encoding,
        read_status="read",
        text=converted.text,
        title=document.title or converted.title,
        findings=tuple(_finding(found.rule_key, place, **found.values) for found in converted.findings),
    )


def place_of(document: Document) -> str:
    """Return the name that findings give to a document: its path, and its record where it is one."""
    return document.source_path if document.record is None else f"{document.source_path}#{document.record}"


def _finding(rule_key: str, source_path: str, **values: object) -> ReadFinding:
    return ReadFinding(rule_key, {"path": source_path, **values})


def _unreadable(source_path: str, error: Exception) -> Document:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Document(source_path, findings=(_finding("unreadable_file", source_path, reason=reason),))


def _stat(file: Path) -> os.stat_result:
    if not file.is_file():
        raise OSError(_kind_of(file))
    return file.stat()


def _hash_file(file: Path) -> str:
    digest = hashlib.sha256()
    with open_stream(file) as stream:
        while chunk := stream.read(_HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _kind_of(path: Path) -> str:
    if path.is_symlink():
        return "a symbolic link that leads to no file"
    return "a folder" if path.is_dir() else "not a regular file" if path.exists() else "it is gone"
