"""Figures in prose: what is meant, and the traps that are not."""

from __future__ import annotations

import pytest

from pipelines.parsing.prose import read_prose

MEANT = [
    ("全年共公开政府信息：10条。", {("total_disclosed", 10)}),
    ("2021年，全镇一共公开信息85条，其中微信公众号公开69条，其他方式公开16条。",
     {("total_disclosed", 85), ("channel:wechat", 69), ("channel:other", 16)}),
    ("官微和官博“神奇大岚”发布信息量大幅度增加，分别公开政府信息162和128条。", {("channel:wechat", 162), ("channel:weibo", 128)}),
    ("通过政府网站发布信息1,204条。", {("channel:website", 1204)}),
    ("全年主动公开政府信息30余条。", {("total_disclosed", 30)}),
    ("2021年度我镇无依申请公开事项。", {("applications_received", 0)}),
    ("本年度未收到政府信息公开申请。", {("applications_received", 0)}),
    ("2020年共收到政府信息公开申请3件，已答复3件。", {("applications_received", 3), ("applications_answered", 3)}),
]  # fmt: skip
TRAPS = [
    "按照国务院令第711号、第20条的要求公开信息。",
    "在20个工作日内公开政府信息。",
    "公开电话0431-84100000，邮编130600，发布信息。",
    "开设信息公开专栏5个，粉丝3000人，发布信息阅读量1万条。",
    "办理并公开人大建议12件、政协提案3件，热线投诉信息40条。",
    "公开率达到100%，同比增长12.5%。",
    "累计至2020年公开历年政府信息9999条。",
    "上年公开政府信息120条。",
    "通过网站、微信公开信息20条。",
    "网站、微信、微博分别公开政府信息10和20条。",
    "依法受理行政许可申请12件，信息公开及时。",
    "微信公众号“风情太平”1个，发布信息。",
]


@pytest.mark.parametrize(("text", "expected"), MEANT)
def test_a_figure_that_is_meant(text, expected):
    assert {(count.quantity, count.value) for count in read_prose([(7, text)])} == expected


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_gives_no_figure(text):
    assert read_prose([(1, text)]) == []


def test_a_figure_carries_its_quote_line_and_whether_it_is_approximate():
    (count,) = read_prose([(7, "  工作有序。全年主动公开政府信息近30余条。")])
    assert (count.quote, count.line_start, count.is_approximate) == ("全年主动公开政府信息近30余条", 7, True)
