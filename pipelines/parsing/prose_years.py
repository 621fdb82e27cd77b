"""Which year the words of a sentence speak of, and whether they speak of a stock: 全年, 去年同期, 2019年, 自开通以来, 截至目前累计.

Belongs here: time words of one sentence. Which year the report is on is decided from its header.
"""

from __future__ import annotations

import re

from pipelines.forms.caches import cache_short
from pipelines.parsing.prose_words import words_pattern

_YEAR = re.compile(r"(?<![\d〔\[])((?:19|20)\d\d)(?:年|-\d{1,2}月)|(二[〇○零0][〇○零一二三四五六七八九]{2})年")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
# As of a day: it may close this year's count or say how large the stock is.
_AS_OF = re.compile(r"(?:数据)?截[至止](?:到|于)?[^，]{0,16}?(?:日|底|末|月份?|年)(?![\d])")
_STOCK = re.compile(
    r"截[至止]到?(?:目前|今日|现在|当前|发稿)|(?:到|至)目前|目前为止|目前，?[^，]{0,6}(?:已|共|累计)|至今|迄今|历年"
)
# Every match of `_STOCK` and `_SINCE` holds one of these.
_TIME = re.compile("截|目前|[至迄]今|历年|以来")
COMPARED = re.compile(r"^(?:同比|环比|比|较|与[^，]{2,8}相比)")
_SINCE = re.compile(r"(?:自|从)?([^，]{0,16}?)(?:以来|起至今)")
_THIS_YEAR_SINCE = re.compile(r"(?:今年|本年度?|年初|入年|一年|((?:19|20)\d\d)年度?)$")


def names_this_year(clause: str, report_year: int | None, known: bool | None) -> bool | None:
    """Tell whether a clause speaks of the report's year: True, False, or what was known before where it names none.

    Without a report year any one year is taken for it; two years in one clause are never clear.
    """
    named = _years_named(clause)
    if named is None:
        return known
    years, names_other, names_this = named
    if report_year is None and len(years) == 1:
        return not names_other
    if any(year != report_year for year in years) or names_other:
        return False
    return True if years or names_this else known


@cache_short(maxsize=20_000)
def _years_named(clause: str) -> tuple[frozenset[int], bool, bool] | None:
    """The years of a clause, and whether words name another or this year; None where it compares with another figure."""
    if COMPARED.match(clause):
        return None
    names_other, names_this = (bool(words_pattern(kind).search(clause)) for kind in ("other_year", "this_year"))
    return frozenset(map(_to_year, _YEAR.finditer(clause))), names_other, names_this


def is_stock(text: str, report_year: int | None) -> bool:
    """Tell whether the words before a figure say that it has grown over more than this year."""
    if not _TIME.search(text):
        return False
    if _STOCK.search(text):
        return True
    for match in _SINCE.finditer(text):
        begun = _THIS_YEAR_SINCE.search(match.group(1))
        if begun is None or (begun.group(1) and report_year not in (None, int(begun.group(1)))):
            return True
    return False


def is_open_cumulation(text: str) -> bool:
    """Tell whether 累计 stands there without a word that bounds it to this year: 截至12月31日 alone does not bound it."""
    if "累计" not in text:
        return False
    bounded = _AS_OF.sub("", text)
    return not (_YEAR.search(bounded) or words_pattern("this_year").search(bounded) or re.search(r"年以来", bounded))


def _to_year(match: re.Match[str]) -> int:
    return int(match.group(1) or match.group(2).translate(_DIGITS))
