"""What is published, looked at from outside: whole or not, and a digest of each part to compare two of them by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.contents import hash_database, quoted, row_hash

_SEEN: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Result:
    """Table -> hash of its rows and columns; file of the exports -> sha256, release.json left out, which names the release."""

    tables: dict[str, str]
    exports: dict[str, str]

    def differences(self, other: Result) -> list[str]:
        """Name what is not the same."""
        sides = ((self.tables, other.tables), (self.exports, other.exports))
        return [name for one, two in sides for name in sorted({*one, *two}) if one.get(name) != two.get(name)]


def look(warehouse: Path) -> Result | None:
    """Return what is published, after checking that all of it is one release; None where nothing is.

    Raises:
        AssertionError: database, exports and record do not agree.
    """
    if not (warehouse / "gid.duckdb").exists():
        assert not (warehouse / "exports").exists(), "there are exports and no database"
        return None
    release = (warehouse / "current").resolve()
    assert (warehouse / "gid.duckdb").resolve() == release / "gid.duckdb"
    assert (warehouse / "exports").resolve() == release / "exports"
    record = json.loads((release / "release.json").read_text(encoding="utf-8"))
    assert record["version"] == release.name
    assert (release / "exports" / "release.json").read_bytes() == (release / "release.json").read_bytes()
    contents = hash_database(release / "gid.duckdb")
    told = {name: (t["rows"], t["content_hash"], t["columns_hash"]) for name, t in record["tables"].items()}
    assert {name: (c.rows, c.content, c.columns) for name, c in contents.items()} == told, "database and record differ"
    files = {path.name: _sha256(path) for path in sorted((release / "exports").iterdir())}
    assert sorted(files) == sorted(record["exports"]) or sorted(files) == sorted([*record["exports"], "release.json"])
    package = json.loads((release / "exports" / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {name for name in files if name.endswith(".parquet")}
    for resource in package["resources"]:
        table, digest = resource["name"], files[resource["path"]]
        assert resource["hash"] == f"sha256:{digest}", f"datapackage.json has another sha256 for {table}"
        assert record["tables"][table]["parquet_sha256"] == digest, f"release.json has another sha256 for {table}"
        rows = _rows_of_parquet(release / "exports" / resource["path"], digest)
        assert rows == contents[table].content, f"{resource['path']} has other rows than its table"
    files.pop("release.json")
    return Result({name: f"{c.content} {c.columns}" for name, c in contents.items()}, files)


def _rows_of_parquet(path: Path, digest: str) -> str:
    """The hash of a parquet file's rows, as that of a table; the same bytes are read once."""
    key = (path.name, digest)
    if key not in _SEEN:
        columns = [name for name, *_ in duckdb.sql(f"describe select * from '{path}'").fetchall()]
        hashed = row_hash([quoted(name) for name in columns])
        (total,) = duckdb.sql(f"select coalesce(sum({hashed}::hugeint), 0) from '{path}'").fetchone() or (0,)
        _SEEN[key] = f"{total:032x}"
    return _SEEN[key]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
