"""Charts of a run as SVG: microseconds a document by stage and size, and what the tools made of the same cells.

Belongs here: which bars. How bars are drawn is the publisher's own `charts`.
"""

from __future__ import annotations

from typing import Any

from benchmarks.results import Results
from pipelines.publishing.charts import stacked_bars

# Part of a bar -> its stages: those of publishing are one part, or the legend would not fit.
_PARTS = {
    "read": ["read"],
    "parse": ["parse"],
    "validate": ["validate"],
    "write": ["write"],
    "dbt": ["curation", "dbt"],
    "publish": ["finish", "export", "workbook", "publish"],
}
_COLOURS = dict(zip(_PARTS, ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#9c755f", "#59a14f"], strict=True))
_OUTCOMES = {
    "right": "#59a14f",
    "missing": "#bab0ac",
    "wrong or invented": "#e15759",
    "zero put for a blank": "#f28e2b",
}


def stages_chart(results: Results) -> str:
    """A bar a case and size: microseconds a document, stage by stage."""
    rows = []
    for case in results.cases():
        for n in results.sizes(case):
            taken = {m.stage: m.wall_us for m in results.stages(case, n) if not m.problem}
            parts = {part: round(sum(taken.get(stage, 0) for stage in stages)) for part, stages in _PARTS.items()}
            rows.append((f"{case} {n:,}", parts))
    return stacked_bars(
        rows, _COLOURS, "microseconds a document, wall; what a refresh costs without documents is in them"
    )


def compare_chart(compared: dict[str, Any]) -> str:
    """A bar a tool and group of pages: cells by what was made of them."""
    rows = []
    for tool, found in compared["tools"].items():
        for group, counts in found.get("groups", {}).items():
            parts = {
                "right": counts.get("recovered", 0) + counts.get("left_empty", 0),
                "missing": counts.get("missing", 0),
                "wrong or invented": counts.get("wrong", 0) + counts.get("invented_figure", 0),
                "zero put for a blank": counts.get("invented_zero", 0),
            }
            rows.append((f"{tool} {group}", parts))
    return stacked_bars(rows, _OUTCOMES, "cells of the form on the same pages")
