"""Chunks of a delivery that is being parsed: each written whole, kept when a run is killed, made a delivery at the end.

Belongs here: files below `staging/_parts`, which no reader of the staging opens, and the step that puts them in place.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.places import copy_file, files_below, is_remote, read_whole, remove_path, unfinished
from pipelines.publishing.database import hold_lock
from pipelines.publishing.staging import (
    PARTS,
    STAGING_LOCK_SECONDS,
    file_stem,
    frame_path,
    manifest_path,
    read_frames,
    size_of,
    write_frame,
    write_manifest,
    write_text,
)
from pipelines.settings import STAGING_FRAMES, Settings

_NOTE = "note.json"
_READY = "ready"
_MANIFEST = "manifest.json"


def parts_dir(settings: Settings, delivery: str) -> Path:
    """Return the folder of the chunks of a delivery that is being parsed."""
    return settings.staging_dir / PARTS / file_stem(delivery)


def write_part(
    settings: Settings, delivery: str, number: int, frames: dict[str, pl.DataFrame], note: dict[str, Any]
) -> None:
    """Write the frames of a chunk and its note, whole or not at all; a frame without rows is left out after chunk 0."""
    target = parts_dir(settings, delivery) / f"{number:05}"
    # Object storage has no rename of a folder: there the note alone, which comes last, says that the chunk is whole.
    part = target if is_remote(target) else unfinished(target)
    remove_path(part / _NOTE)
    remove_path(part)
    part.mkdir(parents=True)
    for frame in STAGING_FRAMES:
        if frames[frame].height or not number:
            write_frame(frames[frame], part / f"{frame}.parquet")
    noted = note if is_remote(part) else {**note, "bytes": size_of(_files_of(part, number, note))}
    write_text(part / _NOTE, json.dumps(noted, ensure_ascii=False, sort_keys=True))
    if part != target:
        remove_path(target)
        part.rename(target)


def read_note(settings: Settings, delivery: str, number: int) -> dict[str, Any] | None:
    """Return the note of a chunk that is written and all there."""
    folder = parts_dir(settings, delivery) / f"{number:05}"
    try:
        note = json.loads(read_whole(folder / _NOTE))
    except (OSError, ValueError):
        return None
    if not isinstance(note, dict):
        return None
    files = _files_of(folder, number, note)
    is_whole = all(path.is_file() for path in files) and (is_remote(folder) or note.get("bytes") == size_of(files))
    return note if is_whole else None


def read_part(settings: Settings, delivery: str, number: int) -> dict[str, pl.DataFrame]:
    """Read the frames of a chunk; those without rows are not among them."""
    folder = parts_dir(settings, delivery) / f"{number:05}"
    return {path.stem: read_frames([path]) for path in sorted(folder.glob("*.parquet"))}


def read_part_columns(settings: Settings, delivery: str, number: int, frame: str, columns: list[str]) -> pl.DataFrame:
    """Read some columns of a frame of a chunk; none without rows."""
    path = parts_dir(settings, delivery) / f"{number:05}" / f"{frame}.parquet"
    return read_frames([path], columns)


def discard_parts(settings: Settings, delivery: str, after: int = -1) -> None:
    """Remove what a run left behind that is no chunk up to a number: half-written ones, and those of a longer delivery."""
    folder = parts_dir(settings, delivery)
    if not folder.is_dir():
        return
    kept = {f"{number:05}" for number in range(after + 1)}
    for path in folder.iterdir():
        if path.name not in kept:
            remove_path(path)
    if not kept:
        remove_path(folder)


def install_parts(settings: Settings, manifest: dict[str, Any]) -> None:
    """Put the chunks of a delivery in the place of its staging, then its manifest.

    It goes on where it stopped: once the manifest stands among the parts, they are this delivery whatever happens.
    """
    folder = parts_dir(settings, manifest["delivery"])
    if is_remote(folder):
        _copy_parts(settings, folder, manifest)
        return
    making = folder / f".{_READY}"
    remove_path(making)
    manifest["bytes"] = {}
    for frame in STAGING_FRAMES:
        files = [(n, folder / f"{n:05}" / f"{frame}.parquet") for n in range(manifest["chunks"])]
        manifest["bytes"][frame] = size_of([file for _, file in files])
        if manifest["chunks"] == 1:
            making.mkdir(exist_ok=True)
            files[0][1].rename(making / frame)
            continue
        (making / frame).mkdir(parents=True)
        for n, file in files:
            if file.is_file():
                file.rename(making / frame / f"{n:05}.parquet")
    remove_path(folder / _READY)
    making.rename(folder / _READY)
    write_text(folder / _MANIFEST, json.dumps(manifest, ensure_ascii=False, sort_keys=True))
    _finish_install(settings, folder, manifest)


def finish_install(settings: Settings, delivery: str) -> None:
    """Go on with an installation that was killed after its manifest had been written; without one, do nothing."""
    folder = parts_dir(settings, delivery)
    try:
        manifest = json.loads(read_whole(folder / _MANIFEST))
    except (OSError, ValueError):
        return
    _finish_install(settings, folder, manifest)


def _finish_install(settings: Settings, folder: Path, manifest: dict[str, Any]) -> None:
    delivery = manifest["delivery"]
    with hold_lock(settings.staging_lock_path, STAGING_LOCK_SECONDS):
        manifest_path(settings, delivery).unlink(missing_ok=True)
        for frame in STAGING_FRAMES:
            made = folder / _READY / frame
            if made.exists():
                target = frame_path(settings, frame, delivery)
                remove_path(target)
                made.rename(target)
        write_manifest(settings, manifest)
    remove_path(folder)


def _copy_parts(settings: Settings, folder: Path, manifest: dict[str, Any]) -> None:
    """The same in object storage: parts are copied, and removed when the manifest stands. It can be done again from any step."""
    delivery, n_chunks = manifest["delivery"], manifest["chunks"]
    manifest_path(settings, delivery).unlink(missing_ok=True)
    for frame in STAGING_FRAMES:
        whole = frame_path(settings, frame, delivery)
        parts = {f"{n:05}.parquet": folder / f"{n:05}" / f"{frame}.parquet" for n in range(n_chunks)}
        wanted = {whole if n_chunks == 1 else whole / name: part for name, part in parts.items() if part.is_file()}
        for place in set(files_below(whole)) - set(wanted):
            remove_path(place)
        for place, part in wanted.items():
            copy_file(part, place)
    write_manifest(settings, manifest)
    remove_path(folder)


def _files_of(folder: Path, number: int, note: dict[str, Any]) -> list[Path]:
    rows: dict[str, int] = note.get("rows", {})
    return [folder / f"{frame}.parquet" for frame in STAGING_FRAMES if rows.get(frame) or not number]
