"""PDF with text: the text that comes out, and every figure of the form in its cell."""

from __future__ import annotations

import io
from html import escape

import pytest
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.pdf import MAX_PAGES, convert_pdf
from tests.reading import read_folder, write_delivery
from tests.rendering.official_form import HEADINGS, PREAMBLE, TITLE, OfficialForm, covered_rows

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=15, wordWrap="CJK")
SMALL = ParagraphStyle("cell", fontName=FONT, fontSize=7, leading=9, wordWrap="CJK")


def pdf_of(*flowables, on_page=None, pagesize=A4, **options) -> bytes:
    stream = io.BytesIO()
    drawn = on_page or (lambda canvas, document: None)
    SimpleDocTemplate(stream, pagesize=pagesize, **options).build(
        list(flowables), onFirstPage=drawn, onLaterPages=drawn
    )
    return stream.getvalue()


def prose(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(text), style)


def ruled(rows, spans=(), **options) -> Table:
    cells = [[prose(text, SMALL) if text else "" for text in row] for row in rows]
    lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), *(("SPAN", *span) for span in spans)]
    return Table(cells, style=lines, **options)


def test_prose_and_a_table():
    data = pdf_of(
        prose("一、总体情况"), ruled([["规章", "0", ""], ["行政许可", "12", "3"]]), prose("无。"), title="年报"
    )
    converted = convert_pdf(data)
    assert converted.text == "一、总体情况\n\t规章\n\t0\n\t\n\n\t行政许可\n\t12\n\t3\n\n\n无。\n"
    assert (converted.format, converted.encoding, converted.title) == ("pdf", None, "年报")


def test_a_paragraph_over_lines_is_one_line_and_the_next_its_own():
    long = "全年主动公开政府信息一百二十条，内容涉及多个方面" * 4 + "。"
    assert convert_pdf(pdf_of(prose(long), prose("另一段"), prose("再一段"))).text == f"{long}\n另一段\n再一段\n"


def test_a_title_and_headings_are_lines_of_their_own():
    title = ParagraphStyle("title", parent=BODY, fontSize=16, leading=22)
    story = [prose("青石镇人民政府政府信息公开工作年度报告第一部分", title), prose("根据条例编制本报告")]
    short = [prose("青石镇人民政府年度报告"), prose("一、总体情况"), prose("（一）主动公开")]
    assert convert_pdf(pdf_of(*story)).text.count("\n") == 2
    assert convert_pdf(pdf_of(*short)).text == "青石镇人民政府年度报告\n一、总体情况\n（一）主动公开\n"


def test_merged_cells():
    rows = [["甲", "", "乙"], ["丙", "1", "2"], ["", "3", "4"], ["丁", "", "5"]]
    spans = [((0, 0), (1, 0)), ((0, 1), (0, 2)), ((1, 3), (2, 3))]
    rows[3][2] = ""
    expected = "\t甲\n\t乙\n\n\t丙\n\t1\n\t2\n\n\t3\n\t4\n\n\t丁\n\t\n"
    assert convert_pdf(pdf_of(ruled(rows, spans))).text == expected


def test_a_table_goes_on_behind_a_page_break_and_a_page_number():
    def number(canvas, document):
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(A4[0] / 2, 30, f"— {document.page} —")

    rows = [[f"第{n}行", str(n)] for n in range(90)]
    lines = convert_pdf(pdf_of(ruled(rows), prose("完"), on_page=number)).text.split("\n")
    cells = [line for line in lines if line.startswith("\t")]
    assert cells == [f"\t{text}" for row in rows for text in row]
    first_prose = next(i for i, line in enumerate(lines) if line and not line.startswith("\t"))
    assert first_prose > max(i for i, line in enumerate(lines) if line.startswith("\t"))
    assert [line for line in lines[first_prose:] if line] == ["— 1 —", "— 2 —", "完", "— 3 —"]


def form_as_pdf(form: OfficialForm) -> bytes:
    story = [prose(TITLE), prose(PREAMBLE), prose("一、总体情况")]
    for key, width in {"t2": 4, "t3": 10, "t4": 15}.items():
        grid = covered_rows(form.tables[key], width)
        spans = [
            ((x, y), (x + cell.colspan - 1, y + cell.rowspan - 1))
            for y, row in enumerate(grid)
            for x, cell in enumerate(row)
            if cell is not None
        ]
        texts = [["" if cell is None else cell.text for cell in row] for row in grid]
        story += [prose(HEADINGS[key]), ruled(texts, spans, colWidths=[720 / width] * width)]
    return pdf_of(*story, prose("五、存在的主要问题及改进情况"), pagesize=(A4[1], 1500))


def test_every_figure_of_the_form_is_read(tmp_path):
    form = OfficialForm()
    write_delivery(tmp_path, {"a.pdf": form_as_pdf(form)})
    frames = read_folder(tmp_path)
    assert frames["documents"]["format"].to_list() == ["pdf"]
    assert frames["reports"]["title"].to_list() == [TITLE]
    cells = frames["cells"].select("table_key", "row_key", "column_key", "value")
    assert {row[:3]: row[3] for row in cells.iter_rows()} == {key: float(n) for key, n in form.figures.items()}


def pictures(n_pages: int = 1) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for _ in range(n_pages):
        canvas.rect(50, 50, 300, 300, fill=1)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (pictures(), "image_only"),
        (pdf_of(prose("密"), encrypt=pdfencrypt.StandardEncryption("secret")), "encrypted_file"),
        (pictures(MAX_PAGES + 1), "too_complex"),
        (b"%PDF-1.7\n1 0 obj\n", "conversion_failed"),
    ],
    ids=["picture", "password", "pages", "broken"],
)
def test_documents_that_cannot_be_read(data, rule):
    with pytest.raises(UnreadableDocument) as raised:
        convert_pdf(data)
    assert raised.value.rule_key == rule


def test_a_document_that_only_forbids_changes_is_read():
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=pdfencrypt.StandardEncryption("", ownerPassword="owner"))
    canvas.drawString(100, 700, "Report 2020")
    canvas.save()
    assert convert_pdf(stream.getvalue()).text == "Report 2020\n"


def drawn(*steps) -> bytes:
    """A page on which each step draws; heights are counted from its lower end."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for step in steps:
        step(canvas)
    canvas.save()
    return stream.getvalue()


def at(x: float, y: float, text: str, size: float = 10):
    def draw(canvas):
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text)

    return draw


@pytest.mark.parametrize("offsets", [[0.3], [0], [0.3, 0.6], [0.2, -0.2]], ids=str)
def test_characters_drawn_again_over_themselves_are_read_once(offsets):
    again = [at(100 + offset, 700 - abs(offset), "111 22.0") for offset in offsets]
    assert convert_pdf(drawn(at(100, 700, "111 22.0"), *again)).text == "111 22.0\n"


def test_the_same_figures_side_by_side_or_below_each_other_are_all_read():
    steps = [at(100, 700 - 2 * n, "1111", size=2) for n in range(3)]
    assert convert_pdf(drawn(*steps)).text.count("1") == 12


# Cells of 60 by 20 points: column c begins at 100 + 60 c, row r ends at 640 - 20 r.
TEXTS = [["111", "112", "113"], ["211", "212", "213"], ["311", "312", "313"]]
ROW_LINES = {(r, c) for r in range(4) for c in range(3)}
COLUMN_LINES = {(r, c) for r in range(3) for c in range(4)}


def open_table(*, without_row_lines=(), without_column_lines=(), texts=TEXTS, size=10) -> bytes:
    """Three rows of three cells; the lines are left out that stand above a cell, or before one."""
    steps = [at(110 + 60 * c, 646 - 20 * r, text, size) for r, row in enumerate(texts) for c, text in enumerate(row)]
    for r, c in ROW_LINES - set(without_row_lines):
        line = (100 + 60 * c, 660 - 20 * r, 160 + 60 * c, 660 - 20 * r)
        steps.append(lambda canvas, line=line: canvas.line(*line))
    for r, c in COLUMN_LINES - set(without_column_lines):
        line = (100 + 60 * c, 660 - 20 * r, 100 + 60 * c, 640 - 20 * r)
        steps.append(lambda canvas, line=line: canvas.line(*line))
    return drawn(*steps)


def rows_of(text: str) -> list[list[str]]:
    rows = [[cell[1:] for cell in row.split("\n") if cell] for row in text.rstrip("\n").split("\n\n")]
    assert all(line.startswith("\t") for line in text.split("\n") if line)
    return rows


@pytest.mark.parametrize(
    "missing",
    [
        {},
        {"without_row_lines": [(3, 1)]},
        {"without_column_lines": [(2, 3)]},
        {"without_column_lines": [(0, 0)]},
        {"without_row_lines": [(0, 0)], "without_column_lines": [(0, 0)]},
        {"without_column_lines": [(0, 3), (1, 3), (2, 3)]},
        {"without_column_lines": [(r, c) for r in range(3) for c in (0, 3)]},
        {"without_row_lines": [(3, 0), (3, 1), (3, 2)]},
        {"without_row_lines": [(0, 0), (0, 1), (0, 2)]},
    ],
    ids=["none", "below", "right", "left", "corner", "right side", "both sides", "below all", "above all"],
)
def test_a_cell_that_no_four_lines_close_is_a_cell(missing):
    assert rows_of(convert_pdf(open_table(**missing)).text) == TEXTS


def test_an_open_cell_without_text_keeps_the_next_in_its_column():
    texts = [TEXTS[0], TEXTS[1], ["311", "", "313"]]
    assert rows_of(convert_pdf(open_table(texts=texts, without_row_lines=[(3, 1)])).text) == texts


def test_open_cells_that_no_line_parts_are_one():
    texts = [["111", "", "113"], TEXTS[1], TEXTS[2]]
    parted = convert_pdf(open_table(texts=texts, without_row_lines=[(0, 0)], without_column_lines=[(0, 0), (0, 1)]))
    assert rows_of(parted.text) == [["111", "113"], TEXTS[1], TEXTS[2]]


def test_words_beside_a_table_stay_words():
    story = [ruled([["规章", "0"], ["文件", "1"]], hAlign="LEFT", colWidths=[60, 60]), prose("表后")]
    beside = pdf_of(*story, on_page=lambda canvas, document: canvas.drawString(400, 750, "12"))
    assert convert_pdf(beside).text == "\t规章\n\t0\n\n\t文件\n\t1\n\n\n12\n表后\n"


def test_the_mark_of_a_note_is_no_digit_of_the_figure():
    data = drawn(
        at(100, 700, "111"), at(100 + 3 * 5.56, 704, "2", size=6), at(100, 600, "333"), at(116.68, 597, "4", 6)
    )
    assert convert_pdf(data).text == "111 2\n333 4\n"


def test_the_mark_of_a_note_in_a_cell_is_no_digit_of_the_figure():
    lines = [
        (100, 660, 220, 660),
        (100, 640, 220, 640),
        (100, 640, 100, 660),
        (160, 640, 160, 660),
        (220, 640, 220, 660),
    ]
    steps = [lambda canvas, line=line: canvas.line(*line) for line in lines]
    data = drawn(*steps, at(110, 646, "111"), at(110 + 3 * 5.56, 650, "2", 6), at(170, 646, "112"))
    assert rows_of(convert_pdf(data).text) == [["111 2", "112"]]
