"""A delivery of several chunks: which are still to be parsed, and the delivery that they make when all are.

Belongs here: the state of one such delivery during a run. What a chunk's rows are is the concern of `tasks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import polars as pl

from pipelines.documents.deliveries import Delivery
from pipelines.ingest.tasks import Cases, Staged, Task, find_invalid, is_same_delivery, part_note, part_origin
from pipelines.ingest.totals import add_totals
from pipelines.parsing.chunks import Chunk
from pipelines.parsing.copies import COPY_COLUMNS, find_copies, mark_copies
from pipelines.parsing.version import parser_version
from pipelines.places import remove_path
from pipelines.publishing.staging_parts import (
    discard_parts,
    install_parts,
    parts_dir,
    read_note,
    read_part,
    read_part_columns,
    write_part,
)
from pipelines.schemas.staging import staging_schema
from pipelines.settings import STAGING_FRAMES, Settings

SPOOL = "spool"


class LargeDelivery:
    """One delivery of several chunks in the course of a run."""

    def __init__(self, delivery: Delivery, fingerprint: str, settings: Settings) -> None:
        self.delivery = delivery
        self.fingerprint = fingerprint
        self.n_kept = 0
        self.cases: Cases = {}
        self._settings = settings
        self._chunks: dict[int, Chunk] = {}
        self._notes: dict[int, dict[str, Any]] = {}
        self._is_planned = False

    def tasks(self, chunks: Iterator[Chunk]) -> Iterator[Task]:
        """Yield a task for each chunk that an earlier run has not left behind."""
        for chunk in chunks:
            self._chunks[chunk.number] = Chunk(chunk.delivery, chunk.number, chunk.pieces, 0, chunk.described)
            note = read_note(self._settings, chunk.delivery, chunk.number)
            origin = part_origin(chunk, self.fingerprint)
            if note is not None and all(note.get(name) == value for name, value in origin.items()):
                self._take(chunk.number, note)
                self.n_kept += 1
            else:
                yield Task(self._settings, (chunk,), (self.fingerprint,), is_part=True)
            if self.cases:
                return
        self._is_planned = True

    def take(self, staged: Staged) -> None:
        """Note what became of a chunk; one that violates a schema fails the delivery."""
        if staged.total is None:
            self.cases |= {f"{frame}, chunk {staged.number}": cases for frame, cases in staged.cases.items()}
        else:
            self._take(staged.number, staged.total)

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self._is_planned and len(self._notes) == len(self._chunks)

    def finish(self) -> Staged:
        """Mark copies across chunks, make sure that the delivery has not changed, put it in its place."""
        name = self.delivery.name
        if not self.cases:
            self._mark_copies()
        if self.cases:
            remove_path(parts_dir(self._settings, name) / SPOOL)
            return Staged(name, 0, cases=self.cases)
        if not is_same_delivery(self._settings, name, self.fingerprint):
            discard_parts(self._settings, name)
            return Staged(name, 0, is_changed=True)
        notes = [self._notes[n] for n in range(len(self._notes))]
        discard_parts(self._settings, name, after=len(notes) - 1)
        manifest = {
            "delivery": name,
            "fingerprint": self.fingerprint,
            "parser_version": parser_version(),
            "chunks": len(notes),
            "files": {
                frame: sum(1 for n, note in enumerate(notes) if note["rows"][frame] or not n)
                for frame in STAGING_FRAMES
            },
            **add_totals(notes),
        }
        install_parts(self._settings, manifest)
        return Staged(name, 0, manifest)

    def _take(self, number: int, note: dict[str, Any]) -> None:
        self._notes[number] = note
        for piece in self._chunks[number].pieces:
            if piece.part is not None and piece.part.batch is not None:
                remove_path(piece.part.batch)

    def _mark_copies(self) -> None:
        name = self.delivery.name
        documents = (
            read_part_columns(self._settings, name, n, "documents", COPY_COLUMNS) for n in range(len(self._notes))
        )
        for number, copies in find_copies(documents).items():
            digest = hashlib.sha256(repr(sorted(copies.rows())).encode()).hexdigest()
            note = self._notes[number]
            if note["copies"] == digest:
                continue
            frames = {frame: pl.DataFrame(schema=staging_schema(frame)) for frame in STAGING_FRAMES}
            frames |= read_part(self._settings, name, number)
            marked, read_rows = mark_copies(frames, note["read_rows"], copies)
            (cases,) = find_invalid([marked])
            if cases:
                self.cases |= {f"{frame}, chunk {number}": found for frame, found in cases.items()}
                return
            note = part_note(self._chunks[number], self.fingerprint, marked, read_rows, digest)
            write_part(self._settings, name, number, marked, note)
            self._notes[number] = note
