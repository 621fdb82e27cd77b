"""What must come out of the founding reports, asked of the published file by name (expected values from the raw files)."""

from __future__ import annotations

import hashlib
import json
import shutil
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from pipelines.gazetteer.divisions import load_divisions
from pipelines.schemas.published import PUBLISHED_TABLES

FILE = "regexp_extract(source_path, '/([0-9]{3})_', 1)"

CONTRACT = {
    "dim_report": "report_key body_key report_year report_year_basis form_version title delivery source_path is_current",
    "dim_body": "body_key body_name body_type division_code province_name county_name resolution",
    "dim_form_cell": "form_version table_key row_key column_key row_label column_label unit activity is_total",
    "fct_reported_cell": "report_key table_key row_key column_key raw_value value value_state value_basis line_start line_end",
    "fct_disclosure_volume": "report_key body_key report_year subject measure source value value_state is_approximate",
    "fct_procurement": "report_key body_key report_year project_count amount_raw amount_unit unit_basis amount_yuan",
    "fct_application": "report_key outcome applicant value value_state",
    "fct_dispute": "report_key route result value value_state",
    "fct_administrative_action": "report_key action measure value value_state",
    "fct_zero_activity": "report_key body_key report_year activity status is_zero_activity has_stock prose_value "
    "prose_contradicts",
    "dim_rule": "rule_key severity scope name_zh name_en expression form_versions tolerance basis remedy_zh remedy_en "
    "message_zh message_en",
    "fct_rule_result": "report_key body_key report_year rule_key table_key row_key column_key status expected actual "
    "n_operands n_missing missing line_start line_end",
    "fct_finding": "report_key rule_key severity message expected actual line_start line_end",
    "rpt_body_year": "body_key report_year",
}


def test_the_contract_tables_have_their_columns(founding):
    for table, names in CONTRACT.items():
        columns = {row[0] for row in founding.query(f"describe {table}")}
        assert set(names.split()) <= columns, table


def test_only_published_tables_stand_in_main(founding):
    rows = founding.query("select schema_name, table_name from duckdb_tables() where not internal")
    views = founding.query("select schema_name, view_name from duckdb_views() where not internal")
    assert sorted(name for schema, name in rows + views if schema == "main") == PUBLISHED_TABLES
    assert {schema for schema, _ in rows} == {"main", "reference", "packed"}
    # Facts with a row a cell or more unpack what is kept in numbers; nothing else is a view.
    unpacked = {"fct_reported_cell", "fct_application", "fct_dispute", "fct_administrative_action", "fct_rule_result"}
    unpacked |= {
        "fct_finding",
        "fct_version_difference",
        "fct_report_quantity",
        "fct_zero_activity",
        "rpt_zero_activity",
    }
    unpacked |= {"rpt_metric", "rpt_division_year", "rpt_year_on_year", "rpt_peer_percentile"}
    assert set(views) == {("main", name) for name in unpacked}


def test_published_views_hold_under_any_name_of_the_file(founding, tmp_path):
    shutil.copyfile(founding.settings.database_path, tmp_path / "other.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'other.duckdb'}' as elsewhere (read_only)")
        rows = connection.execute("select count(*) from elsewhere.main.fct_application").fetchall()
        assert rows == founding.query("select count(*) from fct_application where true")
        assert rows == founding.query("select count(*) from fct_reported_cell where table_key = 't3'")


def test_procurement(founding):
    rows = founding.query(
        f"select {FILE}, project_count, amount_raw, amount_unit, unit_basis, amount_yuan "
        "from fct_procurement join dim_report using (report_key) order by 1"
    )
    assert rows == [
        ("000", 0, "0", "yuan", "inferred", Decimal("0.00")),
        ("001", 0, "0", "yuan", "inferred", Decimal("0.00")),
        ("002", 8, "72235.00", "yuan", "inferred", Decimal("72235.00")),
        ("004", 4, "56580", "yuan", "inferred", Decimal("56580.00")),
    ]


def test_zero_activity(founding):
    rows = founding.query(
        f"select {FILE}, activity, status, has_stock, prose_value from fct_zero_activity join dim_report using (report_key)"
    )
    status = {(file, activity): (state, stock, prose) for file, activity, state, stock, prose in rows}
    assert len(status) == 5 * 9
    for file in ("000", "001", "002", "003", "004"):
        assert status[file, "applications"][0] == "zero"
        assert status[file, "disputes"][0] == "zero"
    procurement = {file: status[file, "procurement"][0] for file in ("000", "001", "002", "003", "004")}
    assert procurement == {"000": "zero", "001": "zero", "002": "active", "003": "not_in_form", "004": "active"}
    assert status["001", "permits"] == ("zero", True, None)
    assert status["001", "enforcement"] == ("zero", True, None)
    assert status["000", "permits"] == ("zero", False, None)
    assert status["002", "disclosure"] == ("active", False, 151)
    assert status["001", "disclosure"] == ("blank", False, 10)
    assert status["003", "disclosure"] == ("not_in_form", False, 85)
    whole = {file: status[file, "whole_report"][0] for file in ("000", "001", "002", "003", "004")}
    assert whole == {"000": "zero", "001": "zero", "002": "active", "003": "zero", "004": "active"}
    assert founding.query("select count(*) from fct_zero_activity where prose_contradicts") == [(0,)]
    assert founding.query("select count(*) from fct_zero_activity where is_zero_activity <> (status = 'zero')") == [
        (0,)
    ]


def test_disclosure_volumes_by_table_and_prose(founding):
    rows = founding.query(
        f"select subject, source, value from fct_disclosure_volume join dim_report using (report_key) where {FILE} = '002' "
        "and (subject like 'channel:%' or subject = 'all_information')"
    )
    assert set(rows) == {
        ("all_information", "table", 386),
        ("channel:gazette", "table", 0),
        ("channel:website", "table", 151),
        ("channel:weibo", "table", 162),
        ("channel:wechat", "table", 128),
        ("all_information", "prose", 151),
        ("channel:wechat", "prose", 162),
        ("channel:weibo", "prose", 128),
    }
    (blank,) = founding.query(
        f"select value, value_state from fct_disclosure_volume join dim_report using (report_key) where {FILE} = '001' "
        "and subject = 'all_information' and source = 'table'"
    )
    assert blank == (None, "blank")


def test_findings_name_the_contradiction_and_its_line(founding):
    rows = founding.query(
        f"select {FILE}, rule_key, message, expected, actual, line_start from fct_finding "
        "join dim_rule using (rule_key) where rule_kind = 'prose_link'"
    )
    assert set(rows) == {
        ("002", "prose_differs_from_table:channel:weibo", "政务微博公开数：正文为 128，表格为 162", "162", "128", 8),
        ("002", "prose_differs_from_table:channel:wechat", "政务微信公开数：正文为 162，表格为 128", "128", "162", 8),
        ("002", "prose_differs_from_table:total_disclosed", "公开信息总数：正文为 151，表格为 386", "386", "151", 8),
    }
    assert founding.query("select count(*) from fct_finding where severity = 'error'") == [(0,)]


def test_results_of_rules(founding):
    """Sums hold in all five. What rests on another year, on a blank or on unstated prose is not assessed, and says so."""
    statuses = {
        (kind, status): n
        for kind, status, n in founding.query(
            "select rule_kind, status, count(*) from fct_rule_result join dim_rule using (rule_key) group by all"
        )
    }
    # Five reports: balance and results in 7 columns, three totals of table four; totals of 23 rows in 2019, 25 in 2021.
    assert {key: n for key, n in statuses.items() if key[0] == "sum"} == {
        ("sum", "pass"): 5 * (7 + 7 + 3) + 4 * 23 + 25
    }
    # 7 columns carried over in five reports, 5 rows of items in four of 2019, 2 rows in force in the one of 2021.
    assert {key: n for key, n in statuses.items() if key[0] == "year_link"} == {
        ("year_link", "not_assessable"): 5 * 7 + 4 * 5 + 2
    }
    missing = "select distinct missing from fct_rule_result join dim_report using (report_key) where "
    assert founding.query(missing + f"{FILE} = '001' and rule_key = 'negative_count' and table_key = 'provincial'") == [
        ("provincial.all_information.count blank",)
    ]
    assert founding.query(missing + f"{FILE} = '004' and rule_key = 't2_regulation_without_power'") == [
        ("level of the body unknown",)
    ]
    assert founding.query(
        f"select {FILE}, rule_key, line_start from fct_finding "
        "join dim_rule using (rule_key) where rule_kind = 'whole_report'"
    ) == [("003", "information_fee_not_stated", 432)]
    assert founding.query(
        "select sum(n_results) = (select count(*) from fct_rule_result), "
        "sum(n_pass + n_fail + n_not_assessable) = sum(n_results) from rpt_assessment"
    ) == [(True, True)]


def test_bodies_are_placed_where_the_text_proves_it(founding):
    """Codes as in the list of divisions of 2023; the two 太平镇 stay two, and the report that says 我镇 stays unnamed."""
    rows = founding.query(
        "select unit_name, printed_parent, division_code, county_name, resolution from dim_body order by all"
    )
    assert rows == [
        ("大岚镇", None, "330281115", "余姚市", "unique_name"),
        ("太平镇", "长春市双阳区", "220112105", "双阳区", "name_and_parent"),
        ("太平镇", None, None, None, "ambiguous"),
        ("寒葱沟镇", None, "230883101", "抚远市", "unique_name"),
        (None, None, None, None, "unknown"),
    ]
    keys = founding.query("select body_key from dim_body where division_code is not null order by all")
    assert keys == [("division:220112105",), ("division:230883101",), ("division:330281115",)]


def test_exports_are_the_tables_and_described(founding):
    folder = founding.settings.exports_dir
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in package["resources"]] == PUBLISHED_TABLES
    for resource in package["resources"]:
        path = folder / resource["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == resource["hash"].removeprefix("sha256:")
        assert path.stat().st_size == resource["bytes"]
        table = resource["name"]
        assert founding.query(f"select count(*) from {table}") == [(resource["rows"],)]
        read = pl.read_parquet(path)
        assert read.height == resource["rows"]
        assert list(pd.read_parquet(path).columns) == read.columns
        assert [field["name"] for field in resource["schema"]["fields"]] == read.columns
        schema = pq.read_schema(path)
        for field in resource["schema"]["fields"]:
            assert schema.field(field["name"]).metadata[b"description"].decode() == field["description"] != ""
    wide = pl.read_parquet(folder / "rpt_body_year.parquet")
    assert wide.filter(pl.col("unit_name") == "大岚镇")["procurement_amount_yuan"].to_list() == [Decimal("72235.00")]
    facts = [table for table in PUBLISHED_TABLES if table.startswith("fct_")]
    assert (folder / "README.md").read_text(encoding="utf-8").count("| fct_") == len(facts)


def test_no_null_became_zero_in_the_wide_table(founding):
    (row,) = founding.query(
        "select regulation_issued, applications_other_other, channel_website, procurement_amount_yuan "
        "from rpt_body_year where report_key in (select report_key from dim_report where source_path like '%/000_%')"
    )
    assert row == (None, None, None, Decimal("0.00"))


def test_divisions_are_those_of_the_gazetteer(founding):
    """SQL and Python compute the same full names from the same file."""
    columns = "division_code, division_name, level, full_name, valid_from, valid_to, successor_codes"
    expected = load_divisions().select(columns.split(", ")).rows()
    assert sorted(founding.query(f"select {columns} from dim_division_name"), key=str) == sorted(expected, key=str)
    counts = founding.query(
        "select count(*), count(distinct division_code), count(distinct full_name) from dim_division"
    )
    assert counts[0][0] == counts[0][1] == len({row[0] for row in expected})
    assert founding.query("select county_name, prefecture_name, is_current, successor_codes from dim_division "
                          "where division_code in ('371202', '441900003', '419001001') order by division_code") == [
        ("莱城区", "莱芜市", False, "370116"), ("济源市", None, True, None), ("东莞市", "东莞市", True, None)
    ]  # fmt: skip
