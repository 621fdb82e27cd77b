"""The golden bodies: pages whose body, year and division a person wrote down (`tests/golden/bodies/truth.csv`).

Belongs here: reading the truth, handing over the pages with their addresses, and comparing.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.reading import read_folder, write_delivery

BODIES = Path(__file__).resolve().parents[1] / "golden" / "bodies"
COLUMNS = ("body_name", "unit_name", "report_year", "division_code", "is_government", "resolution")
UNCHECKED = "*"


def read_truth(folder: Path = BODIES) -> list[dict[str, str]]:
    """The rows of truth.csv; several readings that are right are split by a bar, an empty one is a null."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_bodies(truth: list[dict[str, str]], folder: Path) -> dict[int, dict[str, Any]]:
    """What is read of each page, by its row of the truth; the pages are the records of one shard, each with its address."""
    write_delivery(folder, {"bodies.jsonl": "\n".join(map(_as_record, truth)) + "\n"})
    return {report["record"]: report for report in read_folder(folder)["reports"].iter_rows(named=True)}


def _as_record(row: dict[str, str]) -> str:
    text = (BODIES / row["file"]).read_text(encoding="utf-8")
    return json.dumps({"html" if row["file"].endswith(".html") else "text": text, "url": row["source_url"] or None})


def printed(value: object) -> str:
    """A value as truth.csv writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def compare_body(row: dict[str, str], report: dict[str, Any]) -> list[str]:
    """Differences of one report from its truth."""
    return [
        f"{column}: expected {row[column] or None!r}, read {report[column]!r}"
        for column in COLUMNS
        if row[column] != UNCHECKED and printed(report[column]) not in row[column].split("|")
    ]
