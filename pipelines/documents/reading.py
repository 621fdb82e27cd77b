"""Files of a delivery to rows of `documents`: read status, bytes, encoding, text, and findings on reading.

Belongs here: everything that can go wrong before there is a text. What the text says is parsing's concern.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.documents.decoding import decode_text, detect_binary
from pipelines.documents.deliveries import Delivery

_TEXT_EXTENSIONS = frozenset({"", ".txt", ".text"})
_HASH_CHUNK = 1 << 20


@dataclass(frozen=True)
class ReadFinding:
    """Something that reading a file found: a rule key and the values of its message."""

    rule_key: str
    values: dict[str, object]


@dataclass(frozen=True)
class Document:
    """One file, read or not; `text` is there only where `read_status` is `read`."""

    source_path: str
    document_id: str | None = None
    size_bytes: int | None = None
    format: str | None = None
    encoding: str | None = None
    read_status: str = "unreadable"
    text: str | None = None
    is_duplicate: bool = False
    findings: tuple[ReadFinding, ...] = ()


def read_delivery(delivery: Delivery, max_bytes: int) -> list[Document]:
    """Read every file of a delivery, in path order; whatever is wrong with one is a finding of that one alone."""
    documents: list[Document] = []
    first_paths: dict[str, str] = {}
    for file in delivery.files:
        document = read_file(file, delivery.source_path(file), max_bytes)
        if document.document_id is not None and document.document_id in first_paths:
            found = _finding("duplicate_document", document.source_path, first=first_paths[document.document_id])
            document = replace(document, is_duplicate=True, findings=(*document.findings, found))
        elif document.document_id is not None:
            first_paths[document.document_id] = document.source_path
        documents.append(document)
    return documents


def read_file(file: Path, source_path: str, max_bytes: int) -> Document:
    """Read one file; never raises for what is wrong with it. `max_bytes`: above it only size and sha256 are taken."""
    source_path = source_path.encode("utf-8", "replace").decode("utf-8")
    try:
        if not file.is_file():
            raise OSError(_kind_of(file))
        before = file.stat()
        if before.st_size > max_bytes:
            found = _finding("oversized_file", source_path, bytes=before.st_size, limit=max_bytes)
            return Document(source_path, _hash_file(file), before.st_size, None, None, "oversized", findings=(found,))
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)
            after = os.fstat(stream.fileno())
    except OSError as error:
        reason = error.strerror or str(error)
        return Document(source_path, findings=(_finding("unreadable_file", source_path, reason=reason),))
    document = _document_of(data, source_path)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        document = replace(document, findings=(*document.findings, _finding("changed_while_read", source_path)))
    return document


def _document_of(data: bytes, source_path: str) -> Document:
    document = Document(source_path, hashlib.sha256(data).hexdigest(), len(data))
    if not data:
        return replace(document, read_status="empty", findings=(_finding("empty_file", source_path, bytes=0),))
    binary = detect_binary(data)
    decoded = None if binary else decode_text(data)
    if decoded is None:
        found = _finding("binary_file", source_path, detected=binary or "no known text encoding")
        return replace(document, read_status="binary", findings=(found,))
    if not decoded.text.strip():
        found = _finding("empty_file", source_path, bytes=len(data))
        return replace(document, read_status="empty", encoding=decoded.encoding, findings=(found,))
    findings = []
    extension = Path(source_path).suffix.lower()
    if extension not in _TEXT_EXTENSIONS:
        findings.append(_finding("unknown_extension", source_path, extension=extension, detected="plain text"))
    if decoded.n_undecodable:
        found = _finding("undecodable_bytes", source_path, n=decoded.n_undecodable, encoding=decoded.encoding)
        findings.append(found)
    return replace(
        document,
        format="text",
        encoding=decoded.encoding,
        read_status="read",
        text=decoded.text,
        findings=tuple(findings),
    )


def _finding(rule_key: str, source_path: str, **values: object) -> ReadFinding:
    return ReadFinding(rule_key, {"path": source_path, **values})


def _hash_file(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _kind_of(path: Path) -> str:
    if path.is_symlink():
        return "a symbolic link that leads to no file"
    return "a folder" if path.is_dir() else "not a regular file" if path.exists() else "it is gone"
