"""What a measurement counts: outcomes by group, wrong cells, lost numbers. Tallies of several processes add up.

Belongs here: counting and the goals. Comparing a document with its truth stands in `comparison`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_EXAMPLES = 2_000
# What may become of a cell; see `comparison.judge_cell`.
RIGHT, FLAGGED, WRONG_FLAGGED, WRONG = "right", "flagged", "wrong_flagged", "wrong"


@dataclass(frozen=True, order=True)
class Example:
    """One wrong cell, lost number or wrong fact, for looking into it."""

    document: str
    layout: str
    variations: str
    damages: str
    what: str
    truth: str
    got: str


@dataclass
class Tally:
    """Counts by group (`all`, `plain`, `layout:…`, `damage:…`, `variation:…`) and examples by kind."""

    groups: dict[str, Counter[str]] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    def count(self, groups: list[str], what: str, n: int = 1) -> None:
        for group in groups:
            self.groups.setdefault(group, Counter())[what] += n

    def keep(self, kind: str, example: Example) -> None:
        kept = self.examples.setdefault(kind, [])
        if len(kept) < MAX_EXAMPLES:
            kept.append(example)

    def add(self, other: Tally) -> None:
        for group, counts in other.groups.items():
            self.groups.setdefault(group, Counter()).update(counts)
        for kind, examples in other.examples.items():
            self.examples[kind] = sorted([*self.examples.get(kind, []), *examples])[:MAX_EXAMPLES]

    def get(self, group: str, what: str) -> int:
        return self.groups.get(group, Counter())[what]


def share(part: int, whole: int) -> float | None:
    """A share from 0 to 1, None of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Goal:
    """A goal, what was reached, and whether that is enough."""

    words: str
    reached: str
    is_met: bool


def judge_goals(tally: Tally) -> list[Goal]:
    """Judge the goals: all of an undamaged document, next to nothing wrong in a damaged one, no number lost."""
    goals = []
    for group, words in (("plain", "undamaged documents"), ("varied", "undamaged documents in varied wording")):
        certain, right = tally.get(group, "certain"), tally.get(group, "certain_right")
        reached = f"{right:,} of {certain:,}"
        goals.append(Goal(f"{words}: every cell that can be placed is read right", reached, right == certain))
        wrong = tally.get(group, WRONG)
        goals.append(Goal(f"{words}: no wrong cell without a flag", f"{wrong:,}", wrong == 0))
    wrong, cells = tally.get("damaged", WRONG), tally.get("damaged", "cells")
    words = "damaged documents: at most 1 wrong cell without a flag in 100,000"
    goals.append(Goal(words, f"{wrong:,} in {cells:,}", wrong * 100_000 <= cells))
    for what, words in (
        ("unbalanced", "conservation: no documents whose numbers in tables are not the numbers in cells and findings"),
        ("lost_numbers", "conservation: no printed numbers that stand in no cell and in no finding"),
        ("violations", "staging frames: no violations of their schemas"),
    ):
        n = tally.get("all", what)
        goals.append(Goal(words, f"{n:,}", n == 0))
    if facts := tally.get("golden", "facts"):
        right = tally.get("golden", "facts_right")
        goals.append(Goal("golden documents: every fact", f"{right:,} of {facts:,}", right == facts))
    return goals
