"""A whole comparison of two sides: every table, the summary on top, and who the samples belong to.

Belongs here: putting diff.json together and its headline. How it is shown as a page stands in `difference_page`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.difference_summary import summarise
from pipelines.publishing.differences import compare_table, note_report_moves
from pipelines.publishing.sides import Side, Unreadable, open_comparison, open_side
from pipelines.schemas.published import load_primary_keys

_MAX_NAMED = 3
_HEADLINE_WORDS = {
    "zh": {
        "end": "；",
        "same": "两边完全相同",
        "reports": "年报 +{:,} −{:,}",
        "figures": "原有年报的数字变动：{}",
        "no_figure": "原有年报的数字没有变动",
        "not_compared": "以下各表的原有年报数字无法比较：{}",
        "bodies": "原有年报的机关变动：{:,}",
        "findings": "发现 +{:,} −{:,}",
        "columns": "列有变动的表：{}",
        "parser": "解析程序有变",
        "seeds": "种子表有变",
        "parser_seeds": "解析程序有变、种子表有变",
    },
    "en": {
        "end": "; ",
        "same": "nothing differs",
        "reports": "reports +{:,} −{:,}",
        "figures": "figures of earlier reports: {}",
        "no_figure": "no figure of an earlier report changed",
        "not_compared": "figures of earlier reports could not be compared in {}",
        "bodies": "bodies of earlier reports changed: {:,}",
        "findings": "findings +{:,} −{:,}",
        "columns": "tables with other columns: {}",
        "parser": "the parser changed",
        "seeds": "seeds changed",
        "parser_seeds": "the parser changed, seeds changed",
    },
}


def compare_releases(a: Path, b: Path, scratch: Path | None = None) -> dict[str, Any]:
    """Compare two releases, DuckDB files or folders of parquet files: what is in `b` and was not, or was other, in `a`.

    Args:
        a: the earlier side.
        b: the later side.
        scratch: the folder for what does not fit into memory; the system's own where none is given.

    Raises:
        Unreadable: a side cannot be opened.
    """
    with open_comparison(scratch) as connection:
        old, new = open_side(connection, "a", a), open_side(connection, "b", b)
        note_report_moves(connection, old, new)
        tables = {table: _compare(connection, old, new, table) for table in _tables_of(old, new)}
        summary = summarise(connection, old, new, tables)
        _name_reports(connection, old, new, tables)
    return {
        "a": _described(old),
        "b": _described(new),
        "headline": _headlines(summary),
        "summary": summary,
        "tables": tables,
    }


def first_release(version: str) -> dict[str, Any]:
    """What stands in the place of a comparison where there is nothing to compare with."""
    headline = {"zh": "第一次发布", "en": "the first release"}
    return {"a": None, "b": {"label": version, "version": version}, "headline": headline, "summary": None, "tables": {}}


def not_compared(version: str, previous: str, error: Exception) -> dict[str, Any]:
    """What stands in the place of a comparison that came to no end: the release before is damaged, or memory did not do."""
    zh, en = "比较中途出错", "the comparison failed"
    if isinstance(error, Unreadable):
        zh, en = "其数据库读不出", "its database cannot be read"
    headline = {"zh": f"无法与 {previous} 比较：{zh}", "en": f"not compared with {previous}: {en}"}
    a = {"label": previous, "version": previous}
    return {**first_release(version), "a": a, "headline": headline, "error": str(error)}


def _tables_of(a: Side, b: Side) -> list[str]:
    """All tables of both sides; the form dictionary only where both have it, which folders of parquet files do not."""
    tables = sorted(set(a.columns) | set(b.columns))
    both = all(any(table.startswith("reference.") for table in side.columns) for side in (a, b))
    return [table for table in tables if both or not table.startswith("reference.")]


def _compare(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, table: str) -> dict[str, Any]:
    if table in a.columns and table in b.columns:
        return compare_table(connection, a, b, table, load_primary_keys().get(table, ()))
    side, status = (b, "added") if table in b.columns else (a, "removed")
    (rows,) = connection.execute(f"select count(*) from {side.view(table)}").fetchone() or (0,)
    return {"status": status, "rows": {"a": None, "b": None, side.schema: rows}}


def _described(side: Side) -> dict[str, Any]:
    record = side.record or {}
    return {"label": side.label, "version": record.get("version"), "published_at": record.get("published_at")}


def _name_reports(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, tables: dict[str, Any]) -> None:
    """Give every sample that is a report's, or a body's, the name and year, and the file that it was read from."""
    needed = ("report_key", "body_name", "report_year", "source_path")
    samples = [sample for found in tables.values() for sample in _samples(found)]
    keys = sorted({sample["report_key"] for sample in samples if sample.get("report_key")})
    names: dict[str, tuple[Any, ...]] = {}
    for side in (a, b):
        if keys and side.has("dim_report", *needed):
            rows = connection.execute(
                f"select {', '.join(needed)} from {side.view('dim_report')} where list_contains(?, report_key)", [keys]
            ).fetchall()
            names |= {row[0]: row[1:] for row in rows}
    for sample in samples:
        if sample.get("report_key") in names:
            body, year, path = names[sample["report_key"]]
            sample |= {"body_name": body, "report_year": year, "source_path": path}


def _samples(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for value in found.get("values", []):
        yield from value.get("samples") or []
    for rows in found.get("samples", {}).values():
        yield from rows


def _headlines(summary: dict[str, Any]) -> dict[str, str]:
    """The one line of what moved, in both languages."""
    parts = list(_headline_parts(summary))
    return {
        language: words["end"].join(words[part].format(*values) for part, *values in parts)
        for language, words in _HEADLINE_WORDS.items()
    }


def _headline_parts(summary: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What the headline says, in order: the key of its words, then what fills them."""
    if not any(summary["tables"][status] for status in ("added", "removed", "changed")):
        yield ("same",)
        return
    reports, bodies, findings = summary["reports"], summary["bodies"], summary["findings"]
    if reports and (reports["added"] or reports["removed"]):
        yield "reports", reports["added"], reports["removed"]
    figures, not_compared = _figures(summary), _named(summary["figures"]["not_compared"])
    if figures:
        yield "figures", figures
    elif not not_compared:
        yield ("no_figure",)
    if not_compared:
        yield "not_compared", not_compared
    if bodies and (n := sum(n for n in bodies.values() if isinstance(n, int))):
        yield "bodies", n
    if findings and (moved := _gained_and_lost(findings)) != (0, 0):
        yield "findings", *moved
    if columns := _other_shapes(summary):
        yield "columns", columns
    if causes := summary["causes"]:
        why = (*(["parser"] if causes["parser_versions"]["changed"] else []), *(["seeds"] if causes["seeds"] else []))
        if why:
            yield ("_".join(why),)


def _figures(summary: dict[str, Any]) -> str:
    """What moved in reports that were there before, named as in the tables; empty where nothing did."""
    figures = summary["figures"]
    moved = [f"{column} {n:,}" for column, n in figures["changed_in_kept_reports"].items()]
    moved += [f"{table} +{n:,}" for table, n in figures["rows_added_in_kept_reports"].items()]
    moved += [f"{table} −{n:,}" for table, n in figures["rows_removed_in_kept_reports"].items()]
    return _named(moved)


def _named(names: list[str]) -> str:
    return ", ".join(names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")


def _gained_and_lost(findings: dict[str, Any]) -> tuple[int, int]:
    gained = findings["gained_in_kept_reports"] + findings["gained_with_others"]
    return gained, findings["lost_in_kept_reports"] + findings["lost_with_others"]


def _other_shapes(summary: dict[str, Any]) -> int:
    return len({table for name in ("added", "removed", "with_other_columns") for table in summary["tables"][name]})
