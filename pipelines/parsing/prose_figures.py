"""Figures of a sentence whose own words say what they count, and denials of it, where they are of the report's year.

Belongs here: turning a pattern's match into a figure. The patterns stand beside the subject that they are of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.parsing.numerals import is_approximate, read_value
from pipelines.parsing.prose_words import words_pattern
from pipelines.parsing.prose_years import is_open_cumulation, is_stock, names_this_year

Found = tuple[str, float, bool, int, int]

COUNTED = r"(?:的)?(?:数量|总数|数)?(?:共计|共有|共|总计|合计|为|是|达|：)*"


def matches(
    pattern: re.Pattern[str],
    text: str,
    quantity: str,
    report_year: int | None,
    *,
    but_not: re.Pattern[str] | None = None,
    any_year: bool = False,
) -> Iterator[Found]:
    """The first figure of a pattern that is of this year; `but_not`: words that make it another subject's."""
    for match in pattern.finditer(text):
        value = read_value(match)
        if value is None or (but_not is not None and but_not.search(match.group())):
            continue
        if any_year or _is_of_year(text, match, report_year):
            yield quantity, value, is_approximate(match), match.start(), match.end()
            return


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
