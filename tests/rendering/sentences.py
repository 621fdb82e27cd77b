"""Prose of a generated report: sentences that state figures, and sentences whose figures must not be read.

Belongs here: words. Each sentence says which quantities a careful reader takes from it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

CHANNELS = {
    "channel:website": ["政府网站", "政府门户网站", "网站"],
    "channel:wechat": ["微信公众号", "政务微信", "官方微信"],
    "channel:weibo": ["政务微博", "官方微博", "微博"],
    "channel:bulletin_board": ["公示栏", "政务公开栏", "宣传栏"],
    "channel:gazette": ["政府公报"],
    "channel:news": ["新闻媒体"],
    "channel:other": ["其他方式", "其他渠道"],
}
CATEGORIES = [
    "组织机构",
    "本单位文件",
    "公示公告",
    "工作信息",
    "人事信息",
    "财政信息",
    "公共服务",
    "政策解读",
    "决策预公开",
]
TRAPS = [
    "根据《中华人民共和国政府信息公开条例》（国务院令第711号）第二十条规定，依法开展公开工作。",
    "答复期限为20个工作日，联系电话0431-84100000，邮政编码130600。",
    "在网站开设专栏3个，微信公众号粉丝2000人，阅读量达到15000次。",
    "全年办理人大建议5件、政协提案3件，12345热线转办件86件，均已办结。",
    "截至目前，历年累计公开政府信息3512条。",
    "全年组织培训2次，参训60人次，督查4次。",
    "信息公开率达到100%，同比增长12.5%。",
    "受理群众来信来访17件，调解纠纷9起。",
    "印发《2020年政务公开工作要点》，细化5个方面14项任务。",
    "办理低保申请23件、残疾人补贴申请11件。",
    "上年公开政府信息288条。",
    "坚持“以公开为常态，以不公开为例外”，及时公开第3季度财政资金使用情况。",
]
_HAN = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Sentence:
    """One sentence: its words and the quantities it states, each with value and whether it is approximate."""

    text: str
    counts: tuple[tuple[str, float, bool], ...] = ()


def draw_overview(rng: random.Random, year: int, unit: str) -> list[Sentence]:
    """Draw the sentences of the first section: figures of disclosure among traps and plain words."""
    sentences = [Sentence("我镇高度重视政府信息公开工作，加强组织领导，健全工作机制。")]
    choice = rng.random()
    if choice < 0.3:
        sentences.append(_total(rng, year, unit))
    elif choice < 0.65:
        sentences.append(_total_with_channels(rng, year, unit))
    elif choice < 0.8:
        sentences.append(_total_with_categories(rng, year, unit))
    if rng.random() < 0.15 and choice >= 0.65:
        sentences.append(_respectively(rng))
    sentences += [Sentence(trap) for trap in rng.sample(TRAPS, rng.choice([0, 1, 2, 3]))]
    head, *rest = sentences
    rng.shuffle(rest)
    return [head, *rest]


def draw_applications(rng: random.Random, received: int, year: int, unit: str) -> list[Sentence]:
    """Draw what the prose says of applications; in agreement with table three."""
    if rng.random() < 0.4:
        return []
    if received == 0:
        words = rng.choice(
            [
                "本年度未收到政府信息公开申请。",
                f"{year}年{unit}没有收到依申请公开政府信息的申请。",
                f"{year}年度，{unit}无依申请公开事项。",
                "本年度未发生政府信息公开申请。",
            ]
        )
        return [Sentence(words, (("applications_received", 0.0, False),))]
    counts = [("applications_received", float(received), False)]
    words = rng.choice(
        [
            f"{year}年，{unit}共收到政府信息公开申请{received}件",
            f"全年受理政府信息公开申请{received}件",
            f"本年度共收到{received}件政府信息公开申请",
            f"本年度收到依申请公开{received}件",
        ]
    )
    if rng.random() < 0.4:
        words += rng.choice([f"，办结{received}件", f"，已答复{received}件"])
        counts.append(("applications_answered", float(received), False))
    return [Sentence(words + "。", tuple(counts))]


def _figure(rng: random.Random, n: int) -> tuple[str, float, bool]:
    """A figure in words: sometimes approximate, in Han numerals or with a thousands separator."""
    choice = rng.random()
    if n <= 10 and choice < 0.3:
        return _HAN[n], float(n), False
    if choice < 0.06:
        return f"{n}余", float(n), True
    if choice < 0.1:
        return f"约{n}", float(n), True
    if n >= 1000 and choice < 0.3:
        return f"{n:,}", float(n), False
    return str(n), float(n), False


def _total(rng: random.Random, year: int, unit: str, at_least: int = 1) -> Sentence:
    n = at_least + rng.choice([rng.randint(0, 9), rng.randint(10, 300), rng.randint(300, 4000)])
    words, value, near = _figure(rng, n)
    text = rng.choice(
        [
            f"{year}年，全年共公开政府信息{words}条",
            f"本年度，{unit}共主动公开各类政府信息{words}条",
            f"{unit}通过各种渠道主动公开政府信息共计{words}条",
            f"全年主动公开政府信息总数为{words}条",
            f"{year}年度{unit}主动公开政府信息{words}条",
        ]
    )
    return Sentence(text + "。", (("total_disclosed", value, near),))


def _total_with_channels(rng: random.Random, year: int, unit: str) -> Sentence:
    total = _total(rng, year, unit, at_least=20)
    parts, counts = [], []
    for number, quantity in enumerate(rng.sample(list(CHANNELS), rng.randint(1, 4))):
        words, value, near = _figure(rng, rng.randint(1, 300))
        channel = rng.choice(CHANNELS[quantity])
        said = rng.choice([f"{channel}公开{words}条", f"{channel}发布信息{words}条", f"通过{channel}公开{words}条"])
        parts.append(("其中" if number == 0 else "") + said)
        counts.append((quantity, value, near))
    return Sentence(total.text.rstrip("。") + "，" + "，".join(parts) + "。", (*total.counts, *counts))


def _total_with_categories(rng: random.Random, year: int, unit: str) -> Sentence:
    total = _total(rng, year, unit, at_least=20)
    names = rng.sample(CATEGORIES, rng.randint(2, 6))
    figures = [rng.randint(1, 90) for _ in names]
    joint = rng.choice(["，", "、"])
    listed = joint.join(f"{name}{n}条" for name, n in zip(names, figures, strict=True))
    counts = tuple((f"category:{name}", float(n), False) for name, n in zip(names, figures, strict=True))
    return Sentence(total.text.rstrip("。") + "，其中" + listed + "。", (*total.counts, *counts))


def _respectively(rng: random.Random) -> Sentence:
    first, second = rng.sample(["channel:website", "channel:wechat", "channel:weibo"], 2)
    a, b = rng.randint(2, 400), rng.randint(2, 400)
    names = f"{rng.choice(CHANNELS[first])}和{rng.choice(CHANNELS[second])}"
    text = rng.choice(
        [
            f"{names}分别公开政府信息{a}和{b}条。",
            f"{names}分别公开政府信息{a}条、{b}条。",
            f"{names}分别发布信息{a}条和{b}条。",
        ]
    )
    return Sentence(text, ((first, float(a), False), (second, float(b), False)))
