"""A tabbed text to its skeleton: the lines of its tables with a mark for every plain figure, and the prose round them.

Belongs here: cutting one text as `documents.plain_text` does. What the cells of a skeleton are is told in `templates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.documents.layouts import BARS
from pipelines.documents.plain_text import FIGURES, PROSE
from pipelines.parsing.leftovers import may_hold_row

FIGURE_MARK = "\x00"
# Stands for the prose between two tables: however much it is, it ends the grid and nothing else.
PROSE_MARK = "\x01"
# Bars make another layout; the last four are white space for Python and not for polars.
_REFUSED = BARS + FIGURE_MARK + PROSE_MARK + "\x1c\x1d\x1e\x1f"
# `parse_values` reads these as one number or zero, whatever the digits are; 012 may be two cells that have run together.
_FIGURE_LINE = re.compile(r"\n\t([ \u3000\xa0]*+(?:[1-9][0-9]{0,10}+|0++)(?:\.[0-9]{1,6}+)?[ \u3000\xa0]*+)(?=\n)")
_OTHER_LINE = re.compile(r"\n([^\t\n\x00][^\n\x00]*+)")
_FIGURES = re.compile(FIGURES)
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
    parts = _FIGURE_LINE.split(f"\n{text}\n")
    if len(parts) == 1:
        return None
    # The last line break was put there only for a figure on the last line.
    cutter = _Cutter()
    for place, piece in enumerate(_OTHER_LINE.split(FIGURE_MARK.join(parts[::2])[:-1])):
        if place % 2:
            cutter.take_line(piece)
        elif piece:
            cutter.take_cells(piece)
    cutter.end_table()
    if any(may_hold_row(line) for _, line in cutter.prose):
        return None
    return Skeleton(PROSE_MARK.join(cutter.tables), cutter.starts, parts[1::2], cutter.prose)


class _Cutter:
    """Lines in order: of cells and empty ones together, others one by one. A line begins with a break or is a mark."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.starts: list[int] = []
        self.prose: list[tuple[int, str]] = []
        self._table = ""
        self._line = 0
        # The first line of the cell right above, while lines below it may still be its own.
        self._head: str | None = None

    def take_cells(self, lines: str) -> None:
        if not self._table:
            bare = lines.lstrip("\n")
            n_empty = len(lines) - len(bare) - bare.startswith("\t")
            lines = lines[n_empty:]
            self._line += n_empty
            if not lines:
                self._head = None
                return
            self.starts.append(self._line + 1)
        self._table += lines
        self._line += lines.count("\n") + lines.count(FIGURE_MARK)
        if lines.endswith("\n"):
            self._head = None
        else:
            self._head = "0" if lines.endswith(FIGURE_MARK) else lines[lines.rindex("\t") :]

    def take_line(self, line: str) -> None:
        self._line += 1
        if not line.strip():
            self._table += "\n" if self._table else ""
            self._head = None
        elif self._head is not None and not _is_broken(self._head, line):
            self._table += "\n" + line
        else:
            self.end_table()
            self.prose.append((self._line, line))
            self._head = None

    def end_table(self) -> None:
        if self._table:
            self.tables.append(self._table.rstrip("\n"))
            self._table = ""


def _is_broken(head: str, line: str) -> bool:
    """Tell whether a line directly below a cell is prose: the same as `documents.plain_text` says of many lines at once."""
    if _FIGURES.search(head):
        return _PROSE.search(line) is not None or (not head.strip() and _FIGURES.search(line) is not None)
    return False
