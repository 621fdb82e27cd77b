"""Counts and small charts on the assets: bodies by resolution, coverage by province and year.

Belongs here: which table shows what on Dagster's page. Counting stands in publishing.summary, drawing in publishing.charts.
"""

from __future__ import annotations

import base64
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from pipelines.defs.metadata import markdown_table
from pipelines.publishing.charts import stacked_bars
from pipelines.publishing.summary import bodies_by_resolution, coverage_by_province, results_by_rule_kind

_RESOLUTIONS = ("name_and_parent", "unique_name", "override", "ambiguous", "unknown")
_STATUSES = {"reported": "#2e7d32", "reported_late": "#f9a825", "not_found": "#c62828", "not_applicable": "#bdbdbd"}
_MAX_ROWS = 60
# Above 1,000 characters Dagster shows markdown only behind a click.
_MAX_YEARS = 16
_BAR = 20


def overview(table: str, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the metadata that a table shows beside its rows; nothing for most tables."""
    if table == "dim_body":
        return bodies_overview(connection)
    if table == "rpt_assessment":
        return assessment_overview(connection)
    return coverage_overview(connection) if table == "fct_coverage" else {}


def bodies_overview(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Bodies by resolution: bars, and numbers that Dagster plots over time."""
    counts = bodies_by_resolution(connection)
    unresolved = counts.get("ambiguous", 0) + counts.get("unknown", 0)
    total = sum(counts.values())
    rows = [(resolution, counts.get(resolution, 0), total) for resolution in _RESOLUTIONS]
    return {
        "bodies_by_resolution": bars("resolution", rows),
        **{f"bodies_{resolution}": counts.get(resolution, 0) for resolution in _RESOLUTIONS},
        "share_unresolved": round(unresolved / total, 4) if total else 0.0,
    }


def assessment_overview(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What share of the rules could be assessed, by kind, and how many failed."""
    kinds = results_by_rule_kind(connection)
    results, assessed = sum(n for _, n, _, _ in kinds), sum(n for _, _, n, _ in kinds)
    return {
        "assessed_by_kind": bars("kind of rule", [(kind, n, of) for kind, of, n, _ in kinds]),
        **{f"failed_{kind}": failed for kind, _, _, failed in kinds},
        "share_assessed": round(assessed / results, 4) if results else 0.0,
    }


def coverage_overview(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Coverage by year, and by province and year: bars, a chart, a table, and numbers that Dagster plots over time."""
    data = coverage_by_province(connection)
    totals = {status: int(data[status].sum()) for status in _STATUSES}
    reported = totals["reported"] + totals["reported_late"]
    expected = reported + totals["not_found"]
    shown: dict[str, Any] = {f"divisions_{status}": n for status, n in totals.items()}
    if expected:
        shown["coverage_rate"] = round(reported / expected, 4)
    if not data.height:
        return {
            **shown,
            "coverage_by_year": "no delivery claims to cover a division: nothing is said of what is missing",
        }
    rows = [
        (f"{province or ''} {year}", dict(zip(_STATUSES, counts, strict=True)))
        for province, year, *counts in data.select("province_name", "report_year", *_STATUSES).iter_rows()
    ]
    left_out = len(rows) - _MAX_ROWS
    note = f"and {left_out} more rows of province and year" if left_out > 0 else ""
    return {
        **shown,
        "coverage_by_year": bars("report year", _by_year(data)),
        "coverage_chart": chart(stacked_bars(rows[-_MAX_ROWS:], _STATUSES, note), "coverage by province and year"),
        "coverage_by_province": markdown_table(data, _MAX_ROWS),
    }


def _by_year(data: pl.DataFrame) -> list[tuple[str, int, int]]:
    """The latest years with what was reported and what was expected."""
    reported = pl.col("reported") + pl.col("reported_late")
    years = data.group_by("report_year").agg(reported.sum(), (reported + pl.col("not_found")).sum().alias("expected"))
    return [(str(year), n, of) for year, n, of in years.sort("report_year").tail(_MAX_YEARS).iter_rows()]


def bars(title: str, rows: list[tuple[str, int, int]]) -> dg.MarkdownMetadataValue:
    """Return rows of label, number and total as a markdown table with a bar of the share; no bar where the total is 0."""
    lines = [f"|{title}|n|of|share|", "|---|---:|---:|---|"]
    for label, n, of in rows:
        full = round(_BAR * n / of) if of else 0
        share = f"{'█' * full}{'░' * (_BAR - full)} {n / of:.0%}" if of else ""
        lines.append(f"|{label}|{n:,}|{of:,}|{share}|")
    return dg.MetadataValue.md("\n".join(lines))


def chart(svg: str, title: str) -> dg.MarkdownMetadataValue:
    """Return an SVG as a markdown image: Dagster's page shows it so, and leaves out SVG that stands in the text itself."""
    return dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})")
