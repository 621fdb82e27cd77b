"""A plugin of dbt-duckdb: which database is built and where dbt's sources lie, taken from the environment on connecting.

Belongs here: what a connection needs. If paths stood in the profile or in the sources, dbt would parse the whole project
anew whenever one of them changes, and every run builds a database of its own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines.places import is_address
from pipelines.publishing.database import HELPERS_SUFFIX
from pipelines.publishing.dbt_environment import BUILD_DATABASE, MEMORY, STAGING, source_variables
from pipelines.publishing.duckdb_extensions import connect_object_storage
from pipelines.settings import load_settings


class Plugin(BasePlugin):
    """Read by dbt-duckdb (`plugins` in profiles.yml)."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Work out once what each session is told."""
        self._variables = source_variables(os.environ)

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Open the database of this run; the profile's own stands in where nobody named one."""
        creds.path = os.environ.get(BUILD_DATABASE, creds.path)
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)
        config["temp_directory"] = f"{creds.path}.spill"
        config["memory_limit"] = os.environ.get(MEMORY, load_settings().memory)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach the file of what only leads to published tables; where the staging lies in object storage, let it be read.

        A database that drops such tables later would keep the room that they took. The keys stand in no statement.
        """
        assert self.creds is not None
        helpers = f"{self.creds.path}{HELPERS_SUFFIX}".replace("'", "''")
        conn.execute(f"attach if not exists '{helpers}' as helpers")
        if is_address(os.environ.get(STAGING, "")):
            connect_object_storage(conn)

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Tell each session where the sources lie: variables are a session's own."""
        cursor.execute(self._variables)
