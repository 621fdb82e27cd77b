"""Keys of published tables, as the yml files beside the models test them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.schemas.published import PUBLISHED_TABLES, _key_of, load_columns, load_primary_keys


def test_every_published_table_has_a_key():
    keys = load_primary_keys()
    assert sorted(keys) == PUBLISHED_TABLES
    assert keys["dim_report"] == ("report_key",)
    assert keys["fct_reported_cell"] == ("report_key", "table_key", "row_key", "column_key")
    assert keys["rpt_body_year"] == ("body_key", "report_year")


def test_the_key_goes_before_other_unique_columns_and_other_tests_have_none():
    warning = {"table_holds": {"name": "every_row_is_applied", "arguments": {"accepted": {"a": ["applied"]}}}}
    holds = {"table_holds": {"name": "table_holds_fct_x", "arguments": {"also_unique": ["row"], "key": ["a", "b"]}}}
    assert _key_of({"name": "fct_x", "data_tests": ["not_ours", warning, holds]}, Path("_x.yml")) == ("a", "b")
    with pytest.raises(ValueError, match="has no key"):
        _key_of({"name": "fct_x", "data_tests": [warning]}, Path("_x.yml"))


def test_columns_say_what_the_table_and_its_packed_rows_accept_and_what_is_never_null():
    columns = {table: {column.name: column for column in columns} for table, columns in load_columns().items()}
    assert columns["fct_finding"]["severity"].accepted == ("error", "warning", "info")
    assert columns["fct_rule_result"]["status"].accepted == ("pass", "fail", "not_assessable")
    assert columns["fct_rule_result"]["expected"].accepted == ()
    assert [name for name, column in columns["fct_application"].items() if column.is_required] == [
        "report_key",
        "outcome",
        "applicant",
    ]


def test_a_table_without_a_key_is_named_with_its_file():
    with pytest.raises(ValueError, match=r"_x\.yml: model fct_x has no key: add a table_holds test"):
        _key_of({"name": "fct_x", "columns": [{"name": "a"}]}, Path("_x.yml"))
