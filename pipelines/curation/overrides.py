"""overrides.csv: a document, or a name as reports print it, and the body that it stands for.

Belongs here: the checks of a row, and which printed parents a bare name may have. Which reports it places: dbt.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from pipelines.curation.faults import Fault
from pipelines.curation.fields import Problem, check_date, check_document, check_filled
from pipelines.parsing.names import unit_name
from pipelines.schemas.curation import curation_schema
from pipelines.schemas.frames import DIVISION_CODE
from pipelines.settings import OVERRIDES_FILE

OVERRIDE_COLUMNS = (
    "document_id",
    "body_name",
    "printed_parent",
    "division_code",
    "unit_name",
    "reason",
    "decided_by",
    "decided_on",
)
_LEVELS = (2, 4, 6, 9)


def check_overrides(table: pl.DataFrame, divisions: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Check each row; return the typed frame of those without a fault and all faults.

    Args:
        table: `csv_row` and the columns of the file as text, empty fields null.
        divisions: `division_code`, `division_name`, `short_name`; a code may have had several names.
    """
    names = _names_by_code(divisions)
    faults: list[Fault] = []
    good: list[dict[str, Any]] = []
    first: dict[tuple[str | None, ...], dict[str, Any]] = {}
    for row in table.iter_rows(named=True):
        checked = _check_row(row, names, _collector(faults, row["csv_row"]))
        if checked is None:
            continue
        key = (checked["document_id"], checked["body_name"], checked["printed_parent"])
        if key in first:
            faults.append(_repeated(first[key], checked))
            continue
        first[key] = checked
        good.append(checked)
    return pl.DataFrame(good, schema=curation_schema("overrides")), faults


def match_overrides(overrides: pl.DataFrame, documents: pl.DataFrame) -> list[Fault]:
    """Tell which overrides name a document that is here and no report; one that is not here is no fault, it waits.

    Args:
        overrides: the frame of `check_overrides`.
        documents: `document_id`, `form_version` (null: no report) of the documents that are here.
    """
    no_reports = set(documents.filter(pl.col("form_version").is_null())["document_id"])
    return [
        Fault(OVERRIDES_FILE, row["csv_row"], f"document {row['document_id'][:12]}… is no report", "Check document_id")
        for row in overrides.iter_rows(named=True)
        if row["document_id"] in no_reports
    ]


def check_division(code: str | None, known: Callable[[str], bool]) -> Problem | None:
    """Tell whether a text is the code of no division (2, 4, 6 or 9 digits)."""
    if not code:
        return "division_code is empty", "Write the 2, 4, 6 or 9 digits that dim_division shows"
    if known(code):
        return None
    stem = code.rstrip("0") if code.isdecimal() else ""
    shorter = [code[:n] for n in _LEVELS if len(stem) <= n < len(code) and known(code[:n])]
    if shorter:
        return f"division_code {code!r} is filled up with zeros", f"Write {shorter[0]}"
    if not re.fullmatch(DIVISION_CODE, code):
        return f"division_code {code!r} has not 2, 4, 6 or 9 digits", "Write the code that dim_division shows"
    return f"division_code {code} is no division of the gazetteer", "Write a code that dim_division shows"


def bare(text: str | None) -> str | None:
    """Return a printed name without the spaces in it, as reports hold it."""
    return "".join(text.split()) or None if text else None


def _check_row(
    row: dict[str, Any], names: dict[str, list[str]], fault: Callable[[str, str], None]
) -> dict[str, Any] | None:
    document_id, bad_document = _check_target(row)
    decided_on, bad_date = check_date("decided_on", row["decided_on"])
    code = row["division_code"]
    bad_code = check_division(code, names.__contains__)
    unit = bare(row["unit_name"])
    problems = [
        bad_document,
        bad_code,
        _check_unit(unit, names[code]) if bad_code is None else None,
        check_filled("reason", row["reason"], "Say what shows that it is this body"),
        check_filled("decided_by", row["decided_by"], "Say who decided it"),
        bad_date,
    ]
    found = [problem for problem in problems if problem is not None]
    for problem, remedy in found:
        fault(problem, remedy)
    if found:
        return None
    return {
        "csv_row": row["csv_row"],
        "document_id": document_id,
        "body_name": bare(row["body_name"]),
        "printed_parent": bare(row["printed_parent"]),
        "parent_pattern": _parent_pattern(code, unit is not None, names),
        "division_code": code,
        "division_name": names[code][-1],
        "unit_name": unit,
        "reason": row["reason"],
        "decided_by": row["decided_by"],
        "decided_on": decided_on,
    }


def _check_target(row: dict[str, Any]) -> tuple[str | None, Problem | None]:
    """A row says of what it decides: of one document, or of a name."""
    if row["document_id"] and row["body_name"]:
        return None, ("it names a document and a body_name", "Keep one: a document, or a name for all its reports")
    if not row["document_id"] and not row["body_name"]:
        return None, ("document_id and body_name are empty", "Write one of them")
    if not row["document_id"]:
        return None, None
    if row["printed_parent"]:
        return None, ("printed_parent belongs to a body_name", "Leave it empty beside a document_id")
    return check_document(row["document_id"])


def _check_unit(unit: str | None, names: list[str]) -> Problem | None:
    if unit is not None and unit_name(unit) in names:
        return f"unit_name {unit} is the government of the division itself", "Leave unit_name empty"
    return None


def _parent_pattern(code: str, of_unit: bool, names: dict[str, list[str]]) -> str:
    """Return the pattern of the parents that agree with a division: names of what it lies in, in order, none twice.

    Any of them may be left out, and each may be printed in full or short (长春市双阳区, 吉林长春双阳). Of a body below a
    division the division is a parent, too.
    """
    chain = [code[:n] for n in _LEVELS if n < len(code) or (of_unit and n == len(code))]
    return "".join(f"(?:{'|'.join(re.escape(name) for name in names[part])})?" for part in chain if part in names)


def _names_by_code(divisions: pl.DataFrame) -> dict[str, list[str]]:
    """Return code -> all that it was ever called, in short and in full; the last is its newest full name."""
    names: dict[str, list[str]] = {}
    for code, short, name in divisions.select("division_code", "short_name", "division_name").iter_rows():
        known = names.setdefault(code, [])
        for each in (short, name):
            if each and each in known:
                known.remove(each)
            if each:
                known.append(each)
    return names


def _repeated(before: dict[str, Any], row: dict[str, Any]) -> Fault:
    of_what = "this document" if row["document_id"] else f"{row['printed_parent'] or ''}{row['body_name']}"
    same = (before["division_code"], before["unit_name"]) == (row["division_code"], row["unit_name"])
    problem = f"row {before['csv_row']} decides on {of_what} already" + ("" if same else ", and otherwise")
    return Fault(OVERRIDES_FILE, row["csv_row"], problem, "Keep one of them")


def _collector(faults: list[Fault], csv_row: int) -> Callable[[str, str], None]:
    return lambda problem, remedy: faults.append(Fault(OVERRIDES_FILE, csv_row, problem, remedy))
