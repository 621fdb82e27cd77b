"""What a sentence says of applications, reviews, lawsuits, fees and procurement.

Belongs here: figures whose own words say what they count, and sentences that say there were none. Documents issued
and decisions taken are read in `prose_actions`, information disclosed in `prose_disclosure`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.parsing.numerals import figure_of
from pipelines.parsing.prose_actions import read_actions
from pipelines.parsing.prose_figures import COUNTED, Found, denials, matches

_CASES = figure_of(r"件次|件|条|份|宗|起|例|项|个|次|人次")
_GAP = r"[^，。；：]"
_REQUEST = (
    r"(?:信息公开(?:的)?(?:书面|网上|网络)?申请|依申请公开|公开申请|申请公开|公开[^，。；：]{0,10}的申请|信息的?申请)"
)
_REQUEST_BEHIND = rf"(?:申请)?(?:信息|政府信息|事项|请求|件|表|申请|办理)*{COUNTED}"
_RECEIVED = re.compile(
    rf"(?:收到|受理|接到|接收|接受|新收|收取)(?:了)?{_GAP}{{0,36}}?{_REQUEST}{_REQUEST_BEHIND}{_CASES}"
)
_RECEIVED_BEFORE = re.compile(
    rf"(?:收到|受理|接到|接收|接受|新收)(?:了)?(?:公民|群众|社会|各类|共|来自){{0,3}}{_CASES}[^，。；：\d]{{0,16}}?{_REQUEST}"
)
_NOUGHT = re.compile(
    r"(?:依申请公开(?:政府信息|信息|事项)?|信息公开申请(?:数量?)?)(?:共|为|：|均为|数)*(?P<number>0|零)(?:件|条|份|宗|项|次|起|例|申请)"
)
# 上年结转政府信息公开申请0件 denies what was carried over, not what was received.
_NOT_RECEIVED = re.compile(r"其中|(?:结转|答复|办结|回复)[^，。；：]*$")
_ANSWERED = re.compile(
    rf"(?<!继续)(?<!予)(?:已?答复|已?办结|已?办理|已?回复|已?处理|已?完成)(?:完毕|了|的)?(?:政府信息公开申请|信息公开申请|依申请公开申请|依申请公开|公开申请|申请)?"
    rf"(?:信息|事项|件|情况)?{COUNTED}{_CASES}"
)
_CARRIED_IN = re.compile(
    rf"(?:上年度?|上一年度?|去年)结转(?:的)?(?:政府信息公开|信息公开|依申请公开)?(?:申请)?{COUNTED}{_CASES}"
)
_CARRIED_OUT = re.compile(
    rf"结转(?:至|到)?(?:下一?年度?|次年度?|明年)(?:继续|度|的|办理|处理|政府信息公开|信息公开|申请)*{COUNTED}{_CASES}"
)
_OTHER_REQUESTS = re.compile(
    r"行政许可|救助|低保|残疾|补贴|建房|宅基地|证明|建议|提案|热线|信访|投诉|诉求|留言|咨询|信箱|工单|入党|舆情"
)
_DENIED = (
    r"(?:(?:未|没有|没|尚未|未曾|从未|暂未)(?:有)?(?:收到|接到|接收到|接收|受理|收|发生|出现|产生|涉及|办理)(?:过)?(?:和|或|、)?(?:处理|受理|办理)?"
    r"|没有|未有|暂无|(?<!有)无(?![论法偿正须需故效关权]))"
)
_DENIED_GAP = r"(?:(?!因|由于|费|复议|诉讼|不予|超期|逾期|重复|不当|错误|未|按时|及时)[^，。；：]){0,36}?"
_NONE_RECEIVED = re.compile(
    rf"{_DENIED}{_DENIED_GAP}(?:{_REQUEST}|公开政府信息)(?:申请|信息|政府信息|请求|要求|公开)*"
    r"(?:的|件|案件|事项|情况|情形|需求|业务|表|信函|办件|受理|办理|请求|要求|等|现象|案例)*(?=[，。；：、和及与或也]|$)"
)
_NOT_ONLY_RECEIVED = re.compile(r"^(?:而|引|被|后|过程|工作|中|不|答复|收费)")
_DISPUTE_DENIED = re.compile(
    rf"(?:{_DENIED}|未(?:被)?(?=被?申请|被?提起|引|因)|零)(?:(?!。|；|，(?:但|其中|共|收到|受理)).){{0,70}}?(?:复议|诉讼)"
    r"[^，。；：\d]{0,30}"
)
_REVIEWS = re.compile(
    rf"(?<![、和及与或/])(?:行政复议|申请复议|被复议)(?:案件|申请|案|事项)?{COUNTED}(?:发生)?{_CASES}"
)
_LAWSUITS = re.compile(rf"(?<![、和及与或/])(?:行政诉讼|提起诉讼|被诉讼)(?:案件|案|事项)?{COUNTED}(?:发生)?{_CASES}")
_BOTH_NOUGHT = re.compile(
    r"复议(?:案件)?[、和及与或/，]?(?:提起)?(?:行政)?诉讼(?:案件|数量|数|案)?(?:均|都|各|共)?为?(?P<number>0|零)(?:件|起|例|宗|次)"
)
_MONEY = figure_of(r"元|圆")
_FEES = re.compile(rf"行政事业性收费(?:项目)?(?:收入|总?金额|总额|资金)?[^，。；\d]{{0,6}}?{_MONEY}")
_REQUEST_FEES = re.compile(rf"(?:收取|收费|费用)[^，。；\d]{{0,12}}?{_MONEY}")
_NO_REQUEST_FEES = re.compile(
    r"(?:未|没有|没|不存在)[^，。；]{0,40}?(?:收取[^，。；]{0,24}?费用|收取[^，。；]{0,10}?费|收费)(?![^，。；]{0,6}(?:标准|项目|减免申请))"
)
_PROJECTS = re.compile(
    rf"(?:政府集中采购|政府采购|集中采购|采购)(?:项目|事项|活动)?{COUNTED}{figure_of(r'个|项|次|件|宗|批次|批|笔')}(?!信息|公告|公示)"
)
_PURCHASED = re.compile(
    rf"采购[^。；]{{0,24}}?(?:总?金额|总额|资金|采购额|支出)(?:共计|共|合计|总计|为|是|达|约为|：|人民币)*{_MONEY}"
)
_PARTIAL = re.compile(r"季度|上半年|下半年|\d{1,2}月份|各村|社区|要求各|每月|每周|每季")


def read_activities(text: str, before: str, report_year: int | None) -> Iterator[Found]:
    """Read one sentence, given with the words of its paragraph before it, which may name its subject."""
    if _PARTIAL.search(text):
        return
    if "申请" in text or "公开" in text:
        yield from _read_applications(text, report_year)
    if "复议" in text or "诉讼" in text:
        yield from _read_disputes(text, before, report_year)
    if "费" in text:
        yield from _read_fees(text, before, report_year)
    if "采购" in text:
        yield from _read_procurement(text, report_year)
    yield from read_actions(text, report_year)


def _read_applications(text: str, report_year: int | None) -> Iterator[Found]:
    received = list(matches(_RECEIVED, text, "applications_received", report_year, but_not=_OTHER_REQUESTS))
    received = received or list(
        matches(_RECEIVED_BEFORE, text, "applications_received", report_year, but_not=_OTHER_REQUESTS)
    )
    for found in received:
        words = text[found[3] : found[4]]
        if "复议" not in words and "诉讼" not in words and not text[max(0, found[3] - 3) : found[3]].endswith("其中"):
            yield found
            break
    else:
        match = _NONE_RECEIVED.search(text)
        behind = text[match.end() :] if match else ""
        if match and not _NOT_ONLY_RECEIVED.search(behind):
            yield from denials(_NONE_RECEIVED, text, ["applications_received"], report_year, ever=True)
        elif (match := _NOUGHT.search(text)) and not _NOT_RECEIVED.search(text[: match.start()]):
            yield from denials(_NOUGHT, text, ["applications_received"], report_year)
    if "申请" not in text or "公开" not in text:
        return
    if "许可" not in text:
        yield from matches(_ANSWERED, text, "applications_answered", report_year, but_not=_OTHER_REQUESTS)
    yield from matches(
        _CARRIED_IN, text, "applications_carried_in", report_year, but_not=_OTHER_REQUESTS, any_year=True
    )
    yield from matches(
        _CARRIED_OUT, text, "applications_carried_out", report_year, but_not=_OTHER_REQUESTS, any_year=True
    )


def _read_disputes(text: str, before: str, report_year: int | None) -> Iterator[Found]:
    if "公开" not in text and "公开" not in before:
        return
    yield from matches(_REVIEWS, text, "reviews_received", report_year, but_not=_OTHER_REQUESTS)
    yield from matches(_LAWSUITS, text, "lawsuits_received", report_year, but_not=_OTHER_REQUESTS)
    yield from denials(_BOTH_NOUGHT, text, ["reviews_received", "lawsuits_received"], report_year)
    denied = _DISPUTE_DENIED.search(text)
    if denied and not re.search(r"不予|败诉|纠正|维持|撤销|超期|逾期|\d", denied.group()):
        named = {"reviews_received": "复议", "lawsuits_received": "诉讼"}
        # 未发生行政复议，行政诉讼1件: the list that is denied ends at the comma.
        quantities = [quantity for quantity, word in named.items() if word in denied.group()]
        yield from denials(_DISPUTE_DENIED, text, quantities, report_year, ever=True)


def _read_fees(text: str, before: str, report_year: int | None) -> Iterator[Found]:
    yield from matches(_FEES, text, "fee_amount", report_year, but_not=_OTHER_REQUESTS)
    text = re.sub(r"[^，；。]*行政事业性[^，；。]*", lambda match: "　" * len(match.group()), text)
    if "公开" not in text + before or "标准" in text:
        return
    yield from matches(_REQUEST_FEES, text, "application_fee_amount", report_year, but_not=_OTHER_REQUESTS)
    yield from denials(_NO_REQUEST_FEES, text, ["application_fee_amount"], report_year)


def _read_procurement(text: str, report_year: int | None) -> Iterator[Found]:
    if re.search(r"预算|计划|拟|公告|公示|信息", text):
        return
    yield from matches(_PROJECTS, text, "procurement_projects", report_year, but_not=_OTHER_REQUESTS)
    yield from matches(_PURCHASED, text, "procurement_amount", report_year, but_not=_OTHER_REQUESTS)
