"""Titles, bodies, years and dates in the patterns that occur."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.parsing.headers import read_header
from pipelines.parsing.identity import identify
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
        (["《青石镇人民政府2020年政府信息公开工作年度报告》"], "青石镇人民政府", 2020, (1, 1)),
        (["关于青石镇2020年度政府信息公开工作的报告"], "青石镇", 2020, (1, 1)),
        (["青石镇2019年度政务公开工作报告"], "青石镇", 2019, (1, 1)),
        (["青石镇政府信息公开年报（2020年）"], "青石镇", 2020, (1, 1)),
        (["2021年城北街道办事处信息公开年报"], "城北街道办事处", 2021, (1, 1)),
        (["青石镇政府2016年信息公开工作年度报告"], "青石镇政府", 2016, (1, 1)),
        (["2016年临江市南山区东浦镇政府信息公开", "年报"], "临江市南山区东浦镇", 2016, (1, 2)),
        (["首页 > 政务公开 > 青石镇", "青石镇2020年政府信息公开工作年度报告"], "青石镇", 2020, (2, 2)),
        (["政府信息公开年报", "青石镇2020年政府信息公开工作年度报告"], "青石镇", 2020, (2, 2)),
        (["青石镇2020政府信息公开工作年度报告"], "青石镇", 2020, (1, 1)),
        (["标题：青石镇2020年政府信息公开年度报告"], "青石镇", 2020, (1, 1)),
        (["青石镇2020年政府信息公开工作年度报告-南山区人民政府"], "青石镇", 2020, (1, 1)),
        (["# 青石镇2020年政府信息公开工作年度报告"], "青石镇", 2020, (1, 1)),
        (["青石镇 2 0 2 0 年政府信息公开工作年度报告"], "青石镇", 2020, (1, 1)),
        (["青石镇人民政府２０２０年政府信息公开工作年度报告"], "青石镇人民政府", 2020, (1, 1)),
        (["二0一七年青石镇政府信息公开工作年度报告"], "青石镇", 2017, (1, 1)),
        (["青石镇2020年度政府信息公开工作总结报告"], "青石镇", 2020, (1, 1)),
        (["青石镇2020年政府信息公开工作年度报告（图文版）"], "青石镇", 2020, (1, 1)),
        (["青石镇2020年政府信息公开工作年度报告一、总体情况"], "青石镇", 2020, (1, 1)),
        (["青石镇人民政府", "2020年政府信息公开工作年度报告", "（2021年1月）"], "青石镇人民政府", 2020, (1, 2)),
        (["余江市2020年政府信息公开工作年度报告"], "余江市", 2020, (1, 1)),
        (["景德镇市昌江区2020年政府信息公开工作年度报告"], "景德镇市昌江区", 2020, (1, 1)),
        (["青石镇党政办公室2020年政府信息公开工作年度报告"], "青石镇党政办公室", 2020, (1, 1)),
        (["關於青石鎮2020年度政府信息公開工作的報告"], "青石镇", 2020, (1, 1)),
        (["青石鎮(zhèn)2020年政府信息公開工作年度報(bào)告"], "青石镇", 2020, (1, 1)),
        (
            [
                "关于2021年度政府信息公开工作的年度报告",
                "南山县青石镇人民政府",
                "关于2021年度政府信息公开工作的年度报告",
            ],
            "南山县青石镇人民政府",
            2021,
            (2, 3),
        ),
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


def test_a_title_printed_twice_on_one_line_is_one():
    title = "青石镇人民政府2020年政府信息公开工作年度报告"
    assert header_of(title + title).title == title


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("青石镇开云网页版政府信息公开工作年度报告（2020年）", "青石镇"),
        ("某娱乐@青石镇人民政府2020年政府信息公开工作年度报告", "青石镇人民政府"),
        ("abc体育_abc官网：青石镇人民政府2020年政府信息公开工作年度报告", "青石镇人民政府"),
    ],
)
def test_foreign_words_in_a_title_are_a_finding_and_no_part_of_the_name(title, body):
    header = header_of(title)
    assert (header.body_name, [f["rule_key"] for f in header.findings]) == (body, ["title_suspect"])


@pytest.mark.parametrize(
    "line", ["政府信息公开年报", "首页 > 政府信息公开年报", "现将有关情况报告如下。", "政府政务公开年报"]
)
def test_no_title(line):
    assert header_of(line).title is None


def test_the_title_of_a_record_stands_in_for_a_missing_one():
    header = read_header([], [(1, "2020年，我镇认真公开。")], source_title="青石镇2020年政府信息公开工作年度报告")
    assert (header.title, header.body_name, header.title_line_start) == (
        "青石镇2020年政府信息公开工作年度报告",
        "青石镇",
        None,
    )
    assert read_header([], [(1, "我镇。")], source_title="招聘公告").title is None


@pytest.mark.parametrize(
    "text",
    [
        "统计期限自2020年1月1日起至2020年12月31日止。",
        "统计期限自2020年1月1日起，至12月31日止。",
        "统计期限为2020年1月1日至12月31日。",
        "统计期限：2020年1月1日-12月31日。",
        "统计期限为2020年1月1日----2020年12月31日。",
        "统计期限自202011日起至20201231日止。",
        "统计期限从2020年1月1日至12月31止。",
        "统计期限自２０２０年１月１日起至２０２０年１２月３１日止。",
    ],
)
def test_a_statistic_period(text):
    header = header_of("政府信息公开工作年度报告", body=(text,))
    assert (header.period_start, header.period_end) == (dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert (header.report_year, header.report_year_basis) == (2020, "period")


def test_a_period_of_some_months_is_none():
    assert header_of("", body=("自2020年1月1日至2020年3月31日。",)).period_end is None


@pytest.mark.parametrize(
    ("above", "below", "date", "basis"),
    [
        ("发布日期：2021-01-22 来源：青石镇", (), dt.date(2021, 1, 22), "header"),
        ("发布时间:2021-01-22 10:00", (), dt.date(2021, 1, 22), "header"),
        ("成文日期 | 2021年1月20日", (), dt.date(2021, 1, 20), "header"),
        ("成文日期：2021-01-20 发布日期：2021-01-22", (), dt.date(2021, 1, 22), "header"),
        ("2022年01月18日来源:1", (), dt.date(2022, 1, 18), "header"),
        ("（2021年1月12日）", (), dt.date(2021, 1, 12), "header"),
        ("", ("青石镇人民政府", "二〇二一年一月二十日"), dt.date(2021, 1, 20), "signature"),
        ("", ("青石镇人民政府 2021年1月22日",), dt.date(2021, 1, 22), "signature"),
        ("", ("2021.1.22",), dt.date(2021, 1, 22), "signature"),
        ("", ("2021-01-22",), dt.date(2021, 1, 22), "signature"),
        ("发布日期：2021-02-30", (), None, None),
    ],
)
def test_a_publication_date(above, below, date, basis):
    header = header_of("青石镇人民政府2020年政府信息公开工作年度报告", above, body=("无。", *below))
    assert (header.published_on, header.published_on_basis) == (date, basis)
    assert header.findings == []


def test_breadcrumbs_give_the_parents():
    title = "太平镇2020年政府信息公开工作年度报告"
    identity = identify(header_of("当前位置：首页 > 双阳区 > 太平镇 > 年报", title))
    assert (identity.unit_name, identity.printed_parent) == ("太平镇", "双阳区")
    other = identify(header_of("当前位置：首页 > 双阳区 > 白云乡 > 年报", title))
    assert other.printed_parent is None
    none = identify(header_of("首页 > 政务公开 > 信息公开专区 > 太平镇", title))
    assert none.printed_parent is None


@pytest.mark.parametrize(
    ("lines", "body", "basis"),
    [
        (["索引号：123 发布机构：双阳区太平镇人民政府"], "双阳区太平镇人民政府", "metadata"),
        (
            ["索引号 | 公开方式 | 发布机构 |", "1162/2009 | 主动公开 | 双阳区太平镇人民政府 |"],
            "双阳区太平镇人民政府",
            "metadata",
        ),
        (["首页 > 双阳区 > 太平镇 > 年报"], "太平镇", "metadata"),
        (["现公布南山县青石镇人民政府2020年政府信息公开工作年度报告。"], "南山县青石镇人民政府", "preamble"),
        (["本报告由青石镇人民政府党政办公室编制。"], "青石镇人民政府", "preamble"),
        (["现将我镇2020年政府信息公开工作报告如下。"], None, None),
        (["现将本镇2020年政府信息公开工作报告如下。", "全镇上下认真公开。全镇努力。"], None, None),
    ],
)
def test_the_body_without_a_title(lines, body, basis):
    header = header_of(*lines)
    assert (header.body_name, header.body_name_basis) == (body, basis)


def test_the_title_counts_before_the_publisher():
    header = header_of("发布机构：双阳区人民政府", "太平镇2020年政府信息公开工作年度报告")
    assert (header.body_name, header.findings) == ("太平镇", [])
