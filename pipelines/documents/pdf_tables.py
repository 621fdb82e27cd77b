"""Ruled tables of a PDF page: their cells, also those that no four lines close, and what stands in each.

Belongs here: lines and the boxes between them. What characters make a line of text stands in `pdf_words`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pdfplumber.page import Page
from pdfplumber.table import Table, TableFinder

from pipelines.documents.pdf_words import Item, cell_text

# A line that reaches further beyond the closed cells than it may be drawn too long.
_BEYOND = 6.0
_Spot = tuple[int, int]
_Spans = dict[float, list[tuple[float, float]]]


@dataclass
class RuledTable:
    """The texts of the cells that each row has of its own, and where the table ends on the page."""

    rows: list[list[str]]
    top: float
    right: float


def take_tables(page: Page, chars: list[Item]) -> tuple[list[RuledTable], list[Item]]:
    """Return the tables of a page, and the characters that stand in none of their cells."""
    finder = TableFinder(page)
    across: _Spans = defaultdict(list)
    down: _Spans = defaultdict(list)
    for edge in finder.edges:
        if edge["orientation"] == "h":
            across[edge["top"]].append((edge["x0"], edge["x1"]))
        else:
            down[edge["x0"]].append((edge["top"], edge["bottom"]))
    tables: list[RuledTable] = []
    for table in finder.tables:
        grid = _Grid(table, across, down)
        chars = grid.take(chars)
        tables.append(RuledTable(list(grid.rows()), grid.ys[0], grid.xs[-1]))
    return tables, chars


class _Grid:
    """The spots between all lines of a table, and which cell covers each; a spot that none covers gets one."""

    def __init__(self, table: Table, across: _Spans, down: _Spans) -> None:
        self._across, self._down = across, down
        xs = sorted({x for cell in table.cells for x in (cell[0], cell[2])})
        ys = sorted({y for cell in table.cells for y in (cell[1], cell[3])})
        self.xs = _reached(xs, [across[y] for y in ys])
        self.ys = _reached(ys, [down[x] for x in xs])
        column, row = ({at: n for n, at in enumerate(lines)} for lines in (self.xs, self.ys))
        self._cell_at: dict[_Spot, _Spot] = {}
        self._closed: set[_Spot] = set()
        for x0, top, x1, bottom in table.cells:
            self._closed.add((row[top], column[x0]))
            self._cover((row[top], column[x0]), row[bottom], column[x1])
        self._close_open_ones()
        self._chars: dict[_Spot, list[Item]] = defaultdict(list)

    def take(self, chars: list[Item]) -> list[Item]:
        """Put each character into its cell and return the others."""
        others: list[Item] = []
        for char in chars:
            y = bisect_right(self.ys, (char["top"] + char["bottom"]) / 2) - 1
            x = bisect_right(self.xs, (char["x0"] + char["x1"]) / 2) - 1
            cell = self._cell_at.get((y, x))
            (others if cell is None else self._chars[cell]).append(char)
        return others

    def rows(self) -> Iterator[list[str]]:
        """Yield the texts of each row; an open cell at its end is none without text, nor is an open column before all."""
        cells = sorted(set(self._cell_at.values()))
        real = self._closed | set(self._chars)
        first = 0 if any(column == 0 and (row, column) in real for row, column in cells) else 1
        rows: dict[int, list[_Spot]] = defaultdict(list)
        for cell in cells:
            if cell[1] >= first:
                rows[cell[0]].append(cell)
        for row in rows.values():
            while row and row[-1] not in real:
                row.pop()
            if row:
                yield [cell_text(self._chars[cell]) if cell in self._chars else "" for cell in row]

    def _cover(self, cell: _Spot, end_row: int, end_column: int) -> None:
        for y in range(cell[0], end_row):
            for x in range(cell[1], end_column):
                self._cell_at.setdefault((y, x), cell)

    def _close_open_ones(self) -> None:
        """Make a cell of spots that none covers, as far as no line parts them."""
        for y in range(len(self.ys) - 1):
            for x in range(len(self.xs) - 1):
                if (y, x) in self._cell_at:
                    continue
                end_column = x + 1
                while self._is_open((y, end_column)) and not self._is_ruled_before(y, end_column):
                    end_column += 1
                end_row = y + 1
                columns = range(x, end_column)
                while all(self._is_open((end_row, c)) and not self._is_ruled_above(end_row, c) for c in columns):
                    end_row += 1
                self._cover((y, x), end_row, end_column)

    def _is_open(self, spot: _Spot) -> bool:
        return spot not in self._cell_at and spot[0] < len(self.ys) - 1 and spot[1] < len(self.xs) - 1

    def _is_ruled_before(self, y: int, x: int) -> bool:
        middle = (self.ys[y] + self.ys[y + 1]) / 2
        return any(top < middle < bottom for top, bottom in self._down.get(self.xs[x], ()))

    def _is_ruled_above(self, y: int, x: int) -> bool:
        middle = (self.xs[x] + self.xs[x + 1]) / 2
        return any(x0 < middle < x1 for x0, x1 in self._across.get(self.ys[y], ()))


def _reached(lines: list[float], crossing: list[list[tuple[float, float]]]) -> list[float]:
    """Add how far most of the lines reach that cross these: a table without a line at its side has cells there, too."""
    first, last = lines[0], lines[-1]
    touching = [[span for span in spans if span[0] < last and span[1] > first] for spans in crossing]
    begins = [begin for spans in touching for begin, _ in spans if begin < first - _BEYOND]
    ends = [end for spans in touching for _, end in spans if end > last + _BEYOND]
    n_most = max(2, (len(crossing) + 1) // 2)
    before = [max(begins)] if len(begins) >= n_most else []
    behind = [min(ends)] if len(ends) >= n_most else []
    return [*before, *lines, *behind]
