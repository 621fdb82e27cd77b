"""Figures that the prose states: disclosed, applications, disputes, money, with the words that they stand in.

Belongs here: the sentences of one report in order, each figure once. How a sentence is read stands in the `prose_…`
modules. Precision comes before recall: a figure whose subject is not clear is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipelines.parsing.prose_applications import read_activities
from pipelines.parsing.prose_disclosure import Reading, read_disclosure
from pipelines.parsing.prose_figures import Found
from pipelines.parsing.prose_respectively import read_respectively
from pipelines.parsing.prose_sentences import Line, Sentence, read_sentences


@dataclass(frozen=True, slots=True)
class ProseCount:
    """One figure; see `schemas.staging.ProseCounts`."""

    quantity: str
    value: float
    is_approximate: bool
    quote: str
    line_start: int
    line_end: int


def read_prose(lines: list[Line], report_year: int | None = None) -> list[ProseCount]:
    """Read the figures of prose lines, given as (line number, text) without headings and table lines.

    A figure of another year than `report_year` is left out; the same figure stated again is kept where it stands first.
    """
    found: dict[tuple[str, float], ProseCount] = {}
    parent: str | None = None
    for sentence in read_sentences(lines):
        counts, parent = _read_sentence(sentence.text, sentence.printed, sentence.before, report_year, parent)
        for quantity, value, approximate, quote in counts:
            if (quantity, value) not in found:
                lines_of = (sentence.line_start, sentence.line_end)
                found[quantity, value] = ProseCount(quantity, value, approximate, quote, *lines_of)
    return list(found.values())


@lru_cache(maxsize=5_000)
def _read_sentence(
    text: str, printed: str, before: str, report_year: int | None, parent: str | None
) -> tuple[tuple[tuple[str, float, bool, str], ...], str | None]:
    """What a sentence states, as (quantity, value, approximate, quote), and the figure that the next 其中 divides."""
    sentence = Sentence(text, printed, 0, 0, before)
    reading = Reading(report_year, parent)
    bound: list[Found] = []
    if "分别" in text:
        text, bound = read_respectively(text, reading.report_year)
    stated = (
        *read_disclosure(sentence, text, reading),
        *bound,
        *read_activities(sentence.text, sentence.before, reading.report_year),
    )
    counts = tuple(
        (quantity, value, approximate, sentence.quote(start, end))
        for quantity, value, approximate, start, end in stated
    )
    return counts, reading.parent
