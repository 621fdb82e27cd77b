"""Staging of many reports without parsing them: every report of a small staging, again and again under other keys.

Belongs here: making it. `python -m tests.scaling.multiply SMALL_WAREHOUSE BIG_WAREHOUSE REPORTS [--same]`
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import duckdb

from pipelines.settings import REFERENCE_DIR, STAGING_FRAMES

_WHOLE = ("deliveries", "delivery_scopes")
# Another town of the list for each copy, and another year when all towns have had their turn.
_TOWNS = """
    create table towns as
    select division_code, division_name, row_number() over (order by division_code) - 1 as n
    from read_csv('{divisions}', header = true, all_varchar = true)
    where valid_to is null and length(division_code) = 9
"""
_MOVED = """
    create or replace table moved as
    select reports.document_id, towns.division_code as old_code, towns.division_name as old_name,
        other.division_code, other.division_name, (towns.n + {shift}) // (select count(*) from towns) as years
    from {reports} as reports
    inner join towns using (division_code)
    inner join towns as other on other.n = (towns.n + {shift}) % (select count(*) from towns)
"""


def multiply(small: Path, big: Path, n_reports: int, same: bool) -> None:
    """Write `big/staging` with as many reports, of other towns and years (or, `same`, of the very same ones)."""
    shutil.rmtree(big, ignore_errors=True)
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{big}/tmp'")
        connection.execute(_TOWNS.format(divisions=REFERENCE_DIR / "divisions.csv"))
        for frame in STAGING_FRAMES:
            (big / "staging" / frame).mkdir(parents=True)
        reports = _source(small, "reports")
        (n_small,) = connection.execute(f"select count(*) from {reports}").fetchone() or (0,)
        (n_moved,) = connection.execute(f"select count(distinct division_code) from {reports}").fetchone() or (0,)
        for k in range(-(-n_reports // n_small)):
            keep = min(n_small, n_reports - k * n_small)
            connection.execute(_MOVED.format(reports=reports, shift=0 if same else k * max(n_moved, 1)))
            connection.execute(
                f"create or replace table kept as select document_id, delivery from {reports} order by all limit {keep}"
            )
            for frame in STAGING_FRAMES:
                target = big / "staging" / frame / f"copy{k:05}.parquet"
                if frame not in _WHOLE or k == 0:
                    query = _copy(small, frame, k, n_small) if frame not in _WHOLE else f"from {_source(small, frame)}"
                    connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
    shutil.rmtree(big / "tmp", ignore_errors=True)
    manifest = {"delivery": "copies", "fingerprint": f"{n_reports} {same}", "parser_version": "copies"}
    (big / "staging" / "_manifest").mkdir()
    (big / "staging" / "_manifest" / "copies.json").write_text(json.dumps(manifest), encoding="utf-8")


def _source(small: Path, frame: str) -> str:
    return f"read_parquet('{small}/staging/{frame}/*.parquet', union_by_name = true)"


def _copy(small: Path, frame: str, k: int, n_small: int) -> str:
    replaced = {"document_id": f"md5(document_id || '{k}') || right(document_id, 32)"}
    if frame in ("documents", "reports", "findings"):
        replaced["record"] = f"coalesce(record, 0) + {k * n_small}"
    if frame == "documents":
        replaced["text"] = f"text || chr(10) || '{k}'"
    if frame == "signatures":
        replaced |= {name: f"md5({name} || '{k}')" for name in ("text_digest", "cells_digest")}
    if frame in ("reports", "body_candidates"):
        replaced["division_code"] = "if(frame.division_code = moved.old_code, moved.division_code, frame.division_code)"
    if frame == "reports":
        replaced |= {
            name: f"if(moved.document_id is null, {name}, replace({name}, moved.old_name, moved.division_name))"
            for name in ("title", "body_name", "unit_name")
        }
        replaced["report_year"] = "cast(report_year + coalesce(moved.years, 0) as integer)"
    columns = ", ".join(f"{sql} as {name}" for name, sql in replaced.items())
    return (
        (
            f"select frame.* replace ({columns}) from {_source(small, frame)} as frame "
            "semi join kept on frame.document_id = kept.document_id and frame.delivery = kept.delivery "
            "left join moved on frame.document_id = moved.document_id"
        )
        .replace("md5(document_id", "md5(frame.document_id")
        .replace("right(document_id", "right(frame.document_id")
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("big", type=Path)
    parser.add_argument("reports", type=int)
    parser.add_argument("--same", action="store_true", help="the same towns and years each time")
    given = parser.parse_args()
    multiply(given.small.resolve(), given.big.resolve(), given.reports, given.same)


if __name__ == "__main__":
    main()
