"""Titles, bodies, years and dates in the patterns that occur."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.parsing.headers import read_header
from pipelines.parsing.names import find_parent, is_same_body, split_parent, unit_name


def header_of(*lines: str, body: tuple[str, ...] = ()):
    """Prose lines as the parser gives them: numbered, without empty ones."""
    numbered = [(n, text) for n, text in enumerate([*lines, *body], start=1) if text]
    return read_header([t for t in numbered if t[0] <= len(lines)], [t for t in numbered if t[0] > len(lines)])


@pytest.mark.parametrize(
    ("lines", "body", "year", "place"),
    [
        (["大岚镇人民政府2020年政府信息公开工作年度报告"], "大岚镇人民政府", 2020, (1, 1)),
        (["2022年湖镇镇人民政府政府信息公开工作年度报告"], "湖镇镇人民政府", 2022, (1, 1)),
        (["太平镇人民政府信息公开工作年度报告（2021年度）"], "太平镇人民政府", 2021, (1, 1)),
        (["", "寒葱沟镇人民政府2021年政府", "", "信息公开工作年度报告"], "寒葱沟镇人民政府", 2021, (2, 4)),
        (["城东街道", "办事处2020年政府信息公开年度报告"], "城东街道办事处", 2020, (1, 2)),
        (["首页 > 政府信息公开", "青石镇人民政府2023年政府信息公开工作年度报告"], "青石镇人民政府", 2023, (2, 2)),
        (["某某县门户网站", "白云乡二〇二〇年政府信息公开工作年度报告"], "白云乡", 2020, (2, 2)),
        (["青石镇人民政府政府信息公开工作年度报告", "（2022年度）"], "青石镇人民政府", 2022, (1, 2)),
        (["关于青石镇2020年度政府信息公开工作情况的年度报告"], "青石镇", 2020, (1, 1)),
    ],
)
def test_a_title(lines, body, year, place):
    header = header_of(*lines)
    assert (header.body_name, header.report_year) == (body, year)
    assert (header.title_line_start, header.title_line_end) == place
    assert header.findings == []


def test_another_year_in_the_preamble_is_a_finding():
    header = header_of("青石镇人民政府2021年政府信息公开工作年度报告", "现将2020年度政府信息公开工作报告如下。")
    assert header.report_year == 2021
    (finding,) = header.findings
    assert (finding["rule_key"], finding["expected"], finding["actual"]) == ("year_conflict", 2021, 2020)


def test_another_body_in_the_signature_is_a_finding():
    header = header_of("青石镇人民政府2021年政府信息公开工作年度报告", body=("无。", "白云乡人民政府", "2022年1月20日"))
    assert header.published_on == dt.date(2022, 1, 20)
    assert [finding["rule_key"] for finding in header.findings] == ["body_conflict"]


def test_the_body_that_presents_the_report_in_the_preamble():
    header = header_of("2021年政府信息公开工作年度报告", "现将青石镇人民政府2021年政府信息公开工作报告如下。")
    assert (header.body_name, header.body_name_basis, header.body_name_line) == ("青石镇人民政府", "preamble", 2)
    other = header_of(
        "白云乡人民政府2021年政府信息公开工作年度报告", "现将青石镇人民政府2021年政府信息公开工作报告如下。"
    )
    assert other.body_name == "白云乡人民政府"
    assert [finding["rule_key"] for finding in other.findings] == ["body_conflict"]
    ours = header_of("2021年政府信息公开工作年度报告", "现将我镇2021年政府信息公开工作报告如下。")
    assert ours.body_name is None


def test_a_misprinted_signature_is_the_same_body():
    assert is_same_body("大岚镇人民政府", "大岚镇镇人民政府")
    assert not is_same_body("青石镇人民政府", "白云乡人民政府")


def test_two_names_in_the_prose_are_no_body():
    header = header_of("　", body=("青石镇积极公开。白云乡积极公开。青石镇认真。白云乡认真。2020年，我镇努力。",))
    assert header.body_name is None
    assert header.report_year == 2020


@pytest.mark.parametrize(
    ("name", "parent", "unit"),
    [
        ("长春市双阳区太平镇", "长春市双阳区", "太平镇"),
        ("吉林省长春市双阳区太平镇", "吉林省长春市双阳区", "太平镇"),
        ("大岚镇", None, "大岚镇"),
        ("余姚市", None, "余姚市"),
    ],
)
def test_a_name_with_its_parents(name, parent, unit):
    assert split_parent(name) == (parent, unit)


def test_the_parent_comes_from_the_text_only_where_one_is_named():
    one = ["按照区政府要求，长春市双阳区太平镇人民政府积极实施条例"]
    assert find_parent("太平镇人民政府", one) == ("长春市双阳区", "太平镇")
    assert find_parent("太平镇人民政府", [*one, "，长春市九台区太平镇人民政府"]) == (None, "太平镇")


def test_units_of_offices():
    assert [unit_name(n) for n in ("大岚镇人民政府", "城东街道办事处", "湖镇镇人民政府", "县财政局")] == [
        "大岚镇",
        "城东街道",
        "湖镇镇",
        "县财政局",
    ]
