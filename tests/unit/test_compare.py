"""The mapping that other tools are given, and the rules by which all are judged."""

from __future__ import annotations

import pytest

from benchmarks.compare.judging import judge_cell, judge_page, shares_of
from benchmarks.compare.mapping import map_tables, plain_label, read_figure
from benchmarks.compare.pages import GROUPS, draw_pages
from benchmarks.compare.running import sample_slips, wanted_packages
from benchmarks.compare.tool import flat_rows, markdown_tables, pandas_reader
from pipelines.settings import PROJECT_DIR

APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
SECOND = [
    ["第二十条第（一）项", "", "", ""],
    ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
    ["规章", "1", "", "3"],
    ["第二十条第（九）项", "", "", ""],
    ["信息内容", "采购项目数量", "", "采购总金额"],
    ["政府集中采购", "4", "", "30.53万元"],
]


def test_second_table_takes_figures_below_their_header():
    assert map_tables([SECOND]) == {
        ("t2", "regulation", "made"): 1,
        ("t2", "regulation", "total_disclosed"): 3,
        ("t2", "procurement", "project_count"): 4,
        ("t2", "procurement", "amount"): 30.53,
    }


def test_third_table_takes_the_last_seven_cells_behind_a_label():
    rows = [["", "", "", *APPLICANTS], ["（七）总计", "", "", "1", "2", "3", "4", "5", "6", "21"], ["2.重复申请", "8"]]
    found = map_tables([rows])
    assert {key[1] for key in found} == {"total_results"}
    assert [found["t3", "total_results", column] for column in ("natural_person", "org_other", "total")] == [1, 6, 21]


def test_fourth_table_takes_the_row_of_fifteen():
    heads = [
        ["行政复议", *[""] * 4, "行政诉讼", *[""] * 9],
        ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3,
    ]
    found = map_tables([[*heads, [str(n) for n in range(15)]]])
    assert len(found) == 15
    assert found["t4", "cases", "review_upheld"] == 0
    assert sorted(found.values()) == list(range(15))


def test_a_table_within_a_table_is_believed_first():
    outer = [[*row, "", ""] for row in SECOND]
    outer[2] = ["规章", "9", "9", "9", "", ""]
    found = map_tables([SECOND, outer])
    assert found["t2", "regulation", "made"] == 1
    assert ("t2", "regulation", "newly_disclosed") not in found


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("1,234", 1234),
        (" ５件", 5),
        ("减少7", -7),
        ("增加7", 7),
        ("－3", -3),
        ("+2", 2),
        ("零", 0),
        ("0.00万元", 0),
        ("", None),
        ("/", None),
        ("—", None),
        ("见附件", None),
    ],
)
def test_figures_are_read_in_all_their_spellings(text, figure):
    assert read_figure(text) == figure


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("1.属于国家秘密", "属于国家秘密"),
        ("（七）总计", "总计"),
        ("行政 許可", "行政许可"),
        ("本年收费金额〔单位:万元〕", "本年收费金额"),
    ],
)
def test_labels_lose_what_differs_between_pages(printed, plain):
    assert plain_label(printed) == plain


def test_markdown_tables_are_read_back_and_flat_lines_cut_into_rows():
    assert markdown_tables("words\n| a | b |\n| --- | --- |\n| 1 |  |\n\n| c | d |\n") == [
        [["a", "b"], ["1", ""]],
        [["c", "d"]],
    ]
    cells = ["规章", "1", "0", "", "规范性文件", "2", "", "", "结果维持", "总计", *"123456789012345"]
    assert flat_rows(cells) == [["规章", "1", "0"], ["规范性文件", "2", ""], ["结果维持", "总计"], [*"123456789012345"]]


def test_pandas_gives_its_headers_back_as_rows():
    page = "<table><tr><th>信息内容</th><th>采购项目数量</th></tr><tr><td>政府集中采购</td><td></td></tr></table>"
    assert pandas_reader()(page) == [[["信息内容", "采购项目数量"], ["政府集中采购", ""]]]
    assert pandas_reader()("<p>no table</p>") == []


@pytest.mark.parametrize(
    ("printed", "claimed", "outcome"),
    [
        (3.0, 3.0, "recovered"),
        (0.0, 0.0, "recovered"),
        (3.0, 0.0, "wrong"),
        (3.0, None, "missing"),
        (None, None, "left_empty"),
        (None, 0.0, "invented_zero"),
        (None, 2.0, "invented_figure"),
    ],
)
def test_a_cell_is_judged_by_what_is_printed(printed, claimed, outcome):
    assert judge_cell(printed, claimed) == outcome


def test_every_tool_is_judged_on_the_same_cells():
    pages = list(draw_pages(2))
    assert [group for group, _ in pages] == [group for group in GROUPS for _ in range(2)]
    for group, document in pages:
        truth = {
            key: cell.value
            for key, cell in document.truth.cells.items()
            if key not in document.lost and cell.state in ("number", "zero") and key[0] in ("t2", "t3", "t4")
        }
        right, none = judge_page(group, document, truth)
        assert not none
        assert right["recovered"] == right["figures"] == len(truth.keys() - document.uncertain)
        national = [key for key in document.truth.cells if key[0] in ("t2", "t3", "t4")]
        zeros, slips = judge_page(group, document, dict.fromkeys(national, 0.0))
        assert zeros["invented_zero"] == zeros["empty"]
        assert zeros["missing"] == 0
        assert {slip.outcome for slip in sample_slips(slips)} <= {"wrong", "invented_zero"}


def test_shares_never_round_an_error_away():
    counts = {"figures": 100_000, "recovered": 99_999, "wrong": 1, "empty": 10, "invented_zero": 2}
    assert shares_of(counts) == ["100,000", "100.00%", "<0.01%", "0", "10", "20.00%", "0"]


def test_the_other_tools_are_no_dependency_of_the_warehouse():
    lock = (PROJECT_DIR / "requirements.lock").read_text(encoding="utf-8")
    assert any(package.startswith("markitdown==") for package in wanted_packages())
    assert "markitdown" not in lock
