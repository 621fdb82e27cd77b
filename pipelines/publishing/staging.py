"""Staging parquet of deliveries: written whole, found again when nothing has changed, removed with its delivery.

Belongs here: what readers of the staging folder find there. Chunks that are not yet a delivery stand in `staging_parts`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from pipelines.places import is_abandoned, is_remote, read_whole, readable, remove_path, write_whole
from pipelines.publishing.database import hold_lock
from pipelines.publishing.held import held_file, held_folder, remove_dead
from pipelines.schemas.staging import staging_schema
from pipelines.settings import STAGING_FRAMES, Settings

_EMPTY = "_schema.parquet"
_MANIFEST = "_manifest"
PARTS = "_parts"
HASHES = "_hashes"
_MAX_STEM = 120
# It is held while files are renamed or linked, never while anything is parsed or built.
STAGING_LOCK_SECONDS = 600
# Rows of staging are much alike: higher levels take longer and give no smaller files.
_ZSTD = 1


def file_stem(delivery: str) -> str:
    """Return a file name for a delivery: any name, safe on every file system, no two alike; never begins with `_`."""
    stem = quote(delivery, safe=" ()+,@", errors="surrogateescape").replace("_", "%5F").replace("%", "=")
    return stem if len(stem) <= _MAX_STEM else f"{stem[:_MAX_STEM]}=~{_digest(delivery)}"


def ensure_staging_folders(settings: Settings) -> None:
    """Make the folders of the frames, each with an empty typed file, so that a glob over them never is empty."""
    for frame in STAGING_FRAMES:
        path = settings.staging_dir / frame / _EMPTY
        path.parent.mkdir(parents=True, exist_ok=True)
        empty = pl.DataFrame(schema=staging_schema(frame))
        if not path.exists() or not has_schema(path, empty.schema):
            write_frame(empty, path)
    (settings.staging_dir / _MANIFEST).mkdir(exist_ok=True)


def has_schema(path: Path, schema: pl.Schema) -> bool:
    """Tell whether a parquet file has exactly these columns; a damaged one has none."""
    try:
        return pl.read_parquet_schema(readable(path)) == schema
    except pl.exceptions.PolarsError:
        return False


def frame_path(settings: Settings, frame: str, delivery: str) -> Path:
    """Return where a frame of a delivery is: a file, or a folder of `00000.parquet`, `00001.parquet` … of its chunks."""
    return settings.staging_dir / frame / f"{file_stem(delivery)}.parquet"


def frame_files(settings: Settings, frame: str, delivery: str | None = None) -> list[Path]:
    """Return the files of a frame, sorted: of one delivery, or of all with the empty one that gives the types."""
    if delivery is None:
        return sorted(path for path in (settings.staging_dir / frame).glob("**/*.parquet") if path.is_file())
    path = frame_path(settings, frame, delivery)
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path] if path.is_file() else []


def write_staging(
    settings: Settings,
    delivery: str,
    frames: dict[str, pl.DataFrame],
    fingerprint: str,
    parser_version: str,
    *,
    totals: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the frames of a delivery of one chunk, then its manifest, and return it.

    A delivery without a manifest has to be parsed again, and so has one whose files have other sizes than it says: a power
    cut may leave files without what was written. `totals` is what Dagster shows of it without reading it again.
    """
    manifest = {
        "delivery": delivery,
        "fingerprint": fingerprint,
        "parser_version": parser_version,
        "chunks": 1,
        "files": dict.fromkeys(STAGING_FRAMES, 1),
        "rows": {frame: frames[frame].height for frame in STAGING_FRAMES},
        **(totals or {}),
    }
    paths = {frame: frame_path(settings, frame, delivery) for frame in STAGING_FRAMES}
    if is_remote(settings.staging_dir):
        manifest_path(settings, delivery).unlink(missing_ok=True)
        for frame, path in paths.items():
            remove_path(path)
            write_frame(frames[frame], path)
        write_manifest(settings, manifest)
        return manifest
    with held_folder(settings.staging_dir / PARTS / file_stem(delivery)) as folder:
        for frame in STAGING_FRAMES:
            paths[frame].parent.mkdir(parents=True, exist_ok=True)
            _write(frames[frame], frame, folder / frame)
        manifest["bytes"] = {frame: (folder / frame).stat().st_size for frame in STAGING_FRAMES}
        with hold_lock(settings.staging_lock_path, STAGING_LOCK_SECONDS):
            manifest_path(settings, delivery).unlink(missing_ok=True)
            for frame, path in paths.items():
                if path.is_dir():
                    shutil.rmtree(path)
                (folder / frame).replace(path)
            write_manifest(settings, manifest)
    return manifest


def write_manifest(settings: Settings, manifest: dict[str, Any]) -> None:
    """Say that a delivery is staged: the last step of its ingestion."""
    write_text(manifest_path(settings, manifest["delivery"]), json.dumps(manifest, ensure_ascii=False, sort_keys=True))


def read_manifest(settings: Settings, delivery: str) -> dict[str, Any] | None:
    """Return the manifest of a delivery's staging, None where there is none or it is damaged."""
    try:
        manifest = json.loads(read_whole(manifest_path(settings, delivery)))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def is_current(settings: Settings, delivery: str, fingerprint: str, parser_version: str) -> bool:
    """Tell whether the staging of a delivery was made of the same bytes by the same parser, and is all there."""
    return current_manifest(settings, delivery, fingerprint, parser_version) is not None


def current_manifest(settings: Settings, delivery: str, fingerprint: str, parser_version: str) -> dict[str, Any] | None:
    """Return the manifest of a delivery whose staging was made of the same bytes by the same parser, and is all there."""
    manifest = read_manifest(settings, delivery)
    if manifest is None or (manifest.get("fingerprint"), manifest.get("parser_version")) != (
        fingerprint,
        parser_version,
    ):
        return None
    return manifest if _is_all_there(settings, delivery, manifest) else None


def _is_all_there(settings: Settings, delivery: str, manifest: dict[str, Any]) -> bool:
    files, sizes, is_folder = manifest.get("files"), manifest.get("bytes"), manifest.get("chunks") != 1
    if not isinstance(files, dict) or set(files) != set(STAGING_FRAMES):
        return False
    if is_remote(settings.staging_dir):  # what is put there is there whole
        sizes = None
    elif not isinstance(sizes, dict):
        return False
    for frame, n in files.items():
        path = frame_path(settings, frame, delivery)
        found = frame_files(settings, frame, delivery) if path.is_dir() == is_folder else []
        if len(found) != n or (sizes is not None and sizes.get(frame) != size_of(found)):
            return False
    return True


def size_of(files: list[Path]) -> int:
    """Return how many bytes files of this machine have together; those that are gone meanwhile have none."""
    total = 0
    for file in files:
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def read_staging(settings: Settings, delivery: str) -> dict[str, pl.DataFrame]:
    """Read the staging frames of a delivery."""
    return {frame: read_frames(frame_files(settings, frame, delivery)) for frame in STAGING_FRAMES}


def read_frames(files: list[Path], columns: list[str] | None = None) -> pl.DataFrame:
    """Read parquet files of one schema as one frame."""
    if files and is_remote(files[0]):
        return pl.concat([pl.read_parquet(readable(file), columns=columns) for file in files])
    return pl.read_parquet(files, columns=columns, glob=False)


def staged_deliveries(settings: Settings) -> dict[str, str]:
    """Return delivery -> fingerprint and parser version of all that is staged; what is damaged is not, and is parsed again."""
    return {
        manifest["delivery"]: f"{manifest['fingerprint']}:{manifest['parser_version']}"
        for manifest in _whole_manifests(settings)
    }


def staged_parsers(settings: Settings) -> list[str]:
    """Return the versions of the parser that read what is staged, sorted: one, unless a delivery was not read again."""
    return sorted({manifest["parser_version"] for manifest in _whole_manifests(settings)})


def _whole_manifests(settings: Settings) -> Iterator[dict[str, Any]]:
    for path in sorted((settings.staging_dir / _MANIFEST).glob("*.json")):
        try:
            manifest = json.loads(read_whole(path))
        except (FileNotFoundError, ValueError):
            continue
        if isinstance(manifest, dict) and _is_all_there(settings, manifest.get("delivery", ""), manifest):
            yield manifest


def remove_staging(settings: Settings, delivery: str) -> None:
    """Remove the staging of a delivery that is gone from the raw folder."""
    _remove(settings, file_stem(delivery))


def remove_gone(settings: Settings, present: set[str]) -> list[str]:
    """Remove the staging of all deliveries but those present; return the stems of their files."""
    stems = {file_stem(name) for name in present} | {Path(_EMPTY).stem}
    found = {path.stem for frame in STAGING_FRAMES for path in (settings.staging_dir / frame).glob("*.parquet")}
    found |= {path.name for path in (settings.staging_dir / PARTS).glob("*")}
    found |= {path.stem for path in (settings.staging_dir / HASHES).glob("*.json")}
    gone = found - stems
    for stem in gone:
        _remove(settings, stem)
    return sorted(gone)


def manifest_path(settings: Settings, delivery: str) -> Path:
    """Return where the manifest of a delivery is."""
    return settings.staging_dir / _MANIFEST / f"{file_stem(delivery)}.json"


def hashes_path(settings: Settings, delivery: str) -> Path:
    """Return where the digests of a delivery's files are kept."""
    return settings.staging_dir / HASHES / f"{file_stem(delivery)}.json"


def unfinished_stems(settings: Settings) -> list[str]:
    """Return the names of files that belong to deliveries without a manifest: their run ended while it put them in place."""
    stems = {path.stem for frame in STAGING_FRAMES for path in (settings.staging_dir / frame).glob("*.parquet")}
    finished = {path.stem for path in (settings.staging_dir / _MANIFEST).glob("*.json")}
    return sorted(stems - finished - {Path(_EMPTY).stem})


def remove_dead_parts(settings: Settings) -> list[Path]:
    """Remove what killed processes left half-written below the staging folder; return it. An upload leaves nothing."""
    if is_remote(settings.staging_dir):
        return []
    digests = [path for path in (settings.staging_dir / HASHES).glob(".*") if is_abandoned(path)]
    for path in digests:
        path.unlink(missing_ok=True)
    return [*remove_dead(settings.staging_dir, below=True), *digests]


def write_frame(data: pl.DataFrame, path: Path) -> None:
    """Write a frame, whole or not at all."""
    if is_remote(path):
        packed = BytesIO()
        data.write_parquet(packed, compression="zstd", compression_level=_ZSTD)
        write_whole(path, packed.getvalue())
        return
    with held_file(path) as part:
        data.write_parquet(part, compression="zstd", compression_level=_ZSTD)
        part.replace(path)


def _write(data: pl.DataFrame, frame: str, path: Path) -> None:
    """Many small deliveries have nothing in most frames: what has no rows is the same bytes each time."""
    if data.height:
        data.write_parquet(path, compression="zstd", compression_level=_ZSTD)
    else:
        path.write_bytes(_empty_bytes(frame))


@cache
def _empty_bytes(frame: str) -> bytes:
    sink = BytesIO()
    pl.DataFrame(schema=staging_schema(frame)).write_parquet(sink, compression="zstd", compression_level=_ZSTD)
    return sink.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_remote(path):
        write_whole(path, text.encode("utf-8"))
        return
    with held_file(path) as part:
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def _remove(settings: Settings, stem: str) -> None:
    """The manifest goes first: what is half removed is not staged."""
    (settings.staging_dir / _MANIFEST / f"{stem}.json").unlink(missing_ok=True)
    for frame in STAGING_FRAMES:
        remove_path(settings.staging_dir / frame / f"{stem}.parquet")
    remove_path(settings.staging_dir / PARTS / stem)
    (settings.staging_dir / HASHES / f"{stem}.json").unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]
