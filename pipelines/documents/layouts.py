"""Lines to pieces: what the marks of a layout (tabs, bars, empty lines) prove about cells and rows.

Belongs here: every layout that separates cells by a mark. What the words of a piece mean does not, nor do formats.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

BARS = "|｜│┃¦∣"
_BAR = re.compile(f"[{BARS}]")
# Ruling of a table drawn with characters, and the line below the head of a table in Markdown.
_RULE = re.compile(rf"^[\s{BARS}]*(?:[:+\-=_─━═┄┅┈┉]{{3}}|[┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬])[\s{BARS}:+\-=_─-╬]*$")
_PROSE = re.compile(r"[\d。，]")
# So many rows make a layout of a mark that prose uses too.
_MIN_ROWS = 8
# A spreadsheet's export puts its cells between quotation marks.
_QUOTED = re.compile(r'(?:(?<=\|)|^)[ ]*"([^"|]*)"[ ]*(?=\||$)')
# Each cell in brackets of its own: [规章][0][0][0].
_BRACKETED = re.compile(r"[\[【]([^\[\]【】]*+)[\]】]\s*+")
_BRACKETED_ROW = re.compile(rf"\s*+(?:{_BRACKETED.pattern}){{2,}}")
_BLANK = re.compile(r"[\s\u3000\u200b\ufeff]*")


class Piece(NamedTuple):
    """A cell, or a line without any mark.

    Attributes:
        style: `tab` or `bar` for a cell between marks, `line` for a whole line, `empty` for an empty one.
        row: pieces printed as one row of a grid share it; 0 where nothing says which cells make a row.
    """

    text: str
    line_start: int
    line_end: int
    style: str
    row: int


def is_rule(line: str) -> bool:
    """Tell whether a line only draws a table's ruling."""
    return bool(_RULE.match(line)) and not any(char.isalnum() for char in line)


def split_pieces(lines: list[str]) -> list[Piece]:
    """Split the lines of one text (line 1 first) into pieces, in order."""
    lines = _with_bars(lines)
    edges = _Edges.of(lines)
    upright = _is_upright(lines, edges)
    tabbed = [line for line in lines if "\t" in line]
    tab_before = sum(1 for line in tabbed if line[0] == "\t") > 0.8 * len(tabbed)
    pieces: list[Piece] = []
    ends_empty = upright == "between" and _cells_follow_bars(lines)
    lone_bars = empty = 0
    for number, line in enumerate(lines, 1):
        if is_rule(line):
            continue
        if _BAR.search(line):
            if upright == "between" and _is_lone(line):
                # Empty lines behind a cell, or more than an empty cell takes: a row ends here, the next begins with none.
                begins_row = ends_empty and empty > (1 if lone_bars else 0)
                lone_bars += 1
                blanks = (lone_bars > 1) + begins_row
                pieces.extend(Piece("", number, number, "bar", 0) for _ in range(blanks))
                empty = 0
                continue
            pieces.extend(_split_bars(line, number, upright, edges))
        elif "\t" in line:
            pieces.extend(_split_tabs(line, number, tab_before))
        elif _BLANK.fullmatch(line):
            pieces.append(Piece("", number, number, "empty", 0))
            empty += 1
            continue
        else:
            if ends_empty and lone_bars and empty:
                pieces.append(Piece("", number - 1, number - 1, "bar", 0))
            pieces.append(Piece(line, number, number, "line", 0))
        lone_bars = empty = 0
    return pieces


def _with_bars(lines: list[str]) -> list[str]:
    """Write a bar for whatever else separates cells: a double bar, brackets, or a comma or semicolon in rows of figures."""
    runs = [run for line in lines for run in re.findall(r"\|+", line)]
    if len(runs) >= _MIN_ROWS and all(len(run) % 2 == 0 for run in runs):
        return [line.replace("||", "|") for line in lines]
    if runs:
        return lines
    if sum(1 for line in lines if _BRACKETED_ROW.fullmatch(line)) >= _MIN_ROWS:
        return [f"|{'|'.join(_BRACKETED.findall(line))}|" if _BRACKETED_ROW.fullmatch(line) else line for line in lines]
    for separator in (",", ";"):
        row = re.compile(rf"(?=[^{separator}。]*[\u4e00-\u9fff）)\"])[^{separator}。]*+(?:{separator}[\s\d+\-/—.\"]*)+")
        if sum(1 for line in lines if row.fullmatch(line)) >= _MIN_ROWS:
            # A line with figures that is no such row keeps its thousands.
            return [
                _split_at(separator, line) if row.fullmatch(line) or not _PROSE.search(line) else line for line in lines
            ]
    return lines


def _split_at(separator: str, line: str) -> str:
    """Write a bar for each separator; one within quotation marks belongs to its cell, as in "12,345"."""
    if '"' not in line:
        return line.replace(separator, "|")
    if line.count('"') % 2 == 0:
        with suppress(csv.Error):
            return "|".join(next(csv.reader([line], delimiter=separator, skipinitialspace=True)))
    return _QUOTED.sub(r"\1", line.replace(separator, "|"))


def _cells_follow_bars(lines: list[str]) -> bool:
    """Tell whether a cell stands right below its bar and the last of a row has none behind it.

    Then an empty line below a bar is an empty cell that ends a row.
    """
    right_below = further_below = unended = 0
    after_bar = False
    empty = 0
    for line in lines:
        if _BLANK.fullmatch(line):
            empty += 1
            continue
        is_bar = _BAR.search(line) is not None and _is_lone(line)
        if not is_bar:
            right_below += after_bar and empty == 0
            further_below += after_bar and empty > 0
            unended += not after_bar and empty > 0
        after_bar, empty = is_bar, 0
    return right_below > further_below and unended > max(8, further_below / 5)


def _is_lone(line: str) -> bool:
    return _BLANK.fullmatch(_BAR.sub("", line)) is not None


def _is_upright(lines: list[str], edges: _Edges) -> str | None:
    """Tell how bars stand where cells are printed one below the other.

    Returns:
        `behind`: each line is one cell with a bar behind (a bar alone is an empty cell); `between`: bars stand on lines of
        their own between the cells; None: bars stand within rows.
    """
    barred = [line for line in lines if _BAR.search(line) and not is_rule(line)]
    lone = sum(1 for line in barred if _is_lone(line) and len(_BAR.findall(line)) == 1)
    single = sum(1 for line in barred if not _is_lone(line) and len(_cells_between(line, edges)) == 1)
    if (lone + single) < 8 or (lone + single) < 0.7 * len(barred):
        return None
    return "behind" if single >= 5 else "between"


@dataclass(frozen=True, slots=True)
class _Edges:
    """Whether rows begin and end with a bar: then the first or last bar has no cell on its outer side."""

    opened: bool
    closed: bool

    @classmethod
    def of(cls, lines: list[str]) -> _Edges:
        """The way in which most rows have the width of the row above; of equals, as most rows begin and end."""
        barred = [line.strip() for line in lines if _BAR.search(line) and not is_rule(line) and not _is_lone(line)]
        opened = 2 * sum(1 for line in barred if line[0] in BARS) >= len(barred)
        closed = 2 * sum(1 for line in barred if line[-1] in BARS) >= len(barred)
        ways = sorted(
            (cls(*way) for way in product((True, False), repeat=2)),
            key=lambda way: (way.opened != opened) + (way.closed != closed),
        )
        rows = [line for line in barred if len(_BAR.findall(line)) > 1]
        widths = [[len(_cells_between(line, way)) for line in rows] for way in ways]
        alike = [sum(1 for a, b in pairwise(each) if a == b) for each in widths]
        return ways[alike.index(max(alike))]


def _cells_between(line: str, edges: _Edges) -> list[str]:
    cells = _BAR.split(line.strip())
    if edges.opened and len(cells) > 1 and cells[0] == "":
        del cells[0]
    if edges.closed and len(cells) > 1 and cells[-1] == "":
        del cells[-1]
    return cells


def _split_bars(line: str, number: int, upright: str | None, edges: _Edges) -> Iterator[Piece]:
    row = 0 if upright else number
    if upright == "behind" and _is_lone(line):
        yield Piece("", number, number, "bar", row)
        return
    for cell in _cells_between(line, edges):
        yield Piece(cell, number, number, "bar", row)


def _split_tabs(line: str, number: int, tab_before: bool) -> Iterator[Piece]:
    """Cells between tabs; where nearly every line begins with a tab, each cell has one before it."""
    cells = line.split("\t")
    if tab_before and cells[0] == "":
        del cells[0]
    for cell in cells:
        yield Piece(cell, number, number, "tab", number)
