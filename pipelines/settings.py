"""Every path and knob of the warehouse, read once from the environment.

Belongs here: folders, limits, names of files. Does not belong here: anything that imports another module of ours but `places`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.places import is_address, remote_place

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
REFERENCE_DIR = PROJECT_DIR / "data" / "reference"
SEEDS_DIR = DBT_PROJECT_DIR / "seeds"

STAGING_FRAMES = (
    "documents",
    "reports",
    "cells",
    "prose_counts",
    "body_evidence",
    "body_candidates",
    "signatures",
    "findings",
    "deliveries",
    "delivery_scopes",
)
CORRECTIONS_FILE = "corrections.csv"
OVERRIDES_FILE = "overrides.csv"


@dataclass(frozen=True)
class Settings:
    """Paths and limits of one warehouse, and the columns of shards (environment variables: see `load_settings`)."""

    raw_dir: Path
    warehouse_dir: Path
    max_file_bytes: int
    max_shard_bytes: int = 8 << 30
    conversion_seconds: float = 60.0
    # What reading or parsing may take for one document, or for the thousands that are parsed together; 0 for ever.
    document_seconds: float = 600.0
    unresolved_tolerance: float = 0.02
    releases_kept: int = 5
    shard_text_columns: tuple[str, ...] = ("text", "content", "raw_text")
    shard_html_columns: tuple[str, ...] = ("html", "raw_html")
    shard_url_columns: tuple[str, ...] = ("url", "source_url")
    shard_title_columns: tuple[str, ...] = ("title",)
    curation_dir: Path = PROJECT_DIR / "data" / "curation"
    workbook_rows: int = 30_000
    ducklake: str = ""
    ducklake_data: str = ""
    # A delivery is parsed in chunks of so many documents or bytes of text.
    chunk_documents: int = 5_000
    chunk_bytes: int = 32 << 20
    workers: int = 1
    engine: str = "local"
    scheduler: str = ""
    staging_place: Path | None = None
    runs_kept_days: int = 90
    stale_days: int = 33
    min_free_gb: int = 2
    alert_command: str = ""
    # Where backups are expected, if anywhere, and how old the newest may be.
    backup_dir: Path | None = None
    backup_stale_days: int = 2
    memory: str = "5GB"

    @property
    def staging_dir(self) -> Path:
        """`<frame>/<delivery>.parquet`: a file, or a folder of the chunks of a large delivery. May lie in object storage."""
        return self.staging_place or self.warehouse_dir / "staging"

    @property
    def spool_dir(self) -> Path:
        """Records of shards that can only be read from their beginning, unpacked until they are parsed."""
        return self.staging_dir / "_spool"

    @property
    def curated_dir(self) -> Path:
        """Corrections and overrides as checked parquet, for dbt; what people write stands in `curation_dir`."""
        return self.warehouse_dir / "curation"

    @property
    def dictionary_dir(self) -> Path:
        """The dictionary of the published columns as parquet, for dbt; the words stand in dbt_project/models/columns*.md."""
        return self.warehouse_dir / "dictionary"

    @property
    def build_dir(self) -> Path:
        """Databases that are being built, one folder a run; never read by users."""
        return self.warehouse_dir / "build"

    @property
    def releases_dir(self) -> Path:
        """`<version>/`, one folder a publication that is kept."""
        return self.warehouse_dir / "releases"

    @property
    def current_path(self) -> Path:
        """The link to the published release: renaming it switches database and exports in one step."""
        return self.warehouse_dir / "current"

    @property
    def database_path(self) -> Path:
        """The published DuckDB file: a link through `current_path`."""
        return self.warehouse_dir / "gid.duckdb"

    @property
    def exports_dir(self) -> Path:
        """The published parquet files with their datapackage: a link through `current_path`."""
        return self.warehouse_dir / "exports"

    @property
    def workbooks_dir(self) -> Path:
        """Workbooks and CSV files that somebody asked for; nothing of the pipeline reads them."""
        return self.warehouse_dir / "workbooks"

    @property
    def lock_path(self) -> Path:
        """Held by the one process that publishes."""
        return self.warehouse_dir / ".publish.lock"

    @property
    def staging_lock_path(self) -> Path:
        """Held by the one process that puts a delivery's frames in place, or takes all of them for a build."""
        return self.warehouse_dir / ".staging.lock"

    @property
    def runs_dir(self) -> Path:
        """A file for every run of Dagster that has begun, held by its process: who looks can tell whether it lives."""
        return self.warehouse_dir / ".runs"

    @property
    def refresh_lock_path(self) -> Path:
        """Held by the one refresh that was started from the command line."""
        return self.warehouse_dir / ".refresh.lock"


def load_settings() -> Settings:
    """Read the settings from the environment; relative paths are taken from the project folder."""
    return Settings(
        raw_dir=_place("GID_RAW_DIR", "data/raw"),
        warehouse_dir=_folder("GID_WAREHOUSE_DIR", "data/warehouse"),
        max_file_bytes=int(os.environ.get("GID_MAX_FILE_BYTES", str(64 * 1024 * 1024))),
        max_shard_bytes=int(os.environ.get("GID_MAX_SHARD_BYTES", str(8 << 30))),
        conversion_seconds=float(os.environ.get("GID_CONVERSION_SECONDS", "60")),
        document_seconds=float(os.environ.get("GID_DOCUMENT_SECONDS", "600")),
        unresolved_tolerance=float(os.environ.get("GID_UNRESOLVED_TOLERANCE", "0.02")),
        releases_kept=_at_least_one("GID_RELEASES_KEPT", "5"),
        shard_text_columns=_names("GID_SHARD_TEXT", "text,content,raw_text"),
        shard_html_columns=_names("GID_SHARD_HTML", "html,raw_html"),
        shard_url_columns=_names("GID_SHARD_URL", "url,source_url"),
        shard_title_columns=_names("GID_SHARD_TITLE", "title"),
        curation_dir=_folder("GID_CURATION_DIR", "data/curation"),
        workbook_rows=_at_least_one("GID_WORKBOOK_ROWS", "30000"),
        ducklake=_catalogue("GID_DUCKLAKE"),
        ducklake_data=_address("GID_DUCKLAKE_DATA"),
        workers=_at_least_one("GID_WORKERS", str(_cores())),
        engine=os.environ.get("GID_ENGINE", "").strip() or "local",
        scheduler=os.environ.get("GID_SCHEDULER", "").strip(),
        staging_place=_place("GID_STAGING_URL", "") if os.environ.get("GID_STAGING_URL", "").strip() else None,
        runs_kept_days=_at_least_one("GID_RUNS_KEPT_DAYS", "90"),
        stale_days=_at_least_one("GID_STALE_DAYS", "33"),
        min_free_gb=_at_least_one("GID_MIN_FREE_GB", "2"),
        alert_command=os.environ.get("GID_ALERT_COMMAND", "").strip(),
        backup_dir=_folder("GID_BACKUP_DIR", "") if os.environ.get("GID_BACKUP_DIR", "").strip() else None,
        backup_stale_days=_at_least_one("GID_BACKUP_STALE_DAYS", "2"),
        memory=os.environ.get("GID_MEMORY", "").strip() or "5GB",
    )


def _folder(variable: str, default: str) -> Path:
    return (PROJECT_DIR / os.environ.get(variable, default)).resolve()


def _place(variable: str, default: str) -> Path:
    """A folder, or an address in object storage (`s3://bucket/folder`)."""
    given = os.environ.get(variable, default).strip()
    return remote_place(given) if is_address(given) else _folder(variable, default)


def _address(variable: str) -> str:
    """A URL as it is given, a folder from the project folder, empty where nothing is set."""
    given = os.environ.get(variable, "").strip()
    return given if not given or "://" in given else str(_folder(variable, ""))


def _catalogue(variable: str) -> str:
    """`sqlite:<file>`, `<file>` or `postgres:<connection>`: the catalogue of a DuckLake, files from the project folder."""
    given = os.environ.get(variable, "").strip().removeprefix("ducklake:")
    kind, _, rest = given.rpartition(":") if given.startswith("sqlite:") else ("", "", given)
    if not given or given.startswith("postgres:"):
        return given
    return f"{kind}:{(PROJECT_DIR / rest).resolve()}" if kind else str((PROJECT_DIR / rest).resolve())


def _at_least_one(variable: str, default: str) -> int:
    given = os.environ.get(variable, "").strip() or default
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"{variable}={given}: say a whole number, at least 1")
    return int(given)


def _cores() -> int:
    """The cores that this process may use, which a container or `taskset` may hold below the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _names(variable: str, default: str) -> tuple[str, ...]:
    """Names separated by commas; of several columns that a shard has, the first that holds something is taken."""
    return tuple(name.strip() for name in os.environ.get(variable, default).split(",") if name.strip())
