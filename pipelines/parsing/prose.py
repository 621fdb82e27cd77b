"""Figures that the prose states: totals, channels, categories, applications, with the words that they stand in.

Belongs here: reading sentences. Precision comes before recall: a figure whose subject is not clear is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.forms.dictionary import load_seed

_FIGURE = (
    r"(?P<near>约|近|大约|超过|逾)?(?<![第\d.])(?P<number>\d+(?:[,，]\d{3})*(?:\.\d+)?)(?P<wan>万)?(?P<more>余|多)?"
)
_PIECES = rf"{_FIGURE}(?P<unit>余?条|篇|则)(?![款例])"
_PIECE = re.compile(_PIECES)
_RESPECTIVELY = re.compile(r"分别.*?(?P<list>\d[\d,]*(?:余)?(?:条|篇|则)?(?:[、和及，]\d[\d,]*(?:余)?(?:条|篇|则)?)+)")
_CATEGORY = re.compile(rf"^(?:其中[：:]?)?(?P<name>[\u4e00-\u9fff（）、“”]{{2,14}}?)共?{_PIECES}$")
_DISCLOSED = re.compile(
    r"(?:公开|发布).{0,12}信息|信息.{0,8}(?:公开|发布)|公开.{0,8}(?:条|篇|则)|发布.{0,8}(?:条|篇|则)"
)
_RECEIVED = re.compile(
    rf"(?:收到|受理|接到|接收).{{0,16}}?申请(?:公开|表)?(?:信息|事项)?(?:共|共计|数量?为?)?{_FIGURE}(?:件|条|份|宗|次|个)"
)
_RECEIVED_BEFORE = re.compile(
    rf"(?:收到|受理|接到|接收).{{0,10}}?{_FIGURE}(?:件|条|份|宗|次|个)(?:政府)?(?:信息公开申请|依申请公开)"
)
_ANSWERED = re.compile(
    rf"(?:已?答复|办结|已办理)(?:政府信息公开申请|依申请公开|申请)?(?:共|共计)?{_FIGURE}(?:件|条|份|宗|次|个)"
)
_NONE_RECEIVED = re.compile(
    r"(?:未(?:曾|有)?(?:收到|接到|受理|发生)|没有(?:收到|接到|受理)?|无|未出现).{0,12}?(?:依申请公开|信息公开(?:的)?申请|公开申请)"
)
# Words that make a figure something other than this year's disclosure of this body.
_NOT_MEANT = re.compile(
    r"建议|提案|热线|粉丝|关注|阅读|浏览|点击|访问|专栏|栏目|信访|培训|会议|督查|投诉|举报|留言|咨询|回复|咨询电话|办件|历年|历史|以来|截至目前|截止目前|累计至|上年|去年|同比|比上"
)
_APPLICATION_TRAPS = re.compile(r"行政许可|行政复议|行政诉讼|救助|低保|残疾|补贴|上年|去年|结转")
_SENTENCE = re.compile(r"[^。；;！!]+")
# A comma between thousands ends no clause; 、 ends one only after a figure (组织机构22条、文件24条).
_CLAUSES = re.compile(r"(?<!\d)[，,]|[，,](?!\d{3}(?!\d))|(?<=[条篇则件])、")
_MAX_QUOTE = 200


@dataclass(frozen=True)
class ProseCount:
    """One figure; see `schemas.staging.ProseCounts`."""

    quantity: str
    value: float
    is_approximate: bool
    quote: str
    line: int


def read_prose(lines: list[tuple[int, str]]) -> list[ProseCount]:
    """Read the figures of prose lines, given as (line number, text) without headings and table lines."""
    found: list[ProseCount] = []
    for number, text in lines:
        if not _may_count(text):
            continue
        for sentence in _SENTENCE.findall(text):
            found.extend(_read_sentence(re.sub(r"[\s\u3000\u00a0]+", "", sentence), number))
    return list(dict.fromkeys(found))


def _may_count(text: str) -> bool:
    return ("申请" in text or "公开" in text or "发布" in text) and (
        re.search(r"\d", text) is not None or _NONE_RECEIVED.search(text) is not None
    )


def _read_sentence(sentence: str, line: int) -> Iterator[ProseCount]:
    quote = sentence[:_MAX_QUOTE]
    yield from _read_applications(sentence, quote, line)
    if "分别" in sentence:
        yield from _read_respectively(sentence, quote, line)
        sentence = sentence.split("分别", maxsplit=1)[0]
    within = False
    for clause in _CLAUSES.split(sentence):
        if not clause or _NOT_MEANT.search(clause):
            continue
        if clause.startswith("其中"):
            within = True
        yield from _read_clause(clause, within, quote, line)


def _read_clause(clause: str, within: bool, quote: str, line: int) -> Iterator[ProseCount]:
    """One clause holds one figure of pieces, or its subject is not clear."""
    figures = list(_PIECE.finditer(clause))
    if len(figures) != 1:
        return
    figure = figures[0]
    channels = _channels_in(clause[: figure.start()])
    if len(channels) == 1:
        quantity = channels[0]
    elif channels:
        # Several channels together are no channel's figure; they are the total only if it says so.
        if within or not re.search(r"共|合计|总计|总数", clause[: figure.start()]):
            return
        quantity = "total_disclosed"
    elif within:
        match = _CATEGORY.match(clause)
        if match is None:
            return
        quantity = f"category:{match['name']}"
    elif _DISCLOSED.search(clause) and "申请" not in clause:
        quantity = "total_disclosed"
    else:
        return
    yield _count(quantity, figure, quote, line)


def _read_respectively(sentence: str, quote: str, line: int) -> Iterator[ProseCount]:
    """`官微和官博…分别公开162和128条`: as many figures as channels named before, in their order."""
    match = _RESPECTIVELY.search(sentence)
    if match is None or _NOT_MEANT.search(sentence):
        return
    before = re.split(r"[。；]", sentence[: match.start()])[-1]
    channels = _channels_in(before)
    figures = re.findall(r"\d[\d,]*余?", match["list"])
    if len(channels) != len(figures) or len(set(channels)) != len(channels):
        return
    for channel, figure in zip(channels, figures, strict=True):
        value = float(figure.rstrip("余").replace(",", ""))
        yield ProseCount(channel, value, figure.endswith("余"), quote, line)


def _read_applications(sentence: str, quote: str, line: int) -> Iterator[ProseCount]:
    if "申请" not in sentence or _APPLICATION_TRAPS.search(sentence):
        return
    is_disclosure = "信息公开" in sentence or "公开" in sentence
    for pattern, quantity in ((_RECEIVED, "applications_received"), (_RECEIVED_BEFORE, "applications_received")):
        if is_disclosure and (match := pattern.search(sentence)):
            yield _count(quantity, match, quote, line)
            break
    else:
        if _NONE_RECEIVED.search(sentence) and not re.search(r"\d+(?:件|条|份|宗)", sentence):
            yield ProseCount("applications_received", 0.0, False, quote, line)
    if is_disclosure and (match := _ANSWERED.search(sentence)):
        yield _count("applications_answered", match, quote, line)


def _count(quantity: str, match: re.Match[str], quote: str, line: int) -> ProseCount:
    value = float(re.sub(r"[,，]", "", match["number"])) * (10_000 if match["wan"] else 1)
    unit = match.groupdict().get("unit") or ""
    is_approximate = bool(match["near"] or match["more"] or unit.startswith("余"))
    return ProseCount(quantity, value, is_approximate, quote, line)


def _channels_in(text: str) -> list[str]:
    """The channels that a text names, in order; 微信公众号 is one word, not 微信 and 公众号."""
    vocabulary = _channel_words()
    found: list[str] = []
    for match in _channel_pattern().finditer(text):
        quantity = vocabulary[match.group()]
        if quantity not in found:
            found.append(quantity)
    return found


@cache
def _channel_words() -> dict[str, str]:
    seed = load_seed("prose_vocabulary")
    return dict(zip(seed["word"], seed["quantity"], strict=True))


@cache
def _channel_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _channel_words()), key=len, reverse=True)))
