"""Figures of a sentence whose own words say what they count, and denials of it, where they are of the report's year.

Belongs here: turning a pattern's match into a figure. The patterns stand beside the subject that they are of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pipelines.parsing.numerals import is_approximate, read_value
from pipelines.parsing.prose_words import words_pattern
from pipelines.parsing.prose_years import is_open_cumulation, is_stock, names_this_year

Found = tuple[str, float, bool, int, int]

# Words before a match, and its own, that make the figure something else.
Unless = Callable[[str, re.Match[str]], bool]

COUNTED = r"(?:的)?(?:数量|总数|数)?(?:共计|共有|共|总计|合计|为|是|达|：)*"
_PART_FOLLOWS = re.compile(r"(?:其中|包括|包含)[^；]*$|（[^；）]*$")
# 各级各部门共收到130件 is the sum of many bodies; 按照各级要求 counts nothing.
_OF_MANY = re.compile(
    r"(?:全[省市县区州盟旗](?!域)|各级|各(?:有关|相关|直属|职能|[省市县区镇乡]直|政府)*"
    r"(?:部门|单位|乡镇|镇街|街镇|镇村|街道|行政机关|机关|科室|站所|[省市县区乡镇])|全系统|(?:下|所)属(?:单位|部门|机构))"
    r"(?![^，；]{0,14}(?:要求|部署|精神|关心|指导|监督))"
)
_OWN = re.compile(r"本级|本机关|[本我](?:镇|乡|街|局|委|县|区|市|办|厅|单位|部门)|镇政府|乡政府|街道办")


def matches(
    pattern: re.Pattern[str],
    text: str,
    quantity: str,
    report_year: int | None,
    *,
    but_not: re.Pattern[str] | None = None,
    any_year: bool = False,
    unless: Unless | None = None,
) -> Iterator[Found]:
    """The one figure of a pattern that is of this year; `but_not`: words that make it another subject's.

    Figures that differ are each a part, and none the whole, unless the later ones are said to be parts of the first.
    """
    whole: Found | None = None
    for match in pattern.finditer(text):
        value = read_value(match)
        if value is None or (but_not is not None and but_not.search(match.group())):
            continue
        if (unless is not None and unless(text, match)) or (value and _is_of_many(text[: match.start()])):
            continue
        if not (any_year or _is_of_year(text, match, report_year)):
            continue
        if whole is None:
            whole = (quantity, value, is_approximate(match), match.start(), match.end())
        elif value != whole[1] and not is_part_of(text[whole[4] : match.start()]):
            return
    if whole is not None:
        yield whole


def is_part_of(between: str) -> bool:
    """Tell whether the words between two figures make the later a part of the earlier: 其中, or an open bracket."""
    return bool(_PART_FOLLOWS.search(between))


def _is_of_many(before: str) -> bool:
    """The sum of a whole county or of many bodies says nothing of this one, unless the figure's own clause names it."""
    own_clause = re.split(r"[，；：（]", before)[-1]
    if _OF_MANY.search(own_clause):
        return True
    return bool(_OF_MANY.search(before.rsplit("；", 1)[-1])) and not _OWN.search(own_clause)


def denials(
    pattern: re.Pattern[str],
    text: str,
    quantities: list[str],
    report_year: int | None,
    *,
    ever: bool = False,
) -> Iterator[Found]:
    """A zero for each quantity that the pattern denies; `ever`: that nothing ever came is said of this year, too."""
    match = pattern.search(text)
    if match and quantities and _is_of_year(text, match, report_year, ever=ever):
        for quantity in quantities:
            yield quantity, 0.0, False, match.start(), match.end()


def _is_of_year(text: str, match: re.Match[str], report_year: int | None, *, ever: bool = False) -> bool:
    """The clauses up to the figure, in order: the last that names a year decides; a stock is never this year's."""
    known: bool | None = None
    said = re.sub(r"(?:上年度?|上一年度?|去年)结转[^，。；]*", "", text[: match.end()])
    said = re.sub(r"结转(?:至|到)?(?:下一?年度?|次年度?|明年)", "", said)
    for clause in re.split(r"[，；]", re.sub(r"《[^》]*》", "", said)):
        known = names_this_year(clause, report_year, known)
    is_open = "累计" in re.split(r"[，；]", said)[-1] and is_open_cumulation(said)
    if is_stock(said, report_year) or is_open:
        return ever
    return known is not False and not words_pattern("other_year").search(match.group().replace("上年结转", ""))
