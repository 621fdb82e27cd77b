"""Layouts of binary formats: Word, text PDF, and shards (jsonl, parquet) that hold the text of a report.

Belongs here: writing the same bytes for the same page. What the formats hold is laid out elsewhere.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from functools import cache
from xml.sax.saxutils import escape

import polars as pl
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph as Flowing
from reportlab.platypus import SimpleDocTemplate, Spacer
from reportlab.platypus import Table as RuledTable
from reportlab.platypus.doctemplate import LayoutError

from tests.rendering.grids import Page, Paragraph, Slot, Table
from tests.rendering.layouts import Print, bars, tabbed

_FONT = "STSong-Light"
_EPOCH = (2022, 1, 20, 9, 0, 0)
Layout = Callable[[random.Random, Page], Print]


def docx(_: random.Random, page: Page) -> Print:
    """A Word file with merged cells."""
    document = Document()
    for block in page.blocks:
        if isinstance(block, Paragraph):
            document.add_paragraph(block.text)
        else:
            document.element.body.append(parse_xml(_word_table(block)))
            document.add_paragraph("")
    stream = io.BytesIO()
    document.save(stream)
    return Print(content=_without_times(stream.getvalue()), extension="docx")


def _word_table(table: Table) -> str:
    rows = []
    for row in table.rows:
        whole = row.kind == "sentence"
        slots = [Slot(row.slots[0].text, colspan=table.width)] if whole else row.slots
        rows.append("<w:tr>" + "".join(_word_cell(slot) for slot in slots) + "</w:tr>")
    grid = "<w:gridCol/>" * table.width
    return f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _word_cell(slot: Slot) -> str:
    span = f'<w:gridSpan w:val="{slot.colspan}"/>' if slot.colspan > 1 else ""
    if slot.above is not None:
        span += "<w:vMerge/>"
    elif slot.rowspan > 1:
        span += '<w:vMerge w:val="restart"/>'
    parts = [f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in slot.text.split("\n")]
    run = f"<w:r>{'<w:br/>'.join(parts)}</w:r>" if slot.text else ""
    return f"<w:tc><w:tcPr>{span}</w:tcPr><w:p>{run}</w:p></w:tc>"


def _without_times(data: bytes) -> bytes:
    """The same archive with fixed times: the same page gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name))
    return out.getvalue()


@cache
def _register_font() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))


def pdf(_: random.Random, page: Page) -> Print:
    """A text PDF with ruled tables."""
    _register_font()
    try:
        content = _build_pdf(page, landscape(A4))
    except LayoutError:  # a merged cell that is higher than the page
        content = _build_pdf(page, (landscape(A4)[0], 3 * A4[1]))
    return Print(content=content, extension="pdf")


def _build_pdf(page: Page, size: tuple[float, float]) -> bytes:
    style = ParagraphStyle("body", fontName=_FONT, fontSize=10, leading=15, wordWrap="CJK")
    small = ParagraphStyle("cell", fontName=_FONT, fontSize=7, leading=9, wordWrap="CJK")
    story: list[Flowing | Spacer | RuledTable] = []
    for block in page.blocks:
        if isinstance(block, Paragraph):
            story.append(Flowing(escape(block.text).replace("\n", "<br/>") or " ", style))
        else:
            story += [Spacer(1, 6), _ruled(block, small), Spacer(1, 6)]
    stream = io.BytesIO()
    template = SimpleDocTemplate(stream, pagesize=size, invariant=1, title=page.truth.title or "")
    template.build(story)
    return stream.getvalue()


def _ruled(table: Table, style: ParagraphStyle) -> RuledTable:
    rows, spans = [], []
    for number, row in enumerate(table.rows):
        cells: list[Flowing | str] = []
        for slot in row.slots:
            here, down = len(cells), min(slot.rowspan, len(table.rows) - number)
            if slot.above is None and (slot.colspan > 1 or down > 1):
                spans.append(("SPAN", (here, number), (here + slot.colspan - 1, number + down - 1)))
            text = escape(slot.text).replace("\n", "<br/>")
            cells += [Flowing(text, style) if text.strip() else "", *([""] * (slot.colspan - 1))]
        rows.append(cells + [""] * (table.width - len(cells)))
    ruled = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans]
    total = 720
    label = total / table.width * (1.5 if table.width <= 10 else 1)
    labels = {4: 1, 5: 1, 6: 1, 10: 3, 3: 1, 15: 0}[table.width]
    rest = (total - label * labels) / (table.width - labels)
    return RuledTable(rows, colWidths=[label] * labels + [rest] * (table.width - labels), style=ruled)


def _text_of(rng: random.Random, page: Page) -> str:
    printed = rng.choice([tabbed, tabbed, bars])(rng, page)
    return "\n".join(line.text for line in printed.lines)


def _records(rng: random.Random, page: Page) -> tuple[list[dict[str, str]], int]:
    """Records of a shard: the report among pages that are no reports, and its place."""
    text = _text_of(rng, page)
    news = [f"今日天气晴。本镇召开会议，参会{rng.randint(10, 90)}人。第{n}号" for n in range(rng.randint(0, 3))]
    place = rng.randint(0, len(news))
    texts = [*news[:place], text, *news[place:]]
    return [{"id": f"{n:04}", "url": f"https://example.cn/{n}.html", "text": t} for n, t in enumerate(texts)], place


def jsonl(rng: random.Random, page: Page) -> Print:
    """A shard of one JSON object a line, the text under `text`."""
    records, place = _records(rng, page)
    lines = "".join(json.dumps(record, ensure_ascii=rng.random() < 0.5) + "\n" for record in records)
    return Print(content=lines.encode(), extension="jsonl", record=place)


def parquet(rng: random.Random, page: Page) -> Print:
    """A shard of one row a document, the text under `text`."""
    records, place = _records(rng, page)
    stream = io.BytesIO()
    pl.DataFrame(records).write_parquet(stream)
    return Print(content=stream.getvalue(), extension="parquet", record=place)


BINARY_LAYOUTS: dict[str, Layout] = {"docx": docx, "pdf": pdf, "jsonl": jsonl, "parquet": parquet}
