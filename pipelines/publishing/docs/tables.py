"""The data dictionary as pages: an overview, a page a published table, an index of all columns.

Belongs here: pages made of the dictionary, the contracts and the graph.
"""

from __future__ import annotations

from pipelines.publishing.docs.drawing import draw
from pipelines.publishing.docs.graph import Node, read_graph, upstream
from pipelines.publishing.docs.markup import WIDE, code, contents, plain, raw_html, table
from pipelines.schemas.descriptions import column_entry, table_entry
from pipelines.schemas.dictionary import Entry
from pipelines.schemas.published import DeclaredColumn, load_columns, load_primary_keys

_LAYERS = (
    ("rpt", "汇总表 Reports", "已汇总、可以直接分析的表。 Ready for analysis."),
    ("fct", "事实表 Facts", "每行一个事实，附所据的行。 One fact a row, with the lines that it rests on."),
    ("dim", "维度表 Dimensions", "说明事实的年报、机关、区划、格和规则。 What facts are about: reports, bodies, divisions, cells, rules."),
)  # fmt: skip


def table_pages() -> dict[str, str]:
    """Return path without ending -> markdown of the overview, of every table, and of the index of columns."""
    pages = {"tables/index": _overview(), "tables/columns": _index_of_columns()}
    return pages | {f"tables/{name}": _table_page(name) for name in load_columns()}


def _overview() -> str:
    lines = [
        *WIDE,
        "# 数据字典 Data dictionary",
        "",
        "每张表一页：一行是什么、键、每一列的含义、单位、能否相加、出自格式的哪一格、例值、例句和来源。"
        "同样的文字也在数据库的注释、`dim_table`、`dim_column`、parquet 和 datapackage.json 里。",
        "",
        "A page a table: what a row is, its key, and of every column the meaning, the unit, whether it may be added up, the cell "
        "of the form that it comes from, and an example. The same words stand in the comments of the database, in `dim_table` "
        "and `dim_column`, in the parquet files and in datapackage.json. [All columns by name](columns.md).",
    ]
    for prefix, title, says in _LAYERS:
        names = [name for name in sorted(load_columns()) if name.startswith(prefix)]
        lines += ["", f"## {title}", "", says]
        lines += table(
            ["表 table", "一行是什么 grain", "键 key"],
            [
                (
                    f"[`{name}`]({name}.md)<br>{plain(table_entry(name).name_zh)}",
                    plain(table_entry(name).description),
                    "<br>".join(code(column) for column in load_primary_keys()[name]),
                )
                for name in names
            ],
        )
        lines += contents(names)
    return "\n".join(lines + contents(["columns"]))


def _table_page(name: str) -> str:
    entry = table_entry(name)
    facts = [
        f"- 表名 Table: `{name}`, `exports/{name}.parquet`",
        f"- 键 Key: {', '.join(code(column) for column in load_primary_keys()[name])}",
    ]
    facts += [f"- 汇总 Aggregate: {plain(entry.aggregate)}"] if entry.aggregate else []
    facts += [f"- 自 Since: {plain(entry.since)}"] if entry.since else []
    lines = [*WIDE, f"# {plain(entry.name_zh)} {plain(entry.name_en)} ({plain(name)})", "", plain(entry.meaning_zh), ""]
    lines += [plain(entry.meaning_en), "", *facts, "", "## 例句 Example query", ""]
    lines += ["```sql", (entry.example or f"select * from {name} limit 10") + ";", "```", "", "## 列 Columns"]
    lines += table(
        ["列 column", "含义 meaning", "怎样用 use", "例 example"],
        [_column_row(name, column) for column in load_columns()[name]],
    )
    return "\n".join(lines + _made_from(name))


def _column_row(name: str, column: DeclaredColumn) -> tuple[str, str, str, str]:
    entry = column_entry(column.name)
    key = "**键** " if column.name in load_primary_keys()[name] else ""
    target = _dimension_of(column.name)
    link = f"<br>→ [`{target}`]({target}.md)" if target not in (None, name) else ""
    return (
        f'<a id="c-{column.name}"></a>{key}{code(column.name)}<br>{plain(column.data_type)}{link}',
        f"**{plain(entry.name_zh)} {plain(entry.name_en)}**<br>{plain(entry.description)}",
        _use(entry),
        plain(entry.example),
    )


def _use(entry: Entry) -> str:
    parts = [("单位 unit", entry.unit), ("汇总 aggregate", entry.aggregate), ("自 since", entry.since)]
    lines = [f"{label}: {plain(value)}" for label, value in parts if value]
    return "<br>".join(lines + ([f"来源 source: {code(entry.source)}"] if entry.source else []))


def _dimension_of(column: str) -> str | None:
    """The dimension whose whole key is this column."""
    of_column = [name for name, key in load_primary_keys().items() if key == (column,) and name.startswith("dim_")]
    return (
        of_column[0]
        if len(of_column) == 1
        else {"report_key": "dim_report", "division_code": "dim_division"}.get(column)
    )


def _made_from(name: str) -> list[str]:
    graph = read_graph()
    above = upstream([name], graph)
    published = sorted(each for each in above - {name} if each in load_columns())
    lines = ["", "## 由何而来 Made from", ""]
    if published:
        lines += ["发布表 Published tables: " + ", ".join(f"[`{each}`]({each}.md)" for each in published), ""]
    seeds = sorted(each for each in above if graph[each].kind == "seed")
    if seeds:
        lines += ["种子表 Seeds: " + ", ".join(code(each) for each in seeds), ""]
    frames = sorted(each for each in above if graph[each].kind == "source")
    lines += ["读取所得 Staging: " + ", ".join(code(each) for each in frames), ""]

    def link(node: str) -> str | None:
        return f"{node}.html" if node in load_columns() and node != name else None

    picture = draw({each: _within(node, above) for each, node in graph.items() if each in above}, link)
    return lines + raw_html(f'<div class="lineage-frame">{picture}</div>')


def _within(node: Node, names: set[str]) -> Node:
    return Node(node.name, node.kind, tuple(each for each in node.inputs if each in names))


def _index_of_columns() -> str:
    tables: dict[str, list[str]] = {}
    for name, columns in sorted(load_columns().items()):
        for column in columns:
            tables.setdefault(column.name, []).append(name)
    lines = [*WIDE, "# 全部列 All columns", "", "按列名排列，后附所在的表。 By name, with the tables that have it."]
    lines += table(
        ["列 column", "名称 name", "单位 unit", "汇总 aggregate", "表 tables"],
        [
            (
                code(column),
                f"{plain(column_entry(column).name_zh)}<br>{plain(column_entry(column).name_en)}",
                plain(column_entry(column).unit),
                plain(column_entry(column).aggregate),
                "<br>".join(f'<a href="{name}.html#c-{column}">{name}</a>' for name in names),
            )
            for column, names in sorted(tables.items())
        ],
    )
    return "\n".join(lines)
