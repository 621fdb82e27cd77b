"""A heading with its text behind it on one line is a heading and prose."""

from __future__ import annotations

import pytest

from pipelines.parsing.reports import parse_texts

TEXT = (
    "大岚镇人民政府政府信息公开工作年度报告\n{}2022年大岚镇主动公开信息共计61条，其中网站50条、微信11条。\n"
    "二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
)


@pytest.mark.parametrize(
    "heading", ["一、总体情况\n", "一、总体情况。", "一、总体情况：", "(一)总体情况：", "（一）总体情况："]
)
def test_prose_behind_a_heading_on_its_line_is_read(heading):
    parsed = parse_texts({0: TEXT.format(heading)})
    assert parsed.prose_counts.select("quantity", "value").rows() == [
        ("total_disclosed", 61.0),
        ("channel:website", 50.0),
        ("channel:wechat", 11.0),
    ]
    report = parsed.reports.row(0, named=True)
    assert (report["report_year"], [section["section_key"] for section in report["sections"]][:1]) == (
        2022,
        ["overview"],
    )
