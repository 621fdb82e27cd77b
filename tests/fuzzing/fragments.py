"""Texts out of the pieces that reports are made of, as a fuzzer's bytes choose them.

Belongs here: the dictionary of fragments and how they are put together. What must hold for a text stands in `checks`.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

from pipelines.forms.dictionary import load_seed
from tests.fuzzing.checks import SEPARATOR

_SEEDS = (
    ("form_rows", "row_label"),
    ("form_columns", "column_label"),
    ("label_aliases", "alias"),
    ("header_captions", "caption"),
    ("section_titles", "title_zh"),
    ("prose_vocabulary", "word"),
    ("value_words", "word"),
)
_MARKS = ["\t", "\n", "\n\t", "\n\n", "|", "｜", " | ", "\n|", " ", "　", "\u200b", "\u2028", "\x0b", "\ufffd"]
_FIGURES = [
    "0", "00", "000000", "12", "5(3)", "-1", "＋3", "１２", "1,234", "1.5万", "0 0", "3 4 5", "012", "9" * 30, "9" * 5000,
    "1" + "0" * 400, "٣", "²", "①", "½", "三十", "百", "两千零五", "1.2.3", "12%", "5条", "100元", "3.14万元",
]  # fmt: skip
_WORDS = [
    "（", "）", "(", ")", "《", "》", "“", "”", "。", "，", "；", "：", "、", "！", "/", "—", "----", "|---|---|", "无", "零",
    "不适用", "见附件", "其中", "（一）", "1.", "七、", "第", "#", "**", "A", "zhèn", "(zhèn)", "鎮",
    "太平镇人民政府2020年政府信息公开工作年度报告", "太平镇", "2021年1月20日", "自2020年1月1日起至2020年12月31日止", "二〇二〇年",
    "本年度主动公开政府信息", "通过政府网站公开信息30条", "收到信息公开申请5件", "未收到", "行政复议", "行政诉讼", "分别公开162和128条",
    "累计公开信息1,234条", "截至12月31日", "信息内容", "本年制发件数", "（七）总计", "3.其他", "申请人情况", "发布机构", "索引号",
]  # fmt: skip


@cache
def fragments() -> list[str]:
    """The words of the form in all editions, figures, marks and pieces of sentences."""
    printed = [
        word
        for seed, column in _SEEDS
        if column in (data := load_seed(seed)).columns
        for word in data[column].drop_nulls().unique(maintain_order=True)
    ]
    return [*_MARKS * 20, *_FIGURES * 8, *_WORDS * 4, *printed]


def build_text(provider: Any) -> str:
    """Choose a text: raw, of fragments, or a raw one with fragments put in; `provider`: a FuzzedDataProvider."""
    way = provider.ConsumeIntInRange(0, 2)
    if way == 0:
        return str(provider.ConsumeBytes(1 << 16).decode("utf-8", "replace"))
    chosen = [_fragment(provider) for _ in range(provider.ConsumeIntInRange(0, 200))]
    if way == 1:
        return "".join(chosen)
    raw = provider.ConsumeBytes(1 << 16).decode("utf-8", "replace").split("\n")
    for fragment in chosen:
        at = zlib.crc32(fragment.encode()) % len(raw)
        raw[at] = fragment if len(fragment) % 2 else raw[at] + fragment
    return "\n".join(raw)


def _fragment(provider: Any) -> str:
    known = fragments()
    # One in many parts two texts, so that several documents are parsed together.
    at = provider.ConsumeIntInRange(0, len(known) + 8)
    return known[at] if at < len(known) else SEPARATOR
