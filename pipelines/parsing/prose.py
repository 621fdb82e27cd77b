"""Figures that the prose states: disclosed, applications, disputes, money, with the words that they stand in.

Belongs here: the sentences of one report in order, each figure once. How a sentence is read stands in the `prose_…`
modules. Precision comes before recall: a figure whose subject is not clear is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
    reading = Reading(report_year)
    for sentence in read_sentences(lines):
        for count in _read_sentence(sentence, reading):
            found.setdefault((count.quantity, count.value), count)
    return list(found.values())


def _read_sentence(sentence: Sentence, reading: Reading) -> Iterator[ProseCount]:
    text = sentence.text
    bound: list[Found] = []
    if "分别" in text:
        text, bound = read_respectively(text, reading.report_year)
    reading.this_year = None
    for quantity, value, approximate, start, end in (
        *read_disclosure(sentence, text, reading),
        *bound,
        *read_activities(sentence.text, sentence.before, reading.report_year),
    ):
        quote = sentence.quote(start, end)
        yield ProseCount(quantity, value, approximate, quote, sentence.line_start, sentence.line_end)
