"""Rules, metrics and the form as pages, generated from the seeds that they are defined in.

Belongs here: pages made of CSV rows. A seed that is not there, or has no rows, gives a page that says so.
"""

from __future__ import annotations

import csv

from pipelines.publishing.docs.markup import WIDE, code, contents, plain, table
from pipelines.settings import SEEDS_DIR

_SEVERITIES = {"error": "错误 Errors", "warning": "警告 Warnings", "info": "说明 Notes"}
_LABELS = {
    "text_zh": "关系",
    "text_en": "Relation",
    "severity": "严重程度 Severity",
    "scope": "对象 Scope",
    "rule_kind": "种类 Kind",
    "form_version": "格式 Form",
    "form_versions": "格式 Forms",
    "body_levels": "机关层级 Levels of bodies",
    "result_per": "每处 A result per",
    "per": "每处 A result per",
    "operator": "比较 Comparison",
    "tolerance": "容差 Tolerance",
    "gives_finding": "列为发现 Gives a finding",
    "basis": "依据 Basis",
    "source": "依据 Basis",
    "metric_basis": "依据 Basis",
    "message_zh": "文字",
    "message_en": "Words",
    "remedy_zh": "处理",
    "remedy_en": "Remedy",
    "unit": "单位 Unit",
    "additive_over": "可相加 Additive over",
    "comparable_over_forms": "各版格式可比 Comparable over forms",
    "metric_grain": "粒度 Grain",
    "rounding": "取整 Rounding",
    "caveats_zh": "注意",
    "caveats_en": "Caveats",
    "expression": "算式 Expression",
    "numerator": "分子 Numerator",
    "denominator": "分母 Denominator",
}
# Headings of the topics of metrics; one that is not here is headed by its key.
_TOPICS = {
    "applications": "申请 Applications",
    "outcomes": "办理结果 Outcomes",
    "reasons": "不予公开等的原因 Reasons",
    "applicants": "申请人 Applicants",
    "disputes": "复议和诉讼 Disputes",
    "actions": "行政行为 Actions",
    "documents": "规章和规范性文件 Documents",
    "fees": "收费 Fees",
    "procurement": "采购 Procurement",
    "disclosure": "主动公开 Disclosure",
    "zero": "零活动 Zero activity",
    "quality": "质量 Quality",
    "publication": "发布 Publication",
}
_AS_CODE = {"expression", "numerator", "denominator"}


def read_seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed, none where it is not there."""
    path = SEEDS_DIR / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rules_page() -> str:
    """All rules of findings by severity, each with the relations that it is evaluated by, if it is one of sums."""
    relations: dict[str, list[dict[str, str]]] = {}
    for row in [*read_seed("rules"), *read_seed("check_relations")]:
        relations.setdefault(row.get("rule_key") or row["relation_key"], []).append(row)
    rules = read_seed("finding_rules")
    known = {rule["rule_key"] for rule in rules}
    lines = [
        "# 规则 Rules",
        "",
        "每条规则：查什么、怎样说、怎么办。",
        "结果在 `fct_finding`（发现）和 `fct_rule_result`（勾稽，逐处）。有空值的关系不能判断，绝不算通过。",
        "",
        "Every rule: what is looked for, how it is worded, what to do. The results stand in `fct_finding` and, place by place, in "
        "`fct_rule_result`. A relation with a null in it is not assessable and never passes.",
    ]
    for severity, title in _SEVERITIES.items():
        of_severity = [rule for rule in rules if rule["severity"] == severity]
        lines += ["", f"## {title} ({len(of_severity)})"]
        for rule in of_severity:
            lines += _entry(rule, "rule_key", relations.get(rule["rule_key"], []))
    without_finding = sorted(set(relations) - known)
    if without_finding:
        lines += ["", f"## 只判断、不列为发现 Evaluated, without a finding ({len(without_finding)})"]
        for key in without_finding:
            lines += _entry({"rule_key": key}, "rule_key", relations[key])
    return "\n".join(lines)


def metrics_page() -> str:
    """All metrics by topic, each with its expressions."""
    metrics = sorted(read_seed("metrics"), key=lambda row: int(row.get("metric_order") or 0))
    expressions: dict[str, list[dict[str, str]]] = {}
    for row in read_seed("metric_expressions"):
        expressions.setdefault(row["metric_key"], []).append(row)
    lines = ["# 指标 Metrics", ""]
    if not metrics:
        return "\n".join(
            [*lines, "还没有定义指标；用各表的例句计算。 No metric is defined yet: begin with the example queries."]
        )
    lines += [
        "每个指标：算式、单位、可否相加、注意。结果在 `rpt_metric`；分母为0或为空时指标为空，绝不是0。",
        "",
        "Every metric: its expression, unit, what it may be added up over, and caveats. The values stand in `rpt_metric`; where a "
        "denominator is 0 or null the metric is null, never 0.",
    ]
    for topic in dict.fromkeys(row.get("topic", "") for row in metrics):
        lines += ["", f"## {_TOPICS.get(topic, plain(topic))}"]
        for row in metrics:
            if row.get("topic", "") == topic:
                lines += _entry(row, "metric_key", expressions.get(row["metric_key"], []))
    return "\n".join(lines)


def _entry(row: dict[str, str], key: str, details: list[dict[str, str]]) -> list[str]:
    """One heading a row, its words as a list, and a table of what it is evaluated by."""
    names = f"{plain(row.get('name_zh'))} {plain(row.get('name_en'))}".strip()
    lines = ["", f"### {names or plain(row[key])}", "", f"- {code(row[key])}"]
    lines += [f"- {label}: {_value(name, row[name])}" for name, label in _LABELS.items() if row.get(name)]
    shown = [name for name in _LABELS if any(detail.get(name) for detail in details) and name != "severity"]
    if details:
        lines += table(
            [_LABELS[name] for name in shown],
            [[_value(name, detail.get(name) or "") for name in shown] for detail in details],
        )
    return lines


def _value(name: str, value: str) -> str:
    return code(value) if name in _AS_CODE else plain(value)


def form_pages() -> dict[str, str]:
    """The editions of the form, and a page for each with its tables: labels, keys, units, statute."""
    editions = read_seed("form_editions")
    rows, columns, tables = read_seed("form_rows"), read_seed("form_columns"), read_seed("form_tables")
    with_cells = [edition for edition in editions if any(r["form_version"] == edition["form_version"] for r in rows)]
    lines = [
        "# 格式 Editions of the form",
        "",
        "年报用哪一版格式，凭印出的标签判定，不凭年度。每一格的键是 `表.行.列`，与 `fct_reported_cell` 和各列的来源一致。",
        "",
        "The edition of a report is told by its labels, never by its year. The key of a cell is `table.row.column`, as in "
        "`fct_reported_cell` and in the sources of columns.",
    ]
    lines += table(
        ["版本 edition", "名称 name", "文号 notice", "年度 years", "说明 note"],
        [
            (
                f"[{e['form_version']}]({e['form_version']}.md)" if e in with_cells else e["form_version"],
                f"{plain(e['name_zh'])}<br>{plain(e['name_en'])}",
                plain(e["notice"]),
                f"{e['first_report_year']}–{e['last_report_year']}",
                plain(e["note"]),
            )
            for e in editions
        ],
    )
    pages = {"form/index": "\n".join(lines + contents([e["form_version"] for e in with_cells]))}
    for edition in with_cells:
        version = edition["form_version"]
        pages[f"form/{version}"] = "\n".join(
            [
                *WIDE,
                f"# {version} {plain(edition['name_zh'])} {plain(edition['name_en'])}",
                *(
                    line
                    for each in tables
                    if each["form_version"] == version
                    for line in _form_table(each, rows, columns)
                ),
            ]
        )
    return pages


def _form_table(of: dict[str, str], rows: list[dict[str, str]], columns: list[dict[str, str]]) -> list[str]:
    def is_of(row: dict[str, str]) -> bool:
        return (row["form_version"], row["table_key"]) == (of["form_version"], of["table_key"])

    lines = ["", f"## {of['table_key']} {plain(of['title_zh'])} {plain(of['title_en'])}", "", plain(of["source"])]
    blocks: dict[str, list[dict[str, str]]] = {}
    for column in filter(is_of, columns):
        blocks.setdefault(column["block_key"], []).append(column)
    shown = []
    for row in filter(is_of, rows):
        data = row["row_kind"] != "heading"
        cells = [
            f"{code(column['column_key'])} {plain(column['column_label'])}"
            + (f" ({plain(column['unit'])})" if column["unit"] else "")
            for column in (blocks.get(row["block_key"], []) if data else [])
        ]
        shown.append(
            (
                f"**{plain(row['row_label'])}**" if not data else plain(row["row_label"]),
                plain(row["row_name_en"]),
                code(f"{of['table_key']}.{row['row_key']}") if data else "",
                "<br>".join(cells) if len(cells) < 4 else f"{len(cells)} 列 columns, below",
                plain(row["source"]),
            )
        )
    lines += table(["行 row", "row", "键 key", "列 columns", "条款 statute"], shown)
    for block in blocks.values():
        if len(block) > 3:
            lines += table(
                ["列 column", "column", "键 key", "单位 unit", "种类 kind"],
                [
                    (
                        plain(" / ".join(filter(None, (c["column_group"], c["column_label"])))),
                        plain(c["column_name_en"]),
                        code(c["column_key"]),
                        plain(c["unit"]),
                        plain(f"{c['value_type']}, {c['measure_kind']}"),
                    )
                    for c in block
                ],
            )
    return lines
