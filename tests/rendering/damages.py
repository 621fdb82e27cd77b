"""Damages: what happens to tables on their way to a reader. Each takes or moves something that was printed.

Belongs here: damages of whole tables and of printed lines, and the registry of all; the truth keeps what was drawn.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from tests.rendering.grids import Page, Row, Slot, Table
from tests.rendering.layouts import Line
from tests.rendering.row_damages import (
    blanks_vanish,
    contradict_row,
    drop_row,
    drop_value,
    drop_values,
    fuse_label,
    merge_values,
    remove_cell,
    remove_row,
    repeat_row,
    split_digits,
)

PageDamage = Callable[[random.Random, Page], bool]
LineDamage = Callable[[random.Random, list[Line]], bool]


def drop_header(rng: random.Random, page: Page) -> bool:
    """A row of headers is gone."""
    tables = [table for table in page.tables("t2", "t4") if any(row.kind == "header" for row in table.rows)]
    if not tables:
        return False
    table = rng.choice(tables)
    remove_row(table, rng.choice([row for row in table.rows if row.kind == "header"]))
    return True


def drop_header_cell(rng: random.Random, page: Page) -> bool:
    """One header is gone."""
    rows = [row for table in page.tables() for row in table.rows if row.kind == "header" and len(row.slots) > 2]
    rows = [row for row in rows if all(slot.rowspan == 1 for slot in row.slots[1:])]
    if not rows:
        return False
    row = rng.choice(rows)
    remove_cell(row, rng.choice([slot for slot in row.slots[1:] if slot.above is None]))
    return True


def repeat_table(rng: random.Random, page: Page) -> bool:
    """A whole table is printed twice."""
    table = rng.choice(page.tables())
    again = copy.deepcopy(table)
    for row in again.rows:
        page.touched.add(id(row))
        for slot in row.slots:
            slot.keys = ()
    page.touched |= {id(row) for row in table.rows}
    page.blocks.insert(page.blocks.index(table) + 1, again)
    return True


def cut_table(rng: random.Random, page: Page) -> bool:
    """The rest of a table is gone; or of the whole page."""
    tables = [table for table in page.tables("t2", "t3") if len(table.rows) > 4]
    if not tables:
        return False
    table = rng.choice(tables)
    at = rng.randint(3, len(table.rows) - 1)
    for row in reversed(table.rows[at:]):
        remove_row(table, row)
    if rng.random() < 0.3:
        page.blocks = page.blocks[: page.blocks.index(table) + 1]
    return True


def foreign_row(rng: random.Random, page: Page) -> bool:
    """A row that is in no edition of the form."""
    table = rng.choice(page.tables("t2", "t3"))
    starts = [i for i, row in enumerate(table.rows) if all(s.above is None for s in row.slots) and i > 2]
    if not starts:
        return False
    n = 7 if table.key == "t3" else 3
    label = rng.choice(["本省另行统计的事项", "其中：涉农事项", "公共企事业单位信息"])
    slots = [Slot(label, colspan=table.width - n)]
    slots += [Slot(text, "value", figures=text) for text in (str(rng.randint(31, 99)) for _ in range(n))]
    row = Row(slots)
    page.touched.add(id(row))
    table.rows.insert(rng.choice(starts), row)
    return True


def repeat_header(rng: random.Random, page: Page) -> bool:
    """A page break in mid-table prints the header again."""
    tables = page.tables("t3")
    if not tables or len(tables[0].rows) < 12:
        return False
    table = tables[0]
    at = rng.randint(8, len(table.rows) - 1)
    again = copy.deepcopy([row for row in table.rows[:4] if row.kind == "header"])
    table.rows[at:at] = again
    # Cells merged over the break stand anew below it.
    for slot in [s for row in table.rows[at + len(again) :] for s in row.slots if s.above is not None]:
        origin = slot.above
        if origin is not None and any(origin in row.slots for row in table.rows[:at]):
            _split_merge(table, at + len(again), origin)
    return True


def _split_merge(table: Table, start: int, origin: Slot) -> None:
    below = [s for row in table.rows[start:] for s in row.slots if s.above is origin]
    if not below:
        return
    origin.rowspan -= len(below)
    below[0].above, below[0].rowspan, below[0].kind = None, len(below), "label"
    for slot in below[1:]:
        slot.above = below[0]


def sentence_in_table(rng: random.Random, page: Page) -> bool:
    """A sentence stands between two rows."""
    table = rng.choice(page.tables())
    starts = [i for i, row in enumerate(table.rows) if all(s.above is None for s in row.slots) and i > 1]
    if not starts:
        return False
    text = rng.choice(
        ["注：本表由党政办填报。", "（续表）", "以上数据截至年底，如有疑问请与我镇党政办联系。", "—— 第 3 页 ——"]
    )
    table.rows.insert(rng.choice(starts), Row([Slot(text, "note")], "sentence"))
    return True


def lose_empty_lines(_: random.Random, lines: list[Line]) -> bool:
    """The empty lines between rows are gone."""
    kept = [line for line in lines if line.text.strip() or line.keys]
    done = len(kept) < len(lines)
    lines[:] = kept
    return done


def lose_tabs(rng: random.Random, lines: list[Line]) -> bool:
    """The tabs of a few lines are gone."""
    tabbed = [i for i, line in enumerate(lines) if line.keys and "\t" in line.text]
    if not tabbed:
        return False
    start = rng.choice(tabbed)
    for line in lines[start : start + rng.choice([1, 3, 8])]:
        line.text = line.text.replace("\t", " " if line.text.strip("\t").count("\t") else "")
    return True


_OF_PAGE: tuple[PageDamage, ...] = (
    drop_value,
    drop_values,
    drop_row,
    blanks_vanish,
    merge_values,
    split_digits,
    fuse_label,
    repeat_row,
    contradict_row,
    drop_header,
    drop_header_cell,
    repeat_table,
    cut_table,
    foreign_row,
    repeat_header,
    sentence_in_table,
)
_OF_LINES: tuple[LineDamage, ...] = (lose_empty_lines, lose_tabs)
PAGE_DAMAGES: dict[str, PageDamage] = {damage.__name__: damage for damage in _OF_PAGE}
LINE_DAMAGES: dict[str, LineDamage] = {damage.__name__: damage for damage in _OF_LINES}
DAMAGES: dict[str, PageDamage | LineDamage] = {**PAGE_DAMAGES, **LINE_DAMAGES}
