"""What the column `missing` says: the operands of a place that a report has no figure for, and why.

Belongs here: the wording. Most reports lack the same operands, so that each wording is made once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.evaluation.operands import FIGURE, FIRST_NULL, NOT_FOUND, Numbers
from pipelines.evaluation.rule_places import Place, Term

# Beside the states of an operand: not found, and the body has no report of the year before; figures need no words.
NO_LAST_YEAR = -1
_UNKNOWN_LEVEL = "level of the body unknown"


class MissingWords:
    """The wordings of a slice, numbered as they are met; -1 is none."""

    def __init__(self, states: Sequence[str], max_named: int) -> None:
        self.words: list[str] = []
        self._states = states
        self._max_named = max_named
        self._numbers: dict[str, int] = {}

    def numbers(self, place: Place, states: Numbers, is_level_unknown: Numbers, is_missing: Numbers) -> Numbers:
        """Return the number of the wording for each report, given the states of its operands (one row a term)."""
        found = np.full(len(is_missing), -1, np.int32)
        lacking = np.flatnonzero(is_missing)
        if not len(lacking):
            return found
        told = np.vstack([states[:, lacking], is_level_unknown[lacking]]).astype(np.int16)
        rows = np.ascontiguousarray(told.T).view(np.dtype((np.void, told.shape[0] * told.itemsize))).ravel()
        _, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
        wordings = [self._number(place.terms, told[:-1, k].tolist(), bool(told[-1, k]), place.per_table) for k in first]
        found[lacking] = np.array(wordings, np.int32)[inverse]
        return found

    def _number(self, terms: Sequence[Term], states: list[int], is_level_unknown: bool, per_table: bool) -> int:
        lacking = [
            f"{term.operand} {self._why(term, state)}"
            for term, state in zip(terms, states, strict=True)
            if state != FIGURE and not (per_table and state <= NOT_FOUND)
        ]
        parts = [_UNKNOWN_LEVEL] if is_level_unknown else []
        parts += lacking[: self._max_named]
        if len(lacking) > self._max_named:
            parts.append(f"and {len(lacking) - self._max_named} more")
        text = "; ".join(parts)
        if text not in self._numbers:
            self._numbers[text] = len(self.words)
            self.words.append(text)
        return self._numbers[text]

    def _why(self, term: Term, state: int) -> str:
        if state >= FIRST_NULL:
            return self._states[state - FIRST_NULL]
        if term.kind == "quantity":
            return "not stated"
        if not term.in_last_year:
            return "not printed"
        return "no report of the year before" if state == NO_LAST_YEAR else "not in the form of the year before"
