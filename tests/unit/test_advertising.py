"""Advertising in names is dropped, and no name of a division is advertising."""

from __future__ import annotations

import time

import pytest

from pipelines.gazetteer.divisions import load_divisions
from pipelines.parsing.advertising import drop_advertising
from pipelines.parsing.titles import foreign_words, title_body


@pytest.mark.parametrize(
    ("printed", "name", "advertising"),
    [
        ("开云网页版登录双阳区太平镇人民政府", "双阳区太平镇人民政府", "开云网页版登录"),
        ("湖口县开云网页版流泗镇人民政府", "湖口县流泗镇人民政府", "开云网页版"),
        ("华体会主页北城街道办事处", "北城街道办事处", "华体会主页"),
        ("bob综合·太平镇人民政府", "太平镇人民政府", "bob综合·"),
        ("开云镇人民政府", "开云镇人民政府", ""),
        ("金沙县人民政府", "金沙县人民政府", ""),
        ("体育馆路街道办事处", "体育馆路街道办事处", ""),
        ("余杭区文化和广电旅游体育局", "余杭区文化和广电旅游体育局", ""),
    ],
)
def test_advertising_is_told_from_names(printed, name, advertising):
    assert drop_advertising(printed) == (name, advertising)


def test_no_name_of_a_division_is_advertising():
    names = load_divisions()["full_name"].to_list()
    assert [name for name in names if drop_advertising(name) != (name, "")] == []


def test_a_title_with_advertising_names_the_body_and_the_advertising():
    title = "某某娱乐平台·2025年泰山区大津口乡人民政府政府信息公开工作年度报告"
    assert title_body(title) == "泰山区大津口乡人民政府"
    assert "娱乐平台" in foreign_words(title)


@pytest.mark.parametrize(
    "text", ["ReportsWhoseEveryFigure." * 20, "ab1" * 190, "开云" * 290, "bob综合" * 100, "ab." * 190]
)
def test_no_length_of_letters_takes_long(text):
    # The pattern once tried every way to divide a run of letters: a sentence in English never ended.
    start = time.process_time()
    drop_advertising(text)
    assert time.process_time() - start < 5
