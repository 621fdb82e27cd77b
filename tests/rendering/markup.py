"""Layouts of markup: HTML as sites and Word exports write it, and markdown tables.

Belongs here: tags, entities, page chrome, charsets. Cells carry no lines here: what a line is, the reader decides.
"""

from __future__ import annotations

import html as entities
import random
from collections.abc import Callable

from tests.rendering.grids import Page, Paragraph, Row, Slot, Table
from tests.rendering.layouts import Line, Print, doubt_padding, inline, missing_cells, print_page, rows_of, spread

_HEADS = {"title": "h1", "heading": "h2"}
_MENU = ["首页", "政务公开", "互动交流", "办事服务", "走进我镇", "通知公告"]


def markdown(rng: random.Random, page: Page) -> Print:
    """Tables of markdown, with a rule below the first row."""
    mode = rng.choice(["compact", "grid"])

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines = [Line("", is_table=True)]
        for row, cells in rows_of(page, table, mode):
            texts = [inline(slot.text).strip(" \u3000\u00a0").replace("|", "\\|") for slot in cells]
            texts += [""] * missing_cells(table, row, mode)
            doubt_padding(page, table, row, mode)
            lines.append(Line("| " + " | ".join(texts) + " |", is_table=True))
            if len(lines) == 2:
                lines.append(Line("|" + " --- |" * table.width, is_table=True))
        return lines

    for block in page.blocks:
        if isinstance(block, Paragraph) and block.role in _HEADS:
            block.text = {"title": "# ", "heading": "## "}[block.role] + block.text.strip()
    printed = print_page(rng, page, print_table, gap=True)
    for line in printed.lines:
        line.keys = ()
    printed.extension = "md"
    return printed


class _Writer:
    """The choices of one page: how cells, breaks and figures are dressed."""

    def __init__(self, rng: random.Random, spans: bool) -> None:
        self.rng = rng
        self.spans = spans
        self.dress = rng.choice(
            ["{}", "{}", "<p>{}</p>", "<span>{}</span>", '<p class="MsoNormal"><span>{}</span></p>']
        )
        self.head = rng.choice(["td", "td", "th"])
        self.blank = rng.choice(["", "&nbsp;", " ", "<p></p>", "<br/>"])
        self.newline = rng.choice(["\n", "", "\n    "])

    def text(self, text: str) -> str:
        parts = [entities.escape(part, quote=False).replace("\u00a0", "&nbsp;") for part in text.split("\n")]
        return "<br>".join(parts)

    def cell(self, slot: Slot, kind: str) -> str:
        tag = self.head if kind == "header" else "td"
        spans = ""
        if self.spans and slot.colspan > 1:
            spans += f' colspan="{slot.colspan}"'
        if self.spans and slot.rowspan > 1:
            spans += f' rowspan="{slot.rowspan}"'
        inner = self.text(slot.text)
        if slot.kind == "value" and len(inner) > 1 and inner.isdigit() and self.rng.random() < 0.1:
            inner = f"<span>{inner[:1]}</span><span>{inner[1:]}</span>"
        inner = self.dress.format(inner) if slot.text.strip() else self.blank
        return f"<{tag}{spans}>{inner}</{tag}>"

    def row(self, row: Row) -> str:
        unmerged = [slot for slot in row.slots if slot.above is None]
        cells = unmerged if self.spans else spread(row, "grid")
        return "<tr>" + self.newline.join(self.cell(slot, row.kind) for slot in cells) + "</tr>"

    def table(self, table: Table) -> str:
        rows = []
        for row in table.rows:
            whole = Row([Slot(row.slots[0].text, "note", colspan=table.width)])
            rows.append(self.row(whole if row.kind == "sentence" else row))
        return '<table border="1" cellspacing="0"><tbody>' + self.newline.join(rows) + "</tbody></table>"


def _body(writer: _Writer, page: Page) -> str:
    parts = []
    for block in page.blocks:
        if isinstance(block, Paragraph):
            tag = _HEADS.get(block.role, "p") if writer.head == "th" else "p"
            parts.append(
                f"<{tag}>{writer.text(block.text.replace('　', '&emsp;'))}</{tag}>".replace("&amp;emsp;", "&emsp;")
            )
        else:
            parts.append(writer.table(block))
    return "\n".join(parts)


def _wrap(page: Page, body: str, charset: str = "utf-8", *, chrome: bool = False) -> str:
    title = entities.escape((page.truth.title or "政府信息公开年报").replace("\n", ""))
    if chrome:
        menu = "".join(f'<li><a href="/c{n}/">{word}</a></li>' for n, word in enumerate(_MENU))
        date = f"{page.truth.year + 1}-01-22"
        body = (
            f'<div class="nav"><ul>{menu}</ul></div><div class="crumb">当前位置：首页 &gt; 政务公开 &gt; 年度报告</div>'
            f"<div>发布日期：{date}　来源：党政办　浏览次数：<span>1234</span>　字体：【大 中 小】</div>"
            f'<table width="980"><tr><td><table><tr><td>栏目导航</td></tr></table></td><td>{body}</td></tr></table>'
            '<div class="foot">主办单位：镇人民政府　联系电话：0431-84100000　邮编：130600</div>'
            '<script>var total = 99; document.write("0");</script><style>td{width:12px}</style>'
        )
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{title}</title></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )


def _print_html(page: Page, body: str, charset: str = "utf-8", encoding: str = "utf-8", chrome: bool = False) -> Print:
    content = _wrap(page, body, charset, chrome=chrome).encode(encoding)
    return Print(content=content, extension="html", encoding=encoding)


def html(rng: random.Random, page: Page) -> Print:
    """Merged cells as in the official form."""
    return _print_html(page, _body(_Writer(rng, spans=True), page))


def html_blank_cells(rng: random.Random, page: Page) -> Print:
    """Blank cells instead of merged ones."""
    return _print_html(page, _body(_Writer(rng, spans=False), page))


def html_chrome(rng: random.Random, page: Page) -> Print:
    """Nested in a layout table with menu, breadcrumb, counters, script and footer."""
    return _print_html(page, _body(_Writer(rng, spans=True), page), chrome=True)


def html_gbk(rng: random.Random, page: Page) -> Print:
    """Bytes of GB18030 whose meta element claims another charset, or the right one."""
    charset = rng.choice(["utf-8", "gb2312", "gbk", "iso-8859-1"])
    return _print_html(page, _body(_Writer(rng, spans=True), page), charset, "gb18030")


MARKUP_LAYOUTS: dict[str, Callable[[random.Random, Page], Print]] = {
    "markdown": markdown,
    "html": html,
    "html_blank_cells": html_blank_cells,
    "html_chrome": html_chrome,
    "html_gbk": html_gbk,
}
