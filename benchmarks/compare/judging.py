"""What a tool's cells are worth against the truth: recovered, missing, wrong, zeros where nothing stood.

Belongs here: what counts as what, for every tool alike. Cells that not even a careful reader can place are left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.rendering.corpus import RenderedDocument
from tests.rendering.truth import Key

TABLES = ("t2", "t3", "t4")
_FIGURES = ("number", "zero")


@dataclass(frozen=True)
class Slip:
    """One cell that a tool got wrong."""

    document: str
    group: str
    outcome: str
    cell: str
    printed: str
    claimed: float


def judge_page(group: str, document: RenderedDocument, claimed: Mapping[Key, float]) -> tuple[Counter[str], list[Slip]]:
    """Count the cells of one page by what a tool made of them.

    A printed figure is recovered, wrong (another figure is claimed) or missing. Where no figure stands (blank, mark, words,
    not on the page), a claimed 0 is an invented zero and any other claim an invented figure.
    """
    counts: Counter[str] = Counter(documents=1)
    slips: list[Slip] = []
    truth = {key: cell for key, cell in document.truth.cells.items() if key[0] in TABLES}
    for key in truth.keys() | claimed.keys():
        if key in document.uncertain:
            continue
        cell, value = truth.get(key), claimed.get(key)
        stands = cell is not None and cell.state in _FIGURES and key not in document.lost
        outcome = judge_cell(cell.value if cell is not None and stands else None, value)
        counts["figures"] += stands
        counts["empty"] += not stands
        counts[outcome] += 1
        if value is not None and outcome not in ("recovered", "left_empty"):
            printed = "not on the page" if cell is None or key in document.lost else repr(cell.raw)
            slips.append(Slip(document.name, group, outcome, "/".join(key), printed, value))
    return counts, slips


def judge_cell(printed: float | None, claimed: float | None) -> str:
    """Judge one cell: the figure that is printed, or none, and the figure that is claimed, or none."""
    if printed is None:
        return "left_empty" if claimed is None else "invented_zero" if claimed == 0 else "invented_figure"
    if claimed is None:
        return "missing"
    return "recovered" if math.isclose(claimed, printed, rel_tol=1e-9) else "wrong"


def shares_of(counts: Mapping[str, int]) -> list[str]:
    """Figures printed, and the parts of them that are right, wrong and missing; empty cells, and what was put there."""
    figures, empty = counts.get("figures", 0), counts.get("empty", 0)
    return [
        f"{figures:,}",
        *(_percent(counts.get(name, 0), figures) for name in ("recovered", "wrong", "missing")),
        f"{empty:,}",
        *(_percent(counts.get(name, 0), empty) for name in ("invented_zero", "invented_figure")),
    ]


def _percent(n: int, of: int) -> str:
    """0 means none at all: what is rounded to 0.00 is said to be above it."""
    if not of or not n:
        return "0"
    return f"{n / of:.2%}" if n / of >= 0.0001 else "<0.01%"
