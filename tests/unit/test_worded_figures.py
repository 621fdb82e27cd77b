"""Figures in the words of a table's section: said where the table gave none, and prose is no table."""

from __future__ import annotations

import pytest

from pipelines.parsing.reports import parse_texts

HEAD = "青石镇人民政府2018年政府信息公开工作年度报告\n一、总体情况\n2018年主动公开信息44条。\n"
TAIL = "\n五、存在的主要问题及改进情况\n人手不足。\n六、其他需要报告的事项\n无。"


def _findings(middle: str) -> dict[str, dict[str, object]]:
    parsed = parse_texts({0: HEAD + middle + TAIL})
    assert parsed.cells.is_empty()
    assert parsed.reports["form_version"].to_list() == ["none"]
    return {finding["rule_key"]: finding for _, finding in parsed.findings}


@pytest.mark.parametrize(
    ("middle", "numbers", "lines"),
    [
        (
            "二、主动公开政府信息情况\n规章：本年新制作0件，本年新公开0件。\n行政许可：处理决定13件。",
            "0, 0, 13",
            (5, 6),
        ),
        (
            "三、收到和处理政府信息公开申请情况\n收到申请5件，予以公开3件，部分公开2件。20个工作日内答复。",
            "5, 3, 2",
            (5, 5),
        ),
        # 、 behind a figure with a word before it ends no numbering: all five of the line count.
        (
            "四、政府信息公开行政复议、行政诉讼情况\n行政复议｛结果维持1、结果纠正0、其他结果0、尚未审结2、总计3｝",
            "1, 0, 0, 2, 3",
            (5, 5),
        ),
    ],
)
def test_figures_in_the_words_of_a_section_without_its_table_are_said(middle, numbers, lines):
    finding = _findings(middle)["figures_in_words"]
    assert finding["actual"] == numbers
    assert (finding["line_start"], finding["line_end"]) == lines


@pytest.mark.parametrize(
    "middle",
    [
        "二、主动公开政府信息情况\n依据条例第20条第1项，2018年3月5日起规范行政许可、行政处罚。",
        "四、政府信息公开行政复议、行政诉讼情况\n行政复议0件，行政诉讼0件。",
        "二、主动公开政府信息情况\n行政许可第1,5项，行政处罚第2,7项。",
        "二、主动公开政府信息情况\n1、行政许可情况良好。\n2、行政处罚情况良好。",
    ],
)
def test_sentences_that_count_nothing_of_two_rows_say_nothing(middle):
    assert "figures_in_words" not in _findings(middle)


def test_a_sentence_that_counts_before_a_table_is_no_row_of_it():
    table = "| 信息内容 | 采购项目数量 | 采购总金额 |\n| 政府集中采购 | 4 | 56580 |\n"
    head = "二、主动公开政府信息情况\n全年政府集中采购项目5个。\n"
    parsed = parse_texts({0: HEAD.replace("2018", "2019") + head + table + TAIL})
    found = {
        row["column_key"]: row["value"] for row in parsed.cells.iter_rows(named=True) if row["row_key"] == "procurement"
    }
    assert found == {"project_count": 4, "amount": 56580}
    assert ("procurement_projects", 5) in parsed.prose_counts.select("quantity", "value").rows()
