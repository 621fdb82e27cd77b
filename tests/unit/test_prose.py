"""Figures in prose: what is meant, and the traps that are not."""

from __future__ import annotations

import pytest

from pipelines.parsing.prose import read_prose

MEANT = [
    ("全年共公开政府信息：10条。", {("total_disclosed", 10)}),
    ("2020年，柳河镇共主动公开政府信息4类46条。", {("total_disclosed", 46)}),
    ("通过政府网站公开信息4个方面共46条。", {("channel:website", 46)}),
    ("2021年，全镇一共公开信息85条，其中微信公众号公开69条，其他方式公开16条。",
     {("total_disclosed", 85), ("channel:wechat", 69), ("channel:other", 16)}),
    ("官微和官博“神奇大岚”发布信息量大幅度增加，分别公开政府信息162和128条。", {("channel:wechat", 162), ("channel:weibo", 128)}),
    ("通过政府网站发布信息1,204条。", {("channel:website", 1204)}),
    ("全年主动公开政府信息30余条。", {("total_disclosed", 30)}),
    ("2021年度我镇无依申请公开事项。", {("applications_received", 0)}),
    ("本年度未收到政府信息公开申请。", {("applications_received", 0)}),
    ("2020年共收到政府信息公开申请3件，已答复3件。", {("applications_received", 3), ("applications_answered", 3)}),
    ("全年共公开政府信息200条，其中政策文件50条，其中规范性文件3条，工作动态150条。",
     {("total_disclosed", 200), ("category:政策文件", 50), ("category:规范性文件", 3), ("category:工作动态", 150)}),
    ("我镇主动公开政府信息36条；其中领导信息5条，财政信息31条。",
     {("total_disclosed", 36), ("category:领导信息", 5), ("category:财政信息", 31)}),
    ("通过网站公开政府信息共81条。其中，通知公告9条，建议提案2条。",
     {("channel:website", 81), ("category:通知公告", 9), ("category:建议提案", 2)}),
    ("今年以来，我镇共公开政府信息105条（其中网站60条、微信45条）。",
     {("total_disclosed", 105), ("channel:website", 60), ("channel:wechat", 45)}),
    ("网站、微信公众号分别发布信息约1.2万条和3000余条。", {("channel:website", 12000), ("channel:wechat", 3000)}),
    ("组织机构、政策文件、财政信息分别公开12、30和5条。",
     {("category:组织机构", 12), ("category:政策文件", 30), ("category:财政信息", 5)}),
    ("抖音号发布短视频30条，公示栏公开8条。", {("channel:video", 30), ("channel:bulletin_board", 8)}),
    ("在政府网站上共公开285条信息，在微信公众平台上公开116条信息。",
     {("channel:website", 285), ("channel:wechat", 116)}),
    ("网站、微信、微博共发布信息248条，其中网站（含转发）31条。", {("total_disclosed", 248), ("channel:website", 31)}),
    ("全年公开信息一百零五条，其中政策文件十二条。", {("total_disclosed", 105), ("category:政策文件", 12)}),
    ("全年共公开政府信息两千余条。", {("total_disclosed", 2000)}),
    ("公开政府信息3万余条。", {("total_disclosed", 30000)}),
    ("公开信息１２３条。", {("total_disclosed", 123)}),
    ("公开政府信息 85 条。", {("total_disclosed", 85)}),
    ("全年公开各类信息不少于300条。", {("total_disclosed", 300)}),
    ("公开信息逾百条。", {("total_disclosed", 100)}),
    ("累计公开政府信息3000条，其中本年新增120条。", {("cumulative_disclosed", 3000), ("total_disclosed", 120)}),
    ("截至目前累计公开政府信息3000条。", {("cumulative_disclosed", 3000)}),
    ("自条例实施以来，累计公开政府信息8000条。", {("cumulative_disclosed", 8000)}),
    ("全年累计公开政府信息120条。", {("total_disclosed", 120)}),
    ("本年度累计公开政府信息120条。", {("total_disclosed", 120)}),
    ("2020年累计公开政府信息120条。", {("total_disclosed", 120)}),
    ("截至2020年12月31日，我镇共公开政府信息203条。", {("total_disclosed", 203)}),
    ("2020年公开政府信息120条，比2019年增加20条。", {("total_disclosed", 120)}),
    ("2019年公开政府信息100条，2020年公开政府信息120条。", {("total_disclosed", 120)}),
    ("公开政府信息80条，同比增长20%，其中网站50条。", {("total_disclosed", 80), ("channel:website", 50)}),
    ("公开涉及疫情防控、社会救助、养老服务等方面信息423条。", {("total_disclosed", 423)}),
    ("年初以来，办事处主动公开信息数为286条。", {("total_disclosed", 286)}),
    ("全年公开财政信息3条。", {("category:财政信息", 3)}),
    ("全年收到0件信息公开申请。", {("applications_received", 0)}),
    ("收到政府信息公开申请5件，其中网上申请3件。", {("applications_received", 5)}),
    ("全年新收政府信息公开申请7件，上年度结转1件，结转下年度继续办理2件。",
     {("applications_received", 7), ("applications_carried_in", 1), ("applications_carried_out", 2)}),
    ("没有公民向我镇提出政府信息公开申请。", {("applications_received", 0)}),
    ("上年度结转政府信息公开申请0件。", {("applications_carried_in", 0)}),
    ("结转下年度继续办理政府信息公开申请0件。", {("applications_carried_out", 0)}),
    ("全年答复政府信息公开申请0件。", {("applications_answered", 0)}),
    ("未收到群众要求公开政府信息的申请，也没有行政复议、行政诉讼案件。",
     {("applications_received", 0), ("reviews_received", 0), ("lawsuits_received", 0)}),
    ("没有发生因政府信息公开申请行政复议、提起行政诉讼的情况。", {("reviews_received", 0), ("lawsuits_received", 0)}),
    ("因政府信息公开被申请行政复议2件，提起行政诉讼1件。", {("reviews_received", 2), ("lawsuits_received", 1)}),
    ("因政府信息公开引起的行政复议、行政诉讼均为0件。", {("reviews_received", 0), ("lawsuits_received", 0)}),
    ("行政事业性收费1.2万元。", {("fee_amount", 12000)}),
    ("依申请公开政府信息收取信息处理费200元。", {("application_fee_amount", 200)}),
    ("政府集中采购项目4个，采购总金额56580元。", {("procurement_projects", 4), ("procurement_amount", 56580)}),
    ("政府采购项目3个，金额为12万元。", {("procurement_projects", 3), ("procurement_amount", 120000)}),
    ("全年制发规范性文件3件。", {("normative_documents_issued", 3)}),
    ("本年度未制发行政规范性文件。", {("normative_documents_issued", 0)}),
    ("2021年制发行政规范性文件2件，废止规范性文件1件，现行有效行政规范性文件5件。",
     {("normative_documents_issued", 2), ("normative_documents_repealed", 1), ("normative_documents_in_force", 5)}),
    ("截至目前，本级现行有效的规范性文件0件。", {("normative_documents_in_force", 0)}),
    ("全年作出行政许可决定195件，行政处罚决定117件。", {("permit_decisions", 195), ("penalty_decisions", 117)}),
    ("本年度办理行政许可12件，实施行政处罚3起，实施行政强制措施1件。",
     {("permit_decisions", 12), ("penalty_decisions", 3), ("compulsory_decisions", 1)}),
    ("上年度结转2件，共计受理政府信息公开申请15件，其中本年新收13件，上年结转2件。", {("applications_carried_in", 2)}),
    ("新收政府信息公开申请6件，上年度结转2件，共计办理信息公开申请8件，结转下年度1件。",
     {("applications_received", 6), ("applications_carried_in", 2), ("applications_carried_out", 1)}),
    ("共处理政府信息公开申请15件，其中上年结转2件，结转下年度继续办理1件。",
     {("applications_carried_in", 2), ("applications_carried_out", 1)}),
    ("不予公开答复3件，信息公开申请已答复5件。", {("applications_answered", 5)}),
    ("收到依申请公开15件（含上年结转2件）。", {("applications_carried_in", 2)}),
    ("我镇收到公民、法人和其他组织政府信息公开申请5件。", {("applications_received", 5)}),
    ("全县各级行政机关共收到政府信息公开申请130件，其中县政府本级收到信息公开申请13件。",
     {("applications_received", 13)}),
    ("按照各级要求，全年收到政府信息公开申请3件。", {("applications_received", 3)}),
    ("我单位收到政府信息公开申请10件，答复信息公开申请12件（含上年结转2件）。",
     {("applications_received", 10), ("applications_answered", 12), ("applications_carried_in", 2)}),
    ("涉及政府信息公开的行政复议5件、行政诉讼3件，其中复议后提起行政诉讼1件。",
     {("reviews_received", 5), ("lawsuits_received", 3)}),
    ("办理行政复议案件35件，其中涉及政府信息公开的行政复议1件。", {("reviews_received", 1)}),
    ("政府采购项目8个，其中政府集中采购项目3个。", {("procurement_projects", 3)}),
    ("政府采购项目8个，采购总金额90万元，其中政府集中采购项目3个，集中采购总金额40万元。",
     {("procurement_projects", 3), ("procurement_amount", 400000)}),
    ("作出行政许可决定195件，公示行政许可决定100件。", {("permit_decisions", 195)}),
    ("制发规范性文件3件，其中以镇政府名义制发规范性文件2件。", {("normative_documents_issued", 3)}),
    ("2020年，我鎮通過政府網站公開信息73條。", {("channel:website", 73)}),
]  # fmt: skip
TRAPS = [
    "公示行政许可决定12件。",
    "全年归集公示行政处罚决定信息12条。",
    "作出行政许可、行政处罚决定共12件。",
    "截至2019年底现行有效规范性文件3件。",
    "上年度作出行政处罚决定5件。",
    "行政许可事项清单共有12项。",
    "办理行政许可事项12项。",
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
    "第二十条、第十九条规定应当公开的信息。",
    "按照稳经济二十条措施公开信息。",
    "1.公开信息及时。2.发布三级信息，两个渠道，一站式服务。",
    "一是深化“五公开”，二是落实“四公开”，12个村发布信息。",
    "白云村公开信息30条。",
    "白云村积极行动，公开信息12条。",
    "全镇12个村公开信息300条。",
    "通过村务公开栏公开信息140条。",
    "财政所公开信息12条。",
    "公开网民留言30条。",
    "转发信息120条，制作公开展板12块，发放宣传资料3000份。",
    "公开信息20-30条。",
    "公开信息三四十条。",
    "公开信息数百条。",
    "每月公开信息不少于5条。",
    "第三季度公开信息12条。",
    "2019年，全镇共公开政府信息100条。",
    "去年同期公开信息80条。",
    "下一年，将公开信息200条。",
    "累计公开政府信息500条。",
    "截至2020年12月31日，累计公开政府信息500条。",
    "自开通以来，微信公众号累计发布信息5000条。",
    "办理建议提案15条，其中人大建议12条，政协提案3条，均已公开。",
    "“太平发布”共发布信息12条。",
    "通过政务公开栏等渠道发布各类信息100余条。",
    "1.官方微信公开情况。全年推送1039条信息。",
    "共制作政府信息3021条，其中主动公开信息1027条。",
    "更新政府信息23条，其中领导信息14条。",
    "通过网站公开社会服务管理信息16条。",
    "全年召开公开工作会议5次，培训120人次。",
    "2019年收到政府信息公开申请5件。",
    "未收到行政许可申请，信息公开。",
    "无正当理由大量反复申请公开。",
    "对无法提供的信息公开申请说明理由。",
    "予以公开3件，无法提供4件，继续办理信息公开申请事项。",
    "全年受理行政复议2件。",
    "集中采购金额808。",
    "公开信息，行政事业性收费12。",
    "在20个工作日内答复信息公开申请。",
    "收到自然人提出的政府信息公开申请12件，法人及其他组织信息公开申请1件。",
    "收到自然人政府信息公开申请12件，未收到法人政府信息公开申请。",
    "通过网络收到政府信息公开申请5件，通过信函收到政府信息公开申请8件。",
    "当面答复政府信息公开申请3件，书面答复政府信息公开申请11件。",
    "以镇政府名义制发规范性文件2件，以党政办名义制发规范性文件1件。",
    "以党政办名义制发规范性文件1件。",
    "全区各级行政机关共收到政府信息公开申请130件，其中区政府本级收到13件。",
    "全市各部门、各乡镇受理信息公开申请130件。",
    "办结上年结转的政府信息公开申请0件，办结本年新收政府信息公开申请6件，另有1件正在办理。",
    "推进政务公开。全年办理行政复议案件35件，行政诉讼案件12件。",
    "新收行政复议申请5件，行政诉讼3件，均未因政府信息公开引起。",
    "新收行政复议申请5件，其中政府信息公开类1件。",
    "加强政府信息公开，全年办理行政复议案件35件。",
    "深入推进政务公开，共有行政复议案件35件，行政诉讼案件12件。",
    "我县各级行政机关共收到政府信息公开申请130件。",
    "市本级及各县区共收到政府信息公开申请130件。",
    "分散采购项目5个。",
    "公开行政许可决定1234件，行政处罚决定23件。",
    "办理行政许可事项1234件。",
    "办结行政许可办件1234件。",
]


@pytest.mark.parametrize(("text", "expected"), MEANT)
def test_a_figure_that_is_meant(text, expected):
    assert {
        (count.quantity, count.value) for count in read_prose([(7, text)], 2020 if "2021" not in text else 2021)
    } == expected


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_gives_no_figure(text):
    assert read_prose([(1, text)], 2020) == []


def test_a_figure_carries_its_quote_line_and_whether_it_is_approximate():
    (count,) = read_prose([(7, "  工作有序。全年主动公开政府信息近30余条。")])
    assert (count.quote, count.line_start, count.is_approximate) == ("全年主动公开政府信息近30余条", 7, True)


def test_a_sentence_broken_over_lines_is_one_with_the_lines_it_spans():
    lines = [
        (3, "　　2020年，全镇深化政务公开，围绕群众关心的事项，共主动公开"),
        (4, "政府信息85条，其中政策文件12条，财政信息3条，其余为工作动态等各"),
        (5, "类信息。全年未收到政府信息公开申请。"),
        (6, "　　公开信息及时。"),
    ]
    found = {c.quantity: (c.value, c.line_start, c.line_end) for c in read_prose(lines, 2020)}
    assert found["total_disclosed"] == (85, 3, 5)
    assert found["applications_received"] == (0, 5, 5)


def test_numbered_lines_are_no_broken_sentence():
    lines = [(1, "1.公开政府信息工作稳步推进，制度逐步完善健全，队伍稳定"), (2, "2.政府网站公开信息12条")]
    (count,) = read_prose(lines)
    assert (count.quantity, count.line_start, count.line_end) == ("channel:website", 2, 2)


def test_the_same_figure_stated_twice_is_kept_where_it_stands_first():
    counts = read_prose([(1, "全年共公开政府信息30条。"), (9, "全镇共公开政府信息30条。")])
    assert [(c.quantity, c.line_start) for c in counts] == [("total_disclosed", 1)]


def test_two_clear_figures_that_differ_are_both_kept():
    counts = read_prose([(1, "全年共公开政府信息30条。"), (9, "全镇共公开政府信息31条。")])
    assert [c.value for c in counts] == [30, 31]


def test_a_long_sentence_is_quoted_round_its_figure():
    text = "坚持以公开为常态，" * 40 + "全年共公开政府信息30条，" + "不断改进，" * 40
    (count,) = read_prose([(1, text)])
    assert len(count.quote) <= 200
    assert "公开政府信息30条" in count.quote


@pytest.mark.parametrize("word", ["约", "近", "大约", "超过", "逾", "不少于"])
def test_words_that_make_a_figure_approximate(word):
    (count,) = read_prose([(1, f"公开政府信息{word}30条。")])
    assert (count.value, count.is_approximate) == (30, True)
