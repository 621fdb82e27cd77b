"""corrections.csv: a cell of a document, the raw value that was found there, and what it should be.

Belongs here: the checks of a row by itself, and against what the parser reads in that document now.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import polars as pl

from pipelines.curation.faults import Fault
from pipelines.curation.fields import Problem, check_date, check_document, check_filled
from pipelines.curation.values import check_value, money_units, read_values
from pipelines.forms.dictionary import form_cells
from pipelines.schemas.curation import curation_schema
from pipelines.settings import CORRECTIONS_FILE

CORRECTION_COLUMNS = (
    "document_id",
    "table_key",
    "row_key",
    "column_key",
    "expected_raw_value",
    "corrected_value",
    "reason",
    "corrected_by",
    "corrected_on",
)
CELL = ("table_key", "row_key", "column_key")


def check_corrections(table: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Check each row by itself; return the typed frame of those without a fault (`raw_value` null) and all faults.

    Args:
        table: `csv_row` and the columns of the file as text, empty fields null.
    """
    faults: list[Fault] = []
    good: list[dict[str, Any]] = []
    first: dict[tuple[str, ...], int] = {}
    for row in read_values(table).iter_rows(named=True):
        checked = _check_row(row, _collector(faults, row["csv_row"]))
        if checked is None:
            continue
        key = (checked["document_id"], *(checked[name] for name in CELL))
        if key in first:
            problem = f"row {first[key]} corrects {cell_name(row)} of this document already"
            faults.append(Fault(CORRECTIONS_FILE, row["csv_row"], problem, "Keep one of them"))
            continue
        first[key] = row["csv_row"]
        good.append(checked)
    return pl.DataFrame(good, schema=curation_schema("corrections")), faults


def match_corrections(
    corrections: pl.DataFrame, documents: pl.DataFrame, cells: pl.DataFrame
) -> tuple[pl.DataFrame, list[Fault]]:
    """Compare corrections with what is read in their documents; return them with `raw_value` as read, and all faults.

    A document that is not in this warehouse is no fault: its correction waits, and says so where it is published.

    Args:
        corrections: the frame of `check_corrections`.
        documents: `document_id`, `form_version` (null: no report) of the documents that are here.
        cells: the cells of these documents: document_id, the cell's keys, raw_value, value_state, printed_unit_basis.
    """
    faults: list[Fault] = []
    here = dict(documents.select("document_id", "form_version").iter_rows())
    read = {tuple(row[name] for name in ("document_id", *CELL)): row for row in cells.iter_rows(named=True)}
    raw_values: list[str | None] = []
    for row in corrections.iter_rows(named=True):
        cell = read.get((row["document_id"], *(row[name] for name in CELL)))
        raw_values.append(cell["raw_value"] if cell is not None else None)
        if row["document_id"] not in here:
            continue
        fault = _collector(faults, row["csv_row"])
        form_version = here[row["document_id"]]
        if form_version is None:
            fault(f"document {_short(row)} is no report, it has no cells", "Check document_id")
        elif cell is None:
            problem = f"the report {_short(row)} has no cell {cell_name(row)}, its form is {form_version}"
            fault(problem, "Take a cell that fct_reported_cell has for it")
        else:
            _compare(row, cell, fault)
    return corrections.with_columns(pl.Series("raw_value", raw_values, pl.String)), faults


def cell_name(row: dict[str, Any]) -> str:
    """Return the name of a cell as people write it: t2.procurement.amount."""
    return ".".join(row[name] or "" for name in CELL)


def check_cell(name: str) -> Problem | None:
    """Tell whether no edition of the form has a cell of that name, and which come near it."""
    known = _cell_names()
    if name in known:
        return None
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    remedy = f"Perhaps {' or '.join(near)}" if near else "dim_form_cell lists all"
    return f"{name} is no cell of any form", remedy


def same_raw_value(expected: str | None, found: str | None) -> bool:
    """Tell whether two texts of a cell differ in spaces at most: nobody sees these, and editors drop them."""
    return " ".join((expected or "").split()) == " ".join((found or "").split())


def _check_row(row: dict[str, Any], fault: Callable[[str, str], None]) -> dict[str, Any] | None:
    document_id, bad_document = check_document(row["document_id"])
    corrected_on, bad_date = check_date("corrected_on", row["corrected_on"])
    bad_cell = check_cell(cell_name(row))
    problems = [
        bad_document,
        bad_cell,
        check_value(row) if bad_cell is None else None,
        check_filled("reason", row["reason"], "Say what shows that the corrected value is right"),
        check_filled("corrected_by", row["corrected_by"], "Say who corrected it"),
        bad_date,
    ]
    found = [problem for problem in problems if problem is not None]
    for problem, remedy in found:
        fault(problem, remedy)
    if found:
        return None
    return {
        **{name: row[name] for name in curation_schema("corrections") if name in row},
        "document_id": document_id,
        "raw_value": None,
        "value": None if row["is_state_word"] else row["value"],
        "printed_unit": row["printed_unit"] if row["value_type"] == "money" else None,
        "corrected_on": corrected_on,
    }


def _compare(row: dict[str, Any], cell: dict[str, Any], fault: Callable[[str, str], None]) -> None:
    expected, found = row["expected_raw_value"], cell["raw_value"]
    place = f"{cell_name(row)} of {_short(row)}"
    if not same_raw_value(expected, found):
        problem = f"{place} was expected to read {_quoted(expected)}, it reads {_quoted(found)} ({cell['value_state']})"
        fault(problem, "Look at the report again, then mend expected_raw_value or remove the row")
    elif cell["printed_unit_basis"] == "cell" and row["value"] and row["printed_unit"] is None:
        problem = f"{place} reads {_quoted(found)} with its unit, {row['corrected_value']} has none"
        fault(problem, f"Write {' or '.join(row['corrected_value'] + unit for unit in money_units()[:2])}")


def _collector(faults: list[Fault], csv_row: int) -> Callable[[str, str], None]:
    return lambda problem, remedy: faults.append(Fault(CORRECTIONS_FILE, csv_row, problem, remedy))


def _cell_names() -> list[str]:
    return [".".join(row) for row in form_cells().select(CELL).unique(maintain_order=True).iter_rows()]


def _short(row: dict[str, Any]) -> str:
    return f"{row['document_id'][:12]}…"


def _quoted(text: str | None) -> str:
    return f"'{' '.join(text.split())}'" if text and text.strip() else "nothing"
