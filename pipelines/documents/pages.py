"""Tables of a page: which hold data, and are written cell by cell, and which only arrange the page.

Belongs here: building a page from text, lines, rows and cells in any nesting. What a format's elements are does not.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipelines.documents.conversion import MAX_CELLS, TabbedWriter, UnreadableDocument, collapse_spaces

# A line of prose, or the cells of a row; a row without cells ends a table.
Block = str | tuple[str, ...]
_TABLE_END: Block = ()
_FIGURE = re.compile(r"(?=.*\d)[\s\d.,，+\-—–/%]+")
LONG = 60
# A cell above these holds a part of the page, not a label or a value.
_PAGE_LINES = 30
_PAGE_CHARACTERS = 400


@dataclass
class Cell:
    """What stands in a cell, and whether a table of several cells stands in it."""

    blocks: deque[Block] = field(default_factory=deque)
    has_table: bool = False

    @property
    def is_page(self) -> bool:
        """Whether it holds a part of the page: sentences one below the other, or more than any cell of a form."""
        sentences = characters = 0
        for n_lines, line in enumerate(self.blocks, 1):
            sentences += len(line) > LONG or "。" in line
            characters += len(line)
            if sentences > 1 or n_lines > _PAGE_LINES or characters > _PAGE_CHARACTERS:
                return True
        return False

    @property
    def text(self) -> str:
        """Its lines on one."""
        return " ".join(block if isinstance(block, str) else " ".join(block) for block in self.blocks)


@dataclass
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)
    before: deque[Block] = field(default_factory=deque)
    cell: Cell | None = None


class PageBuilder:
    """Takes a page piece by piece, in document order, and gives its text; tables may stand in cells at any depth."""

    def __init__(self) -> None:
        self._blocks: deque[Block] = deque()
        self._tables: list[_Table] = []
        self._inline: list[str] = []
        self._n_cells = 0

    def add_text(self, text: str) -> None:
        """Add text to the line under way; white space in it is collapsed later."""
        self._inline.append(text)

    def end_line(self) -> None:
        """End the line under way: a block begins or ends, or the text breaks off here."""
        if self._inline:
            line = collapse_spaces("".join(self._inline))
            self._inline.clear()
            if line:
                self._sink().append(line)

    def open_table(self) -> None:
        """Begin a table, in the cell under way if there is one."""
        self.end_line()
        self._tables.append(_Table())

    def open_row(self) -> None:
        """Begin a row; without a table it is no row."""
        self.end_line()
        if self._tables:
            self._tables[-1].rows.append([])
            self._tables[-1].cell = None

    def open_cell(self) -> None:
        """Begin a cell; without a table it is only a line of its own."""
        self.end_line()
        if self._tables:
            table = self._tables[-1]
            if not table.rows:
                table.rows.append([])
            self._n_cells += 1
            if self._n_cells > MAX_CELLS:
                raise UnreadableDocument("too_complex", reason=f"more than {MAX_CELLS:,} cells")
            table.cell = Cell()
            table.rows[-1].append(table.cell)

    def close_cell(self) -> None:
        """End the cell under way."""
        self.end_line()
        if self._tables:
            self._tables[-1].cell = None

    def close_table(self) -> None:
        """End the table under way and decide what it is."""
        self.end_line()
        if self._tables:
            table = self._tables.pop()
            laid_out = _joined([table.before, *lay_out(table.rows)])
            cells = [cell for row in table.rows for cell in row]
            if self._tables and self._tables[-1].cell is not None:
                self._tables[-1].cell.has_table |= len(cells) > 1 or any(cell.has_table for cell in cells)
            sink = self._sink()
            joined = _joined([sink, laid_out])
            if joined is not sink:
                self._set_sink(joined)

    def text(self) -> str:
        """Return the page in the tabbed layout."""
        while self._tables:
            self.close_table()
        self.end_line()
        writer = TabbedWriter()
        for block in self._blocks:
            if isinstance(block, str):
                writer.write_prose(block)
            elif block:
                writer.write_row(block)
            else:
                writer.end_table()
        return writer.text()

    def _sink(self) -> deque[Block]:
        if not self._tables:
            return self._blocks
        table = self._tables[-1]
        return table.before if table.cell is None else table.cell.blocks

    def _set_sink(self, blocks: deque[Block]) -> None:
        if not self._tables:
            self._blocks = blocks
        elif self._tables[-1].cell is None:
            self._tables[-1].before = blocks
        else:
            self._tables[-1].cell.blocks = blocks


def lay_out(rows: list[list[Cell]]) -> Iterator[deque[Block]]:
    """Yield the blocks of a table.

    A table in a table arranges the page, unless the outer one has rows of figures; so does a cell with a part of the
    page in it, for its row; and a single cell. Single cells below each other are lines, where they are long.
    """
    cells = [cell for row in rows for cell in row]
    figures = sum(1 for row in rows if _n_figures(row) > 1)
    if len(cells) == 1 or (figures < 2 and any(cell.has_table for cell in cells)):
        yield from (cell.blocks for cell in cells)
        return
    is_list = 2 * sum(1 for row in rows if len(row) == 1) > len(rows)
    for row in rows:
        long = is_list and len(row) == 1 and ("。" in row[0].text or len(row[0].text) > LONG)
        in_page = any(cell.has_table or cell.is_page for cell in row) and _n_figures(row) < 2
        if long or in_page:
            yield from (cell.blocks for cell in row)
        elif row:
            yield deque([tuple(cell.text for cell in row)])
    if cells:
        yield deque([_TABLE_END])


def _n_figures(row: list[Cell]) -> int:
    return sum(1 for cell in row if len(cell.blocks) == 1 and _FIGURE.fullmatch(cell.text))


def _joined(parts: Iterable[deque[Block]]) -> deque[Block]:
    """Join into the longest part, so that joining table by table costs no more than the whole is long."""
    parts = list(parts)
    at = max(range(len(parts)), key=lambda i: len(parts[i]))
    joined = parts[at]
    for part in reversed(parts[:at]):
        joined.extendleft(reversed(part))
    for part in parts[at + 1 :]:
        joined.extend(part)
    return joined
