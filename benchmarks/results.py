"""What was measured, and what follows from it: rates, ratios to the floor, shares, fixed cost, growth.

Belongs here: arithmetic on measurements. How they are shown stands in `table` and `page`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FIXED = "founding-five"
INCREMENT = 1_000
INGESTING = ("read", "parse", "ingest", "validate", "write")
BUILDING = ("curation", "dbt", "finish", "export", "workbook", "publish")
REFRESHES = ["whole", "unchanged", "increment"]
# `ingest` is read to write in one go, as the refresh does it: it is no part of the sum.
SUMMED = tuple(stage for stage in (*INGESTING, *BUILDING) if stage != "ingest")
GROWTH_ALLOWED = 1.1
# Below this, what came on top of the fixed cost is too little to tell how it grows.
_MIN_SECONDS = 0.3


@dataclass(frozen=True)
class Measured:
    """One stage of one case at one size; `problem` says why there is no figure."""

    case: str
    n: int
    stage: str
    documents: int
    wall: float
    cpu: float
    peak_bytes: int
    problem: str = ""

    @property
    def wall_us(self) -> float:
        """Microseconds of the clock on the wall a document."""
        return self.wall / self.documents * 1e6

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor time a document, of all cores."""
        return self.cpu / self.documents * 1e6


@dataclass(frozen=True)
class Growth:
    """How a stage grew from one size to the next, with what it costs without documents taken off both."""

    case: str
    stage: str
    n: int
    n_before: int
    wall: float | None
    cpu: float | None

    @property
    def allowed(self) -> float:
        """A tenth above the ratio of the sizes: 11 for ten times the documents."""
        return self.n / self.n_before * GROWTH_ALLOWED

    @property
    def holds(self) -> bool | None:
        """None where it was too short to tell."""
        return None if self.wall is None else self.wall <= self.allowed


class Results:
    """All measurements of one run."""

    def __init__(self, measured: Iterable[Measured]) -> None:
        self.measured = list(measured)
        self._good = {(m.case, m.n, m.stage): m for m in self.measured if not m.problem}

    def get(self, case: str, n: int, stage: str) -> Measured | None:
        """The measurement, None where there is none or it failed."""
        return self._good.get((case, n, stage))

    def cases(self) -> list[str]:
        """The cases in the order they ran, without the fixed one."""
        return list(dict.fromkeys(m.case for m in self.measured if m.case != FIXED))

    def sizes(self, case: str) -> list[int]:
        """The sizes of a case, ascending."""
        return sorted({m.n for m in self.measured if m.case == case})

    def stages(self, case: str, n: int) -> list[Measured]:
        """What was measured of a case at a size, in order, failures with it."""
        return [m for m in self.measured if (m.case, m.n) == (case, n)]

    def ratio(self, measured: Measured) -> float | None:
        """Processor time of a document as a multiple of the floor of the same documents."""
        floor = self.get(measured.case, measured.n, "floor")
        return None if floor is None or measured.problem else measured.cpu_us / floor.cpu_us

    def share(self, measured: Measured) -> float | None:
        """Part of the sum of all stages; None for refreshes and what is no part of the sum."""
        parts = [self.get(measured.case, measured.n, stage) for stage in SUMMED]
        if measured.stage not in SUMMED or measured.problem or any(part is None for part in parts):
            return None
        return measured.wall / sum(part.wall for part in parts if part is not None)

    def fixed(self, stage: str) -> Measured | None:
        """What a stage costs with the five founding reports; every refresh costs what the first does."""
        return self.get(FIXED, 5, "whole" if stage in REFRESHES else stage)

    def growth(self, measured: Measured) -> Growth | None:
        """How a stage grew since the next smaller size of its case; None for the smallest, and for the floor."""
        smaller = [n for n in self.sizes(measured.case) if n < measured.n]
        before = self.get(measured.case, smaller[-1], measured.stage) if smaller else None
        if before is None or measured.problem or measured.stage == "floor":
            return None
        fixed = self.fixed(measured.stage)
        wall = _grown(before.wall, measured.wall, fixed.wall if fixed else 0.0)
        cpu = _grown(before.cpu, measured.cpu, fixed.cpu if fixed else 0.0)
        return Growth(measured.case, measured.stage, measured.n, before.n, wall, cpu)

    def growths(self) -> list[Growth]:
        """All growths that could be worked out."""
        return [growth for m in self.measured if (growth := self.growth(m)) is not None]


def _grown(before: float, now: float, fixed: float) -> float | None:
    """The ratio of what came on top of the fixed cost; None where there was hardly anything."""
    return (now - fixed) / (before - fixed) if before - fixed >= _MIN_SECONDS else None
