"""Chunks of a delivery: what is read and parsed at one go, on any worker, with the same rows as the delivery in one piece.

Belongs here: where a delivery is divided, and a chunk to its staging frames. Who parses which chunk is the concern of ingest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.documents.cutting import PartSize, cut_shard
from pipelines.documents.deliveries import Delivery
from pipelines.documents.reading import Piece, pieces_of, shard_columns
from pipelines.documents.shards import is_packed_stream, is_shard
from pipelines.parsing.batches import Care, Texts, parse_all, read_texts
from pipelines.parsing.scopes import describe_delivery
from pipelines.parsing.staging_frames import ParsedChunk, build_frames
from pipelines.places import is_remote, sizes_below
from pipelines.schemas.staging import staging_schema
from pipelines.settings import Settings

# Text and tables seldom shrink to less than a hundredth: a file of so small a share of a chunk is never cut.
_NEVER_CUT = 100
# What is packed counts for more than its bytes when a chunk is filled.
_UNPACKED_BYTES = 20
_RECORD_BYTES = 2_000
NO_CARE = Care()
_OF_DELIVERY = ("deliveries", "delivery_scopes")


def _note_nothing(what: str) -> None:
    """Nobody wants to know what comes next."""


@dataclass(frozen=True)
class Chunk:
    """Successive documents of one delivery, numbered from 0; it can be pickled and parsed anywhere.

    `described`: on the last chunk, the delivery without its files, whose description becomes rows there.
    """

    delivery: str
    number: int
    pieces: tuple[Piece, ...]
    n_documents: int
    described: Delivery | None = None
    care: Care = NO_CARE

    @property
    def is_last(self) -> bool:
        """Whether the delivery ends here."""
        return self.described is not None


def plan_chunks(delivery: Delivery, settings: Settings) -> list[Chunk]:
    """Return the chunks of a delivery, at least one; see `iter_chunks`."""
    return list(iter_chunks(delivery, settings))


def iter_chunks(delivery: Delivery, settings: Settings, spool: Path | None = None) -> Iterator[Chunk]:
    """Yield the chunks of a delivery; where they end depends on its bytes and the size of a chunk alone.

    What can only be read from its beginning is unpacked on the way, into files below `spool` (`settings.spool_dir`, unless
    said); who asks for the chunks removes them.
    """
    waiting: list[Piece] = []
    number = n_documents = volume = 0
    for piece, n, n_bytes in _pieces(delivery, settings, spool or settings.spool_dir):
        full = n_documents + n > settings.chunk_documents or volume + n_bytes > settings.chunk_bytes
        if waiting and full:
            yield Chunk(delivery.name, number, tuple(waiting), n_documents)
            waiting, number, n_documents, volume = [], number + 1, 0, 0
        waiting.append(piece)
        n_documents, volume = n_documents + n, volume + n_bytes
    yield Chunk(delivery.name, number, tuple(waiting), n_documents, described=replace(delivery, files=()))


def whole_delivery(delivery: Delivery) -> Chunk:
    """Return a delivery as one chunk, however large it is."""
    pieces = tuple(pieces_of(delivery))
    return Chunk(delivery.name, 0, pieces, len(pieces), described=replace(delivery, files=()))


def parse_chunk(chunk: Chunk, settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the staging frames of a chunk, typed and sorted, by name (see `schemas.staging`).

    Never raises for what is wrong with a file: that is a row in `documents` and one in `findings`. A second copy of a
    document within the chunk is marked; of one in an earlier chunk, `parsing.copies` does it afterwards.
    """
    (parsed,) = parse_chunks([chunk], settings)
    return parsed.frames


def parse_chunks(
    chunks: Sequence[Chunk], settings: Settings, note: Callable[[str], None] = _note_nothing
) -> list[ParsedChunk]:
    """Return the staging frames of chunks that are parsed at one go: many small deliveries cost little more than one.

    Args:
        chunks: of any deliveries; what the first one says of care holds for all.
        settings: limits of files, names of the columns of shards.
        note: is told what is read and parsed next, for whoever has to know what killed this process.
    """
    care = chunks[0].care if chunks else NO_CARE
    read: list[Texts] = []
    for chunk in chunks:
        first = read[-1].end if read else 0
        read.append(read_texts(chunk.pieces, chunk.delivery, settings, first=first, care=care, note=note))
    parsed = build_frames(read, parse_all(read, care, note))
    return [
        replace(own, frames=_complete(own.frames, chunk.described)) for own, chunk in zip(parsed, chunks, strict=True)
    ]


def chunk_key(chunk: Chunk) -> str:
    """Return a digest of what a chunk reads and how: with the delivery's fingerprint it says whether its rows can be kept."""
    digest = hashlib.sha256(repr((chunk.delivery, chunk.number, chunk.is_last)).encode())
    for piece in chunk.pieces:
        part = piece.part and (replace(piece.part, batch=None), piece.part.batch is None)
        digest.update(f"{piece.source_path}\0{part}\n".encode())
    return digest.hexdigest()


def _complete(frames: dict[str, pl.DataFrame], delivery: Delivery | None) -> dict[str, pl.DataFrame]:
    if delivery is None:
        return {**frames, **{name: pl.DataFrame(schema=staging_schema(name)) for name in _OF_DELIVERY}}
    described = describe_delivery(delivery, dt.date.today())
    return {**frames, **described, "findings": pl.concat([frames["findings"], described["findings"]])}


def _pieces(delivery: Delivery, settings: Settings, spool: Path) -> Iterator[tuple[Piece, int, int]]:
    """Yield the pieces of a delivery with the documents and bytes that they count for."""
    columns = shard_columns(settings)
    size = PartSize(settings.chunk_documents, settings.chunk_bytes, settings.max_file_bytes)
    sizes = sizes_below(delivery.path) if is_remote(delivery.path) else {}
    for piece in pieces_of(delivery):
        try:
            n_bytes = sizes.get(piece.file) or (piece.file.stat().st_size if piece.file.is_file() else 0)
            is_cut = n_bytes * _NEVER_CUT > settings.chunk_bytes and is_shard(piece.file)
        except OSError:
            n_bytes, is_cut = 0, False
        if not is_cut or n_bytes > settings.max_shard_bytes:
            may_unpack = is_packed_stream(piece.file) or piece.file.suffix.lower() == ".parquet"
            n = 1 + n_bytes // _RECORD_BYTES if may_unpack else 1
            yield piece, n, n_bytes * (_UNPACKED_BYTES if may_unpack else 1)
            continue
        batches = spool / hashlib.sha256(piece.source_path.encode()).hexdigest()[:24]
        for part, n, volume in cut_shard(piece.file, columns, size, batches):
            yield replace(piece, part=part), n, volume
