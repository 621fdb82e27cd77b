"""What the assets show beside their rows stays short enough that Dagster shows it without a click."""

from __future__ import annotations

import duckdb

from pipelines.defs.overviews import assessment_overview, bodies_overview, coverage_overview, overview

INLINE = 1000


def test_bodies_by_resolution():
    with duckdb.connect() as connection:
        connection.execute("create table dim_body as select * from (values ('ambiguous'), ('unknown'), "
                           "('unique_name'), ('unique_name'), ('unique_name')) as bodies (resolution)")  # fmt: skip
        shown = bodies_overview(connection)
        assert overview("dim_body", connection).keys() == shown.keys()
        assert overview("dim_report", connection) == {}
    assert shown["share_unresolved"] == 0.4
    assert shown["bodies_unique_name"] == 3
    table = shown["bodies_by_resolution"].value
    assert "|unique_name|3|5|████████████░░░░░░░░ 60%|" in table
    assert len(table) < INLINE


def test_coverage_by_year_and_province():
    with duckdb.connect() as connection:
        connection.execute("create table dim_division (division_code varchar, province_name varchar)")
        connection.execute("insert into dim_division values ('22', '吉林省'), ('11', '北京市')")
        connection.execute("create table fct_coverage (division_code varchar, report_year integer, status varchar)")
        assert "no delivery claims" in coverage_overview(connection)["coverage_by_year"]
        connection.execute(
            "insert into fct_coverage select code, year::integer, status from (values ('22', 'reported'), "
            "('22', 'reported_late'), ('22', 'not_applicable'), ('11', 'not_found')) as t (code, status), "
            "range(2008, 2028) as years (year)"
        )
        shown = coverage_overview(connection)
    assert shown["divisions_not_found"] == 20
    assert shown["coverage_rate"] == 0.6667
    assert "|2027|2|3|█████████████░░░░░░░ 67%|" in shown["coverage_by_year"].value
    assert len(shown["coverage_by_year"].value) < INLINE
    assert shown["coverage_chart"].value.startswith("![coverage by province and year](data:image/svg+xml;base64,")
    assert "|`吉林省`|2027|1|1|0|1|" in shown["coverage_by_province"].value


def test_share_of_rules_that_could_be_assessed():
    with duckdb.connect() as connection:
        connection.execute(
            "create table dim_rule as from (values ('a', 'sum'), ('b', 'year_link')) as t (rule_key, rule_kind)"
        )
        connection.execute(
            "create table fct_rule_result as from (values ('a', 'pass'), ('a', 'pass'), ('a', 'fail'), "
            "('a', 'not_assessable'), ('b', 'not_assessable')) as t (rule_key, status)"
        )
        shown = assessment_overview(connection)
        assert overview("rpt_assessment", connection).keys() == shown.keys()
    assert shown["share_assessed"] == 0.6
    assert (shown["failed_sum"], shown["failed_year_link"]) == (1, 0)
    assert "|sum|3|4|███████████████░░░░░ 75%|" in shown["assessed_by_kind"].value
