"""The form of 2019 with its merged cells, every figure another one: for tests of formats, from HTML to PDF.

Belongs here: which cells the form has and over how many rows and columns they reach. Writing a format does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.rendering.tabbed import read_seed

TITLE = "青石镇人民政府2020年政府信息公开工作年度报告"
PREAMBLE = "根据《中华人民共和国政府信息公开条例》的要求，现将2020年度工作报告如下。"
HEADINGS = {
    "t2": "二、主动公开政府信息情况",
    "t3": "三、收到和处理政府信息公开申请情况",
    "t4": "四、政府信息公开行政复议、行政诉讼情况",
}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class FormCell:
    """A cell: its text and how far it reaches; `key` where it holds a figure."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    key: Key | None = None


class OfficialForm:
    """The tables of the form as rows of the cells that begin in them, with the figure of each key."""

    def __init__(self) -> None:
        self.figures: dict[Key, int] = {}
        self._labels = {
            (r["table_key"], r["row_key"]): r for r in read_seed("form_rows") if r["form_version"] == "F2019"
        }
        self.tables = {"t2": self._table_two(), "t3": self._table_three(), "t4": self._table_four()}

    def _columns(self, table: str, block: str) -> list[dict[str, str]]:
        wanted = ("F2019", table, block)
        return [c for c in read_seed("form_columns") if (c["form_version"], c["table_key"], c["block_key"]) == wanted]

    def _cell(self, table: str, row: str, column: str, colspan: int = 1) -> FormCell:
        key = (table, row, column)
        self.figures[key] = 1001 + len(self.figures)
        return FormCell(str(self.figures[key]), colspan, key=key)

    def _table_two(self) -> list[list[FormCell]]:
        rows: list[list[FormCell]] = []
        for block, number in {
            "art20_1": "一",
            "art20_5": "五",
            "art20_6": "六",
            "art20_8": "八",
            "art20_9": "九",
        }.items():
            columns = self._columns("t2", block)
            spans = {3: [1, 1, 1], 2: [1, 2]}[len(columns)]
            rows.append([FormCell(f"第二十条第（{number}）项", 4)])
            heads = [FormCell(c["column_label"], span) for c, span in zip(columns, spans, strict=True)]
            rows.append([FormCell("信息内容"), *heads])
            for (table, key), row in self._labels.items():
                if table == "t2" and row["block_key"] == block:
                    cells = [self._cell("t2", key, c["column_key"], s) for c, s in zip(columns, spans, strict=True)]
                    rows.append([FormCell(row["row_label"]), *cells])
        return rows

    def _table_three(self) -> list[list[FormCell]]:
        columns = self._columns("t3", "applications")
        note = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
        kinds = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
        rows = [
            [FormCell(note, 3, 3), FormCell("申请人情况", 7)],
            [FormCell("自然人", 1, 2), FormCell("法人或其他组织", 5), FormCell("总计", 1, 2)],
            [FormCell(kind) for kind in kinds],
        ]
        keys = [key for table, key in self._labels if table == "t3"]
        opened: list[FormCell] = []
        for key in keys:
            row = self._labels["t3", key]
            depth = len(self._parents(key))
            if row["row_kind"] == "heading":
                under = [k for k in keys if key in self._parents(k) and self._labels["t3", k]["row_kind"] == "data"]
                opened.append(FormCell(row["row_label"], 1, len(under)))
                continue
            figures = [self._cell("t3", key, column["column_key"]) for column in columns]
            rows.append([*opened, FormCell(row["row_label"], 3 - depth), *figures])
            opened = []
        return rows

    def _parents(self, key: str) -> list[str]:
        parent = self._labels["t3", key]["parent_row_key"]
        return [parent, *self._parents(parent)] if parent else []

    def _table_four(self) -> list[list[FormCell]]:
        columns = self._columns("t4", "disputes")
        five = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
        return [
            [FormCell("行政复议", 5), FormCell("行政诉讼", 10)],
            [*(FormCell(label, 1, 2) for label in five), FormCell("未经复议直接起诉", 5), FormCell("复议后起诉", 5)],
            [FormCell(label) for label in five * 2],
            [self._cell("t4", "cases", column["column_key"]) for column in columns],
        ]


def covered_rows(rows: list[list[FormCell]], width: int) -> list[list[FormCell | None]]:
    """Return the rows with one entry a column: a cell where it begins, None where one reaches."""
    grid: list[list[FormCell | None]] = [[None] * width for _ in rows]
    taken = [[False] * width for _ in rows]
    for y, row in enumerate(rows):
        for cell in row:
            x = taken[y].index(False)
            grid[y][x] = cell
            for dy in range(cell.rowspan):
                for dx in range(cell.colspan):
                    taken[y + dy][x + dx] = True
    return grid


def html_table(rows: list[list[FormCell]], cell: str = "<td{spans}>{text}</td>") -> str:
    """Return a table of HTML."""
    lines = ['<table border="1">']
    for row in rows:
        printed = []
        for one in row:
            spans = f' colspan="{one.colspan}"' * (one.colspan > 1) + f' rowspan="{one.rowspan}"' * (one.rowspan > 1)
            printed.append(cell.format(spans=spans, text=escape(one.text)))
        lines.append("<tr>" + "\n".join(printed) + "</tr>")
    return "\n".join([*lines, "</table>"])


def html_page(form: OfficialForm, cell: str = "<td{spans}>{text}</td>", charset: str = "utf-8") -> str:
    """Return a whole page of HTML."""
    tables = "\n".join(f"<p>{HEADINGS[key]}</p>\n{html_table(rows, cell)}" for key, rows in form.tables.items())
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{TITLE}-青石镇</title></head><body>'
        f"<h1>{TITLE}</h1><p>{PREAMBLE}</p><p>一、总体情况</p><p>工作正常。</p>{tables}"
        "<p>五、存在的主要问题及改进情况</p><p>无。</p><p>六、其他需要报告的事项</p><p>无。</p></body></html>"
    )
