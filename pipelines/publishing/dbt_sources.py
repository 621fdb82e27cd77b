"""What dbt reads beside its own project: folders of parquet that have to be there, and the environment that names them.

Belongs here: the one list of them, for a refresh, the docs and tests. Running dbt does not.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.publishing.curation import ensure_curated
from pipelines.publishing.dictionary import write_dictionary
from pipelines.publishing.staging import ensure_staging_folders
from pipelines.settings import REFERENCE_DIR, Settings


def ensure_sources(settings: Settings) -> None:
    """Make the folders that dbt reads, with empty typed files where there is nothing yet, and write the dictionary."""
    ensure_staging_folders(settings)
    ensure_curated(settings)
    write_dictionary(settings)


def dbt_environment(settings: Settings, database: Path) -> dict[str, str]:
    """Return the environment variables that tell dbt where to read and which database to build."""
    return {
        "GID_BUILD_DB": str(database),
        "GID_STAGING_DIR": str(settings.staging_dir),
        "GID_REFERENCE_DIR": str(REFERENCE_DIR),
        "GID_CURATED_DIR": str(settings.curated_dir),
        "GID_DICTIONARY_DIR": str(settings.dictionary_dir),
        "GID_MEMORY": settings.memory,
        "DO_NOT_TRACK": "1",
    }
