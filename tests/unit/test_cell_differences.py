"""Cells in which versions differ: the packed cells of two reports, made up, and the differences told by hand."""

from __future__ import annotations

import duckdb

from pipelines.evaluation import version_differences
from tests.dbt_models import render, run_python_file

STATES = "('number', 'zero', 'blank', 'not_applicable', 'text', 'ambiguous', 'absent')"
WORDS = {1: "0", 2: "", 3: "3", 4: "３", 5: "5", 7: "7"}
# The same row and column in two editions has two numbers and one place: 17 and 18.
CELLS = """
    (1, 17, 5, 'number', 5, 1), (2, 18, 7, 'number', 7, 2),
    (1, 33, 0, 'zero', 1, 1), (2, 33, null, 'blank', 2, 2),
    (1, 49, 3, 'number', 3, 1), (2, 49, null, 'absent', null, null),
    (1, 65, 3, 'number', 4, 1), (2, 65, 3, 'number', 3, 2),
    (2, 81, 3, 'number', 3, 2),
    (1, 97, null, 'blank', 2, 1), (2, 97, null, 'blank', 2, 2),
    (2, 113, null, 'absent', null, null),
    (3, 17, 9, 'number', 7, 2), (90, 17, 5, 'number', 5, 2), (90, 33, 0, 'zero', 1, 2), (90, 49, 3, 'number', 3, 2),
    (90, 65, 3, 'number', 3, 2)
"""


def told(*pairs: tuple[int, int]) -> list[tuple]:
    connection = duckdb.connect()
    connection.execute(
        "create table int_packed_cells as select a::uinteger as report_no, b::usmallint as cell_no, c::double as value, "
        f"d::enum{STATES} as value_state, e::uinteger as raw_value_no, f::integer as line_start, f::integer as line_end "
        f"from (values {CELLS}) as t(a, b, c, d, e, f)"
    )
    connection.execute("create table int_compared_versions (report_no uinteger, current_no uinteger)")
    for pair in pairs:
        connection.execute("insert into int_compared_versions values (?, ?)", pair)
    run_python_file(connection, "models/intermediate/int_cell_differences.py")
    connection.execute(
        "create table int_form_cells as select 16 * n + edition as cell_no, 't2' as table_key, chr(96 + n::integer) as row_key, "
        "'x' as column_key from range(1, 8) as a(n), (values (1), (2)) as b(edition)"
    )
    connection.execute("create table int_cell_words (word_no uinteger, word varchar)")
    connection.executemany("insert into int_cell_words values (?, ?)", list(WORDS.items()))
    connection.execute(
        "create table int_report_numbers as select n as report_no, 'r' || n as report_key, 'b' as body_key, 2020 as report_year "
        "from range(1, 91) as a(n)"
    )
    unpacked = (
        "unpacked_cell_differences('int_cell_differences', 'int_report_numbers', 'int_form_cells', 'int_cell_words')"
    )
    return connection.execute(
        "select report_key, current_report_key, row_key, difference_kind, value, value_state, raw_value, line_start, "
        f"current_value, current_value_state, current_raw_value, current_line_start from ({render('{{ ' + unpacked + ' }}')}) "
        "order by report_key, row_key"
    ).fetchall()


OLD = [
    ("r2", "r1", "a", "value", 7, "number", "7", 2, 5, "number", "5", 1),
    ("r2", "r1", "b", "state", None, "blank", "", 2, 0, "zero", "0", 1),
    ("r2", "r1", "c", "missing", None, "absent", None, None, 3, "number", "3", 1),
    ("r2", "r1", "e", "missing", 3, "number", "3", 2, None, "absent", None, None),
]


def test_values_states_and_cells_that_one_does_not_print():
    """What is the same is left out: a figure in other signs, two blanks, a cell that neither prints."""
    assert told((2, 1)) == OLD


def test_pairs_far_apart_and_in_several_slices(monkeypatch):
    monkeypatch.setattr(version_differences, "_PAIRS_OF_SLICE", 1)
    found = told((2, 1), (90, 1))
    assert found[: len(OLD)] == OLD
    assert found[len(OLD) :] == [("r90", "r1", "f", "missing", None, "absent", None, None, None, "blank", "", 1)]


def test_no_version_at_all():
    assert told() == []
