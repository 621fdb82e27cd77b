"""What dbt reads beside its own project: folders of parquet that have to be there.

Belongs here: the one list of them, for a refresh, the docs and tests. Running dbt does not.
"""

from __future__ import annotations

from pipelines.publishing.curation import ensure_curated
from pipelines.publishing.dictionary import write_dictionary
from pipelines.publishing.staging import ensure_staging_folders
from pipelines.settings import Settings


def ensure_sources(settings: Settings) -> None:
    """Make the folders that dbt reads, with empty typed files where there is nothing yet, and write the dictionary."""
    ensure_staging_folders(settings)
    ensure_curated(settings)
    write_dictionary(settings)
