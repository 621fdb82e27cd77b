"""What a sentence says of applications, reviews, lawsuits, fees and procurement.

Belongs here: figures whose own words say what they count, and sentences that say there were none. Documents issued
and decisions taken are read in `prose_actions`, information disclosed in `prose_disclosure`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.parsing.numerals import figure_of, read_value
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
# What came in by one way, or from one kind of applicant, is a part: 通过网络收到5件.
_WAYS = re.compile(
    r"(?P<网>网络|网上|网站|在线|平台|邮箱|电子邮件)|(?P<信>信函|邮寄|来信|快递|挂号)|(?P<面>当面|现场|窗口|来访|上门)"
    r"|(?P<书>书面|纸质)|(?P<传>传真)|(?P<话>电话)"
)
_APPLICANTS = re.compile(r"(?P<人>自然人|公民|个人)|(?P<法>法人|组织|企业|单位|机构)")
_OTHER_APPLICANTS = re.compile(
    rf"^[，；、（](?:(?!其中|均|都|全部|答复|办结|结转)[^，；。：]){{0,16}}?(?:自然人|公民|法人|组织|企业|网络|网上|信函|邮寄|当面|现场|传真|邮件)"
    rf"(?:(?!答复|办结|结转)[^，；。：]){{0,20}}?{_CASES}"
)
_SETTLES = re.compile(r"(?:办结|答复|回复|办理|处理|完成)(?:了)?(?:本年度?|今年|当年|年度|全年|上年度?)?(?:的)?$")
_WITH_CARRIED = re.compile(
    r"(?:其中|包括|包含|含|连同|加上|（)[^。；]{0,40}?(?:上|去|往|前)一?年度?[^，。；]{0,6}(?:结转|遗留|未办结)"
)
_NEW_AFTER = re.compile(r"新(?:收|增|受理|接收)|(?:本|今|当)年度?(?:收到|受理)")
_ONE_ANSWER = re.compile(
    r"(?:不予(?:公开|受理|处理)?|予以公开|部分公开|同意公开|无法提供|当面|口头|书面|电话|网上|网络|邮寄|信函|邮件)$"
)
# 办理8件 beside 结转1件 counts what was dealt with, finished or not.
_UNFINISHED = re.compile(r"结转|正在办理|尚在|未办结|在办|办理中|未到期")
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
# 复议、诉讼3件 share their figure; 复议5件、诉讼3件 have one each.
_NOT_IN_LIST = r"(?<![^件起例宗次个][、和及与或/])"
_ABOUT_DISCLOSURE = re.compile(r"信息公开|政务公开|依申请公开|公开政府信息|公开信息")
_ALL_AFFAIRS = re.compile(
    r"办理|审理|受理|审结|新收|承办|代理|应诉|出庭|^申请[^，；]{0,12}\d+件[，；、](?!.*(?:因|被|提起|引))"
)
# 推进政务公开，行政复议35件 names an aim, not what the reviews were about.
_AIM = re.compile(r"(?:推进|加强|深化|做好|落实|坚持|规范|完善|健全|抓好|强化)[^，；]*$")
_AFTER_REVIEW = re.compile(r"复议后|经复议|直接|其中(?![^，；]*公开)[^，；]*$")
_REVIEWS = re.compile(rf"{_NOT_IN_LIST}(?:行政复议|申请复议|被复议)(?:案件|申请|案|事项)?{COUNTED}(?:发生)?{_CASES}")
_LAWSUITS = re.compile(rf"{_NOT_IN_LIST}(?:行政诉讼|提起诉讼|被诉讼)(?:案件|案|事项)?{COUNTED}(?:发生)?{_CASES}")
_BOTH_NOUGHT = re.compile(
    r"复议(?:案件)?[、和及与或/，]?(?:提起)?(?:行政)?诉讼(?:案件|数量|数|案)?(?:均|都|各|共)?为?(?P<number>0|零)(?:件|起|例|宗|次)"
)
_MONEY = figure_of(r"元|圆")
_FEES = re.compile(rf"行政事业性收费(?:项目)?(?:收入|总?金额|总额|资金)?[^，。；\d]{{0,6}}?{_MONEY}")
_REQUEST_FEES = re.compile(rf"(?:收取|收费|费用)[^，。；\d]{{0,12}}?{_MONEY}")
_NO_REQUEST_FEES = re.compile(
    r"(?:未|没有|没|不存在)[^，。；]{0,40}?(?:收取[^，。；]{0,24}?费用|收取[^，。；]{0,10}?费|收费)(?![^，。；]{0,6}(?:标准|项目|减免申请))"
)
# The form asks for 政府集中采购 alone: beside its figure, one of all 政府采购 is another total.
_CENTRAL = re.compile(r"集中采购[^，。；]{0,16}?[\d一二两三四五六七八九十零]")
_PROJECTS = re.compile(
    rf"(?<!分散)(?<!自行)(?<!自主)(?:政府集中采购|政府采购|集中采购|采购)(?:项目|事项|活动)?{COUNTED}{figure_of(r'个|项|次|件|宗|批次|批|笔')}(?!信息|公告|公示)"
)
_PURCHASED = re.compile(
    rf"(?:集中)?采购(?:(?!采购(?:项目|总?金额|总额|资金))[^。；]){{0,24}}?(?:总?金额|总额|资金|采购额|支出)(?:共计|共|合计|总计|为|是|达|约为|：|人民币)*{_MONEY}"
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
    patterns = [pattern for pattern in (_RECEIVED, _RECEIVED_BEFORE) if any(map(_is_request, pattern.finditer(text)))]
    if patterns:
        # A figure that is only a part keeps what else is denied from being the whole.
        yield from matches(
            patterns[0],
            text,
            "applications_received",
            report_year,
            but_not=_OTHER_REQUESTS,
            unless=_is_not_all_received,
        )
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
        yield from matches(
            _ANSWERED,
            text,
            "applications_answered",
            report_year,
            but_not=_OTHER_REQUESTS,
            unless=_is_not_all_answered,
        )
    yield from matches(
        _CARRIED_IN,
        text,
        "applications_carried_in",
        report_year,
        but_not=_OTHER_REQUESTS,
        any_year=True,
        unless=_is_settled,
    )
    yield from matches(
        _CARRIED_OUT, text, "applications_carried_out", report_year, but_not=_OTHER_REQUESTS, any_year=True
    )


def _is_request(match: re.Match[str]) -> bool:
    return not re.search("复议|诉讼", match.group()) and not _OTHER_REQUESTS.search(match.group())


def _is_settled(text: str, match: re.Match[str]) -> bool:
    """办结上年结转的申请0件, 办结本年新收申请6件: what is counted is what was finished."""
    return bool(_SETTLES.search(text[: match.start()]))


def _is_not_all_received(text: str, match: re.Match[str]) -> bool:
    """With what was carried over, by one way only, from one kind of applicant, or a 其中 of another figure."""
    if not _is_request(match) or _is_settled(text, match):
        return True
    before, behind = text[: match.start()], text[match.end() :]
    clause = re.split(r"[，；：（]", before)[-1]
    if clause.endswith("其中") or _OTHER_APPLICANTS.search(behind):
        return True
    # 我单位收到 names no applicant; 公民 alone, and 通过网站等渠道, may be anybody and any way.
    for kinds, said in ((_WAYS, clause + match.group()), (_APPLICANTS, match.group())):
        named = {found.lastgroup for found in kinds.finditer(said)}
        if len(named) == 1 and not re.search("公民|等|各", said):
            return True
    # 收到10件，答复12件（含上年结转2件）: what was carried over is of those answered.
    if _WITH_CARRIED.search(before) or _WITH_CARRIED.search(re.split(r"答复|办结|办理|处理|回复", behind)[0]):
        return True
    return "新" not in match.group() and bool(_NEW_AFTER.search(behind))


def _is_not_all_answered(text: str, match: re.Match[str]) -> bool:
    if _ONE_ANSWER.search(text[: match.start()]):
        return True
    return match.group().startswith(("办理", "处理")) and bool(_UNFINISHED.search(text))


def _is_other_dispute(text: str, match: re.Match[str]) -> bool:
    """A count is of disclosure where the words before it say so; that there was none at all holds for disclosure, too."""
    before = text[: match.start()]
    if _AFTER_REVIEW.search(re.split(r"[，；：]", before)[-1] + match.group()):
        return True
    if read_value(match) == 0:
        return False
    said = list(_ABOUT_DISCLOSURE.finditer(before))
    if not said or _AIM.search(before[: said[-1].start()]):
        return True
    return bool(_ALL_AFFAIRS.search(text[said[-1].end() : match.end()]))


def _read_disputes(text: str, before: str, report_year: int | None) -> Iterator[Found]:
    if "公开" not in text and "公开" not in before:
        return
    for quantity, pattern in (("reviews_received", _REVIEWS), ("lawsuits_received", _LAWSUITS)):
        yield from matches(pattern, text, quantity, report_year, but_not=_OTHER_REQUESTS, unless=_is_other_dispute)
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
    for quantity, pattern in (("procurement_projects", _PROJECTS), ("procurement_amount", _PURCHASED)):
        yield from matches(pattern, text, quantity, report_year, but_not=_OTHER_REQUESTS, unless=_is_not_central)


def _is_not_central(text: str, match: re.Match[str]) -> bool:
    """集中采购项目4个，采购总金额5万元 are both of it, unless figures of other procurement stand in the sentence."""
    central = _CENTRAL.search(text)
    if central is None or "集中" in match.group():
        return False
    only_central = not re.search("采购", text[: central.start()]) and not re.search("分散采购|自行采购", text)
    return match.start() < central.start() or not only_central
