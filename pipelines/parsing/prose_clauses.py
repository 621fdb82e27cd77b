"""The patterns of clauses that say what was disclosed: pieces, verbs, lists, sub-units.

Belongs here: regular expressions for one clause. Their order and what they prove is decided in `prose_disclosure`.
"""

from __future__ import annotations

import re

from pipelines.forms.caches import cache_short
from pipelines.parsing.numerals import figure_of

PIECE = re.compile(figure_of(r"余?(?:条次|条(?:（[篇则件]）)?|篇(?:（[条次]）)?|则)") + r"(?![款例龙规措线])")
# A match of it holds one of these.
UNIT = re.compile("[条篇则]")
MAY_DISCLOSE = re.compile(r"公开|发布|公布|推送|公示|其中|更新|信息")
OPENS_LIST = re.compile(
    r"^(?:其中|在?(?:主动)?公开的(?:政府|政务)?信息(?:当)?中|具体(?:包括|为|是)|分别(?:包括|为|是)|包括|主要包括)[：，]?"
)
MARKS = frozenset("，；（）：。")
# Brackets open and close a list of their own; 、 ends a clause only behind a figure (组织机构22条、文件24条).
CLAUSE_END = re.compile(
    r"([，；（）]|：(?!共?\d|共?[一二两三四五六七八九十百千]+余?[条篇则])|(?<=[条篇则])、|。|(?<=[条篇则])和(?=[^\d]))"
)
_BRACKETS = re.compile(r"（[^（）]*）")
# 4类46条: how many kinds it is in says nothing about what is counted.
_KINDS = re.compile(r"[\d一二两三四五六七八九十]{1,3}(?:个|大)*(?:类别|类|方面)(?=(?:共计|合计|总计|共|计)?$)")
_QUOTED = re.compile(r"[“\"‘《][^”\"’》]*[”\"’》]")
# One way alone to read any of them, so that a long row of such words is not read in every way.
_COUNTED = r"(?:的)?(?:公开)?(?:内容)?(?:[共总计数量为是有了：]|达到?|合计|累计|条数)*"
_KIND = r"(?:各类|各项|各种|各级|相关|有关|本级|全部|党务|政府|政务|公共|类|的|和|与|、|公开|新增|动态更新)*"
_VERB = (
    r"(?:主动)?(?:对外)?(?:公开|发布|公布|推送|公示|发送)(?!栏|率|目录|指南|专栏|平台|网|制度|工作|和|与|、)(?:了|出)?"
)
_INFORMATION = rf"(?:{_KIND}信息|涉及.{{2,80}}?等.{{0,6}}信息|(?:关于|有关).{{2,60}}等.{{0,6}}信息)"
VERB_FIRST = re.compile(rf"{_VERB}(?:的)?{_INFORMATION}{_COUNTED}$")
INFORMATION_FIRST = re.compile(
    rf"(?:(?:政府|政务|各类)信息(?:主动)?(?:公开|发布)|主动公开(?:政府|政务)?信息){_COUNTED}$"
)
BARE_VERB = re.compile(
    rf"(?:^|共计|共|累计|合计|总计|全年|已|年|年度|日|月|止|[我全本][镇乡街道市县区]{{1,2}}|镇|乡|街道|办事处|政府|苏木)"
    rf"{_VERB}{_COUNTED}$"
)
FIGURE_FIRST = re.compile(rf"{_VERB}{_COUNTED}$")
INFORMATION_BEHIND = re.compile(rf"^(?:的)?{_INFORMATION}")
# What a channel carries may be called by its own form: a post, a video. 工作动态 is a category, not all that it carries.
_POSTS = r"(?:推文|图文|文章|博文|微博|消息|稿件|内容|作品|短视频|视频|图文信息|资讯)"
CHANNEL_POSTS = re.compile(
    rf"(?:{_VERB}|更新|制作|编发|推出|上传|刊发)(?:原创|各类|相关|政务)*(?:信息|{_POSTS}){_COUNTED}$"
)
CHANNEL_VERB = re.compile(rf"(?:平台|渠道|方式|形式|账号|上|中|等)?(?:共|累计|主动|已|全年)?(?:{_VERB}|更新){_COUNTED}")
CHANNEL_ALONE = re.compile(rf"(?:平台|渠道|方式|形式|上|中|类|信息|发布|公开)*{_COUNTED}")
CATEGORY = re.compile(
    r"^(?:主动)?(?:公开|发布|更新|公布)?(?:了)?(?P<name>[\u4e00-\u9fff“”、＋+]{2,20}?)(?:共|有|为|：|达|数量|数)*$"
)
ALONE = re.compile(r".*?(?:公开|发布|公布)(?:了)?(?P<name>[\u4e00-\u9fff“”、]{2,12}?)(?:共|有|为|：|达|计)*")
NO_CATEGORY = re.compile(
    r"^(?:主动|依申请|新增)?公开(?:的)?(?:政府|政务|各类)?(?:信息)?$|^(?:政府|政务|各类|全部)?信息$|全年|本年|今年|新增|累计|申请|我[镇乡]|^等|^共|^在|通过|利用|办理|发布|推送"
    r"|(?:[站所局办村委]|办公室|中心|社区|部门|科室)(?:公开|发布)?$"
)
NEW_THIS_YEAR = re.compile(
    r"^(?:其中)?(?:(?:本|今|当|全)年度?|\d{4}年度?)(?:共|度|内)*(?:新增|新公开|新发布|公开|主动公开|发布)"
)
# A figure of a village, an office or of each of several bodies is not the body's own.
SUB_UNIT = re.compile(
    r"(?<![乡农])村(?!庄|镇|乡|街|振)[^，]{0,14}?(?:公开|发布|公示|张贴)|社区[^，]{0,8}?(?:公开|发布|公示|张贴)"
    r"|(?:(?<!网)站|所|派出所|党政办|办公室|中心|科室|学校|卫生院|居委会|村委会)(?:共|累计|主动|全年)?(?:公开|发布)"
    r"|各(?:村|社区|站所|单位)"
)
SUB_UNIT_SUBJECT = re.compile(r"^[\u4e00-\u9fff]{1,5}(?:村|社区|居委会|村委会)(?:在|积极|通过|利用|认真|$)")
OWN_SUBJECT = re.compile(r"[我全本][镇乡街]|镇政府|乡政府|街道办")
# An account or a paper by its own name publishes; which channel that is, its name does not tell.
NAMED_ACCOUNT = re.compile(r"[”\"》](?:号|平台|上|共|累计|主动)*(?:公开|发布|推送|更新)")
TOPIC = re.compile(r"(?:情况|公开|平台|建设|渠道|网站|公众号|微信|微博|栏|方面)$")
THROUGH = re.compile(r"(?:通过|利用|依托|借助|运用|在)[^，]*$")


def leave_out_notes(text: str) -> str:
    """Return a text without its brackets that hold no figure: 信息（含转发）30条 reads as 信息30条."""
    return _BRACKETS.sub(lambda match: match.group() if PIECE.search(match.group()) else "", text)


@cache_short(maxsize=20_000)
def leave_out_names(clause: str) -> str:
    """Return a clause without account names, titles of documents and a number of kinds: they do not tell its figure."""
    named = _QUOTED.sub(
        lambda match: "" if len(match.group()) > 5 or match.group()[0] in '《"' else match.group(), clause
    )
    return _KINDS.sub("", named)


def is_all_information(head: str, tail: str) -> bool:
    """Tell whether the words before and behind a figure count information as such, and no kind of it."""
    return _names_information(head) or bool(tail and FIGURE_FIRST.search(head) and INFORMATION_BEHIND.search(tail))


@cache_short(maxsize=20_000)
def _names_information(head: str) -> bool:
    return bool(VERB_FIRST.search(head) or INFORMATION_FIRST.search(head))
