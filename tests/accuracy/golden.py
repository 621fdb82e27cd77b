"""The golden documents: real pages with facts written down by hand, if they are there.

Belongs here: reading the facts and comparing them with what is read from the documents. Grain: one fact.
"""

from __future__ import annotations

import csv
import math
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.accuracy.comparison import Reading
from tests.accuracy.measure import collect_readings, parse_documents
from tests.accuracy.tally import Example, Tally
from tests.rendering.tabbed import read_seed

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
_HEADERS = ("title", "body_name", "report_year", "form_version")


def measure_golden(tally: Tally, golden: Path = GOLDEN) -> None:
    """Count the facts of the golden documents under the group `golden`, by document under `golden:<file>`."""
    documents = sorted((golden / "documents").glob("*")) if (golden / "documents").is_dir() else []
    if not documents or not (golden / "facts").is_dir():
        return
    with tempfile.TemporaryDirectory() as folder:
        frames = parse_documents(Path(folder), {file.name: file.read_bytes() for file in documents})
    readings = collect_readings(frames)
    for check in (_check_cells, _check_headers, _check_prose):
        check(golden / "facts", readings, tally)


def _read_facts(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _count(tally: Tally, file: str, what: str, fact: object, got: object, is_right: bool) -> None:
    kind = file.split("#", maxsplit=1)[0]
    tally.count(["golden", f"golden:{kind}"], "facts")
    tally.count(["golden", f"golden:{kind}"], "facts_right", int(is_right))
    if not is_right:
        tally.keep("golden", Example(file, "golden", "", "", what, str(fact), str(got)))


def _expected_cells(facts: Path) -> dict[str, dict[tuple[str, str, str], tuple[str, float | None]]]:
    """File -> cell -> state and value: those written down, and the default state of the rest of each table."""
    expected: dict[str, dict[tuple[str, str, str], tuple[str, float | None]]] = defaultdict(dict)
    rows, columns = read_seed("form_rows"), read_seed("form_columns")
    for table in _read_facts(facts, "tables"):
        version, key, state = table["form_version"], table["table_key"], table["default_state"]
        for row in rows:
            if (row["form_version"], row["table_key"]) != (version, key) or row["row_kind"] != "data":
                continue
            for column in columns:
                block = (column["form_version"], column["table_key"], column["block_key"])
                if block == (version, key, row["block_key"]):
                    cell = (key, row["row_key"], column["column_key"])
                    expected[table["file"]][cell] = (state, 0.0 if state == "zero" else None)
    for fact in _read_facts(facts, "cells"):
        cell = (fact["table_key"], fact["row_key"], fact["column_key"])
        value = float(fact["value"]) if fact["value"] else None
        expected[fact["file"]][cell] = (fact["value_state"], value)
    return expected


def _check_cells(facts: Path, readings: dict[str, Reading], tally: Tally) -> None:
    for file, cells in _expected_cells(facts).items():
        got = {(c["table_key"], c["row_key"], c["column_key"]): c for c in _reading(readings, file).cells}
        for key, (state, value) in cells.items():
            read = got.get(key) or {"value_state": "absent", "value": None}
            is_right = read["value_state"] == state and _same(read["value"], value)
            _count(tally, file, "/".join(key), f"{state} {value}", f"{read['value_state']} {read['value']}", is_right)


def _check_headers(facts: Path, readings: dict[str, Reading], tally: Tally) -> None:
    for fact in _read_facts(facts, "headers"):
        report: dict[str, Any] = _reading(readings, fact["file"]).report or {}
        for name in _HEADERS:
            if name in fact and fact[name] != "*":  # * is not checked; a|b: either is right
                got = "" if report.get(name) is None else re.sub(r"\s", "", str(report[name]))
                is_right = got in re.sub(r"\s", "", fact[name]).split("|")
                _count(tally, fact["file"], name, fact[name], got, is_right)


def _check_prose(facts: Path, readings: dict[str, Reading], tally: Tally) -> None:
    for fact in _read_facts(facts, "prose"):
        got = [p["value"] for p in _reading(readings, fact["file"]).prose if p["quantity"] == fact["quantity"]]
        is_right = any(_same(value, float(fact["value"])) for value in got)
        _count(tally, fact["file"], fact["quantity"], fact["value"], got, is_right)


def _reading(readings: dict[str, Reading], file: str) -> Reading:
    """What was read from a file, or from one record of a shard (`shard.jsonl#1`)."""
    return readings.get(file) or Reading()


def _same(got: float | None, true: float | None) -> bool:
    return got is true if got is None or true is None else math.isclose(got, true, rel_tol=1e-9)
