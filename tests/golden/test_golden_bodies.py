"""Golden bodies: which body, which year, which division a person read in each page of `bodies/` (truth.csv, see README.md).

The pages are read as the records of one shard, so that each has the address that it was published under.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.reading import read_folder, write_delivery

BODIES = Path(__file__).parent / "bodies"
COLUMNS = ("body_name", "unit_name", "report_year", "division_code", "is_government", "resolution")
UNCHECKED = "*"


def read_truth(folder: Path = BODIES) -> list[dict[str, str]]:
    """The rows of truth.csv; several readings that are right are split by a bar, an empty one is a null."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


TRUTH = read_truth()


def as_record(row: dict[str, str], folder: Path = BODIES) -> str:
    """A page as a record of a shard."""
    text = (folder / row["file"]).read_text(encoding="utf-8")
    return json.dumps({"html" if row["file"].endswith(".html") else "text": text, "url": row["source_url"] or None})


def printed(value: object) -> str:
    """A value as truth.csv writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def compare_body(row: dict[str, str], report: dict[str, object]) -> list[str]:
    """Differences of one report from its truth."""
    return [
        f"{column}: expected {row[column] or None!r}, read {report[column]!r}"
        for column in COLUMNS
        if row[column] != UNCHECKED and printed(report[column]) not in row[column].split("|")
    ]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bodies")
    write_delivery(folder, {"bodies.jsonl": "\n".join(as_record(row) for row in TRUTH) + "\n"})
    return {report["record"]: report for report in read_folder(folder)["reports"].iter_rows(named=True)}


@pytest.mark.parametrize("number", range(len(TRUTH)), ids=[row["file"] for row in TRUTH])
def test_body_of_a_page(number, reports):
    row = TRUTH[number]
    assert number in reports, f"{row['file']} was not taken for a report"
    problems = compare_body(row, reports[number])
    assert not problems, "\n".join([f"{row['file']} ({row['note'] or row['rests_on']})", *problems])


def test_every_page_has_a_truth_and_every_truth_a_page():
    assert {row["file"] for row in TRUTH} == {path.name for path in BODIES.iterdir()} - {"truth.csv"}
    assert all(row["resolution"] for row in TRUTH)
