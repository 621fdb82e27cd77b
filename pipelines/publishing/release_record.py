"""release.json: which release it is, what it was made of, and what every table of it holds.

Belongs here: making and reading that one file. It holds the version and the time, which no table or parquet file does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

import pipelines
from pipelines.publishing.contents import Content
from pipelines.publishing.state import Inputs, inputs_now
from pipelines.publishing.versions import parse_version
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_DIR, REFERENCE_DIR, SEEDS_DIR, Settings

RECORD = "release.json"
_OF_TABLE = {"rows", "content_hash", "columns_hash"}
_PARTS_OF_DBT = ("models", "macros", "tests")


@dataclass(frozen=True)
class Holding:
    """What a release holds: its folder, the content of its tables, and its counts by state."""

    folder: Path
    contents: dict[str, Content]
    counts: dict[str, dict[str, int]]


def make_record(
    settings: Settings, version: str, previous: str | None, holding: Holding, inputs: Inputs | None = None
) -> dict[str, Any]:
    """Describe a release that was built just now from its inputs (what is staged, unless given), by code and seeds as they stand."""
    built_from = inputs or inputs_now(settings)
    return {
        **_identity(version, previous, datetime.now().astimezone()),
        "code_version": f"{pipelines.__version__}+{_digest((PROJECT_DIR / 'pipelines').rglob('*.py'))}",
        "parser_versions": list(built_from.parser_versions),
        "staging": built_from.staging,
        "curation": built_from.curation,
        "dbt_project": _digest(file for part in _PARTS_OF_DBT for file in (DBT_PROJECT_DIR / part).rglob("*.*")),
        "seeds": {file.stem: _digest([file]) for file in sorted(SEEDS_DIR.glob("*.csv"))},
        "divisions": _digest(REFERENCE_DIR.glob("*.csv")),
        **_described(holding),
    }


def make_record_of_older_layout(version: str, previous: str | None, holding: Holding) -> dict[str, Any]:
    """Describe a database that was published before there were releases: what it was made of is not known."""
    written = datetime.fromtimestamp((holding.folder / "gid.duckdb").stat().st_mtime).astimezone()
    return {**_identity(version, previous, written), **_described(holding)}


def write_record(record: dict[str, Any], folder: Path) -> None:
    """Write release.json into a folder."""
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the record of a release, None where there is none that can be read, or one that lacks what is used of it."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and _is_record(record) else None


def recorded_contents(record: dict[str, Any]) -> dict[str, Content]:
    """Return table -> content as a record states them."""
    return {name: Content(t["rows"], t["content_hash"], t["columns_hash"]) for name, t in record["tables"].items()}


def file_digest(file: Path) -> str | None:
    """Return the sha256 of a file, None where there is none."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def holds_the_same(record: dict[str, Any], contents: dict[str, Content], exports: Iterable[str]) -> bool:
    """Tell whether a release holds these tables, row by row, with these columns and files of exports.

    Bytes are not compared: a database of the same rows need not have the same.
    """
    return (
        contents == recorded_contents(record)
        and sorted(exports) == record["exports"]
        and str(record.get("code_version")).split("+", maxsplit=1)[0] == pipelines.__version__
    )


def _is_record(record: dict[str, Any]) -> bool:
    """Tell whether a record has all that readers of it take for granted."""
    tables, exports, reports = (record.get(name) for name in ("tables", "exports", "reports"))
    return (
        parse_version(str(record.get("version"))) is not None
        and isinstance(record.get("published_at"), str)
        and isinstance(record.get("previous", 0), str | None)
        and isinstance(reports, int)
        and isinstance(exports, list)
        and all(isinstance(name, str) for name in exports)
        and isinstance(tables, dict)
        and all(isinstance(table, dict) and table.keys() >= _OF_TABLE for table in tables.values())
    )


def _identity(version: str, previous: str | None, published: datetime) -> dict[str, Any]:
    return {"version": version, "published_at": published.isoformat(timespec="seconds"), "previous": previous}


def _described(holding: Holding) -> dict[str, Any]:
    """Counts, and every table with its rows, hashes and parquet file."""
    exports, tables = holding.folder / "exports", sorted(holding.contents.items())
    return {
        "duckdb": duckdb.__version__,
        "reports": sum(holding.counts.get("reports", {}).values()),
        "counts": holding.counts,
        "tables": {name: _table(exports / f"{name}.parquet", content) for name, content in tables},
        "exports": sorted(path.name for path in exports.glob("*")),
    }


def _table(parquet: Path, content: Content) -> dict[str, Any]:
    described: dict[str, Any] = {
        "rows": content.rows,
        "content_hash": content.content,
        "columns_hash": content.columns,
    }
    if parquet.is_file():
        described["parquet_sha256"] = file_digest(parquet)
        described["parquet_bytes"] = parquet.stat().st_size
    return described


def _digest(files: Iterable[Path]) -> str:
    """A digest of names and bytes, in 12 hex digits as the parser's own."""
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
