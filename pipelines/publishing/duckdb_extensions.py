"""Extensions of DuckDB, loaded from the packages that carry them: nothing is ever fetched from the network.

Belongs here: finding and loading them, and access to object storage. What is done with them stands in their users.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import duckdb

# Where keys come from a profile or a role, the extension `aws` asks the chain of AWS for them.
_KEY = "AWS_ACCESS_KEY_ID"
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class MissingExtension(RuntimeError):
    """A package with an extension of DuckDB is not installed; the message names it."""


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its package `duckdb-extension-<name>`.

    Raises:
        MissingExtension: there is no such package, or it has no file for this version of DuckDB.
    """
    package = f"duckdb-extension-{name.replace('_', '-')}"
    spec = find_spec(f"duckdb_extension_{name}")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in Path(folder).rglob(f"v{duckdb.__version__}/*.duckdb_extension")]
    if not found:
        raise MissingExtension(
            f"DuckDB's extension {name} is needed: install {package}=={duckdb.__version__} "
            "(the extra `cluster` of this project brings it)"
        )
    connection.execute(f"load {sql_text(str(found[0]))}")


def connect_object_storage(connection: duckdb.DuckDBPyConnection, environment: Mapping[str, str] = os.environ) -> None:
    """Let a connection read and write `s3://`. No key ever stands in SQL, which DuckDB and dbt may log.

    httpfs takes key and secret from the environment by itself. Where there is none, the chain of AWS is asked.
    """
    load_extension(connection, "httpfs")
    endpoint = next((environment[name] for name in _ENDPOINTS if environment.get(name)), "")
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    host = endpoint.split("://", 1)[-1].rstrip("/")
    options = {"endpoint": host, "url_style": "path" if host else "", "region": region}
    if not environment.get(_KEY):
        load_extension(connection, "aws")
        given = "".join(f", {name} {sql_text(value)}" for name, value in options.items() if value)
        ssl = ", use_ssl false" if endpoint.startswith("http://") else ""
        connection.execute(f"create or replace secret gid_storage (type s3, provider credential_chain{given}{ssl})")
        return
    for name, value in options.items():
        if value:
            connection.execute(f"set global s3_{name} = {sql_text(value)}")
    connection.execute(f"set global s3_use_ssl = {str(not endpoint.startswith('http://')).lower()}")


def sql_text(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
