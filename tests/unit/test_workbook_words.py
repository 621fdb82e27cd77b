"""Chinese words of the workbook for every key that a column may hold."""

from __future__ import annotations

import csv

from pipelines.publishing.workbook.vocabulary import load_words
from pipelines.schemas.published import read_models
from pipelines.settings import SEEDS_DIR


def test_every_key_that_dbt_allows_has_a_chinese_word():
    models = [model for _, model in read_models()]
    allowed = {
        (model["name"], column["name"]): set(test["accepted_values"]["arguments"]["values"])
        for model in models
        for column in model["columns"]
        for test in column.get("data_tests", [])
        if isinstance(test, dict) and "accepted_values" in test
    }
    words = load_words()
    for vocabulary, place in (
        ("value_state", ("fct_reported_cell", "value_state")),
        ("activity_status", ("fct_zero_activity", "status")),
        ("resolution", ("dim_body", "resolution")),
        ("severity", ("fct_finding", "severity")),
        ("unit_basis", ("fct_procurement", "unit_basis")),
        ("coverage_status", ("fct_coverage", "status")),
    ):
        assert allowed[place] <= set(words[vocabulary]), vocabulary
    assert {row["body_type"] for row in seed("body_types")} <= set(words["body_type"])
    assert {row["unit"] for row in seed("units")} <= set(words["unit"])
    assert {row["form_version"] for row in seed("form_editions")} - {"provincial"} <= set(words["form_version"])


def seed(name):
    return list(csv.DictReader((SEEDS_DIR / f"{name}.csv").open(encoding="utf-8")))
