"""A layout that is not read, each figure behind the name of its column: nothing is claimed of it, and nothing is lost."""

from __future__ import annotations

import pytest

from pipelines.parsing.reports import parse_texts

ROWS = ("规章", "规范性文件")
COLUMNS = ("本年新制作数量", "本年新公开数量", "对外公开总数量")
APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
RESULTS = ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "四、结转下年度继续办理")


def print_pairs(label: str, columns: tuple[str, ...], style: str) -> list[str]:
    if style == "one line":
        return [label + " " + " ".join(f"{column} {i}" for i, column in enumerate(columns, 3))]
    return [label, *(f"{column}：{i}" for i, column in enumerate(columns, 3))]


@pytest.mark.parametrize("style", ["one line", "a line each"])
def test_pairs_of_column_and_figure(style):
    lines = ["青石镇人民政府2020年政府信息公开工作年度报告", "二、主动公开政府信息情况"]
    for label in ROWS:
        lines += print_pairs(label, COLUMNS, style)
    lines.append("三、收到和处理政府信息公开申请情况")
    for label in RESULTS:
        lines += print_pairs(label, APPLICANTS, style)
    lines.append("四、政府信息公开行政复议、行政诉讼情况")
    parsed = parse_texts({0: "\n".join(lines)})
    assert set(parsed.cells["value_state"]) <= {"ambiguous", "absent"}
    n_printed = len(ROWS) * len(COLUMNS) + len(RESULTS) * len(APPLICANTS)
    counts = parsed.reports.select("n_table_numbers", "n_cell_numbers", "n_finding_numbers").row(0)
    assert counts == (n_printed, 0, n_printed)
