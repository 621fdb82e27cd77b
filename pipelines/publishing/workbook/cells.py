"""The values of a data sheet as cells: how a number, a date, a word, a text of a document and a missing figure look.

Belongs here: a value and its kind to the content of a cell. Which column holds what stands in `rows`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache
from typing import Any

from pipelines.publishing.workbook.formats import Formats, safe_text
from pipelines.publishing.workbook.row_sheet import blank_content, number_content, number_of_day, text_content
from pipelines.publishing.workbook.texts import may_run
from pipelines.publishing.workbook.vocabulary import load_states, load_words

# A figure that is carried as text and loses nothing as a number.
_FIGURE = re.compile(r"-?\d{1,15}|-?\d{1,9}\.\d{1,6}", re.ASCII)
_OTHER_REASON_COLOUR = "EDEDED"
# Names of places, bodies and units come again and again; whole paragraphs do not.
_KEPT_TEXTS, _LONGEST_KEPT = 20_000, 60


class Cells:
    """The cells of one workbook."""

    def __init__(self, formats: Formats) -> None:
        self.formats = formats
        self._short_text = lru_cache(_KEPT_TEXTS)(self._text)
        self.word = lru_cache(_KEPT_TEXTS)(self._word)
        self.missing = lru_cache(_KEPT_TEXTS)(self._missing)

    def text(self, text: str, kind: str = "text") -> str:
        """A text, never a formula, link or number; one that could run is marked as text for good.

        The mark (Excel's own leading apostrophe) holds when somebody edits the cell.
        """
        return self._short_text(text, kind) if len(text) <= _LONGEST_KEPT else self._text(text, kind)

    def value(self, value: Any, kind: str) -> str:
        """A value that is there, by its type: a number, a date, or a text."""
        if isinstance(value, str):
            if kind == "figure" and _FIGURE.fullmatch(value):
                return number_content(self.formats.plain, float(value))
            return self.text(value, kind)
        if isinstance(value, dt.date):
            return self._date(value)
        if not math.isfinite(value):
            # Excel has no such number.
            return self.text(str(value))
        return number_content(self.formats.of_kind(kind), float(value))

    def link(self, address: str) -> str:
        """The words of an address that is a link."""
        return text_content(self.formats.link, safe_text(address))

    def _text(self, text: str, kind: str) -> str:
        return text_content(self.formats.of_kind(kind, quoted=may_run(text)), safe_text(text))

    def _word(self, vocabulary: str, key: str) -> str:
        """A key of a vocabulary in Chinese, one of a state in its colour; without a word it is shown as it is."""
        word, state = load_words()[vocabulary].get(key), load_states().get(key)
        if word is None:
            return self._text(key, "text")
        return text_content(self.formats.of_kind("text", state.colour if state else None), word)

    def _missing(self, kind: str, reason: str) -> str:
        """An empty cell, shaded with the reason for it."""
        known = load_states().get(reason)
        return blank_content(self.formats.of_kind(kind, known.colour if known else _OTHER_REASON_COLOUR))

    def _date(self, day: dt.date) -> str:
        if day.year < 1900:  # Excel has no such day
            return self.text(dt.date(day.year, day.month, day.day).isoformat())
        return number_content(self.formats.of_kind("date"), number_of_day(day))
