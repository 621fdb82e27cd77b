"""The mechanism that evaluates rules, on rules, forms and reports made up for it: expected results worked out by hand."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from tests.dbt_models import load_seeds, render, run_file, run_python_file

FORM = [("A", "t2", row, column) for row in ("x", "y") for column in ("left", "right", "change")]
FORM += [("B", "t2", row, column) for row in ("x", "y") for column in ("left", "sum")]
FORM += [("A", "t3", "z", "left")]
_CELL = {"form_version": "A", "table_key": "t2", "line_start": 1, "line_end": 1}


class House:
    """Reports and rules of an invented form: `evaluate` runs the two models of the mechanism on them."""

    def __init__(self) -> None:
        self.rules: list[dict] = []
        self.reports: list[dict] = []
        self.cells: list[dict] = []
        self.amounts: list[dict] = []
        self.facts: list[dict] = []
        self.levels: dict[str, str | None] = {}
        self.last_years: list[dict] = []

    def rule(self, key: str, expression: str, versions: str | None = None, **more) -> None:
        self.rules.append(
            {"rule_key": key, "form_versions": versions, "body_levels": None, "result_per": "place", "tolerance": 0.0,
             "gives_finding": True, "expression": expression, **more}
        )  # fmt: skip

    def report(self, key: str, cells: dict[str, float | str], body: str = "b", year: int = 2020, version="A") -> None:
        """Cells by `row.column` (of t2) or `table.row.column`: a figure, or the state of one that has none."""
        self.reports.append({"report_key": key, "body_key": body, "report_year": year, "form_version": version})
        for line, (name, value) in enumerate(cells.items(), start=1):
            table, row, column = name.split(".") if name.count(".") == 2 else ("t2", *name.split("."))
            is_figure = not isinstance(value, str)
            state = ("number" if value else "zero") if is_figure else value
            self.cells.append(
                {"report_key": key, "form_version": version, "table_key": table, "row_key": row, "column_key": column,
                 "value": float(value) if is_figure else None, "value_state": state, "line_start": line, "line_end": line}
            )  # fmt: skip

    def evaluate(self) -> list[dict]:
        connection = duckdb.connect()
        keys = ["form_version", "table_key", "row_key", "column_key"]
        names = sorted({cell[1:] for cell in FORM} | {tuple(cell[key] for key in keys[1:]) for cell in self.cells})
        self.numbers = numbers = {
            (version, *name): 16 * n + edition for n, name in enumerate(names) for edition, version in enumerate("AB")
        }
        form = [
            dict(zip(keys, cell, strict=True), row_order=n, column_order=n, cell_no=numbers[cell])
            for n, cell in enumerate(FORM)
        ]
        reports = {report["report_key"]: n for n, report in enumerate(self.reports)}
        empty = {
            "report_key": "r",
            "value": 0.0,
            "value_state": "zero",
            "rounding": 0.0,
            "line_start": 1,
            "line_end": 1,
        }
        frames = {
            "rules": self.rules,
            "int_form_cells": form,
            "int_reports": [{**report, "report_no": reports[report["report_key"]]} for report in self.reports],
            "int_packed_cells": [
                {**cell, "report_no": reports[cell["report_key"]], "cell_no": numbers[tuple(cell[key] for key in keys)]}
                for cell in self.cells
            ],
            "int_amounts": [
                *({**amount, "report_no": reports[amount["report_key"]]} for amount in self.amounts),
                {**empty, **dict.fromkeys(keys, "none"), "report_no": -1},
            ],
            "int_report_facts": [
                *({**fact, "report_no": reports[fact["report_key"]]} for fact in self.facts),
                {**empty, "quantity": "none", "report_no": -1},
            ],
            "int_body_levels": [
                {"body_key": key, "body_level": level} for key, level in {"b": "township", **self.levels}.items()
            ],
            "int_last_years": [*self.last_years, {"report_key": "none", "last_report_key": "none"}],
        }
        for name, rows in frames.items():
            connection.register(name, pl.DataFrame(rows, infer_schema_length=None))
        types = "form_versions::varchar as form_versions, body_levels::varchar as body_levels"
        connection.execute(f"create view typed as select * replace ({types}) from rules")
        connection.register("rules", connection.execute("from typed").pl())
        run_file(connection, "models/intermediate/int_rule_places.sql")
        run_python_file(connection, "models/intermediate/int_rule_results.py")
        connection.execute("create view int_report_numbers as from int_reports")
        unpacked = "unpacked_rule_results('int_rule_results', 'int_report_numbers', 'int_rule_places')"
        return connection.execute(render("{{ " + unpacked + " }}")).pl().rows(named=True)

    def cell_of(self, cell_no: int) -> tuple[str, str]:
        """Row and column of a cell, by its number in the last evaluation."""
        return next((row, column) for (_, _, row, column), number in self.numbers.items() if number == cell_no)

    def told(self, *names: str) -> dict:
        """What each place of each report has in these columns; a place by its keys."""
        return {
            (row["report_key"], row["rule_key"], row["row_key"], row["column_key"]): tuple(row[name] for name in names)
            for row in self.evaluate()
        }


@pytest.mark.parametrize(
    ("comparison", "left", "right", "status"),
    [
        ("=", 3, 3, "pass"),
        ("=", 3, 4, "fail"),
        ("<=", 3, 3, "pass"),
        ("<=", 4, 3, "fail"),
        (">=", 3, 3, "pass"),
        (">=", 2, 3, "fail"),
        ("both_or_neither", 0, 0, "pass"),
        ("both_or_neither", 2, 5, "pass"),
        ("both_or_neither", 0, 5, "fail"),
        ("both_or_neither", 2, 0, "fail"),
        ("=", "blank", 0, "not_assessable"),
        ("<=", "absent", 3, "not_assessable"),
        ("both_or_neither", 0, "ambiguous", "not_assessable"),
    ],
)
def test_comparisons(comparison, left, right, status):
    house = House()
    house.rule("r", f"t2.x.left {comparison} t2.x.right")
    house.report("a", {"x.left": left, "x.right": right})
    known = status != "not_assessable"
    assert house.told("status", "actual", "expected") == {
        ("a", "r", "x", None): (status, left if known else None, right if known else None)
    }


def test_wildcards_make_a_place_of_each_row_where_all_of_them_have_a_cell():
    """Of edition B no row has `right`: the rule has no place there, and gives no result rather than a null one."""
    house = House()
    house.rule("per_row", "t2.*.left <= t2.*.right")
    house.rule("per_column", "t2.x.* = t2.y.*", "A")
    house.rule("choice", "t2.x.left|right <= 5")
    house.rule("but", "t2.x.!left <= 5", "A")
    house.rule("mixed", "t2.*.left <= t2.x.right", "A")
    house.report("a", {"x.left": 1, "x.right": 2, "x.change": 9, "y.left": 4, "y.right": 3, "y.change": 9})
    house.report("b", {"x.left": 1, "x.sum": 2, "y.left": 7, "y.sum": 3}, version="B")
    assert house.told("status", "actual", "expected") == {
        ("a", "per_row", "x", None): ("pass", 1, 2),
        ("a", "per_row", "y", None): ("fail", 4, 3),
        ("a", "per_column", None, "left"): ("fail", 1, 4),
        ("a", "per_column", None, "right"): ("fail", 2, 3),
        ("a", "per_column", None, "change"): ("pass", 9, 9),
        ("a", "choice", "x", "left"): ("pass", 1, 5),
        ("a", "choice", "x", "right"): ("pass", 2, 5),
        ("b", "choice", "x", "left"): ("pass", 1, 5),
        ("a", "but", "x", "right"): ("pass", 2, 5),
        ("a", "but", "x", "change"): ("fail", 9, 5),
        ("a", "mixed", "x", None): ("pass", 1, 2),
        ("a", "mixed", "y", None): ("fail", 4, 2),
    }


def test_an_edition_has_its_own_expression_and_a_table_its_own_edition():
    house = House()
    house.rule("r", "t2.x.left = t2.x.right", "A")
    house.rule("r", "t2.x.left = t2.x.sum - 1", "B")
    house.report("a", {"x.left": 2, "x.right": 2})
    house.report("b", {"x.left": 2, "x.sum": 2}, version="B")
    assert house.told("status", "actual", "expected") == {
        ("a", "r", "x", None): ("pass", 2, 2),
        ("b", "r", "x", None): ("fail", 2, 1),
    }


def test_signs_constants_and_tolerance():
    house = House()
    house.rule("r", "t2.x.left - t2.y.left + 1 = 5 - 2", tolerance=0.5)
    house.report("a", {"x.left": 7, "y.left": 4.5})
    house.report("b", {"x.left": 7, "y.left": 4.25})
    house.report("c", {"x.left": 7, "y.left": "blank"})
    assert house.told("status", "actual", "expected", "missing") == {
        ("a", "r", None, "left"): ("pass", 3.5, 3, None),
        ("b", "r", None, "left"): ("fail", 3.75, 3, None),
        ("c", "r", None, "left"): ("not_assessable", None, None, "t2.y.left blank"),
    }


def test_last_year_is_the_body_s_report_of_the_year_before():
    """`left` of last year and this year's change; a last year of another form has no such cell, none has no report."""
    house = House()
    house.rule("r", "t2.x.left = t2.x.left[-1] + t2.x.change[-1]", "A")
    house.report("last", {"x.left": 4, "x.change": -1}, year=2019)
    house.report("good", {"x.left": 3, "x.change": 8})
    house.report("wrong", {"x.left": 4, "x.change": 8})
    house.report("other", {"x.left": 4}, version="B", year=2018)
    house.report("after_other", {"x.left": 4, "x.change": 0}, year=2019)
    house.report("blank", {"x.left": 4, "x.change": "blank"}, year=2017)
    house.report("after_blank", {"x.left": 4, "x.change": 0}, year=2018)
    house.last_years = [
        {"report_key": this, "last_report_key": last}
        for this, last in (("good", "last"), ("wrong", "last"), ("after_other", "other"), ("after_blank", "blank"))
    ]
    told = {
        key[0]: row
        for key, row in house.told("status", "actual", "expected", "last_year", "n_missing", "missing").items()
    }
    none = "t2.x.left[-1] no report of the year before; t2.x.change[-1] no report of the year before"
    assert told == {
        "last": ("not_assessable", None, None, None, 2, none),
        "blank": ("not_assessable", None, None, None, 2, none),
        "good": ("pass", 3, 3, 3, 0, None),
        "wrong": ("fail", 4, 3, 3, 0, None),
        "after_other": (
            "not_assessable", None, None, None, 1, "t2.x.change[-1] not in the form of the year before",
        ),
        "after_blank": ("not_assessable", None, None, None, 1, "t2.x.change[-1] blank"),
    }  # fmt: skip


def test_quantities_of_prose_and_facts():
    house = House()
    house.rule("prose", "prose.n = t2.x.left", "A")
    house.rule("fact", "report.n = 0")
    house.rule("fact_of_b", "report.n = 0", "B")
    fact = {"value_state": "number", "rounding": 0.0, "line_start": 8, "line_end": 9}
    for key in "abcd":
        house.report(key, {"x.left": 3})
    house.facts = [
        {**fact, "report_key": "a", "quantity": "prose.n", "value": 3.0},
        {**fact, "report_key": "b", "quantity": "prose.n", "value": 4.0},
        {**fact, "report_key": "c", "quantity": "prose.n", "value": None, "value_state": "approximate"},
        {**fact, "report_key": "a", "quantity": "report.n", "value": 1.0},
        {**fact, "report_key": "b", "quantity": "report.n", "value": None, "value_state": "year not given"},
    ]
    assert house.told("status", "missing", "line_start", "line_end") == {
        ("a", "prose", "x", "left"): ("pass", None, 8, 9),
        ("b", "prose", "x", "left"): ("fail", None, 8, 9),
        ("c", "prose", "x", "left"): ("not_assessable", "prose.n approximate", 8, 9),
        ("d", "prose", "x", "left"): ("not_assessable", "prose.n not stated", 1, 1),
        ("a", "fact", None, None): ("fail", None, 8, 9),
        ("b", "fact", None, None): ("not_assessable", "report.n year not given", 8, 9),
    }


def test_amounts_in_yuan_agree_to_the_last_printed_place():
    house = House()
    house.rule("r", "prose.n = t2.x.left[yuan]", tolerance=0.01)
    place = {
        "form_version": "A",
        "table_key": "t2",
        "row_key": "x",
        "column_key": "left",
        "line_start": 1,
        "line_end": 1,
    }
    for key, prose, amount, rounding, state in [
        ("same", 123456.0, 123500.0, 50.0, "number"),
        ("other", 123449.0, 123500.0, 50.0, "number"),
        ("nought", 30.0, 0.0, 0.0, "zero"),
        ("unknown", 30.0, None, None, "of unknown unit"),
    ]:
        house.report(key, {})
        house.facts.append(
            {"report_key": key, "quantity": "prose.n", "value": prose, "value_state": "number", "rounding": 0.0,
             "line_start": 8, "line_end": 8}
        )  # fmt: skip
        house.amounts.append({**place, "report_key": key, "value": amount, "value_state": state, "rounding": rounding})
    house.report("elsewhere", {"y.left": 1})
    assert {key[0]: row for key, row in house.told("status", "missing").items()} == {
        "same": ("pass", None),
        "other": ("fail", None),
        "nought": ("fail", None),
        "unknown": ("not_assessable", "t2.x.left of unknown unit"),
    }


def test_one_result_a_table_for_a_rule_over_each_cell():
    house = House()
    house.rule("sign", "*.*.!change >= 0", result_per="table")
    house.rule("whole", "t2.*.* is_whole", "A", result_per="table")
    house.report("good", {"x.left": 1, "x.change": -2, "y.left": 0, "t3.z.left": 1})
    house.report("broken", {"x.left": -1, "x.change": 0.5, "y.left": "blank", "y.right": -3, "t3.z.left": "blank"})
    house.report("blank", {"x.left": 1, "y.left": "blank"})
    results = {(r["report_key"], r["rule_key"], r["table_key"]): r for r in house.evaluate()}
    assert {key: (r["status"], r["n_operands"], r["n_missing"], r["missing"]) for key, r in results.items()} == {
        ("good", "sign", "t2"): ("pass", 2, 0, None),
        ("good", "sign", "t3"): ("pass", 1, 0, None),
        ("good", "whole", "t2"): ("pass", 3, 0, None),
        ("broken", "sign", "t2"): ("fail", 3, 1, "t2.y.left blank"),
        ("broken", "sign", "t3"): ("not_assessable", 1, 1, "t3.z.left blank"),
        ("broken", "whole", "t2"): ("fail", 4, 1, "t2.y.left blank"),
        ("blank", "sign", "t2"): ("not_assessable", 2, 1, "t2.y.left blank"),
        ("blank", "whole", "t2"): ("not_assessable", 2, 1, "t2.y.left blank"),
    }
    broken = results["broken", "sign", "t2"]["broken_cells"]
    assert [(*house.cell_of(cell["cell_no"]), cell["value"], cell["line_start"]) for cell in broken] == [
        ("x", "left", -1, 1),
        ("y", "right", -3, 4),
    ]
    assert results["broken", "sign", "t2"]["actual"] is None


def test_levels_of_bodies():
    """No row for another level; a level that is not known is a null like any other."""
    house = House()
    house.rule("r", "t2.x.left <= 0", body_levels="county|township")
    house.levels = {"county": "county", "province": "province", "unknown": None}
    for body in ("county", "province", "unknown"):
        house.report(body, {"x.left": 2}, body=body)
    assert house.told("status", "n_operands", "n_missing", "missing") == {
        ("county", "r", "x", "left"): ("fail", 1, 0, None),
        ("unknown", "r", "x", "left"): ("not_assessable", 2, 1, "level of the body unknown"),
    }


def test_many_missing_operands_are_counted_rather_than_named():
    house = House()
    house.rule("r", "t2.*.* is_whole", "A", result_per="table")
    house.rule("s", "*.*.* is_whole", "B", result_per="table")
    house.report("a", {f"{row}.{column}": "blank" for row in "xy" for column in ("left", "right", "change")})
    ((_, row),) = house.told("n_missing", "missing").items()
    assert row == (6, "; ".join(f"t2.{row}.{column} blank" for row in "xy" for column in ("left", "right", "change")))


FAULTS = [
    ("t2.permit.made = 0", "F2019", "t2.permit.made", "is no cell of these editions of the form"),
    ("t2.permit.decision = 0", None, "t2.permit.decision", "is no cell of these editions of the form"),
    ("prose.aplications = 0 + t3.new.total", None, "prose.aplications", "is not in the seed operand_quantities"),
    ("T3.new.total = 0 + t3.new.total", None, "T3.new.total", "is no operand"),
    ("t3.new.total + t3.carried_in.total", None, None, "compares nothing"),
    ("t3.new.total = t4.cases.review_total", None, None, "has cells of two tables"),
    ("prose.total_disclosed = 1", None, None, "has neither a cell of this year nor a fact of the report"),
    ("t3.*.total = t3.new.*", None, None, "has wildcards for rows and for columns"),
]


@pytest.mark.parametrize(("expression", "versions", "operand", "fault"), FAULTS)
def test_a_faulty_expression_is_named_with_its_rule(expression, versions, operand, fault):
    assert faults_of(expression, versions) == [("wrong", versions, operand, fault)]


def test_a_rule_over_each_cell_compares_one_cell_with_a_number():
    assert len(faults_of("t3.*.* <= t3.*.*", None, "table")) == 1


def faults_of(expression: str, versions: str | None, result_per: str = "place") -> list[tuple]:
    connection = duckdb.connect()
    load_seeds(connection, "rules", "form_rows", "form_columns", "operand_quantities", "activity_cells")
    run_file(connection, "models/intermediate/int_form_cells.sql")
    path = "tests/assert_every_operand_of_a_rule_is_known.sql"
    assert run_file(connection, path).height == 0
    connection.execute(
        "insert into rules (rule_key, form_versions, result_per, expression) values ('wrong', ?, ?, ?)",
        [versions, result_per, expression],
    )
    return run_file(connection, path).rows()
