"""An independent renderer: draws a truth by a seed and prints it in the layout of the founding reports.

It shares nothing with the parser but the CSV seeds of the form. Every cell of the truth carries the line it was
printed on, counted while printing.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
BLANK = ""


@dataclass(frozen=True)
class TrueCell:
    """A cell as it was drawn: where it stands and what a reader must find."""

    table_key: str
    row_key: str
    column_key: str
    raw: str
    value: float | None
    state: str
    line: int | None = None
    line_end: int | None = None
    unit: str | None = None


@dataclass
class Rendered:
    """A report: its text, the truth of every cell, the facts of its header and prose."""

    text: str
    cells: dict[tuple[str, str, str], TrueCell]
    form_version: str
    year: int | None
    body_name: str | None
    year_basis: str = "title"
    n_sections: int = 6
    prose: dict[str, float] = field(default_factory=dict)


def read_seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def draw_value(rng: random.Random, kind: str) -> tuple[str, float | None, str]:
    """Draw how a cell is printed, its value and its state."""
    choice = rng.random()
    if choice < 0.35:
        return rng.choice(["0", "0", "0", " 0", "0 ", "０", "\u00a00"]), 0.0, "zero"
    if choice < 0.43:
        return rng.choice([BLANK, " ", "\u3000"]), None, "blank"
    if choice < 0.47:
        return rng.choice(["/", "—", "-", "——", "不适用"]), None, "not_applicable"
    if choice < 0.49:
        return "见附件", None, "text"
    n = rng.choice([rng.randint(1, 9), rng.randint(10, 999), rng.randint(1000, 99999)])
    if kind == "signed":
        sign = rng.choice([1, -1])
        printed = rng.choice([f"+{n}", f"增加{n}", f"{n}"]) if sign > 0 else rng.choice([f"-{n}", f"－{n}", f"减少{n}"])
        return printed, float(sign * n), "number"
    if kind == "money":
        amount = round(n * rng.choice([1, 10, 100]) + rng.random(), rng.choice([0, 2, 4, 6]))
        printed = f"{amount:.{rng.choice([0, 2])}f}" if amount == int(amount) else repr(amount)
        return printed + rng.choice(["", "", "元", "万元"]), float(printed), "number"
    printed = rng.choice(
        [f"{n}", f"{n}", f" {n}", f"{n}\u00a0", f"{n:,}", "".join(chr(ord(c) + 0xFEE0) for c in str(n)), f"{n}件"]
    )
    return printed, float(n), "number"


class Page:
    """Lines under way, with the truth of the cells on them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lines: list[str] = []
        self.cells: dict[tuple[str, str, str], TrueCell] = {}

    def prose(self, *lines: str) -> None:
        self.lines.extend(lines)

    def end_row(self) -> None:
        self.lines.append("")

    def label(self, text: str) -> None:
        """A cell of words, sometimes broken over lines or with a space inside."""
        if len(text) >= 5 and self.rng.random() < 0.15:
            cut = self.rng.randint(3, len(text) - 1)
            text = text[:cut] + self.rng.choice(["\n", " "]) + text[cut:]
        elif len(text) >= 2 and not text[0].isdigit() and self.rng.random() < 0.05:
            text = "\n".join(text)  # one character a line, as in a narrow column
        self.lines.extend(("\t" + text).split("\n"))

    def value(self, cell: TrueCell) -> None:
        self.lines.append("\t" + cell.raw)
        self.cells[cell.table_key, cell.row_key, cell.column_key] = replace(
            cell, line=len(self.lines), line_end=len(self.lines)
        )

    def row(self, labels: list[str], cells: list[TrueCell]) -> None:
        for text in labels:
            self.label(text) if text else self.lines.append("\t")
        for cell in cells:
            self.value(cell)
        self.end_row()


def render_report(seed: int, version: str | None = None) -> Rendered:
    """Draw and print one report; the same seed gives the same report."""
    rng = random.Random(seed)
    version = version or rng.choice(["F2019", "F2021"])
    page = Page(rng)
    year = rng.choice([2019, 2020]) if version == "F2019" else rng.choice([2021, 2022, 2023, 2024])
    name = rng.choice(["青石镇", "马头乡", "湖镇镇", "城东街道", "白云苏木"])
    office = name + ("办事处" if name.endswith("街道") else "人民政府")
    title = rng.choice(
        [
            f"{office}{year}年政府信息公开工作年度报告",
            f"{office}{year}年度政府信息公开工作年度报告",
            f"{year}年{office}政府信息公开工作年度报告",
            f"{office}政府信息公开工作年度报告（{year}年度）",
        ]
    )
    titled = rng.random() < 0.9
    if not titled:
        page.prose("")
    elif rng.random() < 0.3:
        cut = rng.randint(3, len(title) - 3)
        page.prose("", title[:cut], "", title[cut:])
    else:
        page.prose(title)
    indent = rng.choice(["", "　　", " "])
    page.prose(f"{indent}根据《中华人民共和国政府信息公开条例》（国务院令第711号）要求，现将{year}年度工作报告如下。")
    page.prose(f"{indent}一、总体情况")
    total = rng.randint(20, 900)
    wechat = rng.randint(1, total - 1)
    page.prose(f"{indent}{year}年，全年共公开政府信息{total}条，其中微信公众号公开{wechat}条。联系电话0431-84100000。")
    page.prose(f"{indent}二、主动公开政府信息情况")
    _table_two(page, version)
    if version == "F2019" and rng.random() < 0.3:
        _row_of_jilin(page, year)
    channels = rng.random() < 0.3
    if channels:
        page.prose(" ", f"{indent}三、公开平台建设和信息发布情况")
        _channel_table(page)
    page.prose("", f"{indent}三、收到和处理政府信息公开申请情况")
    _table_three(page, version)
    page.prose("", "", f"{indent}四、政府信息公开行政复议、行政诉讼情况")
    _table_four(page, version)
    page.prose("", f"{indent}五、存在的主要问题及改进情况", "一是力度不够。2项措施见上。")
    page.prose(f"{indent}六、其他需要报告的事项", "无。", " ")
    ending = rng.choice(["\n", "\r\n"])
    return Rendered(
        text=ending.join(page.lines) + ending,
        cells=page.cells,
        form_version=version,
        year=year,
        body_name=office if titled else None,
        year_basis="title" if titled else "preamble",
        n_sections=6 + channels,
        prose={"total_disclosed": float(total), "channel:wechat": float(wechat)},
    )


def _draw(page: Page, table: str, row: str, column: dict[str, str]) -> TrueCell:
    raw, value, state = draw_value(page.rng, column["value_type"])
    unit = None
    if column["value_type"] == "money":
        unit = "wan_yuan" if raw.endswith("万元") or column["unit"] == "万元" else None
        unit = "yuan" if raw.endswith("元") and not raw.endswith("万元") else unit
    return TrueCell(table, row, column["column_key"], raw, value, state, unit=unit)


def _row_of_jilin(page: Page, year: int) -> None:
    """Jilin prints one more row behind procurement, its figure, if any, behind the colon of the label."""
    raw = page.rng.choice(["", "", str(page.rng.randint(1, 500))])
    page.lines.append(f"\t{year}年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）：{raw}")
    key = ("provincial", "all_information", "count")
    here = len(page.lines)
    value, state = (float(raw), "number") if raw else (None, "blank")
    page.cells[key] = TrueCell(*key, raw, value, state, here, here)
    page.end_row()


def _channel_table(page: Page) -> None:
    """The channel table of the 2014 form: label, unit and figure a row, headings with the unit ——."""
    for row in _rows("F2014", "channels"):
        if row["row_kind"] == "optional":
            continue
        page.label(row["row_label"])
        if row["row_kind"] == "heading":
            page.lines += ["\t——", "\t", ""]
            continue
        (column,) = _columns("F2014", "channels", row["row_key"])
        page.lines.append(f"\t{column['unit']}")
        page.value(_draw(page, "channels", row["row_key"], column))
        page.end_row()


def _columns(version: str, table: str, block: str) -> list[dict[str, str]]:
    return [
        c
        for c in read_seed("form_columns")
        if (c["form_version"], c["table_key"], c["block_key"]) == (version, table, block)
    ]


def _rows(version: str, table: str) -> list[dict[str, str]]:
    return [r for r in read_seed("form_rows") if (r["form_version"], r["table_key"]) == (version, table)]


def _table_two(page: Page, version: str) -> None:
    rows = _rows(version, "t2")
    captions = {"art20_1": "一", "art20_5": "五", "art20_6": "六", "art20_8": "八", "art20_9": "九"}
    for block, number in captions.items():
        columns = _columns(version, "t2", block)
        of_block = [r for r in rows if r["block_key"] == block]
        if not of_block:
            continue
        page.row([f"第二十条第{page.rng.choice(['（', '('])}{number}）项"], [])
        if block == "art20_9" and page.rng.random() < 0.3:
            columns = [
                c | ({"column_label": "采购总金额（万元）", "unit": "万元"} if c["value_type"] == "money" else {})
                for c in columns
            ]
        page.row(["信息内容", *(c["column_label"] for c in columns)], [])
        for row in of_block:
            page.row([row["row_label"]], [_draw(page, "t2", row["row_key"], c) for c in columns])


def _table_three(page: Page, version: str) -> None:
    columns = _columns(version, "t3", "applications")
    page.row(["（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "申请人情况"], [])
    page.row(["", "自然人", "法人或其他组织", "总计"], [])
    page.row(["", "", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", ""], [])
    rows = _rows(version, "t3")
    labels = {r["row_key"]: r for r in rows}
    printed: set[str] = set()
    for row in rows:
        if row["row_kind"] == "heading":
            continue
        cells: list[str] = []
        parents: list[str] = []
        parent = row["parent_row_key"]
        while parent:
            parents.insert(0, parent)
            parent = labels[parent]["parent_row_key"]
        for parent in parents:
            cells.append("" if parent in printed else labels[parent]["row_label"])
            printed.add(parent)
        label = row["row_label"]
        if label[:2] in ("1.", "2.") and page.rng.random() < 0.2:
            label = "0." + label[2:]
        cells.append(label.replace("（", "(") if page.rng.random() < 0.3 else label)
        page.row(cells, [_draw(page, "t3", row["row_key"], c) for c in columns])


def _table_four(page: Page, version: str) -> None:
    columns = _columns(version, "t4", "disputes")
    page.row(["行政复议", "行政诉讼"], [])
    short = [c["column_label"] for c in columns]
    page.row([*short[:5], "未经复议直接起诉", "复议后起诉"], [])
    page.row(["", "", "", "", "", *short[5:]], [])
    page.row([], [_draw(page, "t4", "cases", c) for c in columns])
