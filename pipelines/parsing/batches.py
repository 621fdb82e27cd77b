"""Documents of chunks to parsed frames: batches that are parsed at once, one document alone where the parser fails.

Belongs here: what is read and parsed together. The rows of the staging frames are built in `staging_frames`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

import polars as pl

from pipelines.documents.reading import Document, Piece, place_of, read_pieces
from pipelines.parsing.reports import ParsedReports, parse_texts
from pipelines.settings import Settings

# A panic of polars is no Exception.
_FAILURES = (Exception, pl.exceptions.PanicException)
# A batch is parsed at once; it ends with so many documents or characters.
_BATCH = 5_000
_BATCH_CHARACTERS = 40_000_000
FRAMES = [field.name for field in fields(ParsedReports) if field.name != "findings"]
Found = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Care:
    """What is left out or done in smaller steps because it has killed a process, or took too long; by default, nothing.

    `unread` and `unparsed`: names of documents as findings name them, with why. `alone`: first documents of batches that are parsed
    one by one.
    """

    batch: int = _BATCH
    unread: Mapping[str, str] = field(default_factory=dict)
    unparsed: Mapping[str, str] = field(default_factory=dict)
    alone: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Texts:
    """The documents of one chunk as they were read: their places as columns, their findings by number."""

    delivery: str
    first: int
    documents: list[Document]
    findings: list[Found] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The number after the last document's."""
        return self.first + len(self.documents)


def read_texts(
    pieces: Iterable[Piece], delivery: str, settings: Settings, *, first: int, care: Care, note: Callable[[str], None]
) -> Texts:
    """Read the documents of a chunk; they are numbered from `first`."""
    documents = list(read_pieces(pieces, settings, care.unread, note))
    findings = [
        (doc, {"rule_key": found.rule_key, **found.values})
        for doc, document in enumerate(documents, first)
        for found in document.findings
    ]
    return Texts(delivery, first, documents, findings)


def parse_all(read: list[Texts], care: Care, note: Callable[[str], None]) -> list[ParsedReports]:
    """Parse the texts of chunks in batches that reach over chunks; documents keep their numbers."""
    numbered = ((doc, d) for texts in read for doc, d in enumerate(texts.documents, texts.first))
    readable = ((doc, d) for doc, d in numbered if d.text is not None and not d.is_duplicate)
    parsed = [parse_batch(batch, care, note) for batch in _batches(readable, care.batch)]
    return parsed or [_parse({})]


def parse_batch(documents: dict[int, Document], care: Care, note: Callable[[str], None]) -> ParsedReports:
    """Parse documents by their number; where the parser itself fails, one by one, so that one document fails alone."""
    first = next(iter(documents))
    note(f"batch {first}")
    if first not in care.alone and not any(place_of(d) in care.unparsed for d in documents.values() if care.unparsed):
        try:
            with _no_collections():
                return _parse(documents)
        except _FAILURES:
            pass
    return _join([_parse_alone(doc, document, care, note) for doc, document in documents.items()])


def _batches(documents: Iterable[tuple[int, Document]], n: int) -> Iterator[dict[int, Document]]:
    batch: dict[int, Document] = {}
    n_characters = 0
    for doc, document in documents:
        size = len(document.text or "")
        if batch and (len(batch) >= n or n_characters + size > _BATCH_CHARACTERS):
            yield batch
            batch, n_characters = {}, 0
        batch[doc] = document
        n_characters += size
    if batch:
        yield batch


@contextmanager
def _no_collections() -> Iterator[None]:
    """Put off the search for cycles: parsing makes millions of objects and no cycles that matter within one batch."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _parse_alone(doc: int, document: Document, care: Care, note: Callable[[str], None]) -> ParsedReports:
    if place_of(document) in care.unparsed:
        return _failed(doc, care.unparsed[place_of(document)])
    note(f"alone {place_of(document)}")
    try:
        return _parse({doc: document})
    except _FAILURES as error:
        return _failed(doc, f"{type(error).__name__}: {error}")


def _failed(doc: int, reason: str) -> ParsedReports:
    return replace(_parse({}), findings=[(doc, {"rule_key": "parsing_failed", "reason": reason})])


def _join(parts: list[ParsedReports]) -> ParsedReports:
    joined = {name: pl.concat([getattr(part, name) for part in parts], how="diagonal_relaxed") for name in FRAMES}
    return ParsedReports(**joined, findings=[found for part in parts for found in part.findings])


def _parse(documents: dict[int, Document]) -> ParsedReports:
    return parse_texts(
        {doc: document.text or "" for doc, document in documents.items()},
        {doc: document.title for doc, document in documents.items() if document.title},
        {doc: document.url for doc, document in documents.items() if document.url},
    )
