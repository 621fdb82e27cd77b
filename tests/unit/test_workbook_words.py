"""Chinese words of the workbook for every key that a column may hold."""

from __future__ import annotations

import csv

from pipelines.publishing.workbook.vocabulary import load_words
from pipelines.schemas.published import load_columns
from pipelines.settings import SEEDS_DIR


def test_every_key_that_dbt_allows_has_a_chinese_word():
    allowed = {
        (table, column.name): set(column.accepted)
        for table, columns in load_columns().items()
        for column in columns
        if column.accepted
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
