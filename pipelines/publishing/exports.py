"""The exports folder: one parquet file a published table, its datapackage.json, and a README for who gets only that.

Belongs here: writing the folder. Words come from the database's comments, which are blocks of the dictionary.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

import pipelines
from pipelines.publishing.database import PUBLISHED_SCHEMA, published_tables, table_comments
from pipelines.publishing.parquet_files import TableWords, Written, write_parquet_files
from pipelines.schemas.dictionary import DictionaryError, Entry, parse_block
from pipelines.schemas.published import load_primary_keys

_FRICTIONLESS = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
}


@dataclass(frozen=True)
class Column:
    """A published column: name, DuckDB type, what the dictionary says of it."""

    name: str
    type: str
    entry: Entry


@dataclass(frozen=True)
class Table:
    """A published table: name, what the dictionary says of it, columns in order."""

    name: str
    entry: Entry
    columns: tuple[Column, ...]


def describe_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Read the published tables and columns with their comments.

    Raises:
        DictionaryError: a comment is no block of the dictionary; the message names table and column.
    """
    columns: dict[str, list[Column]] = {}
    for table, name, dtype, comment in connection.execute(
        "select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where schema_name = ? and not internal order by table_name, column_index",
        [PUBLISHED_SCHEMA],
    ).fetchall():
        columns.setdefault(table, []).append(Column(name, dtype, _parse_comment(f"{table}.{name}", name, comment)))
    comments = table_comments(connection, PUBLISHED_SCHEMA)
    return [
        Table(name, _parse_comment(name, f"table_{name}", comments[name]), tuple(columns[name]))
        for name in published_tables(connection)
    ]


def _parse_comment(of: str, block: str, comment: str) -> Entry:
    try:
        return parse_block(block, comment)
    except DictionaryError as error:
        raise DictionaryError(f"the comment on {of} is no block of the dictionary: {error}") from None


def write_exports(database: Path, folder: Path) -> list[dict[str, Any]]:
    """Write the exports of a finished database into a new folder; return the resources of the datapackage.

    The same tables give the same bytes, in whatever order the database holds their rows.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = describe_tables(connection)
    words = {
        table.name: TableWords(_words(table.entry), {c.name: _words(c.entry) for c in table.columns})
        for table in tables
    }
    written = write_parquet_files(database, folder, words)
    resources = [_resource(table, written[table.name]) for table in tables]
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gid-warehouse",
        "title": "GID Warehouse 政府信息公开年报数据仓库",
        "version": pipelines.__version__,
        "description": "Figures of annual reports on government information disclosure, each with its source line. "
        "Null is never 0: value_state tells blank, absent, not applicable and ambiguous apart.",
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "sources": [
            {
                "title": "政府信息公开工作年度报告, published by the reporting bodies (中华人民共和国政府信息公开条例, 第五十条)"
            }
        ],
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_readme(tables, resources), encoding="utf-8")
    return resources


def _words(entry: Entry) -> dict[str, str]:
    """What a parquet field or file carries: names, description, and what the list of the entry says."""
    return {"name_zh": entry.name_zh, "name_en": entry.name_en, "description": entry.description, **entry.facts}


def _resource(table: Table, written: Written) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": written.path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "title": table.entry.title,
        "description": table.entry.description,
        **table.entry.facts,
        "bytes": written.bytes,
        "hash": f"sha256:{written.sha256}",
        "rows": written.rows,
        "schema": {"fields": [_field(column) for column in table.columns], **_key(table.name, written.with_nulls)},
    }


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": _frictionless_type(column.type),
        "title": column.entry.title,
        "description": column.entry.description,
        **column.entry.facts,
    }


def _key(table: str, with_nulls: frozenset[str]) -> dict[str, Any]:
    """The key in the words of the standard: a `primaryKey` holds no null, `uniqueKeys` may."""
    key = list(load_primary_keys()[table])
    return {"primaryKey": key} if with_nulls.isdisjoint(key) else {"uniqueKeys": [key]}


def _frictionless_type(duckdb_type: str) -> str:
    """Raises KeyError for a type that no published column has had so far."""
    return "number" if duckdb_type.startswith("DECIMAL") else _FRICTIONLESS[duckdb_type]


def _readme(tables: list[Table], resources: list[dict[str, Any]]) -> str:
    lines = [
        "# GID Warehouse 政府信息公开年报数据仓库: exports",
        "",
        "One parquet file a table; `datapackage.json` describes every column and has the sha256 of every file.",
        "每张表一个 parquet 文件；`datapackage.json` 说明每一列，并附每个文件的 sha256。",
        "`release.json` alone names the release and its time; all other files are the same for the same reports.",
        "只有 `release.json` 写明版本和时间；报告相同，其余文件就相同。",
        "`gid.xlsx` is for Excel. 用 Excel 请打开 `gid.xlsx`。",
        "",
        "- A null is never 0. `value_state` says why: blank, not_applicable, text, ambiguous, absent.",
        "  空值绝不是 0；`value_state` 说明原因。",
        "- Channels overlap: never add them up. 渠道之间有重复，不可相加。",
        "- `amount_yuan` is null where the unit is unknown. 单位不明时 `amount_yuan` 为空。",
        "- `line_start` counts the lines of `dim_document_text.text`, from 1. 行号按 `dim_document_text.text` 从 1 数。",
        "",
        "```python",
        "import polars as pl",
        'pl.read_parquet("rpt_body_year.parquet")',
        "```",
        "",
        "| table | rows | what |",
        "|---|---:|---|",
    ]
    lines += [
        f"| {t.name} | {r['rows']} | {t.entry.description.replace(chr(10), ' ')} |"
        for t, r in zip(tables, resources, strict=True)
    ]
    return "\n".join(lines) + "\n"
