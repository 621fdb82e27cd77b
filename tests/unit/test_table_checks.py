"""The checks of dbt's test `table_holds`: rows that hold give nothing back, each kind of fault the row that tells it."""

from __future__ import annotations

import json

import duckdb
import pytest
import yaml

from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt_models import render, render_table_holds

STATES = "(values ('number', 3.0), ('zero', 0.0), ('blank', null), ('absent', null)) as t (value_state, value)"
FAULTS_OF_STATES = """(values ('number', 3.0), ('number', null), ('number', 0.0), ('zero', 1.0), ('zero', null), ('blank', 0.0),
    ('text', 5.0), ('text', 5.0), (null, null), (null, 2.0)) as t (value_state, value)"""


def found(*statements: str) -> list[tuple]:
    """What the last statement gives back, sorted."""
    with duckdb.connect() as connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        return sorted(connection.execute(statements[-1]).fetchall(), key=str)


def check(name: str, table: str, *arguments: object) -> list[tuple]:
    """What the macro of one check gives back for a table."""
    given = ", ".join(repr(argument) for argument in arguments)
    return found(f"create table t as from {table}", render(f"{{{{ check_{name}('t', {given}) }}}}"))


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("('a', 1), ('a', 2), ('b', 1)", []),
        ("('a', null), ('a', 1), (null, null)", []),
        ("('a', 1), ('a', 1), ('a', 1), ('b', 1)", [("a, 1", 3)]),
        # Two nulls are one value.
        ("('a', null), ('a', null), (null, null), (null, null)", [("a, null", 2), ("null, null", 2)]),
    ],
)
def test_a_key_is_there_once(rows, faults):
    # The names are those of the test's own columns, as in dim_column.
    table = f"(values {rows}) as t (column_name, example)"
    expected = [("unique_key", "column_name, example", *fault) for fault in faults]
    assert check("unique_key", table, ["column_name", "example"]) == expected


def test_rows_without_a_year_may_share_a_key():
    table = "(values ('a', null), ('a', null), ('b', 2020), ('b', 2020)) as t (body, year)"
    expected = [("unique_key", "body, year", "b, 2020", 2)]
    assert check("unique_key", table, ["body", "year"], "year is not null") == expected


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("(1, 16), (1, 32), (2, 16)", []),
        ("(1, 16)", []),
        ("(1, 16), (1, 17), (2, 16)", ["1, 1 after 1, 1"]),
        ("(1, 32), (1, 16), (2, 16), (2, 16)", ["1, 1 after 1, 2", "2, 1 after 2, 1"]),
    ],
)
def test_packed_rows_are_in_order(rows, faults):
    table = f"(values {rows}) as t (report_no, cell_no)"
    expected = [("unique_key", "report, cell", f"report_no, cell_no // 16 = {fault}", 2) for fault in faults]
    assert check("ascending_key", table, ["report_no", "cell_no // 16"], ["report", "cell"]) == expected


def test_no_column_is_null():
    table = "(values ('a', 1, null), (null, 2, null)) as t (a, b, c)"
    assert check("columns_not_null", table, ["b"]) == []
    assert check("columns_not_null", table, ["a", "b", "c"]) == [
        ("columns_not_null", "a", "null", 1),
        ("columns_not_null", "c", "null", 2),
    ]


def test_a_column_holds_accepted_values_or_null():
    table = "(values ('pass'), ('fail'), (null), ('Pass'), ('Pass'), ('')) as t (example)"
    assert check("accepted_values", table, "example", ["pass", "fail", "Pass", ""]) == []
    assert check("accepted_values", table, "example", ["pass", "fail"]) == [
        ("accepted_values", "example", "", 1),
        ("accepted_values", "example", "Pass", 2),
    ]


def test_packed_states_are_looked_at_as_words():
    table = "(select cast(col0 as enum ('pass', 'fail')) as status from (values ('pass'), ('fail'), ('fail')))"
    assert check("accepted_values", table, "status", ["pass", "fail"]) == []
    assert check("accepted_values", table, "status", ["pass"]) == [("accepted_values", "status", "fail", 2)]


def test_a_value_stands_in_the_parent_and_none_may_be_missing():
    children = "(values ('a'), (null), ('b'), ('c'), ('c')) as t (unit)"
    # A null among the parents is no parent, of anything.
    parents = "(select * from (values ('a'), ('b'), (null)) as p (key))"
    assert check("relationships", children, "unit", parents, "key") == [("relationships", "unit", "c", 2)]
    assert (
        check("relationships", children, "unit", "(select 'c' as key union all from (values ('a'), ('b')))", "key")
        == []
    )


@pytest.mark.parametrize(
    ("n_here", "faults"), [(3, []), (2, [("2 rows made of 3", 1)]), (6, [("6 rows made of 3", 3)])]
)
def test_no_row_is_lost_or_doubled(n_here, faults):
    expected = [("no_row_lost", None, *fault) for fault in faults]
    assert check("no_row_lost", f"range({n_here})", "range(3)") == expected


def test_a_value_fits_its_state():
    assert check("value_fits_state", STATES, "value", "value_state") == []
    assert check("value_fits_state", FAULTS_OF_STATES, "value", "value_state") == [
        ("value_fits_state", "value, value_state", "0.0, blank", 1),
        ("value_fits_state", "value, value_state", "0.0, number", 1),
        ("value_fits_state", "value, value_state", "1.0, zero", 1),
        ("value_fits_state", "value, value_state", "2.0, null", 1),
        ("value_fits_state", "value, value_state", "5.0, text", 2),
        ("value_fits_state", "value, value_state", "null, number", 1),
        ("value_fits_state", "value, value_state", "null, zero", 1),
    ]


TABLES = (
    "create table made (k integer, n integer, status varchar, unit varchar, value double, value_state varchar)",
    "create table packed (no integer, status varchar, value double, value_state varchar)",
    "create table source (k integer)",
    "create table units (unit varchar, name varchar)",
    "insert into units values ('yuan', '元')",
)
OF_THE_TABLE = {
    "key": ["k"],
    "also_unique": ["n"],
    "not_null": ["k", "status"],
    "accepted": {"status": ["pass"]},
    "references": {"unit": "units", "status": {"to": "units", "field": "name"}},
    "states": {"value": "value_state"},
    "source_model": "source",
}
OF_PACKED_ROWS = {
    "key": ["k"],
    "not_null": ["k"],
    "packed": "packed",
    "ascending": ["no"],
    "numbers": ["no", "status"],
    "packed_accepted": {"status": ["pass"]},
    "packed_states": {"value": "value_state"},
}


def test_one_test_makes_all_checks_of_a_table():
    bad = (
        "insert into made values (1, 1, 'fail', 'fen', 1, 'zero'), (1, 1, null, null, 1, 'number')",
        "insert into source values (1), (2), (3)",
    )
    assert found(*TABLES, render_table_holds(model="made", **OF_THE_TABLE)) == []
    assert found(*TABLES, *bad, render_table_holds(model="made", **OF_THE_TABLE)) == [
        ("accepted_values", "status", "fail", 1),
        ("columns_not_null", "status", "null", 1),
        ("no_row_lost", None, "2 rows made of 3", 1),
        ("relationships", "status", "fail", 1),
        ("relationships", "unit", "fen", 1),
        ("unique_key", "k", "1", 2),
        ("unique_key", "n", "1", 2),
        ("value_fits_state", "value, value_state", "1.0, zero", 1),
    ]


def test_where_rows_are_packed_these_are_looked_at_and_not_the_table():
    bad = (
        "insert into made values (1, 1, 'fail', null, 1, 'zero'), (1, 1, null, null, 1, 'zero')",
        "insert into packed values (4, 'pass', 1, 'number'), (4, 'fail', 1, 'zero'), (null, null, null, null)",
    )
    assert found(*TABLES, bad[0], render_table_holds(model="made", **OF_PACKED_ROWS)) == []
    assert found(*TABLES, *bad, render_table_holds(model="made", **OF_PACKED_ROWS)) == [
        ("accepted_values", "status", "fail", 1),
        ("columns_not_null", "no", "null", 1),
        ("columns_not_null", "status", "null", 1),
        ("unique_key", "k", "no = 4 after 4", 2),
        ("value_fits_state", "value, value_state", "1.0, zero", 1),
    ]


def test_a_row_is_told_in_one_line():
    def told(row: dict, is_table_holds: bool) -> str:
        return render(f"{{{{ row_in_words({row!r}, {is_table_holds}) }}}}")

    row = {"broken": "unique_key", "column_name": "a, b", "example": "1,\n2\x1b[31m", "n_rows": 2}
    assert told(row, True) == "unique_key a, b: 1, 2 [31m (2 rows)"
    row = {"broken": "no_row_lost", "column_name": None, "example": "2 rows made of 3", "n_rows": 1}
    assert told(row, True) == "no_row_lost: 2 rows made of 3 (1 row)"
    assert told({"report_key": "x", "n": 3, "value": None}, False) == "report_key=x, n=3, value=None"


def test_every_test_of_a_table_is_named_after_it():
    tests = [
        (model["name"], test["table_holds"])
        for folder in ("models", "seeds")
        for path in (DBT_PROJECT_DIR / folder).rglob("*.yml")
        for kind in ("models", "seeds")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get(kind, [])
        for test in model.get("data_tests", [])
    ]
    names = [test["name"] for _, test in tests]
    assert len(set(names)) == len(names)
    others = [test for table, test in tests if test["name"] != f"table_holds_{table}"]
    # A test of its own warns and does not fail.
    assert all(test["config"] == {"severity": "warn"} for test in others), json.dumps(others)
