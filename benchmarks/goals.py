"""The goals of the project as data (`goals.csv`), and whether a run meets them.

Belongs here: reading and judging goals. A goal whose size was not run is not measured, which is neither met nor not met.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import Measured, Results

_FILE = Path(__file__).with_name("goals.csv")
_MEASURES = {
    "wall_us": lambda m: m.wall_us,
    "cpu_us": lambda m: m.cpu_us,
    "wall_s": lambda m: m.wall,
    "peak_gib": lambda m: m.peak_bytes / 2**30,
}


@dataclass(frozen=True)
class Goal:
    """One goal: what is measured where, and the most that it may come to; without a size, the largest that was run."""

    goal_key: str
    case: str
    n: int | None
    stage: str
    measure: str
    limit: float
    unit: str
    words: str


@dataclass(frozen=True)
class Judged:
    """A goal and what it came to; None where it was not measured."""

    goal: Goal
    n: int | None
    figure: float | None
    problem: str = ""

    @property
    def verdict(self) -> str:
        """met, not met, not measured."""
        if self.problem:
            return "not met"
        return "not measured" if self.figure is None else "met" if self.figure <= self.goal.limit else "not met"


def load_goals(file: Path = _FILE) -> list[Goal]:
    """Read the goals.

    Raises:
        ValueError: a row has a measure that there is none of; the message names file and line.
    """
    goals = []
    with file.open(encoding="utf-8") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            if row["measure"] not in (*_MEASURES, "growth"):
                raise ValueError(f"{file}:{line}: measure {row['measure']} is none of {', '.join(_MEASURES)}, growth")
            n = int(row["n"]) if row["n"] else None
            limit = float(row["limit"])
            named = (row["goal_key"], row["case"], n, row["stage"], row["measure"], limit, row["unit"], row["words"])
            goals.append(Goal(*named))
    return goals


def judge(goal: Goal, results: Results) -> Judged:
    """Judge one goal by a run. A stage that failed at the size of the goal has not met it."""
    if goal.measure == "growth":
        # A ratio of sizes other than ten is brought to ten, so that one limit is for all.
        found = [g for g in results.growths() if g.case == goal.case and g.wall is not None]
        worst = max(found, key=lambda g: (g.wall or 0) / g.n * g.n_before, default=None)
        figure = None if worst is None or worst.wall is None else worst.wall / worst.n * worst.n_before * 10
        return Judged(goal, worst.n if worst else None, figure)
    sizes = [goal.n] if goal.n is not None else results.sizes(goal.case)[-1:]
    stages = goal.stage.split("+")
    for n in sizes:
        measured = [results.get(goal.case, n, stage) for stage in stages]
        if all(measured):
            return Judged(goal, n, sum(_MEASURES[goal.measure](m) for m in measured if m is not None))
        failed = _failures(results.stages(goal.case, n))
        if failed:
            return Judged(goal, n, None, failed[0].problem)
    return Judged(goal, sizes[0] if sizes else goal.n, None)


def _failures(measured: list[Measured]) -> list[Measured]:
    return [m for m in measured if m.problem]
