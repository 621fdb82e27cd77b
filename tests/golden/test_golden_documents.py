"""Golden documents: what the parser reads in each against what a person read in it (`facts/*.csv`, see README.md)."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import PROJECT_DIR
from tests.reading import read_folder, write_delivery

HERE = Path(__file__).parent
SEEDS = PROJECT_DIR / "dbt_project" / "seeds"
UNCHECKED = "*"
MAX_SHOWN = 25

Key = tuple[str, str, str]


@cache
def facts(name: str, folder: Path = HERE / "facts") -> dict[str, list[dict[str, str]]]:
    """Rows of one table of facts by file; rows of a seed under the empty name."""
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            by_file[row.get("file", "")].append(row)
    return by_file


FILES = sorted(facts("documents"))


def form_rows(form: str) -> list[dict[str, str]]:
    """The rows of an edition that hold cells, in printed order."""
    return [r for r in facts("form_rows", SEEDS)[""] if r["form_version"] == form and r["row_kind"] != "heading"]


def row_cells(row: dict[str, str]) -> list[Key]:
    """The cells of a row of the dictionary of forms."""
    own = ("form_version", "table_key", "block_key")
    columns = [c for c in facts("form_columns", SEEDS)[""] if all(c[k] == row[k] for k in own)]
    return [(row["table_key"], row["row_key"], column["column_key"]) for column in columns]


def form_cells(form: str, table: str) -> list[Key]:
    """The cells that a table of an edition always prints; an optional row counts only where a table has no other."""
    rows = [r for r in form_rows(form) if r["table_key"] == table]
    always = [r for r in rows if r["row_kind"] != "optional"]
    return [cell for row in always or rows for cell in row_cells(row)]


def bare(label: str) -> str:
    """A label without notes in brackets, numbering and marks."""
    label = re.sub(r"（(?![一二三四五六七八九十]）).*?）|\(.*?\)", "", label)
    return re.sub(r"^(?:其中[：:])|^[（(]?[一二三四五六七八九十\d]+[）)]?[、.．]?|[\s　。、：:]", "", label)


def indicator_cells(file: str) -> tuple[dict[Key, dict[str, str]], list[str]]:
    """Indicators of the table of 2014, which are given by label: the n-th of a label is the dictionary's n-th."""
    by_label: dict[tuple[str, int], dict[str, str]] = {}
    seen: Counter[str] = Counter()
    for row in form_rows("F2014"):
        label = bare(row["row_label"])
        by_label[label, seen[label]] = row
        seen[label] += 1
    cells, unknown, used = {}, [], Counter[str]()
    for fact in facts("indicators")[file]:
        label = bare(fact["label"])
        row = by_label.get((label, used[label]))
        used[label] += 1
        if row is None:
            unknown.append(f"the dictionary of forms has no row for the indicator {fact['label']}")
        else:
            cells |= dict.fromkeys(row_cells(row), fact)
    return cells, unknown


def expected_cells(file: str) -> tuple[dict[Key, dict[str, str]], list[str]]:
    """Every cell of the document's tables: the default of its table, then the cells that differ."""
    cells, problems = indicator_cells(file)
    for table in facts("tables")[file]:
        keys = form_cells(table["form_version"], table["table_key"])
        if len(keys) != int(table["n_cells"]):
            problems.append(f"{table['table_key']}: the dictionary has {len(keys)} cells, not {table['n_cells']}")
        value = "0" if table["default_state"] == "zero" else ""
        for key in keys:
            cells[key] = {"value_state": table["default_state"], "value": value}
    for cell in facts("cells")[file]:
        cells[cell["table_key"], cell["row_key"], cell["column_key"]] = cell
    return cells, problems


def compare_cell(key: Key, wanted: dict[str, str], got: dict[str, object] | None) -> list[str]:
    """Differences of one cell; a cell that the parser does not give counts as absent."""
    state = got["value_state"] if got else "absent"
    value = got["value"] if got else None
    wanted_value = float(wanted["value"]) if wanted["value"] else None
    name = "/".join(key)
    if (state, value) != (wanted["value_state"], wanted_value):
        return [f"{name}: expected {wanted['value_state']} {wanted['value']}, read {state} {value}"]
    problems = []
    for column in ("raw_value", "value_basis", "printed_unit"):
        expected, read = wanted.get(column) or "", str((got or {}).get(column) or "").strip()
        if expected and expected != read:
            problems.append(f"{name}: {column} should be {expected!r}, is {read!r}")
    return problems


def compare_cells(file: str, cells: pl.DataFrame) -> list[str]:
    expected, problems = expected_cells(file)
    read = {(c["table_key"], c["row_key"], c["column_key"]): c for c in cells.iter_rows(named=True)}
    for key, wanted in expected.items():
        problems += compare_cell(key, wanted, read.get(key))
    for key in read.keys() - expected.keys():
        if read[key]["value_state"] != "absent":
            problems.append(f"{'/'.join(key)}: not in the document, read {read[key]['value_state']}")
    return problems


def compare_header(file: str, report: dict[str, object]) -> list[str]:
    """Differences of the header; several readings that are right are split by a bar."""
    (expected,) = facts("headers")[file]
    return [
        f"{column}: expected {wanted or None!r}, read {report[column]!r}"
        for column, wanted in expected.items()
        if column != "file" and wanted != UNCHECKED and str(report[column] or "") not in wanted.split("|")
    ]


def compare_prose(file: str, prose: pl.DataFrame) -> list[str]:
    expected = {(p["quantity"], float(p["value"]), p["is_approximate"] == "true") for p in facts("prose")[file]}
    read = set(prose.select("quantity", "value", "is_approximate").iter_rows())
    return [f"prose: not read {p}" for p in sorted(expected - read)] + [
        f"prose: read, yet not stated {p}" for p in sorted(read - expected)
    ]


@cache
def read_file(name: str, folder: Path) -> dict[str, pl.DataFrame]:
    """The frames of one file, alone in a delivery."""
    write_delivery(folder / name, {name: (HERE / "documents" / name).read_bytes()})
    return read_folder(folder / name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    yield tmp_path_factory.mktemp("documents")
    read_file.cache_clear()


@pytest.mark.parametrize("file", FILES)
def test_golden_document(file, folder):
    """`name#1` is the second report of a file that holds several."""
    name, _, record = file.partition("#")
    frames = read_file(name, folder)
    reports = frames["reports"].sort("record", maintain_order=True)
    assert reports.height > int(record or 0), f"{file}: no report was read"
    report = reports.row(int(record or 0), named=True)
    own = {
        key: frame.filter(pl.col("document_id") == report["document_id"])
        for key, frame in frames.items()
        if "document_id" in frame.columns
    }
    problems = compare_header(file, report)
    problems += compare_cells(file, own["cells"])
    problems += compare_prose(file, own["prose_counts"])
    missing = {f["rule_key"] for f in facts("findings")[file]} - set(own["findings"]["rule_key"])
    problems += [f"finding {rule_key} is missing" for rule_key in sorted(missing)]
    (document,) = facts("documents")[file]
    shown = [*problems[:MAX_SHOWN], *(["…"] if len(problems) > MAX_SHOWN else [])]
    assert not problems, "\n".join([f"{file} ({document['layout']}): {len(problems)} differences", *shown])


def test_every_document_has_facts_and_every_fact_a_document():
    files = {path.name for path in (HERE / "documents").iterdir()}
    assert {file.partition("#")[0] for file in FILES} == files
    for name in ("headers", "tables", "cells", "prose", "findings", "indicators"):
        assert facts(name).keys() <= set(FILES), name
    assert facts("headers").keys() == set(FILES)


def test_the_formats_and_editions_that_are_covered():
    documents = [row for rows in (facts("documents")[file] for file in FILES) for row in rows]
    assert {"txt", "html", "docx", "pdf", "md", "gzip", "jsonl", "parquet"} <= {d["format"] for d in documents}
    editions = {d["edition"].split(",")[0].split(" ")[0] for d in documents}
    assert {"2019", "2021", "2014", "hybrid", "prose"} <= editions
    assert all(d["source"] for d in documents)
