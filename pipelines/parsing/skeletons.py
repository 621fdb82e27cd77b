"""A tabbed text to its skeleton: the lines of its tables with a mark for every plain figure, and the prose round them.

Belongs here: cutting one text as `documents.plain_text` does. What the cells of a skeleton are is told in `templates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.documents.layouts import BARS
from pipelines.documents.plain_text import FIGURES, PROSE
from pipelines.forms.caches import cache_short
from pipelines.parsing.leftovers import may_hold_row

FIGURE_MARK = "\x00"
# Stands for the prose between two tables: however much it is, it ends the grid and nothing else.
PROSE_MARK = "\x01"
# Bars make another layout; the last four are white space for Python and not for polars.
_REFUSED = BARS + FIGURE_MARK + PROSE_MARK + "\x1c\x1d\x1e\x1f"
# `parse_values` reads these as one number or zero, whatever the digits are; 012 may be two cells that have run together.
# Most figures are 0.
_FIGURE = r"(?:0(?=\n)|[ \u3000\xa0]*(?:[1-9][0-9]{0,10}|0+)(?:\.[0-9]{1,6})?[ \u3000\xa0]*(?=\n))"
_FIGURE_LINES = re.compile(rf"\n\t({_FIGURE}(?:\n\t{_FIGURE})*)")
_OTHER_LINE = re.compile(r"\n([^\t\n][^\n]*)")
# Python's patterns go back where those of polars do not: here, what is spaces and digits is never given back.
_FIGURES = re.compile(FIGURES.replace("]*[", "]*+[", 1))
# What is above a line that may continue a cell: whether it is figures at most, whether it is empty.
_Head = tuple[bool, bool]
_PLAIN: _Head = (True, False)
_PROSE = re.compile(PROSE)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A text cut up.

    Attributes:
        signature: the lines of its tables; texts of one signature have the same cells, whatever their figures and prose.
        starts: the line on which each table begins; a table is a run of lines without prose in it.
        figures: the plain figures in order, as printed behind their tab.
        prose: the lines outside of the tables, as (line, text).
        n_without: how many of the figures are no number, in a signature whose values are marks whatever they are.
    """

    signature: str
    starts: list[int]
    figures: list[str]
    prose: list[tuple[int, str]]
    n_without: int = 0


def cut_skeleton(text: str) -> Skeleton | None:
    """Return a text's skeleton; None for a text without tabbed lines or figures, with other marks, or with rows in its prose."""
    n_tabs = text.count("\n\t") + text.startswith("\t")
    if not n_tabs or text.count("\t") != n_tabs or any(mark in text for mark in _REFUSED):
        return None
    # The last line break is put there only for a figure on the last line.
    first, *parts = _FIGURE_LINES.split(f"\n{text}\n")
    if not parts:
        return None
    cutter = _Cutter()
    cutter.take_lines(first)
    for run, lines in zip(parts[:-2:2], parts[1:-1:2], strict=True):
        cutter.take_figures(run.count("\n") + 1)
        cutter.join(_between_figures(lines))
    cutter.take_figures(parts[-2].count("\n") + 1)
    cutter.take_lines(parts[-1][:-1])
    cutter.end_table()
    if any(map(may_hold_row, [line for _, line in cutter.prose])):
        return None
    figures = "\n\t".join(parts[::2]).split("\n\t")
    return Skeleton(PROSE_MARK.join(cutter.tables), cutter.starts, figures, cutter.prose)


class _Cutter:
    """Lines in order: of cells and empty ones together, others one by one. A line begins with a break or is a mark."""

    __slots__ = ("_head", "_line", "_table", "prose", "starts", "tables")

    def __init__(self, *, is_below_figure: bool = False) -> None:
        self.tables: list[str] = []
        self.starts: list[int] = []
        self.prose: list[tuple[int, str]] = []
        # The parts of the table under way.
        self._table = [""] if is_below_figure else []
        self._line = 0
        # The first line of the cell right above, while lines below it may still be its own.
        self._head: _Head | None = _PLAIN if is_below_figure else None

    def take_lines(self, lines: str) -> None:
        for place, piece in enumerate(_OTHER_LINE.split(lines)):
            if place % 2:
                self._take_line(piece)
            elif piece:
                self._take_cells(piece)

    def take_figures(self, n: int) -> None:
        if not self._table:
            self.starts.append(self._line + 1)
        self._table.append(FIGURE_MARK * n)
        self._line += n
        self._head = _PLAIN

    def join(self, inner: _Cutter) -> None:
        """Go on below a figure with lines that were cut up by themselves; figures follow."""
        if inner.tables:
            ended, *others = inner.tables
            self._table.append(ended)
            self.end_table()
            self.tables += others
            self.starts += [self._line + line for line in inner.starts]
            self.prose += [(self._line + line, text) for line, text in inner.prose]
        self._table += inner._table
        self._line += inner._line

    def end_table(self) -> None:
        if self._table:
            self.tables.append("".join(self._table).rstrip("\n"))
            self._table = []

    def _take_cells(self, lines: str) -> None:
        if not self._table:
            bare = lines.lstrip("\n")
            n_empty = len(lines) - len(bare) - bare.startswith("\t")
            lines = lines[n_empty:]
            self._line += n_empty
            if not lines:
                self._head = None
                return
            self.starts.append(self._line + 1)
        self._table.append(lines)
        self._line += lines.count("\n")
        self._head = None if lines.endswith("\n") else _head_of(lines[lines.rindex("\t") :])

    def _take_line(self, line: str) -> None:
        self._line += 1
        if not line.strip():
            if self._table:
                self._table.append("\n")
            self._head = None
        elif self._head is not None and not _is_broken(self._head, line):
            self._table.append("\n" + line)
        else:
            self.end_table()
            self.prose.append((self._line, line))
            self._head = None


@cache_short(maxsize=20_000)
def _between_figures(lines: str) -> _Cutter:
    """Lines below one figure and above another cut up: the same in nearly all texts of a form."""
    cutter = _Cutter(is_below_figure=True)
    cutter.take_lines(lines)
    if cutter._table:
        cutter._table = ["".join(cutter._table)]
    return cutter


def _head_of(cell: str) -> _Head:
    return _FIGURES.search(cell) is not None, not cell.strip()


def _is_broken(head: _Head, line: str) -> bool:
    """Tell whether a line directly below a cell is prose: the same as `documents.plain_text` says of many lines at once."""
    is_figures, is_empty = head
    return is_figures and (_PROSE.search(line) is not None or (is_empty and _FIGURES.search(line) is not None))
