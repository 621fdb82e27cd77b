"""From names and clues to a body's place: what decides, what only supports, what contradicts."""

from __future__ import annotations

import pytest

from pipelines.gazetteer.codes import read_area_code, read_credit_code, read_domain, read_postcode
from pipelines.gazetteer.reading import read_name
from pipelines.parsing.reports import parse_texts

BODY = "\n一、总体情况\n2020年，本机关公开信息20条。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
TAIPING = "太平镇2020年政府信息公开工作年度报告"


def resolve(text: str, url: str | None = None, signature: str = "") -> dict[str, object]:
    parsed = parse_texts({0: text + BODY + signature}, None, {0: url} if url else None)
    return parsed.reports.row(0, named=True)


@pytest.mark.parametrize(
    ("name", "steps", "rest", "kind"),
    [
        ("吉林省长春市双阳区太平镇人民政府", ["吉林省", "长春市", "双阳区", "太平镇"], "人民政府", "government"),
        ("湖镇镇人民政府", ["湖镇镇"], "人民政府", "government"),
        ("天津市北辰区佳荣里街", ["天津市", "北辰区", "佳荣里街"], "", "government"),
        ("吉林市昌邑区", ["吉林市", "昌邑区"], "", "government"),
        ("乐山市市中区人民政府", ["乐山市", "市中区"], "人民政府", "government"),
        ("津市市新洲镇", ["津市市", "新洲镇"], "", "government"),
        ("南京市鼓楼区人民政府华侨路街道办事处", ["南京市", "鼓楼区", "华侨路街道"], "办事处", "government"),
        ("恩施州巴东县野三关镇", ["恩施州", "巴东县", "野三关镇"], "", "government"),
        ("上虞市盖北镇", ["上虞市", "盖北镇"], "", "government"),
        ("桐乡市乌镇", ["桐乡市", "乌镇"], "", "government"),
        ("长春市双阳区教育局", ["长春市", "双阳区"], "教育局", "department"),
        ("双阳区新立屯镇人民政府", ["双阳区"], "新立屯镇", "unknown_unit"),
        ("教育局", [], "教育局", "no_place"),
    ],
)
def test_a_printed_name_is_read_as_divisions(name, steps, rest, kind):
    reading = read_name(name)
    assert [step.words for step in reading.steps] == steps
    assert (reading.rest, reading.kind) == (rest, kind)


@pytest.mark.parametrize(
    ("above", "below", "url"),
    [
        ("长春市双阳区", "", None),
        ("双阳区", "", None),
        ("", "长春市双阳区太平镇人民政府\n2021年1月20日", None),
        ("", "", "http://www.shuangyang.gov.cn/zwgk/1.html"),
        ("", "", "http://xxgk.example.cn/11220112013577127T/nb.html"),
        ("", "联系电话：0431-84190000", None),
    ],
    ids=["parents in the title", "county in the title", "signature", "domain", "credit code", "area code"],
)
def test_what_tells_one_of_fifty(above, below, url):
    report = resolve(f"{above}{TAIPING}", url, below)
    assert (report["division_code"], report["resolution"]) == ("220112105", "name_and_parent")


def test_a_name_of_many_is_ambiguous_with_all_candidates():
    parsed = parse_texts({0: TAIPING + BODY})
    assert parsed.reports.row(0, named=True)["resolution"] == "ambiguous"
    assert parsed.body_candidates.height >= 50
    assert not parsed.body_candidates["is_chosen"].any()


@pytest.mark.parametrize(
    ("text", "signature", "url"),
    [
        (f"长春市双阳区{TAIPING}\n现将榆树市太平镇2020年政府信息公开工作报告如下。", "", None),
        (f"长春市双阳区{TAIPING}", "榆树市人民政府\n2021年1月20日", None),
        (f"长春市双阳区{TAIPING}", "", "http://www.yuyao.gov.cn/1.html"),
        ("大岚镇2020年政府信息公开工作年度报告\n联系电话：0431-84190000", "", None),
    ],
    ids=["copied preamble", "another signature", "hijacked domain", "area code of elsewhere"],
)
def test_evidence_that_contradicts_makes_the_body_ambiguous(text, signature, url):
    parsed = parse_texts({0: text + BODY + signature}, None, {0: url} if url else None)
    report = parsed.reports.row(0, named=True)
    assert (report["division_code"], report["resolution"]) == (None, "ambiguous")
    assert "contradicts" in parsed.body_evidence["effect"].to_list()
    assert "place_conflict" in [finding["rule_key"] for _, finding in parsed.findings]


def test_two_governments_in_one_name_are_no_body():
    report = resolve("太平镇人民政府、大岚镇人民政府2020年政府信息公开工作年度报告")
    assert (report["division_code"], report["resolution"]) == (None, "ambiguous")


def test_a_name_that_ended_counts_in_its_years_alone():
    """梅列区 became a part of 三元区 in 2021, 列东街道 with it."""
    report = resolve("梅列区列东街道2020年政府信息公开工作年度报告")
    assert (report["division_code"], report["printed_parent"]) == ("350404001", "梅列区")


def test_a_department_belongs_to_its_division():
    report = resolve("长春市双阳区教育局2020年政府信息公开工作年度报告")
    assert (report["division_code"], report["is_government"], report["unit_name"]) == ("220112", False, "教育局")
    elsewhere = resolve("教育局2020年政府信息公开工作年度报告", None, "长春市双阳区教育局\n2021年1月20日")
    assert (elsewhere["division_code"], elsewhere["is_government"]) == ("220112", False)


def test_codes_tell_places():
    assert read_credit_code("11220112013577127T") == {"220112"}
    assert read_credit_code("11220112013577127D") == frozenset()
    assert read_domain("http://zwgk.shuangyang.gov.cn/a") == ("zwgk.shuangyang.gov.cn", {"220112"})
    assert read_domain("http://shuangyang.bet.com/a")[1] == frozenset()
    assert read_area_code("0431") == {"2201"}
    assert "2201" in read_postcode("130600")
