"""Staging parquet of deliveries: written whole, found again when nothing has changed, removed with its delivery.

Belongs here: files below the staging folder. What is in the frames is the concern of parsing and schemas.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import polars as pl

from pipelines.publishing.database import hold_lock
from pipelines.publishing.held import held_file, remove_dead
from pipelines.schemas.staging import STAGING_MODELS, staging_schema
from pipelines.settings import STAGING_FRAMES, Settings

_EMPTY = "_schema.parquet"
_MANIFEST = "_manifest"
_MAX_STEM = 120
# It is held while files are renamed or linked, never while anything is parsed or built.
STAGING_LOCK_SECONDS = 600


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
        if not path.exists() or pl.read_parquet_schema(path) != empty.schema:
            _write_parquet(empty, path)
    (settings.staging_dir / _MANIFEST).mkdir(exist_ok=True)


def write_staging(
    settings: Settings, delivery: str, frames: dict[str, pl.DataFrame], fingerprint: str, parser_version: str
) -> None:
    """Write the frames of a delivery, then its manifest: a delivery without a manifest has to be parsed again."""
    ensure_staging_folders(settings)
    manifest = {
        "delivery": delivery,
        "fingerprint": fingerprint,
        "parser_version": parser_version,
        "rows": {frame: frames[frame].height for frame in STAGING_MODELS},
    }
    paths = {frame: settings.staging_dir / frame / f"{file_stem(delivery)}.parquet" for frame in STAGING_MODELS}
    with ExitStack() as stack:
        parts = {frame: stack.enter_context(held_file(path)) for frame, path in paths.items()}
        for frame, part in parts.items():
            frames[frame].write_parquet(part, compression="zstd")
        with hold_lock(settings.staging_lock_path, STAGING_LOCK_SECONDS):
            _manifest_path(settings, delivery).unlink(missing_ok=True)
            for frame, part in parts.items():
                part.replace(paths[frame])
            text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
            _write_text(_manifest_path(settings, delivery), text)


def read_manifest(settings: Settings, delivery: str) -> dict[str, object] | None:
    """Return the manifest of a delivery's staging, None where there is none or it is damaged."""
    try:
        manifest = json.loads(_manifest_path(settings, delivery).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def is_current(settings: Settings, delivery: str, fingerprint: str, parser_version: str) -> bool:
    """Tell whether the staging of a delivery was made of the same bytes by the same parser, and is all there."""
    manifest = read_manifest(settings, delivery)
    if manifest is None:
        return False
    files = (settings.staging_dir / frame / f"{file_stem(delivery)}.parquet" for frame in STAGING_FRAMES)
    same = (manifest.get("fingerprint"), manifest.get("parser_version")) == (fingerprint, parser_version)
    return same and all(file.is_file() for file in files)


def read_staging(settings: Settings, delivery: str) -> dict[str, pl.DataFrame]:
    """Read the staging frames of a delivery."""
    stem = file_stem(delivery)
    return {frame: pl.read_parquet(settings.staging_dir / frame / f"{stem}.parquet") for frame in STAGING_FRAMES}


def staged_deliveries(settings: Settings) -> dict[str, str]:
    """Return delivery -> fingerprint and parser version of all that is staged."""
    staged: dict[str, str] = {}
    for path in sorted((settings.staging_dir / _MANIFEST).glob("*.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        staged[manifest["delivery"]] = f"{manifest['fingerprint']}:{manifest['parser_version']}"
    return staged


def staged_parsers(settings: Settings) -> list[str]:
    """Return the versions of the parser that read what is staged, sorted: one, unless a delivery was not read again."""
    manifests = (settings.staging_dir / _MANIFEST).glob("*.json")
    return sorted({json.loads(path.read_text(encoding="utf-8"))["parser_version"] for path in manifests})


def remove_staging(settings: Settings, delivery: str) -> None:
    """Remove the staging of a delivery that is gone from the raw folder."""
    _manifest_path(settings, delivery).unlink(missing_ok=True)
    for frame in STAGING_FRAMES:
        (settings.staging_dir / frame / f"{file_stem(delivery)}.parquet").unlink(missing_ok=True)


def unfinished_stems(settings: Settings) -> list[str]:
    """Return the names of files that belong to deliveries without a manifest: their run ended while it put them in place."""
    stems = {path.stem for frame in STAGING_FRAMES for path in (settings.staging_dir / frame).glob("*.parquet")}
    finished = {path.stem for path in (settings.staging_dir / _MANIFEST).glob("*.json")}
    return sorted(stems - finished - {Path(_EMPTY).stem})


def remove_dead_parts(settings: Settings) -> list[Path]:
    """Remove what killed processes left half-written below the staging folder; return it."""
    return remove_dead(settings.staging_dir, below=True)


def remove_gone(settings: Settings, present: set[str]) -> list[str]:
    """Remove the staging of all deliveries but those present; return the stems of their files."""
    stems = {file_stem(name) for name in present} | {Path(_EMPTY).stem}
    gone = {path.stem for frame in STAGING_FRAMES for path in (settings.staging_dir / frame).glob("*.parquet")} - stems
    for stem in gone:
        (settings.staging_dir / _MANIFEST / f"{stem}.json").unlink(missing_ok=True)
        for frame in STAGING_FRAMES:
            (settings.staging_dir / frame / f"{stem}.parquet").unlink(missing_ok=True)
    return sorted(gone)


def _manifest_path(settings: Settings, delivery: str) -> Path:
    return settings.staging_dir / _MANIFEST / f"{file_stem(delivery)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _write_parquet(data: pl.DataFrame, path: Path) -> None:
    with held_file(path) as part:
        data.write_parquet(part, compression="zstd")
        part.replace(path)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with held_file(path) as part:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
