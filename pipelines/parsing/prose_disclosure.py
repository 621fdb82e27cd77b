"""What a sentence says was disclosed: the total, a channel, a category, the stock of all years.

Belongs here: reading the clauses of one sentence in order. An unclear figure is left out, never attributed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.parsing import prose_clauses as clauses
from pipelines.parsing.numerals import is_approximate, read_value
from pipelines.parsing.prose_figures import Found
from pipelines.parsing.prose_heads import Head, head_of
from pipelines.parsing.prose_sentences import Sentence
from pipelines.parsing.prose_words import channels_in, words_pattern
from pipelines.parsing.prose_years import is_open_cumulation, is_stock, names_this_year

# Quantity, value, whether it is approximate, and the places of its words in the sentence.
# The figure above a list is not clear: what the list names has no whole either.
_UNCLEAR = ""
_TOGETHER = re.compile(r"共|合计|总计|总数|总")
_BOUNDED = re.compile(r"共|合计|总计|总数|累计|全年|总")
_GROWN = re.compile(r"其中[：，]?(?:(?:本|今|当|全)年度?|\d{4}年度?)(?:度|共|内)*(?:新增|新公开|新发布|公开|主动公开)")


@dataclass
class Reading:
    """What is known while clauses are read in order; `parent` is the figure that the next 其中 divides."""

    report_year: int | None
    parent: str | None = None
    lists: list[str | None] = field(default_factory=list)
    this_year: bool | None = None
    so_far: str = ""
    since_figure: list[Head] = field(default_factory=list)

    @property
    def whole(self) -> str | None:
        """The figure that the list under way divides: `_UNCLEAR` for one that was left out, None outside of a list."""
        return self.lists[-1] if self.lists else None


@dataclass(slots=True)
class Clause:
    """A clause with its one figure: its words before and behind it, and what was said round it."""

    head: Head
    tail: str
    earlier: list[Head]
    behind: str
    before: str


def read_disclosure(sentence: Sentence, text: str, reading: Reading) -> Iterator[Found]:
    """Read one sentence; `text` is its text without what others have read, `reading` goes on to the next sentence."""
    if not clauses.MAY_DISCLOSE.search(text) or not clauses.PIECE.search(text):
        reading.parent = None
        return
    text = clauses.leave_out_notes(text)
    if not clauses.OPENS_LIST.match(text):
        reading.parent = None
    reading.lists, reading.so_far, reading.since_figure = [], "", []
    place = 0
    for part in clauses.CLAUSE_END.split(text):
        start, place = place, place + len(part)
        if part in clauses.MARKS:
            _pass_mark(part, text[place:], reading)
        elif part:
            yield from _read_clause(part, start, text[place:], sentence, reading)
            reading.so_far += part + "，"


def _pass_mark(mark: str, behind: str, reading: Reading) -> None:
    if mark == "（":
        reading.lists.append(reading.parent)
    elif mark == "）" and reading.lists:
        reading.lists.pop()
    elif mark == "：" and not reading.since_figure and reading.parent and clauses.PIECE.search(behind):
        reading.lists = [reading.parent]


def _read_clause(clause: str, start: int, behind: str, sentence: Sentence, reading: Reading) -> Iterator[Found]:
    if clauses.OPENS_LIST.match(clause):
        reading.lists.append(reading.parent)
    figures = list(clauses.PIECE.finditer(clause)) if clauses.UNIT.search(clause) else []
    if not figures:
        plain = head_of(clause)
        reading.this_year = names_this_year(plain.text, reading.report_year, reading.this_year)
        reading.since_figure.append(plain)
        return
    head = head_of(clause[: figures[0].start()])
    tail = clauses.leave_out_names(clause[figures[0].end() :])
    clause_of = Clause(head, tail, earlier=reading.since_figure, behind=behind, before=sentence.before)
    reading.since_figure = []
    reading.this_year = names_this_year(head.text, reading.report_year, reading.this_year)
    value = read_value(figures[0])
    quantity = None
    is_own = len(figures) == 1 and reading.this_year is not False and not _is_something_else(clause_of, reading)
    if is_own and value is not None:
        quantity = _quantity(clause_of, reading)
    if not reading.whole:
        reading.parent = quantity or _UNCLEAR
    if quantity and value is not None:
        if quantity.startswith("category:") and not reading.lists:
            reading.lists.append(quantity)
        yield quantity, value, is_approximate(figures[0]), start, start + len(clause)


def _is_something_else(clause: Clause, reading: Reading) -> bool:
    """Tell whether the words round a figure make it another subject's, another body's or another year's."""
    head = clause.head
    if head.is_compared or head.is_of_other_subject:
        return True
    if clause.tail and words_pattern("other_subject").search(head.without_own_column + clause.tail):
        return True
    sub_unit = any(words.has_sub_unit_subject for words in (*clause.earlier, head))
    if head.is_of_sub_unit or (sub_unit and not head.has_own_subject):
        return True
    return not reading.whole and head.is_of_other_subject_alone


def _quantity(clause: Clause, reading: Reading) -> str | None:
    head = clause.head
    if reading.whole == "cumulative_disclosed":
        return "total_disclosed" if clauses.NEW_THIS_YEAR.search(head.said) else None
    stock = _stock(reading.so_far + head.text, clause.behind, reading.report_year)
    if head.channels:
        return None if stock is not None else _channel(head, clause.tail, reading)
    if reading.whole:
        # `组织机构22条` in a list under a figure of what was disclosed.
        return head.category if clause.tail.strip("。；） ") in ("", "信息") else None
    quantity = None
    if not reading.lists and not head.names_account:
        quantity = _total(clause, reading)
    if stock is None:
        return quantity
    return stock if quantity == "total_disclosed" else None


def _stock(said: str, behind: str, report_year: int | None) -> str | None:
    """`cumulative_disclosed` for a stock, `_UNCLEAR` where it is not sure to be one, None for a figure of this year."""
    is_sure = "累计" in said or "以来" in said
    if not (has_stock := is_stock(said, report_year)) and not is_open_cumulation(said):
        return None
    return "cumulative_disclosed" if (has_stock and is_sure) or _GROWN.search("，" + behind) else _UNCLEAR


def _channel(head: Head, tail: str, reading: Reading) -> str | None:
    """One channel with all that it carried; several are the total only where the words say so (共, 合计)."""
    is_all = clauses.is_all_information(head.said, tail)
    if len(head.channels) > 1 or head.behind_channel.startswith(("等", "和", "及", "、", "以及", "与")):
        return "total_disclosed" if _TOGETHER.search(head.said) and is_all and reading.whole is None else None
    if is_all or head.carries_all or (reading.whole and head.is_channel_alone):
        return head.channels[0]
    return None


def _total(clause: Clause, reading: Reading) -> str | None:
    head, tail, earlier = clause.head.text, clause.tail, clause.earlier
    speaks_of_it = "信息" in reading.so_far + head + tail
    if not clauses.is_all_information(head, tail) and not (speaks_of_it and clauses.BARE_VERB.search(head)):
        # `公开财政信息3条`: a category outside of a list.
        return None if tail.strip("。；） ") else clause.head.lone_category
    named = [words for words in earlier if words.channels]
    if named:
        through = named[-1] is earlier[-1] and clauses.THROUGH.search(named[-1].text)
        if len(named[-1].channels) == 1 and "等" not in named[-1].text:
            # 通过政府网站，发布信息30条 is the channel's; with 全年共 before the figure it may be either.
            return named[-1].channels[0] if through and not _BOUNDED.search(head) else None
        return "total_disclosed" if _BOUNDED.search(head) else None
    return None if _is_of_channel(clause.before) else "total_disclosed"


def _is_of_channel(before: str) -> bool:
    """`1.门户网站公开情况。全年发布信息30条`: a heading within the paragraph gives the figure to a channel, or to none."""
    topic = re.split(r"[。！？]", before)[-2:-1]
    return (
        bool(topic) and len(topic[0]) <= 25 and bool(clauses.TOPIC.search(topic[0])) and len(channels_in(topic[0])) == 1
    )
