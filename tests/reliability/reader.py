"""`python -m tests.reliability.reader WAREHOUSE STOP`: read what is published, again and again, until the file STOP appears.

Each round takes the public paths, as a user would; an error or a mix of two releases ends it with 1. It reads most while
there is something to meet: while a release is made and switched to, and shortly after. A round takes a core a sixth of a second.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

import duckdb

_PAUSE_SECONDS, _LONG_PAUSE_SECONDS = 0.2, 2.0
# After the last sign of a release that is made: it is switched to, and old ones are removed.
_SHORTLY_SECONDS = 5.0
_TABLE = "fct_zero_activity"


def read_once(warehouse: Path) -> str:
    """Read the database and a parquet file; return the release that was seen."""
    with duckdb.connect(str(warehouse / "gid.duckdb"), read_only=True) as connection:
        (reports,) = connection.execute("select count(*) from dim_report").fetchone() or (0,)
        (activities,) = connection.execute(f"select count(*) from {_TABLE}").fetchone() or (0,)
    assert activities == 9 * reports, ("database", activities, reports)
    # One file through the link is one release's, whichever: nine rows a report.
    (rows, keys) = duckdb.sql(
        f"select count(*), count(distinct report_key) from '{warehouse}/exports/{_TABLE}.parquet'"
    ).fetchone() or (0, 0)
    assert rows == 9 * keys, ("parquet", rows, keys)
    # Several files: the link is followed once.
    release = (warehouse / "current").resolve()
    record = json.loads((release / "exports" / "release.json").read_text(encoding="utf-8"))
    assert record["version"] == release.name, (record["version"], release)
    for table in (_TABLE, "dim_report", "dim_document"):
        data = (release / "exports" / f"{table}.parquet").read_bytes()
        assert hashlib.sha256(data).hexdigest() == record["tables"][table]["parquet_sha256"], table
    with duckdb.connect(str(release / "gid.duckdb"), read_only=True) as connection:
        for table in (_TABLE, "dim_report", "fct_reported_cell"):
            (rows,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
            assert rows == record["tables"][table]["rows"], table
    return release.name


def main() -> int:
    """Read until told to stop; print rounds and releases seen."""
    warehouse, stop = Path(sys.argv[1]), Path(sys.argv[2])
    rounds, seen = 0, set()
    made_at = time.monotonic()
    while not stop.exists():
        seen.add(read_once(warehouse))
        rounds += 1
        begun = time.monotonic()
        while not stop.exists():
            time.sleep(_PAUSE_SECONDS)
            now = time.monotonic()
            if any((warehouse / "releases").glob(".*")):
                made_at = now
            if now - made_at < _SHORTLY_SECONDS or now - begun > _LONG_PAUSE_SECONDS:
                break
    print(rounds, len(seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
