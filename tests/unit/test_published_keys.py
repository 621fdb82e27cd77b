"""Keys of published tables, as the yml files beside the models test them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.schemas.published import PUBLISHED_TABLES, _key_of, load_primary_keys


def test_every_published_table_has_a_key():
    keys = load_primary_keys()
    assert sorted(keys) == PUBLISHED_TABLES
    assert keys["dim_report"] == ("report_key",)
    assert keys["fct_reported_cell"] == ("report_key", "table_key", "row_key", "column_key")
    assert keys["rpt_body_year"] == ("body_key", "report_year")


def test_a_key_of_several_columns_goes_before_a_unique_column():
    model = {
        "name": "fct_x",
        "data_tests": ["value_fits_state", {"unique_key": {"arguments": {"columns": ["a", "b"]}}}],
        "columns": [{"name": "row", "data_tests": ["unique"]}],
    }
    assert _key_of(model, Path("_x.yml")) == ("a", "b")
    assert _key_of({"name": "x", "columns": [{"name": "row", "data_tests": [{"unique": {}}]}]}, Path("x")) == ("row",)


def test_a_table_without_a_key_is_named_with_its_file():
    with pytest.raises(ValueError, match=r"_x\.yml: model fct_x has no key: add a unique_key test"):
        _key_of({"name": "fct_x", "columns": [{"name": "a"}]}, Path("_x.yml"))
