"""`python -m tests.accuracy.bodies`: which body, year and place is read, of generated heads, golden bodies and full names.

Ends with 1 where a body was taken for another, or less than nine in ten of those that the text decides were placed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pipelines.parsing.reports import parse_texts
from tests.accuracy.full_names import CheckedName, full_names
from tests.accuracy.golden_bodies import compare_body, printed, read_bodies, read_truth
from tests.rendering.head_draft import AMBIGUOUS, CONTRADICTED, DECIDED, UNKNOWN, WEAK
from tests.rendering.heads import KINDS, Head, draw_head

BATCH = 500
Item = TypeVar("Item")
VERDICTS = (DECIDED, WEAK, CONTRADICTED, AMBIGUOUS, UNKNOWN)
COLUMNS = ("heads", "right", "successor", "unresolved", "wrong", "not_read", "name", "year", "government")
FAILURES = {
    "wrong": "Placed elsewhere, or placed where nothing decides",
    "successor": "Placed in what the unit went into later",
    "unresolved": "Not placed, though the text decides",
    "not_read": "Not taken for a report",
    "name": "Another name",
    "year": "Another year",
    "government": "Government or not",
}


class Tally:
    """Counts by group, and the first examples of each failure."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.failures: dict[str, list[str]] = defaultdict(list)

    def count(self, groups: list[str], what: str) -> None:
        for group in groups:
            self.counts[group][what] += 1

    def fail(self, groups: list[str], what: str, example: str) -> None:
        self.count(groups, what)
        self.failures[what].append(example)


def judge_head(head: Head, report: dict[str, Any] | None, tally: Tally) -> None:
    """Count what was read of one head."""
    groups = ["all", head.verdict, f"kind:{head.kind}", *(f"print:{name}" for name in head.variations)]
    tally.count(groups, "heads")
    what = f"seed {head.seed} {head.kind} {head.verdict} {head.names[0]} {head.year} {'/'.join(sorted(head.codes))}"
    if report is None:
        tally.fail(groups, "not_read", what)
        return
    code = report["division_code"]
    outcome = judge_place(head, code)
    place = f"{what} -> {code} {report['resolution']} {report['body_name']}"
    if outcome in ("right", "open"):
        tally.count(groups, outcome)
    else:
        tally.fail(groups, outcome, place)
    name = "".join((report["body_name"] or "").split())
    if name in {"".join(name.split()) for name in head.names}:
        tally.count(groups, "name_right")
    else:
        tally.fail(groups, "name", f"{what} -> {report['body_name']}")
    if report["report_year"] != head.year:
        tally.fail(groups, "year", f"{what} -> {report['report_year']} ({report['report_year_basis']})")
    if outcome == "right" and code and head.is_government not in (None, report["is_government"]):
        tally.fail(groups, "government", f"{what} -> {report['is_government']}")


def judge_place(head: Head, code: str | None) -> str:
    """right, wrong, successor (what an abolished unit went into), unresolved (the text decides) or open (nothing is demanded)."""
    if code is None:
        return "right" if not head.codes else "unresolved" if head.verdict == DECIDED else "open"
    return "right" if code in head.codes else "successor" if code in head.successors else "wrong"


def _batches(items: Iterable[Item], n: int) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, n)):
        yield batch


def read_heads(heads: list[Head]) -> Iterator[tuple[Head, dict[str, Any] | None]]:
    """Each head with the report that was read of it."""
    for batch in _batches(heads, BATCH):
        texts = {number: head.text for number, head in enumerate(batch)}
        urls = {number: head.url for number, head in enumerate(batch) if head.url}
        rows = {row["doc"]: row for row in parse_texts(texts, urls=urls).reports.iter_rows(named=True)}
        yield from ((head, rows.get(number)) for number, head in enumerate(batch))


def measure_heads(heads: list[Head]) -> Tally:
    tally = Tally()
    for head, report in read_heads(heads):
        judge_head(head, report, tally)
    return tally


def measure_golden() -> tuple[Counter[str], list[str]]:
    """Pages, pages read right in everything, pages placed elsewhere; the differences."""
    truth, counts, failures = read_truth(), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        reports = read_bodies(truth, Path(folder))
    for number, row in enumerate(truth):
        counts["pages"] += 1
        report = reports.get(number)
        problems = ["not taken for a report"] if report is None else compare_body(row, report)
        counts["right"] += not problems
        code = printed(report["division_code"]) if report else ""
        counts["wrong"] += bool(code) and code not in row["division_code"].split("|")
        failures += [f"{row['file']}: {problem}" for problem in problems]
    return counts, failures


def measure_full_names(every: int) -> tuple[Counter[str], list[str]]:
    """All current townships by their full name, and by county and name."""
    counts, failures = Counter[str](), []
    for batch in _batches(full_names(every), 2_000):
        texts = {number: name.text for number, name in enumerate(batch)}
        rows = {row["doc"]: row for row in parse_texts(texts).reports.iter_rows(named=True)}
        for number, name in enumerate(batch):
            code = rows[number]["division_code"] if number in rows else None
            outcome = _judge_full_name(name, code)
            counts[f"{name.style} {outcome}"] += 1
            if outcome != "right":
                failures.append(f"{name.style} {outcome}: {name.body} {'/'.join(sorted(name.codes))} -> {code}")
    return counts, failures


def _judge_full_name(name: CheckedName, code: str | None) -> str:
    """A name that several units share below counties of one name is right without a code, too."""
    if code is None:
        return "right" if len(name.codes) > 1 else "unresolved"
    return "right" if code in name.codes else "wrong"


def write_tally(tally: Tally, show: int) -> str:
    lines = [f"{'':26}" + "".join(f"{column:>12}" for column in COLUMNS)]
    kinds = [f"kind:{kind}" for kind in KINDS]
    for group in ["all", *VERDICTS, *kinds, *sorted(g for g in tally.counts if g.startswith("print:"))]:
        counts = tally.counts.get(group, Counter())
        lines.append(f"{group:26}" + "".join(f"{counts[column]:>12,}" for column in COLUMNS))
    for what, title in FAILURES.items():
        if found := tally.failures.get(what):
            lines += [
                "",
                f"{title} ({len(found)}, the first {min(show, len(found))})",
                *(f"  {f}" for f in found[:show]),
            ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    if options.one is not None:
        head = draw_head(options.one, options.kind)
        print(f"{head.kind} {head.verdict} {sorted(head.codes)} {head.names} {head.year} {head.url}\n\n{head.text}")
        return 0
    start, is_good = time.monotonic(), True
    if options.heads:
        tally = measure_heads(
            [draw_head(seed, options.kind) for seed in range(options.seed, options.seed + options.heads)]
        )
        print(f"Heads from seed {options.seed}\n{write_tally(tally, options.show)}\n")
        decided = tally.counts[DECIDED]
        is_good = not tally.counts["all"]["wrong"] and decided["unresolved"] <= 0.1 * decided["heads"]
    parts = [("Golden bodies", measure_golden)] if not options.kind else []
    if options.full_names:
        parts.append(("Full names", lambda: measure_full_names(options.every)))
    for title, part in parts:
        counts, failures = part()
        print("\n".join([f"{title}: {dict(counts)}", *(f"  {failure}" for failure in failures[: options.show]), ""]))
        is_good = is_good and not any(n for what, n in counts.items() if what.endswith("wrong"))
    print(f"{time.monotonic() - start:.0f} seconds")
    return 0 if is_good else 1


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.bodies", description=__doc__)
    parser.add_argument("--heads", type=int, default=5_000, help="how many generated heads (0: none)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first head")
    parser.add_argument("--kind", choices=sorted(KINDS), help="this kind of head only")
    parser.add_argument("--full-names", action="store_true", help="all current townships by their full name, too")
    parser.add_argument("--every", type=int, default=1, help="with --full-names: every n-th township")
    parser.add_argument("--show", type=int, default=20, help="how many failures of each kind to print")
    parser.add_argument("--one", type=int, metavar="SEED", help="print one head and its truth, measure nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
