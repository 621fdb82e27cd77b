"""The results in plain text: goals, tables by group, the first examples of what went wrong.

Belongs here: words and columns of the text, and the lists that the page shares with it.
"""

from __future__ import annotations

from tests.accuracy.tally import FLAGGED, RIGHT, WRONG, WRONG_FLAGGED, Goal, Tally, share

FACTS = (
    ("cells with a figure, read right", "figures_right", "figures"),
    ("lines of the cells that were read right", "lines_right", "lines"),
    ("units of the amounts that were read right", "units_right", "units"),
    ("body named", "body_right", "body_facts"),
    ("year of the report", "year_right", "year_facts"),
    ("edition of the form", "form_right", "form_facts"),
    ("prose: of what is read, right (precision)", "prose_right", "prose_read"),
    ("prose: of what is said, read (recall)", "prose_right", "prose_true"),
)
EXAMPLE_KINDS = {
    "wrong": "Wrong cells without a flag",
    "wrong_flagged": "Wrong cells with a finding on their row",
    "missed": "Cells of undamaged documents that were not read",
    "lost_numbers": "Printed numbers that stand nowhere",
    "violations": "Violations of the schemas",
    "unbalanced": "Documents whose counts of numbers do not agree",
    "not_read": "Documents that were not taken for reports",
    "line": "Cells with another line",
    "unit": "Amounts with another unit",
    "header": "Header facts",
    "prose_wrong": "Figures of prose that nobody stated",
    "prose_missed": "Figures of prose that were not read",
    "golden": "Golden facts",
}
_GROUPS = (
    ("by kind", ""),
    ("by layout, undamaged", "plain layout:"),
    ("by layout, other wording", "varied layout:"),
    ("by layout, damaged", "damaged layout:"),
    ("by damage", "damage:"),
    ("by variation (undamaged)", "variation:"),
)
_COLUMNS = ("documents", "cells", RIGHT, "recovered", FLAGGED, WRONG_FLAGGED, WRONG, "unbalanced", "lost_numbers")


def groups_like(tally: Tally, prefix: str) -> list[str]:
    """The groups of one table, by name; of no prefix the four that hold all documents."""
    if not prefix:
        return [group for group in ("all", "plain", "varied", "damaged") if group in tally.groups]
    return sorted(group for group in tally.groups if group.startswith(prefix))


def percent(part: float | None) -> str:
    """A share in words; what is not all never reads as 100%."""
    if part is None:
        return "–"
    return "100%" if part == 1 else f"{min(100 * part, 99.999):.3f}%"


def write_text(tally: Tally, goals: list[Goal], head: str, n_examples: int = 50) -> str:
    """Return the whole text."""
    lines = [head, "", "Goals"]
    lines += [f"  {'met    ' if g.is_met else 'NOT MET'}  {g.words}: {g.reached}" for g in goals]
    for title, prefix in _GROUPS:
        if groups := groups_like(tally, prefix):
            lines += ["", f"Cells {title}", *_table(tally, groups, prefix)]
    lines += ["", "Other facts, all documents"]
    for words, right, whole in FACTS:
        n, of = tally.get("all", right), tally.get("all", whole)
        lines.append(f"  {words:44} {percent(share(n, of)):>9}  {n:,} of {of:,}")
    if golden := groups_like(tally, "golden:"):
        lines += ["", "Golden documents, facts read right"]
        for group in golden:
            name = group.removeprefix("golden:")
            lines.append(f"  {name:54} {tally.get(group, 'facts_right'):>5} of {tally.get(group, 'facts'):>5}")
    for kind, title in EXAMPLE_KINDS.items():
        lines += _examples(tally, kind, title, n_examples)
    return "\n".join(lines) + "\n"


def _table(tally: Tally, groups: list[str], prefix: str) -> list[str]:
    wide = max(len(group) for group in groups) - len(prefix)
    head = "  " + " " * wide + "  placeable right" + "".join(f"{column:>14}" for column in _COLUMNS)
    lines = [head]
    for group in groups:
        reached = percent(share(tally.get(group, "certain_right"), tally.get(group, "certain")))
        counts = "".join(f"{tally.get(group, column):>14,}" for column in _COLUMNS)
        lines.append(f"  {group.removeprefix(prefix):{wide}}  {reached:>15}{counts}")
    return lines


def _examples(tally: Tally, kind: str, title: str, n: int) -> list[str]:
    examples = sorted(tally.examples.get(kind, []))
    if not examples:
        return []
    lines = ["", f"{title} (the first {min(n, len(examples))})"]
    for e in examples[:n]:
        ways = "; ".join(part for part in (e.layout, e.variations, e.damages) if part)
        lines.append(f"  {e.document} [{ways}] {e.what}: {e.truth} -> {e.got}")
    return lines
