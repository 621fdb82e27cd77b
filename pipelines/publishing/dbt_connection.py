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
from pipelines.publishing.dbt_environment import BUILD_DATABASE, STAGING, source_variables
from pipelines.publishing.duckdb_extensions import connect_object_storage


class Plugin(BasePlugin):
    """Read by dbt-duckdb (`plugins` in profiles.yml)."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Work out once what each session is told."""
        self._variables = source_variables(os.environ)

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Open the database of this run; the profile's own stands in where nobody named one."""
        creds.path = os.environ.get(BUILD_DATABASE, creds.path)
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Let the database read object storage where the staging lies there; the keys stand in no statement."""
        if is_address(os.environ.get(STAGING, "")):
            connect_object_storage(conn)

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Tell each session where the sources lie: variables are a session's own."""
        cursor.execute(self._variables)
