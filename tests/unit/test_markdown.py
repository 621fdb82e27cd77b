"""Markdown: tables become cells, whatever their length; a text in the tabbed layout stays one."""

from __future__ import annotations

import pytest

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.markdown import convert_markdown, looks_like_markdown
from tests.reading import read_folder, write_delivery


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# 年报\n\n**第一**段\n第二行\n\n- 甲\n- 乙\n", "年报\n第一段\n第二行\n甲\n乙\n"),
        ("| 规章 | 0 |\n|---|---|\n| 其他 |  |\n\n尾", "\t规章\n\t0\n\n\t其他\n\t\n\n\n尾\n"),
        ("a|b\n-|-\n1|2|3|4\n", "\ta\n\tb\n\n\t1\n\t2\n\t3\n\t4\n"),
        ("| 本年新<br>制作 | a \\| b |\n|:--|--:|\n| 1 | 2 |\n", "\t本年新 制作\n\ta | b\n\n\t1\n\t2\n"),
        ("文\n\n<table><tr><td>规章</td><td>0</td></tr></table>\n", "文\n\t规章\n\t0\n"),
        ("| 规章 | 0 |\n| 其他 | 1 |\n", "| 规章 | 0 |\n| 其他 | 1 |\n"),
        ("一行  \n二行\\\n三行", "一行\n二行\n三行\n"),
    ],
)
def test_markdown_to_text(markdown, text):
    converted = convert_markdown(markdown.encode())
    assert (converted.text, converted.format, converted.encoding) == (text, "markdown", "utf-8")


def test_other_encodings():
    assert convert_markdown("# 政府信息公开年报".encode("gb18030")).encoding == "gb18030"


@pytest.mark.parametrize(("markdown", "rule"), [("![](a.png)", "image_only"), ("\n", "empty_file")])
def test_no_text(markdown, rule):
    with pytest.raises(UnreadableDocument) as raised:
        convert_markdown(markdown.encode())
    assert raised.value.rule_key == rule


def test_a_text_in_the_tabbed_layout_under_the_name_of_markdown_is_read_as_text(tmp_path):
    text = "二、主动公开政府信息情况\n" + "".join(f"\t规章\n\t{n}\n\n" for n in range(5))
    assert not looks_like_markdown(text.encode())
    write_delivery(tmp_path, {"a.md": text, "b.md": "# 年报\n\n正文"})
    frames = read_folder(tmp_path)
    assert frames["documents"]["format"].to_list() == ["text", "markdown"]
    assert frames["documents"]["text"][0] == text
    assert "unknown_extension" in frames["findings"]["rule_key"].to_list()
