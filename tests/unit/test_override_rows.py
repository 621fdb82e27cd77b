"""overrides.csv: what a row may say, which parents a bare name may have, and how a division is named."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.curation.override import find_division
from pipelines.curation.overrides import OVERRIDE_COLUMNS, check_overrides, match_overrides
from pipelines.curation.terminal import Refused
from pipelines.gazetteer.divisions import load_divisions
from pipelines.schemas.curation import validate_curation

DOC = "b" * 64
GOOD = {
    "document_id": DOC,
    "body_name": None,
    "printed_parent": None,
    "division_code": "220112105",
    "unit_name": None,
    "reason": "its address",
    "decided_by": "李四",
    "decided_on": "2026-01-31",
}
NAMED = {"document_id": None, "body_name": "太平镇"}


def check(*rows: dict[str, str | None]) -> tuple[pl.DataFrame, list[str]]:
    schema = {"csv_row": pl.Int32(), **dict.fromkeys(OVERRIDE_COLUMNS, pl.String())}
    table = pl.DataFrame([{"csv_row": n, **GOOD, **row} for n, row in enumerate(rows, start=2)], schema=schema)
    frame, faults = check_overrides(table, load_divisions())
    return validate_curation("overrides", frame), [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body_name": "太平镇"}, "it names a document and a body_name"),
        ({"document_id": None}, "document_id and body_name are empty"),
        ({"printed_parent": "长春市"}, "printed_parent belongs to a body_name"),
        ({"document_id": "abc"}, "is no sha256"),
        ({"division_code": None}, "division_code is empty"),
        ({"division_code": "220112999"}, "220112999 is no division of the gazetteer"),
        ({"division_code": "220112105000"}, "is filled up with zeros. Write 220112105"),
        ({"division_code": "220112000000"}, "is filled up with zeros. Write 220112."),
        ({"division_code": "22011"}, "has not 2, 4, 6 or 9 digits"),
        ({"division_code": "太平镇"}, "has not 2, 4, 6 or 9 digits"),
        ({"unit_name": "太平镇人民政府"}, "unit_name 太平镇人民政府 is the government of the division itself"),
        ({"reason": None}, "reason is empty"),
        ({"decided_by": None}, "decided_by is empty"),
        ({"decided_on": "2999-12-31"}, "in the future"),
    ],
)
def test_a_wrong_field_is_told_with_its_row_and_remedy(change, words):
    frame, (problem,) = check(change)
    assert problem.startswith("overrides.csv row 2: ")
    assert words in problem
    assert frame.is_empty()


def test_two_rows_on_one_thing_are_a_fault_and_two_names_are_none():
    _, (problem,) = check({}, {"division_code": "330281115"})
    assert problem.startswith("overrides.csv row 3: row 2 decides on this document already, and otherwise")
    _, (problem,) = check(NAMED, NAMED)
    assert "row 2 decides on 太平镇 already. Keep one of them" in problem
    _, (problem,) = check(NAMED, {**NAMED, "body_name": " 太 平镇 ", "division_code": "330281115"})
    assert "already, and otherwise" in problem
    frame, faults = check({}, NAMED, {**NAMED, "printed_parent": "双阳区"}, {**NAMED, "body_name": "太平镇人民政府"})
    assert faults == []
    assert frame.height == 4


@pytest.mark.parametrize("parent", ["吉林省长春市双阳区", "长春市双阳区", "双阳区", "长春市", "吉林省", "吉林长春双阳"])
def test_parents_in_which_the_division_lies_agree_with_it(parent):
    frame, faults = check(NAMED)
    assert faults == []
    assert re.fullmatch(frame["parent_pattern"][0], parent)


@pytest.mark.parametrize("parent", ["盘锦市盘山县", "长春市农安县", "双阳区长春市", "吉林市", "太平镇"])
def test_other_parents_do_not(parent):
    frame, _ = check(NAMED)
    assert not re.fullmatch(frame["parent_pattern"][0], parent)


def test_a_division_is_a_parent_of_the_bodies_below_it():
    unit = {**NAMED, "body_name": "教育局", "division_code": "220112", "unit_name": "教育局"}
    frame, faults = check(unit, {**NAMED, "division_code": "220112"})
    assert faults == []
    of_unit, of_government = frame["parent_pattern"].to_list()
    assert re.fullmatch(of_unit, "长春市双阳区")
    assert not re.fullmatch(of_government, "长春市双阳区")


def test_a_document_that_is_no_report_is_a_fault_and_one_that_is_not_here_is_none():
    frame, _ = check({}, {"document_id": "c" * 64})
    documents = pl.DataFrame(
        {"document_id": [DOC], "form_version": [None]}, schema={"document_id": pl.String, "form_version": pl.String}
    )
    (fault,) = match_overrides(frame, documents)
    assert (fault.row, fault.problem) == (2, "document bbbbbbbbbbbb… is no report")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("220112105", "220112105"),
        ("吉林省长春市双阳区太平镇", "220112105"),
        ("双阳区 太平镇", "220112105"),
        ("双阳区", "220112"),
    ],
)
def test_a_division_is_found_by_code_full_name_or_its_end(wanted, code):
    assert find_division(load_divisions(), wanted)[0] == code


def test_a_name_that_several_divisions_have_lists_them_and_an_unknown_one_is_refused():
    with pytest.raises(Refused, match=r"names 50 divisions, give the code of one:\n.*太平镇"):
        find_division(load_divisions(), "太平镇")
    with pytest.raises(Refused, match="No division is named '火星'"):
        find_division(load_divisions(), "火星")


def test_the_file_that_is_shipped_has_its_header_and_no_row():
    path = Path(__file__).parents[2] / "data" / "curation" / "overrides.csv"
    assert path.read_text(encoding="utf-8") == ",".join(OVERRIDE_COLUMNS) + "\n"
