"""`python -m tests.accuracy`: measure the reading of generated and golden documents, write text and page.

Ends with 1 where a goal is not met.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.accuracy.golden import measure_golden
from tests.accuracy.measure import describe, measure
from tests.accuracy.page import write_page
from tests.accuracy.tally import Tally, judge_goals
from tests.accuracy.text import EXAMPLE_KINDS, write_text
from tests.rendering.corpus import DAMAGES, LAYOUTS, generate


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    if options.one is not None:
        print(describe(generate(options.one, options.layout, options.damage)))
        return 0
    start = time.monotonic()
    tally = Tally()
    if not options.layout and not options.damage:
        measure_golden(tally)
    if options.documents:
        tally.add(measure(options.documents, options.seed, options.layout, options.damage, options.keep))
    goals = judge_goals(tally)
    seconds = time.monotonic() - start
    only = "".join(
        f", {name} {value} only" for name, value in (("layout", options.layout), ("damage", options.damage)) if value
    )
    head = (
        f"{tally.get('all', 'documents'):,} generated documents from seed {options.seed}{only}; {seconds:.0f} seconds"
    )
    options.out.mkdir(parents=True, exist_ok=True)
    text_path, page_path = options.out / "accuracy.txt", options.out / "accuracy.html"
    text_path.write_text(write_text(tally, goals, head), encoding="utf-8")
    page_path.write_text(write_page(tally, goals, head), encoding="utf-8")
    shown = write_text(tally, goals, head, n_examples=options.show)
    print(shown if options.verbose else _in_short(shown))
    print(f"written: {text_path} and {page_path}")
    return 0 if all(goal.is_met for goal in goals) else 1


def _in_short(text: str) -> str:
    """The goals, the tables, and the wrong cells; the other lists are in the files."""
    short: list[str] = []
    kept = True
    titles = tuple(title for kind, title in EXAMPLE_KINDS.items() if kind != "wrong")
    for line in text.split("\n"):
        if line and not line.startswith(" "):
            kept = not line.startswith(titles)
        if kept:
            short.append(line)
    return "\n".join(short).rstrip()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="how many generated documents (0: golden only)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first document")
    parser.add_argument("--out", type=Path, default=Path("data/warehouse/accuracy"), help="folder of the results")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), help="this layout only")
    parser.add_argument("--damage", choices=sorted(DAMAGES), help="this damage only")
    parser.add_argument("--keep", type=Path, help="write the documents into this folder")
    parser.add_argument("--show", type=int, default=50, help="how many examples of each kind to print")
    parser.add_argument("--verbose", action="store_true", help="print all lists, not only wrong cells")
    parser.add_argument("--one", type=int, metavar="SEED", help="print one document and its truth, measure nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
