"""What moved for those who use the reports: reports, bodies, figures of reports that were there before, findings, and why.

Belongs here: the summary on top of a difference. How rows are compared stands in `differences`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import duckdb

from pipelines.publishing.differences import SAMPLES_OF_ROWS, is_whole_number
from pipelines.publishing.sides import Side

_RESOLVED = "resolution not in ('ambiguous', 'unknown')"
_CAUSES = ("code_version", "parser_versions", "staging", "curation", "dbt_project", "divisions", "duckdb")
# Whole numbers that are keys, years, places or lengths of texts; all others are figures.
_NO_FIGURE = re.compile(r"(^|_)(key|id|code|year|line|lines|order|seq|record|rank|characters|bytes|start|end)(_|$)")
_KINDS = ("changed", "added", "removed")
# Facts about a report that are no figures of it: what was found, how rules came out, whose it is.
_NO_FIGURES = (
    "fct_finding",
    "fct_rule_result",
    "fct_version_difference",
    "fct_near_duplicate",
    "fct_body_candidate",
    "fct_body_evidence",
)


def summarise(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, tables: dict[str, Any]) -> dict[str, Any]:
    """Return the sections of the summary; a section whose tables one side does not have is null."""
    return {
        "reports": _reports(connection, a, b),
        "bodies": _bodies(connection, a, b),
        "figures": _figures(connection, a, b, tables),
        "findings": _findings(connection, a, b),
        "tables": _tables(tables),
        "causes": _causes(a.record, b.record),
    }


def _reports(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> dict[str, Any] | None:
    """Reports that came and went; `replaced` are those among them that another text at the same place replaces."""
    needed = ("report_key", "delivery", "source_path", "record", "title", "body_name", "report_year")
    if not (a.has("dim_report", *needed) and b.has("dim_report", *needed)):
        return None
    moves = dict(connection.execute("select move, count(*) from report_moves group by move").fetchall())
    (replaced,) = connection.execute(
        f"select count(*) from {a.view('dim_report')} as a join {b.view('dim_report')} as b "
        "on a.delivery = b.delivery and a.source_path = b.source_path and a.record is not distinct from b.record "
        "where a.report_key <> b.report_key"
    ).fetchone() or (0,)
    return {
        "kept": moves.get("kept", 0),
        "added": moves.get("new", 0),
        "removed": moves.get("gone", 0),
        "replaced": replaced,
        "samples": {
            kind: _dicts(
                connection,
                f"select report_key, body_name, report_year, left(title, 100) as title, source_path from {side.view('dim_report')} "
                f"semi join (from report_moves where move = '{move}') using (report_key) order by all limit {SAMPLES_OF_ROWS}",
            )
            for kind, move, side in (("added", "new", b), ("removed", "gone", a))
        },
    }


def _bodies(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> dict[str, Any] | None:
    """Reports on both sides whose body is another one now: newly placed, no longer placed, placed elsewhere, another key."""
    body = ("body_key", "resolution", "division_code", "division_full_name")
    if not all(side.has("dim_report", "report_key", "body_key") and side.has("dim_body", *body) for side in (a, b)):
        return None
    sides = ", ".join(
        f"(select r.report_key, r.body_name, r.report_year, b.body_key, b.division_code, b.division_full_name, b.{_RESOLVED} as placed "
        f"from {side.view('dim_report')} as r join {side.view('dim_body')} as b using (body_key)) as {side.schema}"
        for side in (a, b)
    )
    connection.execute(
        "create or replace temp table moved_bodies as select b.report_key, b.body_name, b.report_year, "
        "a.division_full_name as old, b.division_full_name as new, "
        "case when b.placed and not a.placed then 'newly_resolved' when a.placed and not b.placed then 'no_longer_resolved' "
        "when a.division_code is distinct from b.division_code then 'elsewhere' else 'other_key' end as kind "
        f"from {sides} where a.report_key = b.report_key and (a.body_key <> b.body_key or a.placed <> b.placed "
        "or a.division_code is distinct from b.division_code)"
    )
    counts = dict(connection.execute("select kind, count(*) from moved_bodies group by kind").fetchall())
    kinds = ("newly_resolved", "no_longer_resolved", "elsewhere", "other_key")
    return {
        **{kind: counts.get(kind, 0) for kind in kinds},
        "samples": {
            kind: _dicts(
                connection,
                "select report_key, body_name, report_year, old, new from moved_bodies "
                f"where kind = '{kind}' order by all limit {SAMPLES_OF_ROWS}",
            )
            for kind in kinds
            if counts.get(kind)
        },
    }


def _figures(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, tables: dict[str, Any]) -> dict[str, Any]:
    """Figures and their states in the facts of reports that were there before, and rows that came with new reports.

    A figure is a number in a fact that is no key, year or place; a state is what says why a figure is null or 0. Tables that
    differ and whose figures could not all be matched are named: of these nothing is said.
    """
    changed: dict[str, int] = {}
    rows: dict[str, dict[str, int]] = {"added": {}, "removed": {}}
    zeros: Counter[str] = Counter()
    with_new: dict[str, int] = {}
    matched = _reports_are_matched(connection, a, b)
    for table, found in tables.items():
        if not _may_hold_figures(a, b, table) or "of_reports" not in found:
            continue
        for value in found["values"]:
            if value["of_kept_reports"] and any(_is_figure(side, table, value["column"]) for side in (a, b)):
                changed[f"{table}.{value['column']}"] = value["of_kept_reports"]
                zeros.update({name: value.get(name, 0) for name in ("null_to_zero", "zero_to_null")})
        kept, new = found["of_reports"].get("kept", {}), found["of_reports"].get("new", {})
        for kind, of_table in rows.items():
            of_table.update({table: kept[kind]} if kept.get(kind) else {})
        with_new.update({table: new["added"]} if new.get("added") else {})
    return {
        "changed_in_kept_reports": dict(sorted(changed.items(), key=_first_the_form)),
        "rows_added_in_kept_reports": rows["added"],
        "rows_removed_in_kept_reports": rows["removed"],
        "null_to_zero": zeros["null_to_zero"],
        "zero_to_null": zeros["zero_to_null"],
        "rows_with_new_reports": with_new,
        "not_compared": [table for table, found in tables.items() if _is_not_compared(a, b, table, found, matched)],
    }


def _may_hold_figures(a: Side, b: Side, table: str) -> bool:
    """Tell whether a table is a fact of reports, on one side at least."""
    facts = table.startswith("fct_") and table not in _NO_FIGURES
    return facts and any(side.has(table, "report_key") for side in (a, b))


def _reports_are_matched(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> bool:
    """Tell whether earlier reports can be found again: by a key that both sides have, and that means the same on both."""
    if not all(side.has("dim_report", "report_key") for side in (a, b)):
        return False
    moves = {str(move) for (move,) in connection.execute("select distinct move from report_moves").fetchall()}
    return "kept" in moves or not {"new", "gone"} <= moves


def _is_not_compared(a: Side, b: Side, table: str, found: dict[str, Any], matched: bool) -> bool:
    if found["status"] == "unchanged" or not _may_hold_figures(a, b, table):
        return False
    columns = found.get("columns", {})
    moved = [c["column"] for kind in ("added", "removed") for c in columns.get(kind, ())]
    figures = [c for c in moved if c == "report_key" or any(_is_figure(side, table, c) for side in (a, b))]
    rows = any(found.get(f"rows_{kind}") for kind in _KINDS)
    return found["status"] != "changed" or bool(figures) or (rows and not matched)


def _is_figure(side: Side, table: str, column: str) -> bool:
    dtype = side.columns.get(table, {}).get(column, "")
    if is_whole_number(dtype):
        return _NO_FIGURE.search(column) is None
    return (
        dtype in ("DOUBLE", "FLOAT") or dtype.startswith("DECIMAL") or column == "status" or column.endswith("_state")
    )


def _first_the_form(item: tuple[str, int]) -> tuple[bool, int, str]:
    """The cells of the form first, for all else rests on them; then what moved most."""
    return (not item[0].startswith("fct_reported_cell."), -item[1], item[0])


def _findings(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> dict[str, Any] | None:
    """Findings gained and lost by rule: of reports that are on both sides, and of others (new, gone, or no report)."""
    needed = ("finding_key", "rule_key", "severity", "report_key")
    if not (a.has("fct_finding", *needed) and b.has("fct_finding", *needed)):
        return None
    each = (
        "select '{kind}' as kind, f.rule_key, f.severity, coalesce(m.move, 'none') = 'kept' as kept, count(*) as n "
        "from {one} as f anti join {other} using (finding_key) left join report_moves as m using (report_key) group by all"
    )
    views = a.view("fct_finding"), b.view("fct_finding")
    rows = connection.execute(
        each.format(kind="gained", one=views[1], other=views[0])
        + " union all "
        + each.format(kind="lost", one=views[0], other=views[1])
    ).fetchall()
    rules: dict[str, dict[str, Any]] = {}
    totals: Counter[str] = Counter()
    for kind, rule, severity, kept, n in rows:
        name = f"{kind}_in_kept_reports" if kept else f"{kind}_with_others"
        totals[name] += n
        of_rule = rules.setdefault(rule, {"rule_key": rule, "severity": severity})
        of_rule[name] = of_rule.get(name, 0) + n
    names = [f"{kind}_{where}" for kind in ("gained", "lost") for where in ("in_kept_reports", "with_others")]
    return {**{name: totals[name] for name in names}, "rules": [rules[rule] for rule in sorted(rules)]}


def _tables(tables: dict[str, Any]) -> dict[str, list[str]]:
    """Tables by what happened to them, and those whose columns are others now."""
    by_status = {
        status: [table for table, found in tables.items() if found["status"] == status]
        for status in ("added", "removed", "changed", "unchanged")
    }
    shape = ("added", "removed", "retyped")
    columns = [table for table, found in tables.items() if any(found.get("columns", {}).get(name) for name in shape)]
    return {**by_status, "with_other_columns": columns}


def _causes(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a release was made of that differs from what the other was made of; null where one of them does not say."""
    if old is None or new is None or not all(name in side for side in (old, new) for name in ("code_version", "seeds")):
        return None
    seeds = sorted(set(old["seeds"]) | set(new["seeds"]))
    return {
        **{
            name: {"a": old.get(name), "b": new.get(name), "changed": old.get(name) != new.get(name)}
            for name in _CAUSES
        },
        "seeds": [seed for seed in seeds if old["seeds"].get(seed) != new["seeds"].get(seed)],
    }


def _dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
