"""diff.md: a comparison as a page that a person reads, in Chinese and English, of bounded length.

Belongs here: words and tables of that page. All of it, and more samples, stand in diff.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.publishing.markdown import code_span
from pipelines.publishing.workbook.texts import show_hidden

_MAX_COLUMNS = 12
_MAX_SAMPLES = 3
_MAX_TEXT = 60
_KEPT = "of reports on both sides 两边都有的年报"
_BODY_KINDS = {
    "newly_resolved": "newly placed 新归属",
    "no_longer_resolved": "no longer placed 不再能归属",
    "elsewhere": "placed elsewhere 改属别处",
    "other_key": "another key or evidence 编号或依据不同",
}
_CAUSES = {
    "parser_versions": "parser 解析程序",
    "code_version": "code 程序",
    "dbt_project": "dbt models, macros, tests 模型",
    "divisions": "divisions 区划",
    "staging": "staged deliveries 批次",
    "curation": "corrections and overrides 更正与指定",
    "duckdb": "DuckDB",
}


def page_of(diff: dict[str, Any]) -> str:
    """Return the page of a comparison."""
    lines = [f"# {diff['b']['label']}", "", diff["headline"]["zh"], "", diff["headline"]["en"], ""]
    if diff["a"] is not None:
        lines[0] = f"# {diff['a']['label']} → {diff['b']['label']}"
    if "error" in diff:
        lines += ["```", show_hidden(diff["error"]).replace("`", "'"), "```", ""]
    if diff["summary"] is not None:
        summary = diff["summary"]
        lines += _reports(summary["reports"]) + _bodies(summary["bodies"]) + _figures(summary["figures"])
        lines += _findings(summary["findings"]) + _causes(summary["causes"]) + _tables(diff["tables"])
        for table, found in diff["tables"].items():
            if found["status"] == "changed":
                lines += _table(table, found)
        lines += ["More samples and all counts: diff.json. 其余样例与全部计数见 diff.json。"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _reports(reports: dict[str, Any] | None) -> list[str]:
    lines = ["## Reports 年报", ""]
    if reports is None:
        return [*lines, *_not_both("dim_report")]
    lines += _grid(
        ("on both sides 两边都有", "added 新增", "removed 减少", "of these replaced at the same place 其中同处换文"),
        [tuple(f"{reports[name]:,}" for name in ("kept", "added", "removed", "replaced"))],
    )
    for kind, sign in (("added", "+"), ("removed", "−")):
        lines += [
            f"- {sign} {_whose(sample)} {_code(sample['title'])} {_code(sample['source_path'])}"
            for sample in reports["samples"][kind]
        ]
    return [*lines, ""]


def _bodies(bodies: dict[str, Any] | None) -> list[str]:
    lines = [f"## Bodies {_KEPT}", ""]
    if bodies is None:
        return [*lines, *_not_both("dim_body")]
    counts = [(title, f"{bodies[kind]:,}") for kind, title in _BODY_KINDS.items() if bodies[kind]]
    if not counts:
        return [*lines, "All as before. 均无变动。", ""]
    lines += _grid(("what 变动", "reports 年报"), counts)
    for kind, samples in bodies["samples"].items():
        lines += [
            f"- {_BODY_KINDS[kind]}: {_whose(sample)} {_cell(sample['old'])} → {_cell(sample['new'])}"
            for sample in samples
        ]
    return [*lines, ""]


def _figures(figures: dict[str, Any]) -> list[str]:
    lines = [f"## Figures {_KEPT}", ""]
    rows = [(f"`{column}`", f"{n:,}", "", "") for column, n in figures["changed_in_kept_reports"].items()]
    added, removed = figures["rows_added_in_kept_reports"], figures["rows_removed_in_kept_reports"]
    rows += [
        (f"`{table}`", "", f"{added.get(table, 0):,}", f"{removed.get(table, 0):,}")
        for table in sorted(set(added) | set(removed))
    ]
    if rows:
        lines += _grid(("figure 数字", "changed 改动", "rows added 增行", "rows removed 减行"), rows)
        lines += [f"null → 0 空变零: {figures['null_to_zero']:,}; 0 → null 零变空: {figures['zero_to_null']:,}", ""]
    elif not figures["not_compared"]:
        lines += ["None changed, came or went. 没有改动，也没有增减。", ""]
    if figures["not_compared"]:
        tables = ", ".join(f"`{table}`" for table in figures["not_compared"])
        lines += [f"Could not be compared: reports, tables or columns are others. 无法比较：{tables}", ""]
    if figures["rows_with_new_reports"]:
        came = ", ".join(f"`{table}` {n:,}" for table, n in figures["rows_with_new_reports"].items())
        lines += [f"Rows that came with new reports 随新年报而来的行: {came}", ""]
    return lines


def _findings(findings: dict[str, Any] | None) -> list[str]:
    lines = ["## Findings 发现", ""]
    if findings is None:
        return [*lines, *_not_both("fct_finding")]
    if not findings["rules"]:
        return [*lines, "All as before. 均无变动。", ""]
    names = ("gained_in_kept_reports", "lost_in_kept_reports", "gained_with_others", "lost_with_others")
    titles = (
        "rule 规则", "severity 级别", f"gained, {_KEPT} 增", "lost 减", "gained with other reports 其他增", "lost 减",
    )  # fmt: skip
    rows = [
        (f"`{rule['rule_key']}`", rule["severity"], *(f"{rule.get(name, 0):,}" for name in names))
        for rule in findings["rules"]
    ]
    return [*lines, *_grid(titles, rows)]


def _causes(causes: dict[str, Any] | None) -> list[str]:
    lines = ["## Why 原因", ""]
    if causes is None:
        return [*lines, "One side does not say what it was made of. 其中一边没有说明由什么生成。", ""]
    rows = [
        (title, _cell(_plain(causes[name]["a"])), _cell(_plain(causes[name]["b"])))
        for name, title in _CAUSES.items()
        if causes[name]["changed"]
    ]
    if rows:
        lines += _grid(("changed 有变", "before 前", "now 后"), rows)
    if causes["seeds"]:
        lines += ["Seeds 种子表: " + ", ".join(f"`{seed}`" for seed in causes["seeds"]), ""]
    return lines if rows or causes["seeds"] else [*lines, "Made of the same. 由相同的材料和程序生成。", ""]


def _tables(tables: dict[str, Any]) -> list[str]:
    moved = {table: found for table, found in tables.items() if found["status"] != "unchanged"}
    lines = ["## Tables 表", ""]
    rows = [
        (
            f"`{table}`",
            found["status"],
            *("" if found["rows"][side] is None else f"{found['rows'][side]:,}" for side in ("a", "b")),
            *(f"{found.get(name, 0):,}" for name in ("rows_added", "rows_removed", "rows_changed")),
        )
        for table, found in moved.items()
    ]
    if rows:
        titles = (
            "table 表", "status", "rows before 原行数", "rows now 现行数", "added 增", "removed 减", "changed 改",
        )  # fmt: skip
        lines += _grid(titles, rows)
    return [*lines, f"Unchanged 没有变动: {len(tables) - len(moved)}", ""]


def _table(table: str, found: dict[str, Any]) -> list[str]:
    lines = [f"### {table}", ""]
    lines += _columns(found["columns"])
    values = found.get("values", [])
    if values:
        counts = ("changed", "of_kept_reports", "null_to_value", "value_to_null", "null_to_zero", "zero_to_null")
        titles = (
            "column 列", "changed 改", _KEPT, "null → value 空变值", "value → null 值变空",
            "null → 0 空变零", "0 → null 零变空",
        )  # fmt: skip
        rows = [(f"`{v['column']}`", *(f"{v.get(name, 0):,}" for name in counts)) for v in values[:_MAX_COLUMNS]]
        lines += _grid(titles, rows)
        if len(values) > _MAX_COLUMNS:
            lines += [f"… {len(values) - _MAX_COLUMNS} more columns 其余各列", ""]
    for value in values[:_MAX_COLUMNS]:
        lines += [
            f"- `{value['column']}` {_cell(sample['old'])} → {_cell(sample['new'])}: {_place(sample)}"
            for sample in (value.get("samples") or [])[:_MAX_SAMPLES]
        ]
    for kind, sign in (("rows_added", "+"), ("rows_removed", "−")):
        lines += [f"- {sign} {_place(sample)}" for sample in found.get("samples", {}).get(kind, [])[:_MAX_SAMPLES]]
    return [*lines, ""]


def _columns(columns: dict[str, Any]) -> list[str]:
    lines = [f"- column 列 + `{c['column']}` {c['type']}" for c in columns["added"]]
    lines += [f"- column 列 − `{c['column']}` {c['type']}" for c in columns["removed"]]
    lines += [f"- column 列 `{c['column']}`: {c['from']} → {c['to']}" for c in columns["retyped"]]
    if columns["described_anew"]:
        lines.append(f"- described anew 说明有改: {_listed(columns['described_anew'])}")
    if columns["reordered"]:
        lines.append("- columns in another order 列序有改")
    return [*lines, ""] if lines else []


def _listed(names: Sequence[str]) -> str:
    more = f" … {len(names) - _MAX_COLUMNS} more" if len(names) > _MAX_COLUMNS else ""
    return ", ".join(f"`{name}`" for name in names[:_MAX_COLUMNS]) + more


def _place(sample: dict[str, Any]) -> str:
    """Whose row it is and where it stands: the key without the report, the body, the year, the file and the line."""
    key = " ".join(_cell(value) for name, value in sample["key"].items() if name != "report_key")
    parts = [key, _whose(sample) if "report_year" in sample else ""]
    if sample.get("source_path"):
        parts.append(_code(sample["source_path"]))
    elif sample.get("report_key"):
        parts.append(f"`{sample['report_key'][:12]}`")
    if sample.get("line") is not None:
        before = sample.get("line_before")
        moved = f" (before 原 {before})" if before is not None and before != sample["line"] else ""
        parts.append(f"line 行 {sample['line']}{moved}")
    return " ".join(part for part in parts if part)


def _whose(sample: dict[str, Any]) -> str:
    name = sample.get("body_name") or (None if "source_path" in sample else sample.get("body_key"))
    return f"{_code(name) if name else '(not named 未署名)'} {sample.get('report_year') or ''}".strip()


def _plain(value: object) -> object:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else value


def _cell(value: object) -> str:
    return "null" if value is None else code_span(str(value), _MAX_TEXT) or "``"


def _code(value: object) -> str:
    """What comes from a document; nothing for nothing."""
    return "" if value is None else code_span(str(value), _MAX_TEXT)


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    head = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows), ""]


def _not_both(table: str) -> list[str]:
    return [f"Not compared: not both sides have `{table}` with its columns. 未比较：并非两边都有此表及其列。", ""]
