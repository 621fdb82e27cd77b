"""The variables that tell dbt where to read and which database to build.

Belongs here: their names and values. It imports no library of frames: dbt's own process reads it at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.settings import REFERENCE_DIR, Settings, load_settings

# The environment variable with the database that a run builds.
BUILD_DATABASE = "GID_BUILD_DB"
# The environment variable with the memory that DuckDB may take.
MEMORY = "GID_MEMORY"
# The environment variable with the folder of the staging, or its address in object storage.
STAGING = "GID_STAGING_DIR"


def dbt_environment(settings: Settings, database: Path) -> dict[str, str]:
    """Return the environment variables that tell dbt where to read and which database to build."""
    return {BUILD_DATABASE: str(database), MEMORY: settings.memory, **_folders(settings), "DO_NOT_TRACK": "1"}


def source_variables(environment: Mapping[str, str]) -> str:
    """Return the SQL that tells a session where the sources lie: `gid_staging_dir` and so on, read by the staging views."""
    folders = {name: environment.get(name, folder) for name, folder in _folders(load_settings()).items()}
    quoted = {name.lower(): folder.replace("'", "''") for name, folder in folders.items()}
    return "; ".join(f"set variable {name} = '{folder}'" for name, folder in quoted.items())


def _folders(settings: Settings) -> dict[str, str]:
    return {
        STAGING: str(settings.staging_dir),
        "GID_REFERENCE_DIR": str(REFERENCE_DIR),
        "GID_CURATED_DIR": str(settings.curated_dir),
        "GID_DICTIONARY_DIR": str(settings.dictionary_dir),
    }
