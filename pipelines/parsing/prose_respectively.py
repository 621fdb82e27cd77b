"""`分别公开162和128条`: as many figures as names before, bound in their order.

Belongs here: the one construction of 分别. A list of another length binds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.parsing.numerals import FIGURE, is_approximate, read_value
from pipelines.parsing.prose_clauses import SUB_UNIT, leave_out_names
from pipelines.parsing.prose_words import channels_in, words_pattern
from pipelines.parsing.prose_years import is_open_cumulation, is_stock, names_this_year

_ITEM = r"(?:约|近|逾|超)?\d[\d,]*(?:\.\d+)?万?[余多]?(?:条|篇|则)?"
_LIST = re.compile(rf"分别(?P<words>[^，；。\d]{{0,24}}?)(?P<list>{_ITEM}(?:[、和及，]{_ITEM})+)(?<=[条篇则])")
_FIGURE = re.compile(rf"{FIGURE}(?P<after>左右)?")
_BETWEEN_NAMES = re.compile(r"[、和及与]")
_LEADING = re.compile(r"^(?:其中|主动|公开|发布|的)+")
_DISCLOSES = re.compile(r"公开|发布|推送|信息")


def read_respectively(text: str, report_year: int | None) -> tuple[str, list[tuple[str, float, bool, int, int]]]:
    """Return a sentence's text without the construction, and what it gave: (quantity, value, approximate, places)."""
    match = _LIST.search(text)
    if match is None:
        return text, []
    before = leave_out_names(text[: match.start()])
    rest = text[: match.start()] + text[match.end() :]
    said = before + match["words"]
    own_clause = re.split(r"[，；：]", before)[-1] + match["words"]
    unclear = words_pattern("other_subject", "other_subject_alone").search(own_clause) or SUB_UNIT.search(said)
    stock = is_stock(said, report_year) or is_open_cumulation(said)
    if unclear or stock or not _DISCLOSES.search(said) or names_this_year(said, report_year, None) is False:
        return rest, []
    figures = list(_FIGURE.finditer(match["list"]))
    values = [read_value(figure) for figure in figures]
    names = list(_names(re.split(r"[。；]", before)[-1], match["words"]))
    if len(names) != len(figures) or len(set(names)) != len(names):
        return rest, []
    return rest, [
        (name, value, is_approximate(figure), match.start(), match.end())
        for name, value, figure in zip(names, values, figures, strict=True)
        if value is not None
    ]


def _names(before: str, words: str) -> Iterator[str]:
    """The quantities named: channels anywhere before, else categories in the clause just before."""
    if channels := channels_in(before) or channels_in(words):
        yield from channels
        return
    clause = _LEADING.sub("", re.split(r"[，：]", before.rstrip("，："))[-1])
    names = _BETWEEN_NAMES.split(clause)
    if len(names) > 1 and "公开" in words + before and all(re.fullmatch(r"[\u4e00-\u9fff“”]{2,12}", n) for n in names):
        yield from (f"category:{name}" for name in names)
