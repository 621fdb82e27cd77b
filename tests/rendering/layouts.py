"""Layouts of plain text: one page printed in the many ways in which its table reaches a reader as text.

Belongs here: where cells and rows go on the lines. HTML, markdown, Word and PDF stand in `markup` and `binaries`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from tests.rendering.grids import Page, Paragraph, Row, Slot, Table
from tests.rendering.truth import Key


@dataclass
class Line:
    """A printed line and the cells that stand on it."""

    text: str
    keys: tuple[Key, ...] = ()
    is_table: bool = False


@dataclass
class Print:
    """A printed page: its lines, or the bytes of a format without lines."""

    lines: list[Line] = field(default_factory=list)
    content: bytes | None = None
    extension: str = "txt"
    encoding: str = "utf-8"
    record: int | None = None


TablePrinter = Callable[[random.Random, Page, Table], list[Line]]


def print_page(
    rng: random.Random, page: Page, print_table: TablePrinter, gap: bool | None = None, after: bool = True
) -> Print:
    """Print paragraphs a line each and tables by a layout's own printer.

    gap: empty lines between paragraphs. after: an empty line behind a table, where it cannot be taken for a cell.
    """
    lines: list[Line] = []
    gap = rng.random() < 0.3 if gap is None else gap
    for block in page.blocks:
        if isinstance(block, Paragraph):
            lines += [Line(part) for part in block.text.split("\n")]
            lines += [Line("")] if gap else []
        else:
            lines += [Line("")] if rng.random() < 0.5 else []
            lines += print_table(rng, page, block)
            lines += [Line("")] if after else []
    return Print(lines)


def spread(row: Row, mode: str) -> list[Slot]:
    """The cells of a row in order.

    compact: merged cells once; grid: blank to the right of a merged cell and below it; repeated: its text again there.
    """
    cells: list[Slot] = []
    for slot in row.slots:
        origin = slot
        while mode == "repeated" and origin.above is not None:
            origin = origin.above
        cells.append(slot if origin is slot else Slot(origin.text, "merged"))
        more = origin.text if mode == "repeated" else ""
        cells += [Slot(more, "merged") for _ in range(slot.colspan - 1 if mode != "compact" else 0)]
    return cells


def missing_cells(table: Table, row: Row, mode: str) -> int:
    """How many blank cells fill a row up to the table's width; a damaged row stays as much shorter as it has lost."""
    lost = row.lost_cells if mode == "compact" else row.lost
    return max(0, table.width - len(spread(row, mode)) - lost)


def doubt_padding(page: Page, table: Table, row: Row, mode: str) -> None:
    """A row padded behind that begins or ends in a blank figure could as well be spread as a grid."""
    values = [slot for slot in row.slots if slot.kind == "value"]
    is_padded = mode == "compact" and missing_cells(table, row, mode) > 0
    if is_padded and values and not (values[0].text.strip() and values[-1].text.strip()):
        page.uncertain |= {key for slot in values for key in slot.keys}


def inline(text: str) -> str:
    """A label that is broken over lines, in a layout that has one line for it."""
    return text.replace("\n", "")


def forget_blanks(page: Page, row: Row) -> None:
    """Where blank cells vanish, nobody can tell which cells of the row are left."""
    values = [slot for slot in row.slots if slot.kind == "value"]
    if any(not slot.text.strip() for slot in values):
        page.uncertain |= {key for slot in values for key in slot.keys}


def rows_of(page: Page, table: Table, mode: str, *, vanish: bool = False) -> list[tuple[Row, list[Slot]]]:
    """The rows of a table with their cells; `vanish` leaves out those that are blank."""
    found = []
    for row in table.rows:
        cells = spread(row, mode)
        if vanish:
            forget_blanks(page, row)
            cells = [slot for slot in cells if slot.text.strip()]
        found.append((row, cells))
    return found


def _row_line(cells: list[Slot], text: str) -> Line:
    return Line(text, tuple(key for slot in cells for key in slot.keys), is_table=True)


def _cell_lines(slot: Slot, before: str = "", after: str = "") -> list[Line]:
    lines = [Line(text, is_table=True) for text in slot.text.split("\n")]
    lines[0].text = before + lines[0].text
    lines[-1].text += after
    lines[-1].keys = slot.keys  # a figure that has run into its label stands on the label's last line
    return lines


def tabbed(rng: random.Random, page: Page) -> Print:
    """A cell a line behind a tab, an empty line behind each row: the founding reports."""

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines: list[Line] = []
        for row, cells in rows_of(page, table, "compact"):
            before = "" if row.kind == "sentence" else "\t"
            lines += [line for slot in cells for line in _cell_lines(slot, before)]
            lines.append(Line("", is_table=True))
        return lines

    return print_page(rng, page, print_table)


def _row_a_line(separator: str, mode: str, *, vanish: bool = False) -> TablePrinter:
    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        return [
            _row_line(cells, separator.join(inline(slot.text) for slot in cells))
            for _, cells in rows_of(page, table, mode, vanish=vanish)
        ]

    return print_table


def tsv(rng: random.Random, page: Page) -> Print:
    """A row a line, tabs between the cells."""
    return print_page(rng, page, _row_a_line("\t", rng.choice(["compact", "grid"])))


def spaces(rng: random.Random, page: Page) -> Print:
    """A row a line, cells split by one space; blank cells vanish."""
    return print_page(rng, page, _row_a_line(" ", "compact", vanish=True))


def wide_spaces(rng: random.Random, page: Page) -> Print:
    """A row a line, cells split by several spaces; blank cells vanish."""
    return print_page(rng, page, _row_a_line(rng.choice(["   ", "    ", "　　"]), "compact", vanish=True))


def bars(rng: random.Random, page: Page) -> Print:
    """`a | b | c |` rows: padded behind, spread as a Word grid, or merged text repeated; with and without leading bar."""
    mode = rng.choice(["compact", "grid", "repeated"])
    head = rng.choice(["", "| "])
    tail = " |" if head or rng.random() < 0.8 else ""

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines = []
        for row, cells in rows_of(page, table, mode):
            if row.kind == "sentence":
                lines.append(_row_line(cells, cells[0].text))
                continue
            texts = [inline(slot.text) for slot in cells]
            texts += [""] * missing_cells(table, row, mode)
            doubt_padding(page, table, row, mode)
            lines.append(_row_line(cells, head + " | ".join(texts) + tail))
        return lines

    return print_page(rng, page, print_table)


def stream(rng: random.Random, page: Page) -> Print:
    """A whole table as one line of cells between bars."""
    mode = rng.choice(["compact", "compact", "grid"])
    bar = rng.choice([" | ", " | ", "|"])
    joint = rng.choice([bar, f"{bar.rstrip()} {bar.lstrip()}"])

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        rows = rows_of(page, table, mode)
        text = joint.join(bar.join(inline(slot.text) for slot in cells) for _, cells in rows)
        return [_row_line([slot for _, cells in rows for slot in cells], bar.lstrip() + text + bar.rstrip())]

    return print_page(rng, page, print_table)


def bar_trailing(rng: random.Random, page: Page) -> Print:
    """A cell a line with a bar behind it; a blank cell is a bar alone."""
    row_end = rng.choice([[], [""]])

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines: list[Line] = []
        for row, cells in rows_of(page, table, "compact"):
            after = "" if row.kind == "sentence" else " |"
            lines += [line for slot in cells for line in _cell_lines(slot, after=after)]
            lines += [Line(text, is_table=True) for text in row_end]
        return lines

    return print_page(rng, page, print_table, gap=False)


def bar_line(rng: random.Random, page: Page) -> Print:
    """A cell a line, a bar on a line of its own between cells."""
    row_end = rng.choice([["|"], [""], ["|", ""]])

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines: list[Line] = []
        for _row, cells in rows_of(page, table, "compact"):
            for slot in cells:
                lines += [Line("|", is_table=True)] if slot is not cells[0] else []
                lines += _cell_lines(slot) if slot.text.strip() or slot.keys else []
            lines += [Line(text, is_table=True) for text in row_end]
        return lines

    return print_page(rng, page, print_table, gap=False)


def _cell_a_line(between: list[str], *, vanish: bool) -> TablePrinter:
    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines: list[Line] = []
        for _row, cells in rows_of(page, table, "compact", vanish=vanish):
            for slot in cells:
                lines += [*_cell_lines(slot), *(Line(text, is_table=True) for text in between)]
        return lines

    return print_table


def paragraphs(rng: random.Random, page: Page) -> Print:
    """Each cell a paragraph between empty lines; blank cells vanish."""
    return print_page(rng, page, _cell_a_line([""], vanish=True), gap=True)


def lines_blank(rng: random.Random, page: Page) -> Print:
    """A cell a line without any mark; a blank cell is an empty line."""
    return print_page(rng, page, _cell_a_line([], vanish=False), gap=False, after=False)


def lines_vanish(rng: random.Random, page: Page) -> Print:
    """A cell a line without any mark; blank cells vanish."""
    return print_page(rng, page, _cell_a_line([], vanish=True), gap=False)


def fused(rng: random.Random, page: Page) -> Print:
    """A row a line; header words run together, and a label with its figures where all of them are 0."""

    def print_table(_: random.Random, page: Page, table: Table) -> list[Line]:
        lines = []
        for row, cells in rows_of(page, table, "compact", vanish=True):
            values = [slot for slot in cells if slot.kind == "value"]
            is_fused = not values or all(slot.text == "0" for slot in values)
            lines.append(_row_line(cells, ("" if is_fused else " ").join(inline(slot.text) for slot in cells)))
            if is_fused and any(b.text[-1:].isdigit() for b, v in pairwise(cells) if b.kind != "value" != v.kind):
                page.uncertain |= {key for slot in row.slots for key in slot.keys}
        return lines

    return print_page(rng, page, print_table)


TEXT_LAYOUTS: dict[str, Callable[[random.Random, Page], Print]] = {
    "tabbed": tabbed,
    "tsv": tsv,
    "bars4": bars,
    "bars5": bars,
    "bars6": bars,
    "bar_trailing": bar_trailing,
    "bar_line": bar_line,
    "paragraphs": paragraphs,
    "lines_blank": lines_blank,
    "lines_vanish": lines_vanish,
    "stream": stream,
    "spaces": spaces,
    "wide_spaces": wide_spaces,
    "fused": fused,
}
WIDTHS = {"bars5": 5, "bars6": 6}
