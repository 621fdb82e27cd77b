"""Curation parquet below the warehouse: what people have corrected and decided, checked, for dbt to read.

Belongs here: files below the curation folder of a warehouse. What people write stands elsewhere, and is never written.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from pipelines.publishing.held import held_file
from pipelines.publishing.staging import has_schema
from pipelines.schemas.curation import CURATION_MODELS, curation_schema
from pipelines.settings import CORRECTIONS_FILE, OVERRIDES_FILE, Settings

_DIGEST = "digest.txt"


def write_curated(settings: Settings, frames: dict[str, pl.DataFrame], digest: str) -> None:
    """Write the frames, then the digest of the files that they were made of."""
    folder = settings.curated_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _DIGEST).unlink(missing_ok=True)
    for name in CURATION_MODELS:
        _write(frames[name], folder / f"{name}.parquet")
    with held_file(folder / _DIGEST) as part:
        part.write_text(digest, encoding="utf-8")
        part.replace(folder / _DIGEST)


def ensure_curated(settings: Settings) -> None:
    """Write an empty typed frame where none is yet, or one of other columns, so that dbt always finds all of them."""
    settings.curated_dir.mkdir(parents=True, exist_ok=True)
    for name in CURATION_MODELS:
        path = settings.curated_dir / f"{name}.parquet"
        empty = pl.DataFrame(schema=curation_schema(name))
        if not path.exists() or not has_schema(path, empty.schema):
            (settings.curated_dir / _DIGEST).unlink(missing_ok=True)
            _write(empty, path)


def curation_digest(settings: Settings) -> str:
    """Return a digest of the bytes that people wrote, for telling whether they changed since they were applied."""
    digest = hashlib.sha256()
    for name in (CORRECTIONS_FILE, OVERRIDES_FILE):
        path = settings.curation_dir / name
        digest.update(path.read_bytes() if path.is_file() else b"\0none")
        digest.update(b"\0")
    return digest.hexdigest()


def applied_digest(settings: Settings) -> str:
    """Return the digest of the curation files that the frames were made of, empty where none are there."""
    try:
        return (settings.curated_dir / _DIGEST).read_text(encoding="utf-8")
    except OSError:
        return ""


def _write(data: pl.DataFrame, path: Path) -> None:
    with held_file(path) as part:
        data.write_parquet(part, compression="zstd")
        part.replace(path)
