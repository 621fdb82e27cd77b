"""Results as rows of words: the same rows are aligned for a terminal and barred for a page.

Belongs here: which columns, how figures are written. What they mean is worked out in `results`, `goals`, `history`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.compare.judging import shares_of
from benchmarks.goals import Judged
from benchmarks.history import Moved
from benchmarks.results import REFRESHES, Growth, Measured, Results

Row = Sequence[str]


@dataclass(frozen=True)
class Table:
    """A head and rows of words; the first column is words, all others are figures, set to the right."""

    head: Row
    rows: Sequence[Row]

    def aligned(self) -> str:
        """Plain text for a terminal."""
        widths = [max(_width(row[at]) for row in (self.head, *self.rows)) for at in range(len(self.head))]
        return "\n".join(
            "  "
            + "  ".join(
                text + " " * (width - _width(text)) if not at else " " * (width - _width(text)) + text
                for at, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (self.head, *self.rows)
        )

    def barred(self) -> str:
        """Markdown for a page."""
        rule = ["---", *("--:" for _ in self.head[1:])]
        return "\n".join("| " + " | ".join(row) + " |" for row in (self.head, rule, *self.rows))


def stage_table(results: Results, case: str, n: int) -> Table:
    """The stages of a case at a size, with their growth since the next smaller one."""
    head = ["stage", "docs/s", "µs/doc", "µs/doc CPU", "× floor", "peak MiB", "share", "growth wall", "CPU", ""]
    return Table(head, [_stage_row(results, measured) for measured in results.stages(case, n)])


def _stage_row(results: Results, measured: Measured) -> Row:
    if measured.problem:
        return [measured.stage, *[""] * 8, f"failed: {measured.problem.splitlines()[-1][:80]}"]
    ratio, share, growth = results.ratio(measured), results.share(measured), results.growth(measured)
    return [
        measured.stage,
        f"{measured.documents / measured.wall:,.0f}",
        _figure(measured.wall_us),
        _figure(measured.cpu_us),
        "" if ratio is None else _figure(ratio),
        f"{measured.peak_bytes / 2**20:,.0f}",
        "" if share is None else f"{share:.0%}",
        *_growth_words(growth),
    ]


def _growth_words(growth: Growth | None) -> Row:
    if growth is None:
        return ["", "", ""]
    if growth.wall is None or growth.cpu is None:
        return ["", "", "too short to tell"]
    return [f"{growth.wall:.1f}", f"{growth.cpu:.1f}", "holds" if growth.holds else "does not hold"]


def fixed_table(results: Results) -> Table:
    """Seconds of each stage with five reports: what is there before the first document of a delivery."""
    rows = []
    for measured in [m for m in results.measured if m.case == "founding-five"]:
        wall, cpu = f"{measured.wall:.2f}", f"{measured.cpu:.2f}"
        rows.append([measured.stage, wall, cpu, f"{measured.peak_bytes / 2**20:,.0f}"])
    return Table(["stage", "seconds", "seconds CPU", "peak MiB"], rows)


def refresh_table(results: Results) -> Table:
    """Whole refreshes in seconds, by case and size."""
    rows = []
    for measured in [m for m in results.measured if m.stage in REFRESHES and not m.problem]:
        gib = f"{measured.peak_bytes / 2**30:.2f}"
        rows.append([f"{measured.case}, {measured.stage}", f"{measured.n:,}", f"{measured.wall:,.1f}", gib])
    return Table(["refresh", "documents", "seconds", "peak GiB"], rows)


def goals_table(judged: Sequence[Judged]) -> Table:
    """Every goal with what it came to."""
    rows = []
    for one in judged:
        limit, unit = f"{one.goal.limit:g}", one.goal.unit
        came_to = "" if one.figure is None else f"{one.figure:,.1f} {unit}"
        size = "" if one.n is None else f"{one.n:,}"
        rows.append([one.goal.words, f"{limit} {unit}", size, came_to, one.verdict])
    return Table(["goal", "at most", "documents", "measured", ""], rows)


def moved_table(moved: Sequence[Moved]) -> Table:
    """How ratios to the floor moved since the last recorded run."""
    rows = [[m.name, _figure(m.before), _figure(m.now), f"{m.change:+.0%}", m.word] for m in moved]
    return Table(["ratio to the floor", "before", "now", "change", ""], rows)


def compare_table(compared: dict[str, Any]) -> Table:
    """Every tool with what it made of the cells of each group."""
    head = [
        "tool, pages",
        "figures",
        "right",
        "wrong cell",
        "missing",
        "empty cells",
        "invented 0",
        "invented",
        "pages/s",
    ]
    rows = []
    for tool, found in compared["tools"].items():
        if "problem" in found:
            rows.append([f"{tool}: {found['problem'][:60]}", *[""] * 8])
            continue
        for group, counts in found["groups"].items():
            shares = shares_of(counts)
            rate = f"{found['documents_per_second']:,.0f}" if group == "clean" else ""
            rows.append([f"{tool}, {group}", *shares, rate])
    return Table(head, rows)


def error_table(compared: dict[str, Any], tool: str) -> Table:
    """A sample of the errors of a tool."""
    rows = [
        [e["cell"], e["group"], e["printed"], f"{e['claimed']:g}", e["outcome"].replace("_", " ")]
        for e in compared["tools"][tool].get("errors", ())
    ]
    return Table(["cell", "pages", "printed", "claimed", ""], rows)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
