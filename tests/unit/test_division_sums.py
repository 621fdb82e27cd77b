"""Sums of metrics up the tree of divisions, on bodies made up for it: expected results worked out by hand."""

from __future__ import annotations

import duckdb
import polars as pl

from tests.dbt_models import run_file

BODIES = {
    "a": ("township", "government", "220112101"),
    "b": ("township", "government", "220112102"),
    "c": ("township", "government", "220112103"),
    "county": ("county", "government", "220112"),
    "bureau": ("county", "department", "220112"),
    "lost": (None, "unknown", None),
}
DIVISIONS = {"22": ("province", "吉林省"), "2201": ("prefecture", "长春市"), "220112": ("county", "双阳区")}
DIVISIONS |= {f"2201121{n:02}": ("township", name) for n, name in enumerate(("甲镇", "乙镇", "丙镇"), start=1)}
METRICS = ["count", "coverage", "rate"]
FIGURES = [
    ("a", "rate", 1, 2, None),
    ("b", "rate", 2, 10, None),
    ("c", "rate", 5, None, "not_stated"),
    ("county", "rate", 0, 0, "denominator_zero"),
    ("bureau", "count", 7, None, None),
    ("a", "count", None, None, "not_in_form"),
    ("b", "count", None, None, "absent"),
    ("lost", "count", 3, None, None),
]
COVERAGE = {"220112101": "reported", "220112102": "reported_late", "220112103": "not_found", "220112": "not_applicable"}
LEVELS = [("0", "country"), ("22", "province"), ("2201", "prefecture"), ("220112", "county")]


def division(code: str) -> dict:
    level, name = DIVISIONS[code]
    above = {
        level: (code[:n], DIVISIONS[code[:n]][1]) for level, n in (("province", 2), ("prefecture", 4), ("county", 6))
    }
    parts = {
        f"{part}_{what}": above[part][k] if len(code) >= n else None
        for part, n in (("province", 2), ("prefecture", 4), ("county", 6))
        for k, what in enumerate(("code", "name"))
    }
    return {"division_code": code, "division_name": name, "level": level, **parts}


def summed(other_prefecture: str | None = None, year: int | None = 2020) -> list[tuple]:
    """What comes out; with 丙镇 in another prefecture, as a list may have it, where one is given."""
    connection = duckdb.connect()
    names = list(BODIES)
    divisions = [division(code) for code in DIVISIONS]
    if other_prefecture:
        divisions[-1]["prefecture_code"] = other_prefecture
    frames = {
        "dim_division": divisions,
        "dim_body": [
            {"body_key": key, "body_level": level, "body_kind": kind, "division_code": code}
            for key, (level, kind, code) in BODIES.items()
        ],
        "int_reports": [
            {"report_no": number, "body_key": key, "report_year": year, "is_current": True}
            for number, key in enumerate(names)
        ],
        "int_metric_numbers": [
            {"metric_no": number, "metric_key": key, "is_rate": key != "count",
             "metric_grain": "division" if key == "coverage" else "body"}
            for number, key in enumerate(METRICS)
        ],
        "int_metrics": [
            {"report_no": names.index(body), "metric_no": METRICS.index(metric), "numerator": above,
             "denominator": below, "null_reason": reason}
            for body, metric, above, below, reason in FIGURES
        ],
        "int_coverage": [
            {"division_code": code, "report_year": 2020, "status": status} for code, status in COVERAGE.items()
        ],
    }  # fmt: skip
    for name, rows in frames.items():
        frame = pl.DataFrame(rows, infer_schema_length=None)
        connection.register(name, frame.with_columns(pl.col(pl.Int64).cast(pl.Int32)))
    for name in ("int_report_places", "int_division_units", "int_division_metrics"):
        run_file(connection, f"models/intermediate/{name}.sql")
    keys = connection.execute("select unit_no, metric_no from int_division_metrics").fetchall()
    assert keys == sorted(set(keys))
    run_file(connection, "models/reports/rpt_division_year.sql")
    return connection.execute(
        "select division_code, division_level, body_level, body_kind, metric_key, value, numerator, denominator, "
        "null_reason, n_reports, n_summed, n_bodies_with_value, n_null, n_not_in_form, n_expected from rpt_division_year "
        "order by all"
    ).fetchall()


OF_EACH_DIVISION = [
    ("county", "department", "count", 7, 7, None, None, 1, 1, 1, 0, 0, None),
    ("county", "government", "coverage", None, 0, 0, "no_value", 0, 0, 0, 0, 0, 0),
    ("county", "government", "rate", None, 0, 0, "denominator_zero", 1, 1, 0, 0, 0, 0),
    ("township", "government", "count", None, None, None, "no_value", 2, 0, 0, 2, 1, 3),
    ("township", "government", "coverage", 2 / 3, 2, 3, None, 2, 3, 3, 0, 0, 3),
    ("township", "government", "rate", 0.25, 3, 12, None, 3, 2, 2, 1, 0, 3),
]
UNPLACED = ("unplaced", "unplaced", "unknown", "unknown", "count", 3, 3, None, None, 1, 1, 1, 0, 0, None)


def test_divisions_roll_up_sums_and_never_mix_levels():
    """A rate of a county is the rate of its sums; a null is left out of both sums and counted; a county government, its departments
    and its towns stand apart; a body without a place is in no sum of the country."""
    assert summed() == [*((*level, *row) for level in LEVELS for row in OF_EACH_DIVISION), UNPLACED]


def test_a_county_in_two_prefectures_is_one_county():
    of_county = [row for row in summed(other_prefecture="2202") if row[0] == "220112"]
    assert of_county == [("220112", "county", *row) for row in OF_EACH_DIVISION]


def test_reports_of_no_known_year_are_summed_apart_from_coverage():
    rows = [row for row in summed(year=None) if row[0] == "0" and row[4] == "rate"]
    assert [(row[2], row[6], row[7], row[14]) for row in rows] == [("county", 0, 0, None), ("township", 3, 12, None)]
