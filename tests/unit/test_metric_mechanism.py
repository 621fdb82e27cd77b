"""The mechanism that adds up metrics, on metrics and reports made up for it: expected results worked out by hand."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.evaluation.metric_values import ranks
from tests import dbt_models
from tests.dbt_models import run_file, run_python_file

F19, F21, F14 = "F2019", "F2021", "F2014"
CELLS = [
    (F19, "t3", "other", "total"),
    (F21, "t3", "other_a", "total"),
    (F21, "t3", "other_b", "total"),
    (F14, "statistics", "other", "count"),
    *((form, "t4", "cases", column) for form in (F19, F21) for column in ("corrected", "total", "pending")),
]
PLACES = sorted({cell[1:] for cell in CELLS})
EDITIONS = [F14, F19, F21]
METRICS = [("count", "body"), ("coverage", "division"), ("mean", "body"), ("rate", "body")]
QUANTITIES = ["report.published", "report.zero"]


def number_of(form: str, *place: str) -> int:
    return 16 * (1 + PLACES.index(place)) + 1 + EDITIONS.index(form)


def cell(metric: str, seq: int, form: str, part: str, term_seq: int, operand: str, sign: int = 1) -> dict:
    number = number_of(form, *operand.split("."))
    return {**term(metric, seq, part, term_seq, "cell"), "form_version": form, "cell_no": number, "sign": sign}


def term(metric: str, seq: int, part: str, term_seq: int, kind: str, **more) -> dict:
    metric_no = [key for key, _ in METRICS].index(metric)
    return {"metric_no": metric_no, "metric_grain": METRICS[metric_no][1], "expression_seq": seq, "part": part,
            "term_seq": term_seq, "operand_kind": kind, "sign": 1, "form_version": None, "cell_no": None,
            "quantity_no": None, "literal": None, **more}  # fmt: skip


TERMS = [
    cell("count", 1, F19, "numerator", 1, "t3.other.total"),
    cell("count", 2, F21, "numerator", 1, "t3.other_a.total"),
    cell("count", 2, F21, "numerator", 3, "t3.other_b.total"),
    cell("count", 3, F14, "numerator", 1, "statistics.other.count"),
    *(
        each
        for form in (F19, F21)
        for each in (
            cell("rate", 1, form, "numerator", 1, "t4.cases.corrected"),
            cell("rate", 1, form, "denominator", 1, "t4.cases.total"),
            cell("rate", 1, form, "denominator", 3, "t4.cases.pending", sign=-1),
        )
    ),
    term("mean", 1, "numerator", 1, "quantity", quantity_no=1),
    term("mean", 1, "denominator", 1, "literal", literal=1.0),
    term("coverage", 1, "numerator", 1, "quantity", quantity_no=0),
]
# Edition of the form, whether it is current, cells (of another edition where that stands before), report.zero.
REPORTS = {
    "f19": (F19, True, {"t3.other.total": 4, "t4.cases.corrected": 1, "t4.cases.total": 7, "t4.cases.pending": 3}, 1),
    "f21": (
        F21,
        True,
        {
            "t3.other_a.total": 2,
            "t3.other_b.total": "blank",
            "t4.cases.corrected": 0,
            "t4.cases.total": 3,
            "t4.cases.pending": 3,
        },
        0,
    ),
    "f14": (F14, True, {"statistics.other.count": "absent"}, None),
    # Tables of two editions: the first expression without a null.
    "both": (
        F19,
        True,
        {
            "t3.other.total": "ambiguous",
            "F2014:statistics.other.count": 6,
            "t4.cases.corrected": "blank",
            "t4.cases.total": "ambiguous",
            "t4.cases.pending": 0,
        },
        "partly_blank",
    ),
    "old": (F19, False, {"t3.other.total": 9}, None),
    "none": ("none", True, {}, "absent"),
    # A table of each of the two editions that one expression is for; and below 0.
    "mixed": (F21, True, {"t4.cases.corrected": 1, "t4.cases.total": 2, "F2019:t4.cases.pending": 3}, None),
}


def stated(value: float | str | None) -> dict:
    is_null = isinstance(value, str)
    state = value if is_null else "zero" if value == 0 else "number"
    return {"value": None if is_null else float(value or 0), "value_state": state}


def metrics_of(reports: dict) -> dict[tuple[str, str], tuple]:
    keys = list(reports)
    cells, quantities = [], []
    for report_no, (form, _, figures, zero) in enumerate(reports.values()):
        for operand, value in figures.items():
            edition, _, place = operand.rpartition(":")
            number = number_of(edition or form, *place.split("."))
            cells.append({"report_no": report_no, "cell_no": number, **stated(value)})
        if zero is not None:
            quantities.append({"report_no": report_no, "quantity_no": 1, **stated(zero)})
    connection = duckdb.connect()
    frames = {
        "int_metric_terms": TERMS,
        "int_reports": [
            {"report_no": number, "form_version": form, "is_current": current}
            for number, (form, current, *_) in enumerate(reports.values())
        ],
        "int_packed_cells": cells,
        "int_report_quantities": quantities,
    }
    for name, rows in frames.items():
        connection.register(name, pl.DataFrame(rows, infer_schema_length=None))
    found = run_python_file(connection, "models/intermediate/int_metrics.py").rows(named=True)
    assert [(row["report_no"], row["metric_no"]) for row in found] == sorted(
        (row["report_no"], row["metric_no"]) for row in found
    )
    return {
        (keys[row["report_no"]], METRICS[row["metric_no"]][0]): (
            row["numerator"], row["denominator"], row["null_reason"],
        )
        for row in found
    }  # fmt: skip


def test_a_rate_without_a_denominator_is_null_and_says_why():
    """0 of 0 is no rate; a blank, an ambiguous, an absent cell and a form without the question are told apart; the expression is
    that of the report's edition."""
    assert metrics_of(REPORTS) == {
        ("f19", "count"): (4, None, None),
        ("f19", "rate"): (1, 4, None),
        ("f19", "mean"): (1, 1, None),
        ("f21", "count"): (None, None, "not_stated"),
        ("f21", "rate"): (0, 0, "denominator_zero"),
        ("f21", "mean"): (0, 1, None),
        ("f14", "count"): (None, None, "absent"),
        ("f14", "rate"): (None, None, "not_in_form"),
        ("f14", "mean"): (None, None, "not_stated"),
        ("both", "count"): (6, None, None),
        ("both", "rate"): (None, None, "ambiguous"),
        ("both", "mean"): (None, 1, "not_stated"),
        ("none", "count"): (None, None, "absent"),
        ("none", "rate"): (None, None, "absent"),
        ("none", "mean"): (None, 1, "absent"),
        ("mixed", "count"): (None, None, "not_in_form"),
        ("mixed", "rate"): (1, -1, "denominator_negative"),
        ("mixed", "mean"): (None, None, "not_stated"),
    }


def numbered(connection: duckdb.DuckDBPyConnection, metrics: list[dict], values: list[tuple]) -> None:
    """Register metrics and their values (report, metric, value), by the numbers of both."""
    connection.register("int_metric_numbers", pl.DataFrame([{**m, "metric_no": n} for n, m in enumerate(metrics)]))
    keys = [metric["metric_key"] for metric in metrics]
    rows = [{"report_no": report, "metric_no": keys.index(metric), "value": value} for report, metric, value in values]
    connection.register("int_metric_values", pl.DataFrame(rows, infer_schema_length=None))


def test_years_are_compared_where_they_ask_the_same():
    """Over a change of the form only where the metric means the same, in all editions or in those of one expression; no relative
    change from 0; a missing year is no base."""
    connection = duckdb.connect()
    years = [("a", 2019, F19), ("a", 2020, F19), ("a", 2021, F21), ("a", 2023, F21), ("b", 2020, F21), ("a", None, F21)]
    years += [("c", 2018, F14), ("c", 2019, F19), ("c", 2020, F21)]
    reports = [
        {"report_no": number, "report_key": f"{body}{year}", "body_key": body, "report_year": year, "form_version": form,
         "is_current": True}
        for number, (body, year, form) in enumerate(years)
    ]  # fmt: skip
    connection.register("int_reports", pl.DataFrame(reports))
    connection.execute("create view int_report_numbers as from int_reports")
    numbered(
        connection,
        [
            {"metric_key": "later", "comparable_over_forms": False, "alike_forms": "F2019|F2021"},
            {"metric_key": "other", "comparable_over_forms": False, "alike_forms": None},
            {"metric_key": "rare", "comparable_over_forms": True, "alike_forms": None},
            {"metric_key": "same", "comparable_over_forms": True, "alike_forms": "F2019|F2021"},
        ],
        [
            (0, "same", 0), (1, "same", 4), (2, "same", 6), (3, "same", 6), (0, "other", 8), (1, "other", 4),
            (2, "other", 6), (0, "rare", None), (1, "rare", 3), (2, "rare", None), (4, "rare", None), (5, "same", 1),
            (6, "later", 3), (7, "later", 4), (8, "later", 6), (6, "same", 2), (7, "same", 1),
        ],
    )  # fmt: skip
    run_file(connection, "models/intermediate/int_report_pairs.sql")
    run_python_file(connection, "models/intermediate/int_metric_years.py")
    run_file(connection, "models/reports/rpt_year_on_year.sql")
    rows = connection.execute(
        "select report_year, metric_key, value, value_before, difference, relative_change, is_comparable, "
        "not_comparable_reason from rpt_year_on_year where body_key <> 'c' order by all"
    ).fetchall()
    assert rows == [
        (2019, "other", 8, None, None, None, False, "no_report_before"),
        (2019, "same", 0, None, None, None, False, "no_report_before"),
        (2020, "other", 4, 8, -4, -0.5, True, None),
        (2020, "rare", 3, None, None, None, False, "no_value_before"),
        (2020, "same", 4, 0, 4, None, True, None),
        (2021, "other", 6, 4, None, None, False, "form_changed"),
        (2021, "rare", None, 3, None, None, False, "no_value"),
        (2021, "same", 6, 4, 2, 0.5, True, None),
        (2023, "same", 6, None, None, None, False, "no_report_before"),
    ]
    rows = connection.execute(
        "select report_year, metric_key, difference, not_comparable_reason from rpt_year_on_year "
        "where body_key = 'c' and report_year > 2018 order by all"
    ).fetchall()
    assert rows == [
        (2019, "later", None, "form_changed"),
        (2019, "same", -1, None),
        (2020, "later", 2, None),
        (2020, "same", None, "no_value"),
    ]


def test_percentiles_among_peers(monkeypatch):
    """Ties share the middle of their ranks; a group below the least number, and a body without a province or a year, have none."""
    monkeypatch.setitem(dbt_models._PROJECT["vars"], "min_peers", 4)
    connection = duckdb.connect()
    bodies = {
        **dict.fromkeys("abcd", ("township", "government", "吉林省")),
        "bureau": ("township", "department", "吉林省"),
        "county": ("county", "government", "吉林省"),
        "lost": ("township", "government", None),
    }
    values = [
        ("a", 2020, 0), ("b", 2020, 0), ("c", 2020, 5), ("d", 2020, 9), ("a", 2021, 1), ("b", 2021, 2), ("c", 2021, 3),
        ("d", 2021, None), ("bureau", 2020, 7), ("county", 2020, 7), ("lost", 2020, 7), ("d", None, 7),
    ]  # fmt: skip
    reports = [
        {
            "report_no": number,
            "report_key": f"{body}{year}",
            "body_key": body,
            "report_year": year,
            "is_current": True,
            "form_version": F19,
        }
        for number, (body, year, _) in enumerate(values)
    ]
    connection.register("int_reports", pl.DataFrame(reports))
    connection.execute("create view int_report_numbers as from int_reports")
    names = ("body_level", "body_kind", "province_name")
    rows = [{"body_key": key, **dict(zip(names, body, strict=True))} for key, body in bodies.items()]
    connection.register("dim_body", pl.DataFrame(rows))
    metric = {"metric_key": "m", "comparable_over_forms": False, "alike_forms": "F2019|F2021"}
    numbered(connection, [metric], [(n, "m", value) for n, (*_, value) in enumerate(values)])
    run_file(connection, "models/intermediate/int_report_peers.sql")
    run_python_file(connection, "models/intermediate/int_metric_peers.py")
    run_file(connection, "models/reports/rpt_peer_percentile.sql")
    found = connection.execute(
        "select body_key, report_year, percentile_rank, n_peers, n_below, n_equal, null_reason from rpt_peer_percentile "
        "order by all"
    ).fetchall()
    assert found == [
        ("a", 2020, 0.25, 4, 0, 2, None),
        ("a", 2021, None, 3, 0, 1, "too_few_peers"),
        ("b", 2020, 0.25, 4, 0, 2, None),
        ("b", 2021, None, 3, 1, 1, "too_few_peers"),
        ("bureau", 2020, None, 1, 0, 1, "too_few_peers"),
        ("c", 2020, 0.625, 4, 2, 1, None),
        ("c", 2021, None, 3, 2, 1, "too_few_peers"),
        ("county", 2020, None, 1, 0, 1, "too_few_peers"),
        ("d", 2020, 0.875, 4, 3, 1, None),
        ("d", None, None, None, None, None, "year_unknown"),
        ("lost", 2020, None, None, None, None, "peers_unknown"),
    ]


def test_peers_are_on_editions_that_ask_alike(monkeypatch):
    """Three towns on the form of 2019, two on that of 2021, one on the table of 2014: all of them, the five of one expression, or
    those of one's own edition."""
    monkeypatch.setitem(dbt_models._PROJECT["vars"], "min_peers", 2)
    connection = duckdb.connect()
    forms = {"a": F19, "b": F21, "c": F19, "d": F14, "e": F21, "f": F19}
    reports = [
        {"report_no": number, "report_key": body, "body_key": body, "report_year": 2021, "is_current": True,
         "form_version": form}
        for number, (body, form) in enumerate(forms.items())
    ]  # fmt: skip
    connection.register("int_reports", pl.DataFrame(reports))
    connection.execute("create view int_report_numbers as from int_reports")
    town = {"body_level": "township", "body_kind": "government", "province_name": "吉林省"}
    connection.register("dim_body", pl.DataFrame([{"body_key": body, **town} for body in forms]))
    metrics = [
        {"metric_key": "later", "comparable_over_forms": False, "alike_forms": "F2019|F2021"},
        {"metric_key": "other", "comparable_over_forms": False, "alike_forms": None},
        {"metric_key": "same", "comparable_over_forms": True, "alike_forms": "F2019|F2021"},
    ]
    values = [(n, m["metric_key"], value) for m in metrics for n, value in enumerate([1, 2, 3, 4, 5, 1])]
    numbered(connection, metrics, values)
    run_file(connection, "models/intermediate/int_report_peers.sql")
    run_python_file(connection, "models/intermediate/int_metric_peers.py")
    run_file(connection, "models/reports/rpt_peer_percentile.sql")
    found = connection.execute(
        "select metric_key, body_key, n_peers, n_below, n_equal, null_reason from rpt_peer_percentile order by all"
    ).fetchall()
    assert found == [
        ("later", "a", 5, 0, 2, None),
        ("later", "b", 5, 2, 1, None),
        ("later", "c", 5, 3, 1, None),
        ("later", "d", 1, 0, 1, "too_few_peers"),
        ("later", "e", 5, 4, 1, None),
        ("later", "f", 5, 0, 2, None),
        ("other", "a", 3, 0, 2, None),
        ("other", "b", 2, 0, 1, None),
        ("other", "c", 3, 2, 1, None),
        ("other", "d", 1, 0, 1, "too_few_peers"),
        ("other", "e", 2, 1, 1, None),
        ("other", "f", 3, 0, 2, None),
        ("same", "a", 6, 0, 2, None),
        ("same", "b", 6, 2, 1, None),
        ("same", "c", 6, 3, 1, None),
        ("same", "d", 6, 4, 1, None),
        ("same", "e", 6, 5, 1, None),
        ("same", "f", 6, 0, 2, None),
    ]


@pytest.mark.parametrize(
    ("group", "value", "below", "equal"),
    [
        ([], [], [], []),
        ([0], [3.0], [0], [1]),
        ([1, 0, 1, 1, 0], [2.0, 9.0, 1.0, 2.0, 9.0], [1, 0, 0, 1, 0], [2, 2, 1, 2, 2]),
    ],
)
def test_ranks_are_counted_within_groups(group, value, below, equal):
    found = ranks(np.array(group, np.int64), np.array(value, np.float64))
    assert [column.tolist() for column in found] == [below, equal]
