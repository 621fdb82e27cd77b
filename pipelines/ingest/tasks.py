"""What a worker does at one go: several small deliveries, or one chunk of a large one, parsed, checked and written.

Belongs here: from chunks to files. Which process does it, and what comes after, stands in `workers` and `deliveries`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from pandera.errors import SchemaErrors

from pipelines.documents.deliveries import find_delivery
from pipelines.documents.fingerprints import content_fingerprint
from pipelines.ingest.totals import count_frames
from pipelines.parsing.chunks import Chunk, chunk_key, parse_chunks
from pipelines.parsing.version import parser_version
from pipelines.publishing.staging import hashes_path, write_staging
from pipelines.publishing.staging_parts import write_part
from pipelines.schemas.staging import validate_frame
from pipelines.settings import STAGING_FRAMES, Settings

_SHOWN_CASES = 20
Cases = dict[str, pl.DataFrame]
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Task:
    """Chunks that are parsed together; each is a whole delivery, unless `is_part`: one chunk of a delivery of several."""

    settings: Settings
    chunks: tuple[Chunk, ...]
    fingerprints: tuple[str, ...]
    is_part: bool = False


@dataclass(frozen=True)
class Staged:
    """What became of a chunk.

    `total`: the manifest of a whole delivery, or the note of a part; None where nothing was written. `cases`: violations of
    the schemas by frame. `is_changed`: the delivery was not the same after reading.
    """

    delivery: str
    number: int
    total: dict[str, Any] | None = None
    cases: Cases = field(default_factory=dict)
    is_changed: bool = False


def run_task(task: Task, note: Callable[[str], None]) -> list[Staged]:
    """Parse the chunks of a task, check them, write what is valid."""
    parsed = parse_chunks(task.chunks, task.settings, note)
    note("check and write")
    invalid = find_invalid([own.frames for own in parsed])
    staged = []
    for n, (chunk, own) in enumerate(zip(task.chunks, parsed, strict=True)):
        if invalid[n]:
            staged.append(Staged(chunk.delivery, chunk.number, cases=invalid[n]))
        elif task.is_part:
            total = part_note(chunk, task.fingerprints[n], own.frames, own.read_rows)
            write_part(task.settings, chunk.delivery, chunk.number, own.frames, total)
            staged.append(Staged(chunk.delivery, chunk.number, total))
        else:
            staged.append(_write_whole(task.settings, chunk, task.fingerprints[n], own.frames))
    return staged


def part_note(chunk: Chunk, fingerprint: str, frames: Frames, read_rows: list[int], copies: str = "") -> dict[str, Any]:
    """Return what is noted of a chunk that is written: of which bytes, by which parser, with which copies marked."""
    return {
        **part_origin(chunk, fingerprint),
        "copies": copies,
        "read_rows": read_rows,
        **count_frames(frames),
    }


def part_origin(chunk: Chunk, fingerprint: str) -> dict[str, str]:
    """Return what a note has to say for its chunk not to be parsed again."""
    return {"key": chunk_key(chunk), "fingerprint": fingerprint, "parser_version": parser_version()}


def is_same_delivery(settings: Settings, name: str, fingerprint: str) -> bool:
    """Tell whether a delivery still is what it was before it was read."""
    now = find_delivery(settings.raw_dir, name)
    return now is not None and content_fingerprint(now, hashes_path(settings, name)) == fingerprint


def find_invalid(chunks: list[Frames]) -> list[Cases]:
    """Return the violations of the schemas, for each chunk by frame; chunks without a document in common are checked at once."""
    invalid: list[Cases] = [{} for _ in chunks]
    for group in _without_common_documents(chunks):
        joined = {frame: pl.concat([chunks[n][frame] for n in group]) for frame in STAGING_FRAMES}
        if _violations(joined):
            for n in group:
                invalid[n] = _violations(chunks[n])
    return invalid


def _without_common_documents(chunks: list[Frames]) -> list[list[int]]:
    """Keys are unique within a delivery, so two that hold the same document cannot be checked as one frame."""
    groups: list[tuple[list[int], set[str]]] = []
    for n, frames in enumerate(chunks):
        own = set(frames["reports"]["document_id"].to_list())
        fitting = next((group for group in groups if group[1].isdisjoint(own)), None)
        if fitting is None:
            groups.append(([n], own))
        else:
            fitting[0].append(n)
            fitting[1].update(own)
    return [members for members, _ in groups]


def _violations(frames: Frames) -> Cases:
    found: Cases = {}
    for frame in STAGING_FRAMES:
        try:
            validate_frame(frame, frames[frame])
        except SchemaErrors as error:
            found[frame] = error.failure_cases.head(_SHOWN_CASES).select(pl.all().cast(pl.String, strict=False))
    return found


def _write_whole(settings: Settings, chunk: Chunk, fingerprint: str, frames: Frames) -> Staged:
    if not is_same_delivery(settings, chunk.delivery, fingerprint):
        return Staged(chunk.delivery, chunk.number, is_changed=True)
    total = write_staging(settings, chunk.delivery, frames, fingerprint, parser_version(), totals=count_frames(frames))
    return Staged(chunk.delivery, chunk.number, total)
