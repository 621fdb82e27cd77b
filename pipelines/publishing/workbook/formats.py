"""How cells look: number formats, widths, colours, print set-up, and the one way that a text of a document gets into a cell.

Belongs here: formats of the workbook and writing one cell. What stands where is decided by the sheets.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from pipelines.publishing.workbook.row_sheet import RowSheet
from pipelines.publishing.workbook.texts import fit_cell, may_run, show_hidden

NUMBER_FORMATS = {
    "count": "#,##0",
    "signed": "+#,##0;-#,##0;0",
    "number": "#,##0.##",
    "share": "0.0%",
    "yuan": "#,##0.00",
    "wan": "#,##0.00####",
    "year": "0",
    "date": "yyyy-mm-dd",
}
WIDTHS = {"year": 7.0, "date": 12.0, "yuan": 16.0, "wan": 16.0, "link": 30.0, "flag": 8.0}
DEFAULT_WIDTH = 11.0
_LONG = "long"
_PAPER_A4 = 9
_FONT = {"font_name": "等线", "font_size": 10, "valign": "top"}
_HEADER_COLOUR, _LINE_COLOUR, _NOTE_COLOUR, _LINK_COLOUR = "#1F4E78", "#BFBFBF", "#595959", "#0563C1"
# XlsxWriter takes a text between these two for XML of its own.
_RAW_START, _RAW_END = "<r>", "</r>"


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._of_kind: dict[tuple[str, str | None, bool], Format] = {}
        self.header = self.make(
            bold=True, font_color="#FFFFFF", bg_color=_HEADER_COLOUR, border=1, border_color=_LINE_COLOUR,
            text_wrap=True, align="center", valign="vcenter",
        )  # fmt: skip
        self.note = self.make(font_color=_NOTE_COLOUR, valign="vcenter")
        self.link = self.make(font_color=_LINK_COLOUR, underline=1)
        self.title = self.make(bold=True, font_size=16, font_color=_HEADER_COLOUR)
        self.heading = self.make(bold=True, font_size=12, font_color=_HEADER_COLOUR)
        self.warning = self.make(bold=True, font_color="#C00000")
        self.wrapped = self.make(text_wrap=True)
        self.plain = self.make()
        self.emphasis = workbook.add_format({"bold": True, "font_color": "#C00000"})

    def make(self, **properties: Any) -> Format:
        """Return the format with these properties, on the workbook's font."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**_FONT, **properties})
        return self._made[key]

    def of_kind(self, kind: str, colour: str | None = None, quoted: bool = False) -> Format:
        """Return the format of a column's kind, shaded and, for a text that could run, marked as text."""
        key = (kind, colour, quoted)
        if key not in self._of_kind:
            self._of_kind[key] = self._make_kind(kind, colour, quoted)
        return self._of_kind[key]

    def _make_kind(self, kind: str, colour: str | None, quoted: bool) -> Format:
        properties: dict[str, Any] = {}
        if kind in NUMBER_FORMATS:
            properties["num_format"] = NUMBER_FORMATS[kind]
        if kind == _LONG:
            properties["text_wrap"] = True
        if colour:
            properties["bg_color"] = f"#{colour}"
            properties["border"], properties["border_color"] = 1, _LINE_COLOUR
        if quoted:
            properties["quote_prefix"] = True
        return self.make(**properties)


def safe_text(text: str) -> str:
    """Return a text as it may stand in a cell: nothing hidden, not too long, no XML."""
    shown = fit_cell(show_hidden(text))
    if shown.startswith(_RAW_START) and shown.endswith(_RAW_END):
        shown = f"{shown} "
    return shown


class Page:
    """A sheet that is being written, from the top down, with the formats of its workbook."""

    def __init__(self, workbook: Workbook, name: str, formats: Formats) -> None:
        self.target: RowSheet = workbook.get_worksheet_by_name(name)
        self.formats = formats

    def words(self, row: int, column: int, words: str, look: Format) -> None:
        """Write words of our own."""
        self.target.write_string(row, column, words, look)

    def text(self, row: int, column: int, text: str, kind: str = "text") -> None:
        """Write a text as a string, never as a formula, link or number; one that could run is marked as text for good.

        The mark (Excel's own leading apostrophe) holds when somebody edits the cell.
        """
        self.target.write_string(row, column, safe_text(text), self.formats.of_kind(kind, quoted=may_run(text)))

    def count(self, row: int, column: int, number: int, kind: str = "count") -> None:
        """Write a number of our own."""
        self.target.write_number(row, column, number, self.formats.of_kind(kind))

    def link(self, row: int, column: int, address: str) -> None:
        """Have a cell lead to a checked address."""
        self.target.write_url(row, column, address, self.formats.link, string=safe_text(address))

    def link_to_sheet(self, row: int, column: int, name: str, words: str) -> None:
        """Write a link to another sheet of the workbook."""
        self.target.write_url(row, column, f"internal:'{name}'!A1", self.formats.link, string=words)

    def set_print(self, name: str, repeated_rows: int) -> None:
        """Landscape A4, as wide as the page, with the first rows on every page."""
        self.target.set_landscape()
        self.target.set_paper(_PAPER_A4)
        self.target.fit_to_pages(1, 0)
        self.target.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        if repeated_rows:
            self.target.repeat_rows(0, repeated_rows - 1)
        self.target.set_header(f"&L{name}&RGID Warehouse")
        self.target.set_footer("&C第 &P 页，共 &N 页")
