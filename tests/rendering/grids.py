"""A report before it is printed: paragraphs and tables whose cells may be merged, as in the official form.

Belongs here: building the page of a truth. How the page is printed stands in the layouts, what happens to it in
`variations` and `damages`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.rendering.truth import Key, Truth, form_columns, form_rows

NUMBERS_OF_BLOCKS = {"art20_1": "一", "art20_5": "五", "art20_6": "六", "art20_8": "八", "art20_9": "九"}
MINISTRY_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


@dataclass
class Slot:
    """A cell of the page: label, header, caption, value, note; `merged` continues the cell above it."""

    text: str
    kind: str = "label"
    keys: tuple[Key, ...] = ()
    figures: str = ""  # the printed text of its values, without label
    colspan: int = 1
    rowspan: int = 1
    above: Slot | None = None


@dataclass
class Row:
    """A row of the page; `sentence` rows are prose within a table, `key` names the row of the form."""

    slots: list[Slot]
    kind: str = "data"  # data, header, caption, sentence
    key: tuple[str, str] | None = None
    lost: int = 0  # grid columns that a damage took away
    lost_cells: int = 0


@dataclass
class Table:
    """A table of `width` grid columns."""

    key: str
    width: int
    rows: list[Row] = field(default_factory=list)


@dataclass
class Paragraph:
    """A line of prose: title, preamble, heading, prose, signature, chrome."""

    text: str
    role: str = "prose"


@dataclass
class Page:
    """A whole report: its blocks in order, the truth, and the cells that not even a careful reader can place."""

    truth: Truth
    blocks: list[Paragraph | Table]
    uncertain: set[Key] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)  # rows (by identity) that a damage has changed
    applied: list[str] = field(default_factory=list)

    def tables(self, *keys: str) -> list[Table]:
        return [b for b in self.blocks if isinstance(b, Table) and (not keys or b.key in keys)]


def build_page(rng: random.Random, truth: Truth, width: int = 4) -> Page:
    """Lay out a report; `width` is the number of grid columns of table two (4, 5 or 6)."""
    indent = rng.choice(["", "　　", " "])
    blocks: list[Paragraph | Table] = []
    if truth.title:
        blocks.append(Paragraph(truth.title, "title"))
    law = "《中华人民共和国政府信息公开条例》"
    blocks.append(Paragraph(f"{indent}根据{law}要求，现将{truth.year}年度工作报告如下。", "preamble"))
    sections: list[tuple[str, list[Paragraph | Table]]] = [
        ("总体情况", [Paragraph(indent + s.text) for s in truth.overview]),
        ("主动公开政府信息情况", [_table_two(truth, width)]),
    ]
    if "channels" in {key[0] for key in truth.cells}:
        sections.append(("公开平台建设和信息发布情况", [_channel_table(truth)]))
    applications: list[Paragraph | Table] = [Paragraph(indent + s.text) for s in truth.applications]
    sections += [
        ("收到和处理政府信息公开申请情况", [*applications, _table_three(truth)]),
        ("政府信息公开行政复议、行政诉讼情况", [_table_four(truth)]),
        ("存在的主要问题及改进情况", [Paragraph(indent + "一是公开力度不够；二是更新不及时。下一步将加强学习。")]),
        ("其他需要报告的事项", [Paragraph(indent + "无其他需要报告的事项。")]),
    ]
    for number, (heading, content) in zip("一二三四五六七", sections, strict=False):
        blocks.append(Paragraph(f"{indent}{number}、{heading}", "heading"))
        blocks.extend(content)
    if truth.body_name and rng.random() < 0.6:
        blocks.append(Paragraph(truth.body_name, "signature"))
        blocks.append(Paragraph(f"{truth.year + 1}年1月{rng.randint(5, 29)}日", "signature"))
    return Page(truth, blocks)


def _value(truth: Truth, key: Key, colspan: int = 1) -> Slot:
    cell = truth.cells[key]
    return Slot(cell.raw, "value", (key,), cell.raw, colspan)


def share_out(width: int, n: int) -> list[int]:
    """Spread `width` grid columns over `n` cells, the wider first."""
    return [width // n + (1 if i < width % n else 0) for i in range(n)]


def _table_two(truth: Truth, width: int) -> Table:
    table = Table("t2", width)
    version = truth.form_version
    for block, number in NUMBERS_OF_BLOCKS.items():
        columns = form_columns(version, "t2", block)
        rows = [r for r in form_rows(version, "t2") if r["block_key"] == block]
        if not rows:
            continue
        spans = share_out(width - 1, len(columns))
        table.rows.append(Row([Slot(f"第二十条第（{number}）项", "caption", colspan=width)], "caption"))
        labels = [c["column_label"] for c in columns]
        if block == "art20_9" and truth.amount_in_wan_yuan:
            labels[1] += "（万元）"
        headers = [Slot(label, "header", colspan=span) for label, span in zip(labels, spans, strict=True)]
        table.rows.append(Row([Slot("信息内容", "header"), *headers], "header"))
        for row in rows:
            keys = [("t2", row["row_key"], c["column_key"]) for c in columns]
            values = [_value(truth, key, span) for key, span in zip(keys, spans, strict=True)]
            table.rows.append(Row([Slot(row["row_label"]), *values], key=("t2", row["row_key"])))
    key = ("provincial", "all_information", "count")
    if key in truth.cells:
        label = f"{truth.year}年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）："
        raw = truth.cells[key].raw
        slot = Slot(label + raw, "note", (key,), raw, width)
        table.rows.append(Row([slot], key=key[:2]))
    return table


def _channel_table(truth: Truth) -> Table:
    table = Table("channels", 3)
    for row in form_rows("F2014", "channels"):
        label = Slot(row["row_label"])
        if row["row_kind"] == "heading":
            table.rows.append(Row([label, Slot("——", "note"), Slot("", "note")], "caption"))
        elif row["row_kind"] == "data":
            (column,) = form_columns("F2014", "channels", row["row_key"])
            value = _value(truth, ("channels", row["row_key"], "count"))
            cells = [label, Slot(column["unit"], "note"), value]
            table.rows.append(Row(cells, key=("channels", row["row_key"])))
    return table


def _continue(slot: Slot) -> Slot:
    return Slot("", "merged", colspan=slot.colspan, above=slot)


def _table_three(truth: Truth) -> Table:
    table = Table("t3", 10)
    columns = form_columns(truth.form_version, "t3", "applications")
    corner, persons = Slot(MINISTRY_NOTE, "caption", colspan=3, rowspan=3), Slot("自然人", "header", rowspan=2)
    total = Slot("总计", "header", rowspan=2)
    table.rows.append(Row([corner, Slot("申请人情况", "header", colspan=7)], "header"))
    table.rows.append(Row([_continue(corner), persons, Slot("法人或其他组织", "header", colspan=5), total], "header"))
    kinds = [Slot(c["column_label"], "header") for c in columns[1:6]]
    table.rows.append(Row([_continue(corner), _continue(persons), *kinds, _continue(total)], "header"))
    rows = form_rows(truth.form_version, "t3")
    by_key = {row["row_key"]: row for row in rows}
    parents: dict[str, Slot] = {}
    for row in rows:
        if row["row_kind"] == "heading":
            continue
        slots: list[Slot] = []
        for parent in _parents(by_key, row):
            if parent in parents:
                parents[parent].rowspan += 1
                slots.append(_continue(parents[parent]))
            else:
                parents[parent] = Slot(by_key[parent]["row_label"])
                slots.append(parents[parent])
        slots.append(Slot(row["row_label"], colspan=3 - len(slots)))
        slots += [_value(truth, ("t3", row["row_key"], c["column_key"])) for c in columns]
        table.rows.append(Row(slots, key=("t3", row["row_key"])))
    return table


def _parents(by_key: dict[str, dict[str, str]], row: dict[str, str]) -> list[str]:
    found: list[str] = []
    while row["parent_row_key"]:
        found.insert(0, row["parent_row_key"])
        row = by_key[row["parent_row_key"]]
    return found


def _table_four(truth: Truth) -> Table:
    table = Table("t4", 15)
    columns = form_columns(truth.form_version, "t4", "disputes")
    labels = [c["column_label"] for c in columns]
    reviews = [Slot(label, "header", rowspan=2) for label in labels[:5]]
    table.rows.append(Row([Slot("行政复议", "header", colspan=5), Slot("行政诉讼", "header", colspan=10)], "header"))
    suits = [Slot(label, "header", colspan=5) for label in ("未经复议直接起诉", "复议后起诉")]
    table.rows.append(Row([*reviews, *suits], "header"))
    below = [Slot(label, "header") for label in labels[5:]]
    table.rows.append(Row([*(_continue(slot) for slot in reviews), *below], "header"))
    values = [_value(truth, ("t4", "cases", c["column_key"])) for c in columns]
    table.rows.append(Row(values, key=("t4", "cases")))
    return table
