"""Word documents: the text that comes out, and every figure of the form in its cell."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.docx import convert_docx
from pipelines.documents.docx_numbering import print_count
from tests.reading import read_folder, write_delivery
from tests.rendering.official_form import HEADINGS, PREAMBLE, TITLE, OfficialForm, covered_rows

WIDTHS = {"t2": 4, "t3": 10, "t4": 15}


def docx_of(*xml: str) -> bytes:
    """A document whose body holds these elements."""
    document = Document()
    for element in xml:
        document.element.body.insert(-1, parse_xml(element.replace(">", f" {nsdecls('w')}>", 1)))
    return saved(document)


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def changed(data: bytes, parts: dict[str, bytes | None]) -> bytes:
    """The same file with parts replaced, or left out for None."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in dict.fromkeys([*source.namelist(), *parts]):
            content = parts[name] if name in parts else source.read(name)
            if content is not None:
                target.writestr(name, content)
    return stream.getvalue()


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p>{run('一')}{run('二')}</w:p>", "一二\n"),
        ("<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t></w:r></w:p>", "一\n二 三\n"),
        (f"<w:p>{run('留')}<w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins>{run('增')}</w:ins></w:p>", "留增\n"),
        (f"<w:p>{run('见')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r></w:p>", "见\n"),
        (f"<w:p><w:hyperlink>{run('链')}</w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>", "链\n"),
        (f"<w:sdt><w:sdtContent><w:p>{run('控件')}</w:p></w:sdtContent></w:sdt>", "控件\n"),
        (f"<w:p>{run('前')}<w:r><w:pict><w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent></w:pict></w:r></w:p>",
         "前\n框\n"),
        ("<w:p><w:r><w:ruby><w:rt><w:r><w:t>zhāng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>章</w:t></w:r></w:rubyBase>"
         "</w:ruby></w:r></w:p>", "章\n"),
    ],
)  # fmt: skip
def test_paragraphs(xml, text):
    assert convert_docx(docx_of(xml)).text == text


def set_as(properties: str, text: str) -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (run("12") + set_as('<w:vertAlign w:val="superscript"/>', "1"), "12 1"),
        (run("12") + set_as('<w:vertAlign w:val="subscript"/>', "1") + run("3"), "12 1 3"),
        (run("12") + set_as('<w:vertAlign w:val="baseline"/>', "3"), "123"),
        (set_as("<w:strike/>", "12") + run("13"), "12 13"),
        (set_as("<w:dstrike/>", "1") + set_as("<w:dstrike/>", "2") + run("13"), "12 13"),
        (set_as('<w:strike w:val="0"/>', "12") + run("13"), "1213"),
        (run("12") + set_as("<w:strike/>", "") + run("13"), "1213"),
        (run("12") + set_as("<w:b/>", "3"), "123"),
    ],
)
def test_text_that_is_raised_or_struck_out_stands_apart(runs, text):
    assert convert_docx(docx_of(f"<w:p>{runs}</w:p>")).text == f"{text}\n"


def cell(text: str, properties: str = "") -> str:
    paragraphs = "".join(f"<w:p>{run(part)}</w:p>" for part in text.split("\n")) if text else "<w:p/>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraphs}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


MERGED = '<w:vMerge w:val="restart"/>'
COVERED = "<w:vMerge/>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (table(cell("规章") + cell("0"), cell("本年新\n制作") + cell("1")), "\t规章\n\t0\n\n\t本年新 制作\n\t1\n"),
        (table(cell("甲", MERGED) + cell("1"), cell("", COVERED) + cell("2")), "\t甲\n\t1\n\n\t2\n"),
        (table(cell("", '<w:gridSpan w:val="3"/>') + cell("乙", '<w:gridSpan w:val="2"/>')), "\t\n\t乙\n"),
        (table(f"<w:tc>{table(cell('1') + cell('2'))}<w:p>{run('尾')}</w:p></w:tc>" + cell("旁")),
         "\t1\n\t2\n\n\n尾\n旁\n"),
        (table(f"<w:sdt><w:sdtContent>{cell('1')}</w:sdtContent></w:sdt>" + cell("2")), "\t1\n\t2\n"),
    ],
)  # fmt: skip
def test_cells(xml, text):
    assert convert_docx(docx_of(xml)).text == text


def test_automatic_numbers_are_text():
    levels = [("chineseCounting", "%1、"), ("decimal", "%1（%2）")]
    texts = [("总体情况", 0), ("甲", 1), ("乙", 1), ("主动公开", 0), ("丙", 1)]
    data = numbered(levels, texts)
    assert convert_docx(data).text == "一、总体情况\n一（1）甲\n一（2）乙\n二、主动公开\n二（1）丙\n"


def numbered(levels, texts) -> bytes:
    """A document with paragraphs that Word numbers; `levels`: format and text of each, `texts`: text and level of each."""
    document = Document()
    numbering = document.part.numbering_part.element
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    printed = "".join(level.format(depth, *one) for depth, one in enumerate(levels))
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{printed}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text, depth in texts:
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>')
        )
    return saved(document)


@pytest.mark.parametrize(
    ("kind", "printed", "text", "expected"),
    [
        ("decimal", "%1", "5", "1 5"),
        ("decimal", "%1", "2023年共", "1 2023年共"),
        ("decimal", "%1.", "120条", "1. 120条"),
        ("decimal", "%1", ".5", "1 .5"),
        ("decimal", "%1", "\t5", "1 5"),
        ("chineseCounting", "%1", "百二十条", "一 百二十条"),
        ("decimal", "%1", "总体情况", "1总体情况"),
        ("decimal", "%1.", "总体情况", "1.总体情况"),
        ("chineseCounting", "%1、", "主动公开", "一、主动公开"),
        ("chineseCounting", "%1、", "2023年工作", "一、2023年工作"),
        ("decimal", "（%1）", "5件", "（1）5件"),
    ],
)
def test_an_automatic_number_makes_no_number_with_the_text_behind_it(kind, printed, text, expected):
    assert convert_docx(numbered([(kind, printed)], [(text, 0)])).text == f"{expected}\n"


@pytest.mark.parametrize(
    ("n", "kind", "printed"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCounting", "十"),
        (12, "japaneseCounting", "十二"),
        (30, "chineseCountingThousand", "三十"),
        (3, "decimalEnclosedCircle", "③"),
        (4, "upperLetter", "D"),
        (9, "lowerRoman", "ix"),
        (7, "decimal", "7"),
    ],
)
def test_counts(n, kind, printed):
    assert print_count(n, kind) == printed


def form_as_docx(form: OfficialForm) -> bytes:
    document = Document()
    document.core_properties.title = "年报"
    document.add_paragraph(TITLE)
    document.add_paragraph(PREAMBLE)
    document.add_paragraph("一、总体情况")
    for key, rows in form.tables.items():
        document.add_paragraph(HEADINGS[key])
        grid = covered_rows(rows, WIDTHS[key])
        printed = document.add_table(len(rows), WIDTHS[key])
        for y, row in enumerate(grid):
            for x, one in enumerate(row):
                if one is not None:
                    merged = printed.cell(y, x)
                    if one.colspan > 1 or one.rowspan > 1:
                        merged = merged.merge(printed.cell(y + one.rowspan - 1, x + one.colspan - 1))
                    merged.text = one.text
    document.add_paragraph("五、存在的主要问题及改进情况")
    return saved(document)


def test_every_figure_of_the_form_is_read(tmp_path):
    form = OfficialForm()
    write_delivery(tmp_path, {"a.docx": form_as_docx(form)})
    frames = read_folder(tmp_path)
    (document,) = frames["documents"].iter_rows(named=True)
    assert (document["format"], document["encoding"], document["source_title"]) == ("docx", None, "年报")
    assert frames["reports"]["title"].to_list() == [TITLE]
    cells = frames["cells"].select("table_key", "row_key", "column_key", "value")
    assert {row[:3]: row[3] for row in cells.iter_rows()} == {key: float(n) for key, n in form.figures.items()}


GOOD = docx_of(f"<w:p>{run('文')}</w:p>")
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (changed(GOOD, {"word/document.xml": None}), "broken_archive"),
        (changed(GOOD, {"word/document.xml": b"<w:document"}), "broken_archive"),
        (changed(GOOD, {"word/document.xml": ENTITY}), "too_complex"),
        (changed(GOOD, {"word/document.xml": ENTITY.decode().encode("utf-16")}), "too_complex"),
        (GOOD[:-30], "broken_archive"),
        (docx_of("<w:p><w:r><w:drawing/></w:r></w:p>"), "image_only"),
        (docx_of("<w:p></w:p>"), "empty_file"),
        (changed(GOOD, {"word/media/a.bin": b"\x00" * (300 << 20)}), "archive_bomb"),
        (changed(GOOD, {f"word/{n}": b"" for n in range(10_001)}), "archive_bomb"),
    ],
    ids=range(9),
)  # fmt: skip
def test_documents_that_cannot_be_read(data, rule):
    with pytest.raises(UnreadableDocument) as raised:
        convert_docx(data)
    assert raised.value.rule_key == rule


def test_a_zip_that_lies_about_its_sizes_is_read_no_further_than_the_limit():
    bomb = changed(GOOD, {"word/document.xml": b"<a>" + b" " * (100 << 20) + b"</a>"})
    real = (100 << 20) + 7
    with pytest.raises(UnreadableDocument) as raised:
        convert_docx(bomb.replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert raised.value.rule_key in ("archive_bomb", "broken_archive")


def test_an_encrypted_member():
    data = bytearray(GOOD)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(UnreadableDocument) as raised:
        convert_docx(bytes(data))
    assert raised.value.rule_key == "encrypted_file"
