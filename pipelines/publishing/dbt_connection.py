"""A plugin of dbt-duckdb: which database is built and where dbt's sources lie, taken from the environment on connecting.

Belongs here: what a connection needs. If paths stood in the profile or in the sources, dbt would parse the whole project
anew whenever one of them changes, and every run builds a database of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.logger import PRINT_EVENT_NAMES
from duckdb import DuckDBPyConnection

from pipelines.places import is_address
from pipelines.publishing.database import HELPERS_SUFFIX
from pipelines.publishing.dbt_environment import BUILD_DATABASE, MEMORY, STAGING, source_variables
from pipelines.publishing.duckdb_extensions import connect_object_storage
from pipelines.settings import load_settings


class Plugin(BasePlugin):
    """Read by dbt-duckdb (`plugins` in profiles.yml)."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Work out once what each session is told, and spare dbt wording what its logs do not take."""
        self._variables = source_variables(os.environ)
        hear_levels()

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


_LEVELS = ("debug", "info", "warn", "error")


def hear_levels() -> None:
    """Have the level of each of dbt's logs asked before an event is worded for it, not after: there are 20 events a node."""
    for logger in get_event_manager().loggers:
        if getattr(logger.filter, "func", None) is not _is_heard:
            logger.filter = partial(_is_heard, logger.filter, logger.level.value)


def _is_heard(taken: Callable[[Any], bool], level: str, message: Any) -> bool:
    """Whether a log takes an event. What dbt prints it prints at any level; a level not known here is left to dbt."""
    said = message.info.level
    if said in _LEVELS and level in _LEVELS and message.info.name not in PRINT_EVENT_NAMES:
        return _LEVELS.index(said) >= _LEVELS.index(level) and taken(message)
    return taken(message)
