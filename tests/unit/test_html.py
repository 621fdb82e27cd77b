"""Pages of HTML: the text that comes out, and every figure of the form in its cell."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.html import convert_html, looks_like_html
from tests.reading import read_folder, write_delivery
from tests.rendering.official_form import PREAMBLE, TITLE, OfficialForm, html_page


def text_of(html: str) -> str:
    return convert_html(html.encode()).text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>年报</h1><p>第一<b>段</b></p>文<br>字", "年报\n第一段\n文\n字\n"),
        ("<p>一&nbsp;二\n\t 三&lt;&#19977;</p>", "一 二 三<三\n"),
        ("<p>a</p><!-- b --><script>c</script><style>d</style><noscript>e</noscript>"
         "<template><p>f</p></template><p hidden>g</p><div style='DISPLAY : none'><p>h</p></div>i", "a\ni\n"),
        ("<ul><li>首页<li>政务公开</ul><a>年</a><a>报</a>", "首页\n政务公开\n年报\n"),
        ("<pre>一行\n\t二行</pre>尾", "一行\n二行\n尾\n"),
        ("<p>0\u200b1\ufeff2</p>", "012\n"),
        ("<input type=hidden value=1><input value='12'><input type=submit value=x>", "12\n"),
    ],
)  # fmt: skip
def test_prose(html, text):
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><td>规章<td>0<tr><td>本年新<br>制作<td><p>1</p><p>2</p></table>后",
         "\t规章\n\t0\n\n\t本年新 制作\n\t1 2\n\n\n后\n"),
        ("<table><tr><td rowspan=2>甲<td>1<tr><td>2</table>", "\t甲\n\t1\n\n\t2\n"),
        ("<table><tr><td colspan=3> <td colspan=2>乙<tr><td>1<td>&nbsp;</table>", "\t\n\t乙\n\n\t1\n\t\n"),
        ("<table><tr><td>1<td><span>2</span><font>3</font><o:p></o:p></table>", "\t1\n\t23\n"),
        ("<table><tr></tr><tr><td>1<td>2</table>", "\t1\n\t2\n"),
        ("<table><tr><td>12<sup>1</sup><td>3<sub>[2]</sub>4<td><sup>5</sup></table>", "\t12 1\n\t3 [2] 4\n\t5\n"),
        ("<table><tr><td><s>12</s>13<td><del>4</del><ins>5</ins><td><strike>6</strike></table>", "\t12 13\n\t4 5\n\t6\n"),
        ("前<table><caption>表一</caption><tr><td>1<td>2</table><table><tr><td>3<td>4</table>",
         "前\n表一\n\t1\n\t2\n\n\n\t3\n\t4\n"),
        ("<table><tr><td style='display:none'>x<td>1<td>2</table>", "\t1\n\t2\n"),
    ],
)  # fmt: skip
def test_cells(html, text):
    assert text_of(html) == text


def test_a_table_in_a_table_arranges_the_page():
    html = (
        "<table><tr><td>首页</td><td>公开</td></tr><tr><td colspan=2><p>标题</p>"
        "<table><tr><td>规章</td><td>0</td></tr></table><p>尾</p></td></tr></table>"
    )
    assert text_of(html) == "首页\n公开\n标题\n\t规章\n\t0\n\n\n尾\n"


def test_a_table_of_one_cell_in_a_cell_is_that_cells_text():
    html = "<table><tr><td>规章<td><table><tr><td>12</table><tr><td>其他<td>3</table>"
    assert text_of(html) == "\t规章\n\t12\n\n\t其他\n\t3\n"


def test_a_cell_with_sentences_below_each_other_is_a_part_of_the_page():
    html = "<table><tr><td>栏目</td><td><p>第一段写了很多。</p><p>第二段也是。</p></td></tr></table>"
    assert text_of(html) == "栏目\n第一段写了很多。\n第二段也是。\n"


def test_a_note_below_the_figures_of_a_table_does_not_make_it_prose():
    html = (
        "<table><tr><td>规章<td>1<td>2<tr><td>规范性文件<td>3<td>4"
        "<tr><td colspan=3><p>说明：其一。</p><p>其二。</p></table>"
    )
    assert text_of(html) == "\t规章\n\t1\n\t2\n\n\t规范性文件\n\t3\n\t4\n\n说明：其一。\n其二。\n"


def test_a_table_in_a_row_of_a_table_of_figures_does_not_make_its_other_rows_prose():
    html = (
        "<table><tr><td>规章<td>1<td>2<tr><td>文件<td>3<td>4<tr><td colspan=3><table><tr><td>采购<td>5</table></table>"
    )
    assert text_of(html) == "\t规章\n\t1\n\t2\n\n\t文件\n\t3\n\t4\n\n\t采购\n\t5\n"


def test_single_cells_below_each_other_are_cells_only_where_they_are_short():
    short = "<table><tr><td>规章<tr><td>0<tr><td>其他</table>"
    assert text_of(short) == "\t规章\n\n\t0\n\n\t其他\n"
    long = f"<table><tr><td>年报<tr><td>{'很长的一段话' * 12}<tr><td>完了。</table>"
    assert text_of(long) == f"\t年报\n\n{'很长的一段话' * 12}\n完了。\n"


def test_the_title_is_no_text():
    converted = convert_html("<title> 青石镇\n年报 </title><p>文".encode())
    assert (converted.title, converted.text, converted.format) == ("青石镇 年报", "文\n", "html")


@pytest.mark.parametrize(
    ("codec", "declared", "encoding"),
    [
        ("utf-8", "gb2312", "utf-8"),
        ("gb18030", "gb2312", "gb18030"),
        ("gb18030", "utf-8", "gb18030"),
        ("gb18030", "iso-8859-1", "gb18030"),
        ("gb18030", "", "gb18030"),
        ("utf-8-sig", "gbk", "utf-8-sig"),
        ("utf-16", "utf-8", "utf-16"),
        ("utf-16-le", "", "utf-16"),
    ],
)
def test_the_text_decides_over_a_wrong_declaration(codec, declared, encoding):
    script = "<script>" + "var a = 0; " * 3000 + "</script>"
    page = html_page(OfficialForm(), charset=declared).replace("<body>", f"<body>{script}")
    converted = convert_html(page.encode(codec))
    assert converted.encoding == encoding
    assert converted.text.startswith(f"{TITLE}\n{PREAMBLE}\n")
    assert not converted.findings


def test_traditional_script_in_big5():
    page = '<meta charset="big5"><p>鄉鎮政府資訊公開年度報告，總體情況如下，內容包括規範性文件。</p>'
    converted = convert_html(page.encode("big5"))
    assert (converted.encoding, converted.text[:4]) == ("big5", "鄉鎮政府")


def test_a_few_broken_bytes_are_said_so():
    data = "<p>青石镇人民政府年度报告".encode() + b"\xff" + b"</p>"
    (found,) = convert_html(data).findings
    assert (found.rule_key, found.values) == ("undecodable_bytes", {"n": 1, "encoding": "utf-8"})


@pytest.mark.parametrize(("html", "rule"), [("<p><img src=a.jpg></p>", "image_only"), ("<p> </p>", "empty_file")])
def test_a_page_without_text(html, rule):
    with pytest.raises(UnreadableDocument) as raised:
        convert_html(html.encode())
    assert raised.value.rule_key == rule


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<!DOCTYPE html><p>文", True),
        ("﻿<HTML><body>", True),
        ("<p>一</p><p>二</p>", True),
        ("<TABLE border=1>\n<tr>", True),
        ("一、总体情况\n\t规章\n\t0\n\t1\n\t2\n\t3\n见<table>\n", False),
        ("一、总体情况\n二\n三\n四<br>\n", False),
        ("3 < 4 且 5 > 2", False),
        ("| 规章 | 0 |", False),
    ],
)
def test_what_looks_like_html(text, is_html):
    assert looks_like_html(text.encode()) is is_html
    assert looks_like_html(text.encode("utf-16")) is is_html


@pytest.mark.parametrize(
    "cell",
    [
        "<td{spans}>{text}</td>",
        "<td{spans}><p class=MsoNormal><span><font>{text}</font></span><o:p></o:p></p></td>",
        "<td{spans}>&nbsp;{text}\n",
    ],
)
def test_every_figure_of_the_form_is_read(tmp_path, cell):
    form = OfficialForm()
    write_delivery(tmp_path, {"a.html": html_page(form, cell)})
    frames = read_folder(tmp_path)
    (document,) = frames["documents"].iter_rows(named=True)
    assert (document["format"], document["read_status"], document["is_report"]) == ("html", "read", True)
    assert document["source_title"] == f"{TITLE}-青石镇"
    assert frames["reports"]["title"].to_list() == [TITLE]
    cells = frames["cells"].filter(pl.col("form_version") == "F2019")
    read = {tuple(row[:3]): row[3] for row in cells.select("table_key", "row_key", "column_key", "value").iter_rows()}
    assert read == {key: float(figure) for key, figure in form.figures.items()}
    lines = document["text"].split("\n")
    for row in cells.iter_rows(named=True):
        assert lines[row["line_start"] - 1] == f"\t{row['value']:.0f}"
