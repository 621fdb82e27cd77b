"""One row of a data sheet: values by the kind of their column, and for every figure that is not there the reason.

Belongs here: a row of a query to cells. Queries, headers and filters stand in `data_sheet`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.publishing.workbook.formats import MAX_LINKS, Page
from pipelines.publishing.workbook.sheets import Column
from pipelines.publishing.workbook.vocabulary import load_states, load_words

_EMPTY_CELLS = "empty_cells"
_OTHER_REASON_COLOUR = "EDEDED"
_FIGURES = ("count", "signed", "number", "share", "yuan", "wan")


class RowWriter:
    """Writes the rows of one sheet.

    Args:
        absent: why a column that the data gave has no value in a row that says nothing of it.
    """

    def __init__(self, page: Page, columns: Sequence[Column], absent: str) -> None:
        self._page, self._absent = page, absent
        self._columns = [(number, column) for number, column in enumerate(columns) if column.key != _EMPTY_CELLS]
        self._reasons_at = next((n for n, column in enumerate(columns) if column.key == _EMPTY_CELLS), None)
        self._states, self._words = load_states(), load_words()
        self._links = 0

    def write(self, row: int, values: Mapping[str, Any]) -> None:
        """Write one row of a query."""
        reasons = Counter[str]()
        figures = values.get("figures") or {}
        for number, column in self._columns:
            value = figures.get(column.key) if column.from_map else values.get(column.key)
            if value is not None:
                self._write_value(row, number, column, value)
            elif (reason := self._reason_of(column, values)) is not None:
                reasons[reason] += 1
                known = self._states.get(reason)
                self._page.blank(row, number, column.kind, known.colour if known else _OTHER_REASON_COLOUR)
        if self._reasons_at is not None and reasons:
            self._page.text(row, self._reasons_at, "、".join(self._count(reasons)))

    def _write_value(self, row: int, number: int, column: Column, value: Any) -> None:
        if column.kind in ("word", "flag"):
            self._write_word(row, number, column, str(value).lower() if column.kind == "flag" else value)
        elif column.kind == "link" and self._links < MAX_LINKS:
            self._links += 1
            self._page.link(row, number, value)
        elif column.from_map and column.kind in _FIGURES:
            self._page.value(row, number, float(value), column.kind)  # the values of a map are all of one type
        else:
            self._page.value(row, number, value, column.kind)

    def _write_word(self, row: int, number: int, column: Column, key: str) -> None:
        word = self._words[column.words or "flag"].get(key)
        state = self._states.get(key)
        if word is None:
            self._page.text(row, number, key)
        elif state is None:
            self._page.words(row, number, word, self._page.formats.of_kind("text"))
        else:
            self._page.words(row, number, word, self._page.formats.of_kind("text", state.colour))

    def _reason_of(self, column: Column, values: Mapping[str, Any]) -> str | None:
        """Why a column has no value; None for one whose null needs no reason, such as a label."""
        if column.from_map:
            reason: str | None = (values.get("reasons") or {}).get(column.key)
            return reason or (None if column.kind == "text" else self._absent)
        if column.cell is not None:
            states: Mapping[str, str] = values.get("states") or {}
            return states.get(column.cell, "not_in_form")
        return (values.get(column.state) if column.state else None) or column.empty

    def _count(self, reasons: Counter[str]) -> Iterator[str]:
        """Reasons with their number, in the order of the legend."""
        for reason in [*(s for s in self._states if s in reasons), *sorted(set(reasons) - set(self._states))]:
            yield f"{self._states[reason].name_zh if reason in self._states else reason} {reasons[reason]}"
