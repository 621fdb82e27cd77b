"""One row of a data sheet: values by the kind of their column, and for every figure that is not there the reason.

Belongs here: a row of a query to cells. Queries, headers and filters stand in `data_sheet`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.publishing.workbook.cells import Cells
from pipelines.publishing.workbook.formats import Page
from pipelines.publishing.workbook.row_sheet import cell, column_name
from pipelines.publishing.workbook.sheets import Column
from pipelines.publishing.workbook.texts import web_address
from pipelines.publishing.workbook.vocabulary import load_states

_EMPTY_CELLS = "empty_cells"
_FIGURES = ("count", "signed", "number", "share", "yuan", "wan")
# Excel opens no sheet with more links; from there on the address stands as text.
MAX_LINKS = 60_000


class RowWriter:
    """Writes the rows of one sheet.

    Args:
        absent: why a column that the data gave has no value in a row that says nothing of it.
    """

    def __init__(self, page: Page, columns: Sequence[Column], absent: str) -> None:
        self._page, self._absent, self._cells = page, absent, Cells(page.formats)
        self._columns = [(number, column_name(number), column) for number, column in enumerate(columns)]
        self._links = 0

    def write(self, row: int, values: Mapping[str, Any]) -> None:
        """Write one row of a query."""
        self._page.target.begin_row(row)
        reasons: dict[str, int] = {}
        cells: list[str] = []
        reasons_at: tuple[int, str] | None = None
        for number, name, column in self._columns:
            if column.key == _EMPTY_CELLS:
                # The reasons of all columns are counted there, also of those behind it.
                reasons_at = len(cells), name
                continue
            value = values.get(f"figures {column.key}" if column.from_map else column.key)
            if value is not None:
                cells.append(cell(name, row, self._content(row, number, column, value)))
            elif (reason := self._reason_of(column, values)) is not None:
                reasons[reason] = reasons.get(reason, 0) + 1
                cells.append(cell(name, row, self._cells.missing(column.kind, reason)))
        if reasons_at is not None and reasons:
            at, name = reasons_at
            cells.insert(at, cell(name, row, self._cells.text("、".join(self._count(reasons)))))
        if cells:
            self._page.target.write_cells(row, "".join(cells))

    def _content(self, row: int, number: int, column: Column, value: Any) -> str:
        if column.kind == "word":
            return self._cells.word(column.words or "flag", value)
        if column.kind == "flag":
            return self._cells.word(column.words or "flag", str(value).lower())
        if column.kind == "link" and self._links < MAX_LINKS:
            self._links += 1
            return self._link(row, number, value)
        if column.from_map and column.kind in _FIGURES:
            return self._cells.value(float(value), column.kind)  # the values of a map are all of one type
        return self._cells.value(value, column.kind)

    def _link(self, row: int, number: int, address: str) -> str:
        """An address as a link if it is one to follow, else as text."""
        checked = web_address(address)
        if checked is None:
            return self._cells.text(address)
        self._page.link(row, number, checked)
        return self._cells.link(checked)

    def _reason_of(self, column: Column, values: Mapping[str, Any]) -> str | None:
        """Why a column has no value; None for one whose null needs no reason, such as a label."""
        if column.from_map:
            reason: str | None = values.get(f"reasons {column.key}")
            return reason or (None if column.kind == "text" else self._absent)
        if column.cell is not None:
            return values.get(f"state {column.cell}") or "not_in_form"
        return (values.get(column.state) if column.state else None) or column.empty

    def _count(self, reasons: Mapping[str, int]) -> Iterator[str]:
        """Reasons with their number, in the order of the legend."""
        states = load_states()
        for reason in [*(s for s in states if s in reasons), *sorted(set(reasons) - set(states))]:
            yield f"{states[reason].name_zh if reason in states else reason} {reasons[reason]}"
