"""Texts of documents in spreadsheets: nothing runs, nothing hides, nothing is cut in silence."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publishing.csv_files import to_field
from pipelines.publishing.workbook.formats import safe_text
from pipelines.publishing.workbook.texts import CELL_LIMIT, fit_cell, may_run, show_hidden, web_address

RUNS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-11",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    '"=1',
]
DOES_NOT_RUN = ["", "0", "72235.00", "太平镇", "a=b", "1-2", "（一）", "减少22", "/"]


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_could_run_is_known(text):
    assert may_run(text)


@pytest.mark.parametrize("text", DOES_NOT_RUN)
def test_other_texts_stay_as_they_are(text):
    assert not may_run(text)
    assert to_field(text) == f'"{text}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("甲\x00乙\x1b\x07", "甲␀乙␛␇"),
        ("甲\t乙\r", "甲␉乙␍"),
        ("甲\n乙", "甲\n乙"),
        ("gpj.\u202eexe", "gpj.[U+202E]exe"),
        ("太\u200b平\ufeff镇\u00ad", "太[U+200B]平[U+FEFF]镇[U+00AD]"),
        ("\u2066x\u2069", "[U+2066]x[U+2069]"),
        ("a\x85b\x7f", "a[U+0085]b␡"),
        ("\ufffe\uffff\ud800", "[U+FFFE][U+FFFF][U+D800]"),
        ("\u3164\u2800\u115f", "[U+3164][U+2800][U+115F]"),
        ("\U000e0041\ufe0f", "[U+E0041][U+FE0F]"),
        ("\ue000", "[U+E000]"),
        ("　全角空格　", "　全角空格　"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_what_prints_as_nothing_is_shown(text, shown):
    assert show_hidden(text) == shown


@given(st.text())
def test_no_text_keeps_a_hidden_character(text):
    shown = show_hidden(text)
    hidden = [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and c != "\n"]
    assert hidden == []
    assert show_hidden(shown) == shown


def test_a_text_that_excel_would_cut_says_how_much_is_left_out():
    whole = "镇" * CELL_LIMIT
    assert fit_cell(whole) == whole
    long = "镇" * 40_000
    cut = fit_cell(long)
    kept = len(cut) - len(cut.lstrip("镇"))
    assert len(cut) <= CELL_LIMIT
    assert f"略去 {40_000 - kept:,} 字" in cut
    wide = fit_cell("𠮷" * 20_000)  # two units each, as Excel counts
    assert len(wide.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert "略去" in wide


def test_a_text_is_never_taken_for_the_writers_own_markup():
    assert safe_text("<r><t>x</t></r>") == "<r><t>x</t></r> "


@pytest.mark.parametrize("address", ["http://www.shuangyang.gov.cn/a.html", "https://x.gov.cn:8080/公开?id=1&b=2"])
def test_web_addresses_become_links(address):
    assert web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None, "", "javascript:alert(1)", "file:///etc/passwd", "\\\\host\\share", "ftp://x.cn/a", "http://", "http:///a",
        "internal:Sheet1!A1", "external:c:\\a.xls", "mailto:a@b.cn", "http://gov.cn@evil.example/", "http://a b/",
        "http://x.cn/\u202egpj", "=HYPERLINK(\"http://x\")", "https://x.cn/\n", "http://x.cn/" + "a" * 3000, "http://[::1",
    ],
)  # fmt: skip
def test_other_addresses_stay_text(address):
    assert web_address(address) is None


@pytest.mark.parametrize(("character", "counted"), [("a", 1), ("%", 3), ("[", 3), ("]", 3), ("公", 1), ("𠮷", 2)])
def test_the_length_of_an_address_is_counted_as_excel_does(character, counted):
    host = "http://x.cn/"
    fits = host + character * ((2_079 - len(host)) // counted)
    assert web_address(fits) == fits
    assert web_address(fits + character) is None


def test_csv_fields():
    assert [to_field(value) for value in (None, True, -11, -11.5, Decimal("-0.10"), 72235.0)] == [
        "", "true", "-11", "-11.5", "-0.10", "72235.0",
    ]  # fmt: skip
    assert to_field("-11") == '"\'-11"'
    assert to_field('=HYPERLINK("http://x")') == '"\'=HYPERLINK(""http://x"")"'
    assert to_field("a,b\r\nc") == '"a,b␍\nc"'
    assert all(to_field(text).startswith("\"'") for text in RUNS)
