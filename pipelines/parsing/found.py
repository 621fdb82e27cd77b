"""What is found in a table region: rows of the form as printed, headers, and values that belong to no row.

Belongs here: the shape of what assembly gives and shapes trim. How it is found does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from pipelines.forms.dictionary import form_cells
from pipelines.forms.matching import Match, RowLabel
from pipelines.parsing.tokens import Token
from pipelines.parsing.wording import Wording

# The one row of table four has no label.
CASES = RowLabel("t4", "cases", False, 1)


@dataclass(slots=True)
class FoundRow:
    """A row of the form as printed.

    Attributes:
        values: everything behind the label, empty cells before the next label included.
        number: the printed row that its label stands in, 0 where nothing proves rows.
        width: cells of the printed row, labels included, where the layout proves rows; else labels and values.
        header: number of the header above it in `FoundTable.headers`, or None.
        is_printed_only: its label stands where nothing marks cells, and no value behind it: all its cells are empty.
        repeated: figures that a cell spanning several columns prints again in each of them.
        rests_on_values: other values might be placed in another way; else the places of cells alone decide.
    """

    label: RowLabel
    match: Match | None
    printed: str | None
    line_start: int
    values: list[Token] = field(default_factory=list)
    label_token: Token | None = None
    number: int = 0
    width: int = 0
    header: int | None = None
    n_labels: int = 1
    n_headings: int = 0
    is_unproved: bool = False
    is_printed_only: bool = False
    repeated: list[Token] = field(default_factory=list)
    rests_on_values: bool = False


@dataclass(slots=True)
class FoundTables:
    """What one region holds: rows of the form in order, headers (wordings), and values that belong to no row."""

    rows: list[FoundRow] = field(default_factory=list)
    headers: list[list[Wording]] = field(default_factory=list)
    leftovers: list[tuple[str | None, list[Token]]] = field(default_factory=list)


@cache
def _sizes() -> dict[tuple[str, str], tuple[int, ...]]:
    counted = form_cells().group_by("form_version", "table_key", "row_key").len()
    found: dict[tuple[str, str], set[int]] = {}
    for _, table, row, n in counted.iter_rows():
        found.setdefault((table, row), set()).add(n)
    return {key: tuple(sorted(sizes)) for key, sizes in found.items()}


def sizes_of(label: RowLabel) -> tuple[int, ...]:
    """Return how many values the row has in the editions that have it."""
    return _sizes()[label.table_key, label.row_key]


@cache
def _sizes_by_version() -> dict[tuple[str, str, str], int]:
    counted = form_cells().group_by("form_version", "table_key", "row_key").len()
    return {(version, table, row): n for version, table, row, n in counted.iter_rows()}


def size_in(label: RowLabel, version: str) -> int | None:
    """Return how many values the row has in one edition, None where that edition has no such row."""
    return _sizes_by_version().get((version, label.table_key, label.row_key))
