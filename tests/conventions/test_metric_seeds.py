"""The seeds of metrics: all that users compute is there, under one name, with an expression that can be evaluated."""

from __future__ import annotations

import csv
import re

import pytest

from pipelines.schemas.published import PUBLISHED_TABLES
from pipelines.settings import SEEDS_DIR

# What people who use such reports compute, by its Chinese name: a metric, or a table of its own.
COMPUTED = {
    "新收": "applications_new",
    "上年结转": "applications_carried_in",
    "办结": "applications_answered",
    "结转下年": "applications_carried_out",
    "办结率": "completion_rate",
    "公开率": "disclosure_rate",
    "不予公开率": "denial_rate",
    "不予公开原因": "denied_share_state_secret",
    "无法提供率": "unable_rate",
    "不予处理率": "not_processed_rate",
    "其他处理": "applications_other",
    "结转率": "carried_out_rate",
    "自然人占比": "natural_person_share",
    "复议纠错率": "review_correction_rate",
    "诉讼败诉率": "lawsuit_loss_rate",
    "争议转化率": "dispute_rate",
    "零申请率": "zero_application_rate",
    "全零报告率": "zero_report_rate",
    "空表率": "blank_table_rate",
    "空格占比": "blank_cell_share",
    "勾稽不合率": "sum_failure_rate",
    "规则可判占比": "assessable_rule_share",
    "跨年衔接率": "year_continuity_rate",
    "文表一致率": "prose_agreement_rate",
    "发布覆盖率": "publication_coverage_rate",
    "公布天数": "publication_delay_days",
    "收费金额": "fees_yuan",
    "采购金额": "procurement_amount_yuan",
    "规范性文件制发": "normative_documents_made",
    "现行有效规范性文件": "normative_documents_in_force",
    "主动公开信息数": "information_disclosed",
    "同比": "rpt_year_on_year",
    "百分位": "rpt_peer_percentile",
    "连续零活动": "rpt_zero_activity",
    "采购汇总": "rpt_procurement_division",
}
OUTCOMES = ("denied", "unable", "not_processed")


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


METRICS = {row["metric_key"]: row for row in seed("metrics")}
EXPRESSIONS = seed("metric_expressions")


@pytest.mark.parametrize("name", COMPUTED)
def test_what_people_compute_is_there(name):
    key = COMPUTED[name]
    if key.startswith("rpt_"):
        assert key in PUBLISHED_TABLES
    else:
        assert name in METRICS[key]["name_zh"]


def test_every_reason_of_the_form_has_its_share():
    reasons = {row["row_key"] for row in seed("form_rows") if row["parent_row_key"] in OUTCOMES}
    assert len(reasons) == 16
    for reason in reasons:
        outcome = next(outcome for outcome in OUTCOMES if reason.startswith(outcome))
        assert f"{outcome}_share_{reason.removeprefix(outcome + '_')}" in METRICS


def test_sums_that_a_metric_names_are_the_rows_of_the_form():
    """A sum of reasons holds all of them, in each edition that it is for."""
    for row in EXPRESSIONS:
        for outcome in OUTCOMES:
            if row["metric_key"] != f"{outcome.replace('denied', 'denial')}_rate":
                continue
            for form in row["form_versions"].split("|"):
                leaves = {
                    f"t3.{r['row_key']}.total"
                    for r in seed("form_rows")
                    if (r["form_version"], r["parent_row_key"]) == (form, outcome)
                }
                assert set(row["numerator"].split(" + ")) == leaves


def test_words_order_and_editions():
    assert [int(row["metric_order"]) for row in METRICS.values()] == list(range(1, len(METRICS) + 1))
    names = [row[column] for row in METRICS.values() for column in ("name_zh", "name_en")]
    assert len(names) == len(set(names))
    editions = {row["form_version"] for row in seed("form_editions")}
    for row in EXPRESSIONS:
        assert row["metric_key"] in METRICS
        assert set(row["form_versions"].split("|")) <= editions | {""}
        has_cell = re.search(
            r"\b(t2|t3|t4|channels|statistics|provincial)\.", row["numerator"] + " " + row["denominator"]
        )
        assert not has_cell or row["form_versions"], row
    for key, row in METRICS.items():
        assert row["name_zh"], key
        assert row["name_en"], key
        assert bool(row["caveats_zh"]) == bool(row["caveats_en"]), key
        assert "body" in row["additive_over"].split("|"), key


# The table of 2014 has cases that are decided and applications that were received; later editions have those pending and
# those carried in as well. The 2019 form asks for what was made, that of 2021 for what was issued.
ASKED_OTHERWISE = {
    "reviews",
    "lawsuits",
    "disputes",
    "dispute_rate",
    "regulations_made",
    "normative_documents_made",
    "zero_document_rate",
    "zero_permit_rate",
    "zero_fee_rate",
    "zero_application_rate",
    "zero_dispute_rate",
    "zero_report_rate",
}


def test_metrics_that_editions_ask_for_otherwise_are_not_comparable_and_say_so():
    assert {key for key, row in METRICS.items() if row["comparable_over_forms"] != "true"} == ASKED_OTHERWISE
    for key in ASKED_OTHERWISE:
        assert "20" in METRICS[key]["caveats_zh"] or "各版格式" in METRICS[key]["caveats_zh"], key
        assert "20" in METRICS[key]["caveats_en"] or "edition" in METRICS[key]["caveats_en"], key


def test_a_zero_of_an_activity_is_comparable_where_all_editions_judge_the_same_cells():
    """And one expression stands for editions whose cells are the same: they are compared with each other in any case."""
    activity_of = {"enforcement": "enforcement", "procurement": "procurement", "application": "applications",
                   "dispute": "disputes", "permit": "permits", "fee": "fees", "document": "regulatory_documents"}  # fmt: skip
    for name, activity in activity_of.items():
        cells: dict[str, set[str]] = {}
        for row in seed("activity_cells"):
            if row["activity"] == activity and row["role"] == "flow":
                place = f"{row['table_key']}.{row['row_key']}.{row['column_key']}"
                cells.setdefault(row["form_version"], set()).add(place)
        key = f"zero_{name}_rate"
        judges_alike = len({frozenset(places) for places in cells.values()}) == 1
        assert (METRICS[key]["comparable_over_forms"] == "true") == judges_alike
        for row in EXPRESSIONS:
            if row["metric_key"] == key and row["form_versions"]:
                forms = row["form_versions"].split("|")
                assert all(cells[form] == cells[forms[0]] for form in forms)


def test_editions_that_ask_alike_share_one_expression_a_metric():
    shared = [row["metric_key"] for row in EXPRESSIONS if "|" in row["form_versions"]]
    assert len(shared) == len(set(shared)) > 50


def test_a_stock_is_never_added_up_over_years():
    stocks = {
        f"{row['table_key']}.{form_row['row_key']}.{row['column_key']}"
        for row in seed("form_columns")
        if row["measure_kind"] == "stock"
        for form_row in seed("form_rows")
        if all(row[k] == form_row[k] for k in ("form_version", "table_key", "block_key"))
    } | {"t3.carried_in.total", "t3.carried_out.total"}
    for row in EXPRESSIONS:
        named = set((row["numerator"] + " " + row["denominator"]).split()) & stocks
        # Of concluded cases, those pending are taken away: what is left counts in one year alone.
        if named and "- t4" not in row["denominator"]:
            assert METRICS[row["metric_key"]]["additive_over"] == "body", (row["metric_key"], named)
