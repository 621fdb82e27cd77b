"""corrections.csv: every way in which a row can be wrong is told with its row and remedy, all of them at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.curation import fields
from pipelines.curation.corrections import (
    CORRECTION_COLUMNS,
    check_cell,
    check_corrections,
    match_corrections,
    same_raw_value,
)
from pipelines.schemas.curation import validate_curation

DOC = "a" * 64
GOOD = {
    "document_id": DOC,
    "table_key": "t2",
    "row_key": "procurement",
    "column_key": "amount",
    "expected_raw_value": "25100元",
    "corrected_value": "251000元",
    "reason": "the notice of the tender says so",
    "corrected_by": "李四",
    "corrected_on": "2026-01-31",
}


def table(*rows: dict[str, str | None]) -> pl.DataFrame:
    schema = {"csv_row": pl.Int32(), **dict.fromkeys(CORRECTION_COLUMNS, pl.String())}
    return pl.DataFrame([{"csv_row": n, **GOOD, **row} for n, row in enumerate(rows, start=2)], schema=schema)


def problems(*rows: dict[str, str | None]) -> list[str]:
    return [str(fault) for fault in check_corrections(table(*rows))[1]]


def count_cell(value: str) -> dict[str, str | None]:
    return {"row_key": "procurement", "column_key": "project_count", "corrected_value": value}


def signed_cell(value: str) -> dict[str, str | None]:
    return {"row_key": "permit", "column_key": "change", "corrected_value": value}


def test_a_good_row_becomes_a_typed_one():
    frame, faults = check_corrections(table({}))
    assert faults == []
    (row,) = validate_curation("corrections", frame).iter_rows(named=True)
    assert (row["value"], row["value_state"], row["printed_unit"]) == (251000.0, "number", "yuan")
    assert row["corrected_on"] == dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("cell", "value", "state", "unit"),
    [
        (count_cell("12"), 12.0, "number", None),
        (count_cell("０"), 0.0, "zero", None),
        (count_cell("25件"), 25.0, "number", None),
        (count_cell("1,234"), 1234.0, "number", None),
        (count_cell("/"), None, "not_applicable", None),
        (count_cell("blank"), None, "blank", None),
        (count_cell("text"), None, "text", None),
        (count_cell("ambiguous"), None, "ambiguous", None),
        (count_cell("absent"), None, "absent", None),
        (count_cell("not_applicable"), None, "not_applicable", None),
        (signed_cell("-11"), -11.0, "number", None),
        (signed_cell("减少22"), -22.0, "number", None),
        ({"corrected_value": "1767.06万元"}, 1767.06, "number", "wan_yuan"),
        ({"corrected_value": "1234.50"}, 1234.5, "number", None),
        ({"corrected_value": "0"}, 0.0, "zero", None),
    ],
)
def test_values_are_read_as_the_parser_reads_them(cell, value, state, unit):
    frame, faults = check_corrections(table(cell))
    assert faults == []
    row = frame.row(0, named=True)
    assert (row["value"], row["value_state"], row["printed_unit"]) == (value, state, unit)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"document_id": None}, "document_id is empty"),
        ({"document_id": DOC[:12]}, "'aaaaaaaaaaaa' is no sha256. Write the 64 hex digits"),
        ({"document_id": "g" * 64}, "is no sha256"),
        ({"row_key": "procurment"}, "t2.procurment.amount is no cell of any form. Perhaps t2.procurement.amount"),
        ({"row_key": None}, "t2..amount is no cell of any form"),
        ({"corrected_value": None}, "corrected_value is empty"),
        ({"corrected_value": "twelve"}, "'twelve' is no single figure"),
        ({"corrected_value": "12 13"}, "'12 13' is no single figure"),
        ({"corrected_value": "012"}, "'012' is no single figure"),
        ({"corrected_value": "25件"}, "has the unit of a count in a cell for money. Take one of 元, 万元, 亿元"),
        ({"corrected_value": "无"}, "is a word in a cell for money. Write 0, blank or not_applicable"),
        ({"corrected_value": "-5"}, "is below 0 in a cell for money"),
        (count_cell("5万元"), "has a unit of money in a cell for a count"),
        (count_cell("7.5"), "is no whole number in a cell for a count"),
        (count_cell("-1"), "is below 0 in a cell for a count"),
        ({"reason": None}, "reason is empty"),
        ({"corrected_by": None}, "corrected_by is empty"),
        ({"corrected_on": None}, "corrected_on is empty"),
        ({"corrected_on": "31.1.2026"}, "'31.1.2026' is no date. Write the day as"),
        ({"corrected_on": "2026-02-30"}, "is no day of the calendar"),
        ({"corrected_on": "2026-01/31"}, "is no date"),
        ({"corrected_on": "2999-01-01"}, "2999-01-01 is in the future"),
        ({"corrected_on": "0226-01-05"}, "before the first reports"),
    ],
)
def test_a_wrong_field_is_told_with_its_row_and_remedy(change, words):
    (problem,) = problems(change)
    assert problem.startswith("corrections.csv row 2: ")
    assert words in problem


def test_all_faults_are_told_at_once_and_good_rows_stay():
    frame, faults = check_corrections(
        table({}, {"reason": None, "corrected_on": "soon"}, {**count_cell("3"), "corrected_by": None})
    )
    assert frame["csv_row"].to_list() == [2]
    assert [fault.row for fault in faults] == [3, 3, 4]


def test_a_date_as_excel_turns_it_and_today_are_dates(monkeypatch):
    monkeypatch.setattr(fields, "today", lambda: dt.date(2026, 2, 3))
    frame, faults = check_corrections(table({"corrected_on": "2026/2/3"}))
    assert faults == []
    assert frame["corrected_on"].to_list() == [dt.date(2026, 2, 3)]
    (problem,) = problems({"corrected_on": "2026-02-04"})
    assert "in the future" in problem


def test_two_rows_for_one_cell_are_a_fault_of_the_second():
    (problem,) = problems({}, {"document_id": DOC.upper(), "corrected_value": "1元"})
    assert problem.startswith("corrections.csv row 3: row 2 corrects t2.procurement.amount of this document already")


def test_cells_that_come_near_are_named():
    assert check_cell("t2.procurement.amount") is None
    problem = check_cell("t3.new.totl")
    assert problem is not None
    assert "t3.new.total" in problem[1]
    assert check_cell("") is not None


def documents(form_version: str | None = "F2019") -> pl.DataFrame:
    return pl.DataFrame(
        {"document_id": [DOC], "form_version": [form_version]},
        schema={"document_id": pl.String, "form_version": pl.String},
    )


def cells(
    raw: str | None, basis: str | None = None, state: str = "number", row_key: str = "procurement"
) -> pl.DataFrame:
    row = {"document_id": DOC, "table_key": "t2", "row_key": row_key, "column_key": "amount"}
    schema = dict.fromkeys([*row, "raw_value", "value_state", "printed_unit_basis"], pl.String)
    return pl.DataFrame([{**row, "raw_value": raw, "value_state": state, "printed_unit_basis": basis}], schema=schema)


def matched(change: dict[str, str | None], *read: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    frame, faults = check_corrections(table(change))
    assert faults == []
    found, faults = match_corrections(frame, *read)
    return found, [str(fault) for fault in faults]


def test_a_correction_fits_what_is_read_but_for_spaces():
    found, faults = matched({}, documents(), cells(" 25100元\t"))
    assert faults == []
    assert found["raw_value"].to_list() == [" 25100元\t"]
    assert same_raw_value(None, " \t")
    assert same_raw_value("1 2", "1\n 2")
    assert not same_raw_value("72235", "72235.00")
    assert not same_raw_value("0", "０")


def test_a_raw_value_that_no_longer_matches_is_told_with_both():
    _, (problem,) = matched({}, documents(), cells("24100元"))
    assert problem.startswith(
        "corrections.csv row 2: t2.procurement.amount of aaaaaaaaaaaa… was expected to read '25100元'"
    )
    assert "it reads '24100元' (number). Look at the report again" in problem
    _, (problem,) = matched({}, documents(), cells(None, state="ambiguous"))
    assert "it reads nothing (ambiguous)" in problem
    _, (problem,) = matched({"expected_raw_value": None}, documents(), cells("5"))
    assert "was expected to read nothing, it reads '5'" in problem


def test_a_cell_that_reads_nothing_can_be_corrected():
    _, faults = matched({"expected_raw_value": None}, documents(), cells("  ", state="blank"))
    assert faults == []


def test_a_form_without_the_cell_and_a_document_that_is_no_report_are_faults():
    _, (problem,) = matched({}, documents("F2021"), cells("1", row_key="fee"))
    assert "has no cell t2.procurement.amount, its form is F2021" in problem
    _, (problem,) = matched({}, documents(None), cells("1", row_key="fee"))
    assert "is no report, it has no cells" in problem


def test_a_document_that_is_not_here_is_no_fault():
    found, faults = matched({}, documents().clear(), cells("1").clear())
    assert faults == []
    assert found["raw_value"].to_list() == [None]


def test_a_unit_that_stands_in_the_cell_is_not_dropped_in_silence():
    _, (problem,) = matched({"corrected_value": "251000"}, documents(), cells("25100元", basis="cell"))
    assert "with its unit, 251000 has none. Write 251000元 or 251000万元" in problem
    for value in ("0", "blank", "251000元"):
        assert matched({"corrected_value": value}, documents(), cells("25100元", basis="cell"))[1] == []
    assert matched({"corrected_value": "251000"}, documents(), cells("25100元", basis="header"))[1] == []


def test_the_files_that_are_shipped_have_their_header_and_no_row():
    folder = Path(__file__).parents[2] / "data" / "curation"
    assert (folder / "corrections.csv").read_text(encoding="utf-8") == ",".join(CORRECTION_COLUMNS) + "\n"
