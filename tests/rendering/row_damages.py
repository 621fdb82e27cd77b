"""Damages of one row: cells that are lost, run together or repeated.

Belongs here: what touches a single row of figures. No two of them meet in one row, for nobody could tell what was there.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from itertools import pairwise

from tests.rendering.grids import Page, Row, Slot, Table


def values_of(row: Row) -> list[Slot]:
    return [slot for slot in row.slots if slot.kind == "value"]


def _pick_row(rng: random.Random, page: Page, test: Callable[[Row], bool]) -> tuple[Table, Row] | None:
    """An untouched row of figures that serves for a damage; it counts as touched from then on."""
    found = [
        (table, row)
        for table in page.tables()
        for row in table.rows
        if row.kind == "data" and id(row) not in page.touched and values_of(row) and test(row)
    ]
    if not found:
        return None
    # The rows of table three outnumber all others: each table is as likely as another.
    key = rng.choice(sorted({table.key for table, _ in found}))
    table, row = rng.choice([item for item in found if item[0].key == key])
    page.touched.add(id(row))
    return table, row


def remove_cell(row: Row, slot: Slot) -> None:
    row.lost += slot.colspan
    row.lost_cells += 1
    row.slots = [other for other in row.slots if other is not slot]


def drop_value(rng: random.Random, page: Page) -> bool:
    """A cell of a figure is gone."""
    if not (picked := _pick_row(rng, page, lambda row: len(values_of(row)) > 1)):
        return False
    remove_cell(picked[1], rng.choice(values_of(picked[1])))
    return True


def drop_values(rng: random.Random, page: Page) -> bool:
    """Several cells of a row are gone."""
    if not (picked := _pick_row(rng, page, lambda row: len(values_of(row)) > 3)):
        return False
    for slot in rng.sample(values_of(picked[1]), rng.randint(2, 3)):
        remove_cell(picked[1], slot)
    return True


def remove_row(table: Table, row: Row) -> None:
    """Where a row goes, the cells that it shared with rows below go on from the next."""
    at = table.rows.index(row)
    for slot in row.slots:
        heirs = [(r, s) for r in table.rows[at + 1 :] for s in r.slots if s.above is slot]
        for number, (_, heir) in enumerate(heirs):
            if number == 0:
                heir.text, heir.kind, heir.above, heir.rowspan = slot.text, slot.kind, None, len(heirs)
            else:
                heir.above = heirs[0][1]
        origin = slot.above
        if origin is not None:
            origin.rowspan -= 1
    table.rows.remove(row)


def drop_row(rng: random.Random, page: Page) -> bool:
    """A row is gone, label and all."""
    if not (picked := _pick_row(rng, page, lambda row: row.key != ("t4", "cases"))):
        return False
    remove_row(*picked)
    return True


def blanks_vanish(_: random.Random, page: Page) -> bool:
    """The blank cells of some rows are gone."""
    done = False
    for table in page.tables():
        for row in list(table.rows):
            blanks = [slot for slot in values_of(row) if not slot.text.strip()]
            if row.kind == "data" and blanks and id(row) not in page.touched:
                page.touched.add(id(row))
                page.uncertain |= {key for slot in values_of(row) for key in slot.keys}
                for slot in blanks:
                    remove_cell(row, slot)
                if not row.slots:
                    table.rows.remove(row)
                done = True
    return done


def merge_values(rng: random.Random, page: Page) -> bool:
    """Two figures stand in one cell."""
    if not (picked := _pick_row(rng, page, lambda row: _neighbours(row) is not None)):
        return False
    row = picked[1]
    first, second = _neighbours(row) or (row.slots[0], row.slots[0])
    first.text = f"{first.text.strip()} {second.text.strip()}"
    first.keys, first.figures = first.keys + second.keys, first.text
    remove_cell(row, second)
    return True


def _neighbours(row: Row) -> tuple[Slot, Slot] | None:
    values = values_of(row)
    for first, second in pairwise(values):
        if first.text.strip().isdigit() and second.text.strip().isdigit():
            return first, second
    return None


def split_digits(rng: random.Random, page: Page) -> bool:
    """A space within a figure."""

    def test(row: Row) -> bool:
        filled = all(slot.text.strip() for slot in values_of(row))
        return filled and any(slot.text.isdigit() and len(slot.text) > 1 for slot in values_of(row))

    if not (picked := _pick_row(rng, page, test)):
        return False
    slot = rng.choice([s for s in values_of(picked[1]) if s.text.isdigit() and len(s.text) > 1])
    cut = rng.randint(1, len(slot.text) - 1)
    slot.text = slot.figures = f"{slot.text[:cut]} {slot.text[cut:]}"
    return True


def fuse_label(rng: random.Random, page: Page) -> bool:
    """A label and its first figure stand in one cell."""

    def test(row: Row) -> bool:
        at = next((i for i, slot in enumerate(row.slots) if slot.kind == "value"), 0)
        return at > 0 and row.slots[at].text.strip().isdigit() and row.slots[at - 1].kind == "label"

    if not (picked := _pick_row(rng, page, test)):
        return False
    row = picked[1]
    first = values_of(row)[0]
    label = row.slots[row.slots.index(first) - 1]
    label.text += first.text.strip()
    label.keys, label.figures = first.keys, first.figures
    remove_cell(row, first)
    return True


def _copy_of(row: Row) -> Row:
    slots = [copy.copy(slot) for slot in row.slots if slot.above is None]
    for slot in slots:
        slot.keys, slot.rowspan = (), 1
    blanks = [Slot("", "merged", colspan=slot.colspan) for slot in row.slots if slot.above is not None]
    return Row([*blanks, *slots], row.kind, row.key, row.lost)


def repeat_row(rng: random.Random, page: Page) -> bool:
    """A row is printed twice."""
    if not (picked := _pick_row(rng, page, _can_repeat)):
        return False
    table, row = picked
    table.rows.insert(table.rows.index(row) + 1, _copy_of(row))
    return True


def _can_repeat(row: Row) -> bool:
    return row.key != ("t4", "cases") and all(slot.rowspan == 1 and slot.above is None for slot in row.slots)


def contradict_row(rng: random.Random, page: Page) -> bool:
    """A row is printed twice, the second time with other figures."""

    def test(row: Row) -> bool:  # of a row without figures, the second would be the only one that states any
        return _can_repeat(row) and all(slot.text.strip() for slot in values_of(row))

    if not (picked := _pick_row(rng, page, test)):
        return False
    table, row = picked
    again = _copy_of(row)
    for slot in values_of(again):
        slot.text = slot.figures = str(rng.randint(2000, 9000))
    page.uncertain |= {key for slot in row.slots for key in slot.keys}
    table.rows.insert(table.rows.index(row) + 1, again)
    return True
