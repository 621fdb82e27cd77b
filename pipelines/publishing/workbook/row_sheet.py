"""A sheet that takes a whole row at once, each cell as the XML that XlsxWriter itself would write for it.

Belongs here: what a cell is in the file, and the row into it. XlsxWriter makes some twenty calls a cell, and a workbook has
millions of them; all else of a sheet (header, links, filter, print set-up) is written by XlsxWriter's own methods.
"""

from __future__ import annotations

import datetime as dt

from xlsxwriter.format import Format
from xlsxwriter.utility import _datetime_to_excel_datetime, _preserve_whitespace, xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class RowSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter is not typed
    """A worksheet of a workbook with `constant_memory`, whose rows are written from the top down."""

    def begin_row(self, row: int) -> None:
        """End the row above, so that its formats are numbered before those of this one.

        Raises:
            ValueError: Excel has no such row, or a row below it is written already.
        """
        if self._check_dimensions(row, 0):
            raise ValueError(f"row {row} of sheet {self.name} cannot be written")
        if row > self.previous_row:
            self._write_single_row(row)

    def write_cells(self, row: int, cells: str) -> None:
        """Write the row that was begun: ready cells in the order of their columns, none of them outside of the header."""
        # A link puts its words there; they are among the cells that are given.
        self.table.clear()
        self.row_data_fh.write(f'<row r="{row + 1}">{cells}</row>')


def column_name(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    return str(xl_col_to_name(column))


def cell(column: str, row: int, content: str) -> str:
    """Return a cell: its place, and what one of the functions below gives as its content; rows are counted from 0."""
    return f'<c r="{column}{row + 1}"{content}'


def number_content(look: Format, number: float) -> str:
    """What follows the place of a cell with a number."""
    return f' s="{look._get_xf_index()}"><v>{number:.16G}</v></c>'


def number_of_day(day: dt.date) -> float:
    """Return the number under which Excel knows a day."""
    return float(_datetime_to_excel_datetime(dt.datetime(day.year, day.month, day.day), False, True))


def blank_content(look: Format) -> str:
    """What follows the place of an empty cell."""
    return f' s="{look._get_xf_index()}"/>'


def text_content(look: Format, text: str) -> str:
    """What follows the place of a cell with a text that `safe_text` has passed."""
    shown = Worksheet._escape_control_characters(text)
    space = ' xml:space="preserve"' if _preserve_whitespace(shown) else ""
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' s="{look._get_xf_index()}" t="inlineStr"><is><t{space}>{shown}</t></is></c>'
