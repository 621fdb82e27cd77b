"""`python -m benchmarks.country [--page] [--price P]`: the sums for the whole country, worked out from `country.csv`.

Belongs here: the arithmetic and its two tables. What is measured or assumed stands in the CSV, each with its source.
`--page` writes docs/whole-country.md between its markers.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import PROJECT_DIR

INPUTS = Path(__file__).with_name("country.csv")
PAGE = PROJECT_DIR / "docs" / "whole-country.md"
_BLOCK = re.compile(r"(<!-- country:(\w+) -->\n).*?(<!-- country:end -->)", re.DOTALL)
_GIB = 1 << 30


@dataclass(frozen=True)
class Input:
    """One line of the CSV: `kind` is `measured` (by the command in `source`), `given` or `assumed`."""

    input_key: str
    value: float
    unit: str
    kind: str
    source: str
    words: str


@dataclass(frozen=True)
class Machines:
    """What reads and builds: so many machines alike that parse, one of which builds and publishes."""

    name: str
    machines: int
    cores: int


MACHINES = (
    Machines("a laptop of 8 cores", 1, 8),
    Machines("a server of 32 cores", 1, 32),
    Machines("10 servers of 32 cores", 10, 32),
)


def load_inputs(path: Path = INPUTS) -> dict[str, Input]:
    """Read the inputs by key."""
    with path.open(encoding="utf-8") as stream:
        rows = [Input(key, float(value), *words) for key, value, *words in list(csv.reader(stream))[1:]]
    return {row.input_key: row for row in rows}


def documents(values: Mapping[str, float], years: float) -> float:
    """Return how many reports there are in so many years."""
    return (values["townships"] + values["other_bodies"]) * years


def sizes(values: Mapping[str, float], years: float) -> dict[str, float]:
    """Return documents, cells, and bytes by what they are, of so many years."""
    n = documents(values, years)
    return {
        "documents": n,
        "cells": n * values["cells"],
        "raw_html_bytes": n * values["raw_html_bytes"],
        "raw_text_bytes": n * values["raw_text_bytes"],
        "staging_bytes": n * values["staging_bytes"],
        "database_bytes": values["database_fixed_bytes"] + n * values["database_bytes"],
        "export_bytes": n * values["export_bytes"],
    }


def hours(values: Mapping[str, float], years: float, machines: Machines) -> dict[str, float]:
    """Return hours until all is staged, hours until it is published after that, and the machine-hours of both.

    Parsing is spread over all cores of all machines; the build runs on one machine, by as many cores as it can use.
    """
    n = documents(values, years)
    parsing = n * values["ingest_us"] / 1e6 / (machines.machines * machines.cores * values["parallel_share"])
    cores = min(machines.cores, values["build_cores"])
    building = values["build_fixed_s"] + n * values["build_us"] / 1e6 / cores
    return {
        "staging_h": parsing / 3600,
        "build_h": building / 3600,
        "machine_h": (parsing * machines.machines + building) / 3600,
    }


def size_table(values: Mapping[str, float]) -> str:
    """The first table of the page."""
    rows = {years: sizes(values, years) for years in (1, values["years"])}
    lines = ["| | one year | ten years |".replace("ten", f"{values['years']:.0f}"), "|---|--:|--:|"]
    words = {
        "documents": "reports",
        "cells": "cells of the form",
        "raw_html_bytes": "raw, if all are pages (GiB)",
        "raw_text_bytes": "raw, if all are plain text (GiB)",
        "staging_bytes": "staging parquet (GiB)",
        "database_bytes": "published database (GiB)",
        "export_bytes": "exports (GiB)",
    }
    for key, said in words.items():
        shown = [_number(row[key] / _GIB if key.endswith("bytes") else row[key]) for row in rows.values()]
        lines.append(f"| {said} | {' | '.join(shown)} |")
    return "\n".join(lines)


def hour_table(values: Mapping[str, float], price: float | None = None) -> str:
    """The second table of the page: all years at once, and one year alone."""
    head = "| | years | minutes to staging | minutes from there to the release | machine-hours |"
    lines = [
        head + (" cost |" if price is not None else ""),
        "|---|--:|--:|--:|--:|" + ("--:|" if price is not None else ""),
    ]
    for machines in MACHINES:
        for years in (1, values["years"]):
            own = hours(values, years, machines)
            row = f"| {machines.name} | {years:.0f} | {own['staging_h'] * 60:.1f} | {own['build_h'] * 60:.1f} | {own['machine_h']:.2f} |"
            lines.append(row + (f" {own['machine_h'] * price:,.2f} |" if price is not None else ""))
    return "\n".join(lines)


def input_table(inputs: Mapping[str, Input]) -> str:
    """What it all rests on."""
    lines = ["| input | value | unit | kind | source |", "|---|--:|---|---|---|"]
    lines += [f"| {i.words} | {_number(i.value)} | {i.unit} | {i.kind} | {i.source} |" for i in inputs.values()]
    return "\n".join(lines)


def fill_page(text: str, inputs: Mapping[str, Input]) -> str:
    """Return the page with its tables worked out anew."""
    values = {key: own.value for key, own in inputs.items()}
    blocks = {"sizes": size_table(values), "hours": hour_table(values), "inputs": input_table(inputs)}
    return _BLOCK.sub(lambda found: f"{found[1]}{blocks[found[2]]}\n{found[3]}", text)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


def main(arguments: list[str]) -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.country", description=__doc__)
    parser.add_argument("--page", action="store_true", help="write the tables into docs/whole-country.md")
    parser.add_argument("--price", type=float, help="what an hour of one machine costs you: adds a column")
    given = parser.parse_args(arguments)
    inputs = load_inputs()
    if given.page:
        PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8"), inputs), encoding="utf-8")
        return 0
    values = {key: own.value for key, own in inputs.items()}
    print("\n\n".join([size_table(values), hour_table(values, given.price), input_table(inputs)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
