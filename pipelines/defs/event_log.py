"""Dagster's event log in SQLite for a process that writes a whole refresh: connections stay open between events.

Belongs here: how events reach the disk. Dagster opens and closes a file for each of some thousand events, and each close
empties SQLite's journal with several waits for the disk: more time than dbt takes for five reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """The same files, tables and locks as Dagster's own; one open connection a file.

    A commit no longer waits for the disk (synchronous = NORMAL): after a power cut the last events of the history may be
    missing, the files stay sound. Whether a refresh was published is told by the release, never by this log.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        self._engines: dict[str, sa.Engine] = {}
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> PooledSqliteEventLogStorage:
        """Built by Dagster from what an instance's reference says."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        # One user of a connection at a time: the lock is what Dagster's own storage holds for the same time.
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = self._open(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _open(self, shard: str) -> sa.Engine:
        engine = sa.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=sa.StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        self._initdb(engine)
        with engine.connect() as connection:
            connection.execute(sa.text("pragma synchronous = normal"))
        return engine

    def has_table(self, table_name: str) -> bool:
        """Asked anew for each event, by a connection of its own; a table that is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    def dispose(self) -> None:
        """Close the files."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def open_instance() -> dg.DagsterInstance:
    """Return the instance of DAGSTER_HOME, with this event log in place of Dagster's own for SQLite.

    An instance that keeps its history elsewhere, such as in PostgreSQL, is returned as it is configured.
    """
    reference = dg.DagsterInstance.get().get_ref()
    events = reference.event_storage_data
    if events is None or events.class_name != SqliteEventLogStorage.__name__:
        return dg.DagsterInstance.from_ref(reference)
    pooled = events._replace(module_name=__name__, class_name=PooledSqliteEventLogStorage.__name__)
    return dg.DagsterInstance.from_ref(reference._replace(storage_data=None, event_storage_data=pooled))
