"""`python -m pipelines.curation.correct`, `make correct`: helps a person write a row of corrections.csv.

Belongs here: looking the cell up, asking for what is missing, checking the row as the run will, appending it.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import polars as pl

from pipelines.curation.corrections import (
    CELL,
    CORRECTION_COLUMNS,
    check_cell,
    check_corrections,
    match_corrections,
)
from pipelines.curation.csv_files import read_table, with_new_row
from pipelines.curation.faults import CurationError
from pipelines.curation.fields import today
from pipelines.curation.reading import ensure_files
from pipelines.curation.terminal import Refused, Report, answer, find_report, open_published, run, write_row
from pipelines.curation.values import HOW_TO_WRITE
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import CORRECTIONS_FILE, Settings

# As they were read: a cell that is corrected already is shown and compared without its correction.
_CELLS = (
    "select report_key as document_id, table_key, row_key, column_key, raw_value, line_start, line_end, "
    "if(value_basis = 'corrected', 'corrected in the published warehouse', value_basis) as value_basis, "
    "if(value_basis = 'corrected', value_as_read, value) as value, "
    "if(value_basis = 'corrected', value_state_as_read, value_state) as value_state, "
    "if(value_basis = 'corrected', null, printed_unit) as printed_unit, "
    "if(value_basis = 'corrected', null, printed_unit_basis) as printed_unit_basis "
    "from fct_reported_cell where report_key = ? "
    "order by line_start nulls last, table_key, row_key, column_key"
)


def correct(settings: Settings, given: argparse.Namespace) -> None:
    """Write one correction, from what was given and what the person answers.

    Raises:
        Refused: it cannot be written; nothing was.
        CurationError: a row of the file, or the new one, is wrong; nothing was written.
    """
    with open_published(settings) as connection:
        report = find_report(connection, answer(given.document, "DOC", "Document (path, its end, or its sha256)"))
        cells = connection.execute(_CELLS, [report.document_id]).pl()
    print(report.describe())
    cell = _choose_cell(report, cells, given.cell)
    _show_cell(report, cell)
    value = answer(given.value, "VALUE", f"Corrected value. {HOW_TO_WRITE}")
    row = {
        "document_id": report.document_id,
        **{name: cell[name] for name in CELL},
        "expected_raw_value": " ".join((cell["raw_value"] or "").split()),
        "corrected_value": value,
        "reason": answer(given.reason, "REASON", "Reason: what shows that it is right"),
        "corrected_by": answer(given.who, "WHO", "Who corrects it"),
        "corrected_on": f"{today()}",
    }
    _check(settings, row, report, cells)
    write_row(settings.curation_dir / CORRECTIONS_FILE, row, CORRECTION_COLUMNS)


def _check(settings: Settings, row: dict[str, str], report: Report, cells: pl.DataFrame) -> None:
    """Check the file with the new row in it as the next run will, and that the row changes something."""
    ensure_files(settings)
    written, faults = read_table(settings.curation_dir / CORRECTIONS_FILE, CORRECTION_COLUMNS)
    checked, more = check_corrections(with_new_row(written, row))
    added = checked.filter(pl.col("csv_row") == 0)
    documents = pl.DataFrame({"document_id": [report.document_id], "form_version": [report.form_version]})
    _, unmatched = match_corrections(added, documents, cells)
    if found := [*faults, *more, *unmatched]:
        raise CurationError(settings.curation_dir, found)
    same = added.join(cells, on=["document_id", *CELL, "value_state", "value"], nulls_equal=True)
    if not same.filter(pl.col("printed_unit").is_null()).is_empty():
        raise Refused(f"{row['corrected_value']} is what was read: there is nothing to correct.")


def _choose_cell(report: Report, cells: pl.DataFrame, given: str) -> dict[str, Any]:
    """Return the cell that is named; at the terminal the number of a line lists the cells that stand on it."""
    while True:
        named = answer(given, "CELL", "Cell (such as t2.procurement.amount), or the number of a line to list its cells")
        given = ""
        if named.isdecimal():
            line = int(named)
            on_line = cells.filter((pl.col("line_start") <= line) & (pl.col("line_end") >= line))
            _list_cells(report, on_line, line)
            continue
        problem = check_cell(named)
        if problem is not None:
            raise Refused(f"{problem[0]}. {problem[1]}.")
        found = cells.filter(pl.concat_str(CELL, separator=".") == named)
        if found.is_empty():
            raise Refused(f"{named} is no cell of this report: its form is {report.form_version}.")
        return found.row(0, named=True)


def _list_cells(report: Report, cells: pl.DataFrame, line: int) -> None:
    if not sys.stdin.isatty():
        names = [".".join(row) for row in cells.select(CELL).iter_rows()]
        raise Refused(f"Line {line} has the cells {', '.join(names) or 'none'}: name one with CELL=…")
    print("\n".join(report.around(line, line) if line <= len(report.lines) else ["    (there is no such line)"]))
    for cell in cells.iter_rows(named=True):
        print(f"    {'.'.join(cell[name] for name in CELL)} = {_read(cell)}")


def _show_cell(report: Report, cell: dict[str, Any]) -> None:
    print("\n".join(report.around(cell["line_start"], cell["line_end"])))
    print(f"{'.'.join(cell[name] for name in CELL)} reads {_read(cell)}")


def _read(cell: dict[str, Any]) -> str:
    raw = " ".join((cell["raw_value"] or "").split())
    value = "" if cell["value"] is None else f" {cell['value']:g}"
    return f"'{show_hidden(raw)}': {cell['value_state']}{value} ({cell['value_basis'] or 'no cell'})"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make correct", description="Write one correction, checked.")
    parser.add_argument("--document", default="", help="DOC: path of the file, its end, or the beginning of its sha256")
    parser.add_argument("--cell", default="", help="CELL: such as t2.procurement.amount, or a line number")
    parser.add_argument("--value", default="", help="VALUE: as a report would print it, or a state such as blank")
    parser.add_argument("--reason", default="", help="REASON: what shows that it is right")
    parser.add_argument("--who", default="", help="WHO: who corrects it")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Write one correction; 0 where it was written, 1 where it was refused."""
    given = _arguments(argv)
    return run(lambda settings: correct(settings, given))


if __name__ == "__main__":
    sys.exit(main())
