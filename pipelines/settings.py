"""Every path and knob of the warehouse, read once from the environment.

Belongs here: folders, limits, names of files. Does not belong here: anything that imports another module of ours.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
SEEDS_DIR = DBT_PROJECT_DIR / "seeds"

STAGING_FRAMES = ("documents", "reports", "cells", "prose_counts", "findings")


@dataclass(frozen=True)
class Settings:
    """Paths and limits of one warehouse (`GID_RAW_DIR`, `GID_WAREHOUSE_DIR`, `GID_MAX_FILE_BYTES`)."""

    raw_dir: Path
    warehouse_dir: Path
    max_file_bytes: int

    @property
    def staging_dir(self) -> Path:
        """`<frame>/<delivery>.parquet`, one file a frame and delivery."""
        return self.warehouse_dir / "staging"

    @property
    def build_dir(self) -> Path:
        """Databases that are being built, one folder a run; never read by users."""
        return self.warehouse_dir / "build"

    @property
    def database_path(self) -> Path:
        """The published DuckDB file."""
        return self.warehouse_dir / "gid.duckdb"

    @property
    def exports_dir(self) -> Path:
        """The published parquet files with their datapackage."""
        return self.warehouse_dir / "exports"

    @property
    def lock_path(self) -> Path:
        """Held by the one process that publishes."""
        return self.warehouse_dir / ".publish.lock"

    @property
    def refresh_lock_path(self) -> Path:
        """Held by the one refresh that was started from the command line."""
        return self.warehouse_dir / ".refresh.lock"


def load_settings() -> Settings:
    """Read the settings from the environment; relative paths are taken from the project folder."""
    return Settings(
        raw_dir=_folder("GID_RAW_DIR", "data/raw"),
        warehouse_dir=_folder("GID_WAREHOUSE_DIR", "data/warehouse"),
        max_file_bytes=int(os.environ.get("GID_MAX_FILE_BYTES", str(64 * 1024 * 1024))),
    )


def _folder(variable: str, default: str) -> Path:
    return (PROJECT_DIR / os.environ.get(variable, default)).resolve()
