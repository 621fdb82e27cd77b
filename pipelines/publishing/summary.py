"""What was built, for the person at the terminal and for Dagster's page: counts by state, findings, rules, coverage, files.

Belongs here: reading a database for a summary.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from pipelines.publishing.releases import current_release
from pipelines.publishing.state import read_state
from pipelines.settings import CORRECTIONS_FILE, OVERRIDES_FILE, PROJECT_DIR, Settings

_NOT_APPLIED = {
    "document_not_found": "the document is not in this warehouse",
    "unused": "no report has that name, or other rows and the reports themselves place all that have it",
}
_MAX_ROWS = 20

_COUNTED = {
    "documents": "select read_status, count(*) from dim_document group by 1 order by 1",
    "reports": "select form_version, count(*) from dim_report group by 1 order by 1",
    "bodies": "select resolution, count(*) from dim_body group by 1 order by 1",
    "cells": "select value_state, count(*) from fct_reported_cell group by 1 order by 1",
    "findings": "select severity, count(*) from fct_finding group by 1 order by 1",
    "rules": "select status, count(*) from fct_rule_result group by 1 order by 1",
    "coverage": "select status, count(*) from fct_coverage group by 1 order by 1",
}
_COVERAGE = """
    select
        division.province_name,
        coverage.report_year,
        count(*) filter (coverage.status = 'reported') as reported,
        count(*) filter (coverage.status = 'reported_late') as reported_late,
        count(*) filter (coverage.status = 'not_found') as not_found,
        count(*) filter (coverage.status = 'not_applicable') as not_applicable
    from fct_coverage as coverage
    inner join dim_division as division using (division_code)
    group by all
    order by all
"""


def coverage_by_province(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return what is claimed, by province and report year: a column a status, the number of divisions in it."""
    return connection.execute(_COVERAGE).pl()


def results_by_rule_kind(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int, int]]:
    """Return kind of rule, results, results that could be assessed, failures: of all reports."""
    return connection.execute(
        "select rule_kind, count(*), count(*) filter (status <> 'not_assessable'), count(*) filter (status = 'fail') "
        "from fct_rule_result join dim_rule using (rule_key) group by 1 order by 1"
    ).fetchall()


def bodies_by_resolution(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the number of bodies by how they were placed."""
    return dict(connection.execute("select resolution, count(*) from dim_body group by 1 order by 1").fetchall())


def count_published(settings: Settings) -> dict[str, dict[str, int]]:
    """Return counts of the published warehouse: documents, reports, bodies, cells, findings, results of rules, coverage.

    They were counted when the release was made, and stand in its record; one of an older layout has none, or others.
    """
    current = current_release(settings)
    recorded = current.record.get("counts") if current is not None else None
    if isinstance(recorded, dict) and recorded.keys() == _COUNTED.keys():
        return recorded
    return count_database(settings.database_path)


def count_database(database: Path) -> dict[str, dict[str, int]]:
    """Return the same counts of any finished database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: dict(connection.execute(query).fetchall()) for name, query in _COUNTED.items()}


def count_curated(settings: Settings) -> dict[str, dict[str, list[int]]]:
    """Return file -> status -> rows of the file, of what people corrected and decided in the published warehouse."""
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        return {
            file: dict(
                connection.execute(f"select status, list(csv_row order by csv_row) from {table} group by 1").fetchall()
            )
            for file, table in ((CORRECTIONS_FILE, "fct_correction"), (OVERRIDES_FILE, "fct_override"))
        }


def format_summary(settings: Settings) -> str:
    """Return the lines that `make warehouse` ends with."""
    counts = count_published(settings)
    exports = sorted(settings.exports_dir.glob("*.parquet"))
    folders = (
        ("GID_RAW_DIR", settings.raw_dir, "raw"),
        ("GID_WAREHOUSE_DIR", settings.warehouse_dir, "warehouse"),
        ("GID_CURATION_DIR", settings.curation_dir, "curation"),
    )
    prefix = "".join(f"{name}={path} " for name, path, default in folders if path != PROJECT_DIR / "data" / default)
    lines = ["", "GID Warehouse: published.", *_release_lines(settings)]
    for name, title in (
        ("documents", "documents by reading"),
        ("reports", "reports by form"),
        ("bodies", "bodies by resolution"),
        ("cells", "cells by state"),
        ("findings", "findings by severity"),
        ("rules", "rules by result"),
        ("coverage", "divisions x years"),
    ):
        if name == "coverage" and not counts[name]:
            continue  # no delivery claims any division: nothing is said of what is missing
        parts = ", ".join(f"{key} {n:,}" for key, n in counts[name].items()) or "none"
        lines.append(f"  {title:<21} {sum(counts[name].values()):>9,}   {parts}")
    lines += _curation_lines(settings)
    if not counts["reports"]:
        lines.append(f"  WARNING: no report was loaded. Put deliveries into {settings.raw_dir} and run again.")
    lines += [
        "",
        f"  {settings.database_path} ({settings.database_path.stat().st_size:,} bytes)",
        f"  {settings.exports_dir} ({len(exports)} parquet files, datapackage.json, gid.xlsx)",
        "",
        f"  {prefix}make sql                    open the database in DuckDB's shell, read-only",
        f"  {prefix}make trace DOC=<path or id> follow one document, hop by hop",
        f"  {prefix}make dev                    Dagster's web page: assets, checks, schedule, runs",
    ]
    return "\n".join(lines)


def _release_lines(settings: Settings) -> list[str]:
    """The version that is current, and in a line what moved, or that nothing did."""
    state, current = read_state(settings), current_release(settings)
    if current is None:
        return []
    moved = current.headline()["en"] if state.get("is_new") else f"nothing changed: still {current.version}"
    return [f"  {'release':<21} {current.version!s:>9}   {moved}"]


def _curation_lines(settings: Settings) -> list[str]:
    """Lines on corrections and overrides, where there are any; what was not applied is never passed over."""
    lines = []
    for file, by_status in count_curated(settings).items():
        rows = {status: by_status[status] for status in sorted(by_status)}
        if rows:
            parts = ", ".join(f"{status} {len(of_status)}" for status, of_status in rows.items())
            lines.append(f"  {file:<21} {sum(map(len, rows.values())):>9,}   {parts}")
        lines += [
            f"  WARNING: {file} row {', '.join(map(str, of_status[:_MAX_ROWS]))}"
            f"{' …' if len(of_status) > _MAX_ROWS else ''}: {_NOT_APPLIED[status]}"
            for status, of_status in rows.items()
            if status in _NOT_APPLIED
        ]
    return lines
