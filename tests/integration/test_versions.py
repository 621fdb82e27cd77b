"""Reports that come back, through a whole refresh: one current report a body and year, the others kept with why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.schemas.descriptions import table_entry
from tests.integration.conftest import Warehouse
from tests.integration.version_deliveries import write_versions

NAMED = "regexp_extract(source_path, '([^/]+)$', 1) || coalesce('#' || record, '')"


@pytest.fixture(scope="module")
def versions(tmp_path_factory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("versions"))
    write_versions(warehouse.folder)
    warehouse.build()
    return warehouse


def test_one_current_report_a_body_and_year_and_why(versions):
    rows = versions.query(
        f"select {NAMED}, version_status, version_rank, n_versions, version_rule_key, n_differences "
        "from fct_report_version join dim_report using (report_key)"
    )
    assert {name: tuple(rest) for name, *rest in rows} == {
        "corrected.txt": ("current", 1, 5, "published_later", 0),
        "page.html": ("superseded", 2, 5, "published_later", 2),
        "shiqiao.txt": ("copy", 3, 5, "published_later", 2),
        "pages.jsonl#2": ("copy", 4, 5, "official_site", 0),
        "cut.txt": ("superseded", 5, 5, "whole", 148),
        "next-year.txt": ("only", 1, 1, None, 0),
        "malong.txt": ("only", 1, 1, None, 0),
        "pages.jsonl#0": ("current", 1, 2, "more_prose", 0),
        "pages.jsonl#1": ("superseded", 2, 2, "more_prose", 1),
        "taiping-a.txt": ("only", 1, 1, None, 0),
        "taiping-b.txt": ("only", 1, 1, None, 0),
    }
    ((zh, en),) = versions.query(
        "select version_reason, version_reason_en from fct_report_version join dim_report using (report_key) "
        "where source_path = '2023-06/cut.txt'"
    )
    assert "50/198" in zh
    assert en.startswith("198/198 of its cells are printed, of the other 50/198")


def test_nothing_is_lost_and_only_current_reports_stand_in_the_wide_table(versions):
    assert versions.query("select count(*), count(distinct document_id) from dim_document") == [(12, 11)]
    assert versions.query("select count(*) from dim_report") == [(11,)]
    rows = versions.query(
        "select report_year, count(*), count(distinct report_key) from rpt_body_year group by all order by 1"
    )
    assert rows == [(2019, 1, 1), (2020, 4, 4), (2021, 1, 1)]
    assert versions.query(
        "select permit_last_year_items from rpt_body_year where unit_name = '石桥子镇' and report_year = 2020"
    ) == [(11,)]


def test_example_queries_add_up_current_versions_alone(versions):
    """石桥子镇 has five versions of 2020: 8 projects for 72,235 yuan, permits 11 after a correction from 9."""

    def example(table: str) -> list[tuple]:
        return versions.query(table_entry(table).example or "")

    assert example("fct_procurement") == [(2019, None, 1), (2020, Decimal("75235.00"), 0), (2021, Decimal("0.00"), 0)]
    cells = {(year, row, column): tuple(rest) for year, row, column, *rest in example("fct_reported_cell")}
    # 石桥子镇 11, 马龙镇 0, and two 太平镇 with 2 and 7.
    assert cells[2020, "permit", "last_year_items"] == (20, 0)
    assert not [key for key in cells if key[1] == "procurement"]
    counted: dict[tuple[int, str], int] = {}
    for year, activity, _, reports in example("fct_zero_activity"):
        counted[year, activity] = counted.get((year, activity), 0) + reports
    activities = [activity for (activity,) in versions.query("select activity from dim_activity")]
    assert counted == {
        (year, activity): reports for year, reports in ((2019, 1), (2020, 4), (2021, 1)) for activity in activities
    }
    applications = [
        (year, value, n_null) for year, outcome, value, n_null in example("fct_application") if outcome == "new"
    ]
    disputes = [
        (year, value, n_null) for year, *key, value, n_null in example("fct_dispute") if key == ["review", "total"]
    ]
    assert applications == disputes == [(2019, 0, 0), (2020, 0, 0), (2021, 0, 0)]
    decisions = [
        (year, form, n) for year, form, action, n, _ in example("fct_administrative_action") if action == "permit"
    ]
    assert decisions == [(2019, "F2019", 0), (2020, "F2019", 0), (2021, "F2019", 0)]
    assert len(example("fct_disclosure_volume")) == len(example("fct_prose_count")) == 6


def test_differences_cell_by_cell(versions):
    rows = versions.query(
        f"select {NAMED}, coalesce(row_key || '.' || column_key, quantity), difference_kind, value, current_value, "
        "raw_value, current_raw_value from fct_version_difference join dim_report using (report_key) "
        "where difference_kind <> 'missing'"
    )
    assert set(rows) == {
        (name, cell, "value", old, new, f"{old:.0f}", f"{new:.0f}")
        for name in ("page.html", "shiqiao.txt")
        for cell, old, new in (("permit.last_year_items", 9, 11), ("normative_document.made", 0, 2))
    } | {
        (
            "pages.jsonl#1",
            "total_disclosed",
            "prose",
            446,
            46,
            "2019年，太平镇共主动公开政府信息446条，均在政府网站发布",
            "2019年，太平镇共主动公开政府信息4类46条，均在政府网站发布",
        )
    }
    lines = versions.query(
        "select d.line_start, split(t.text, chr(10))[d.line_start], d.current_line_start, "
        "split(c.text, chr(10))[d.current_line_start] from fct_version_difference d "
        "join dim_document_text t on t.document_id = d.report_key "
        "join dim_document_text c on c.document_id = d.current_report_key where quantity is not null"
    )
    assert [("446条" in old, "4类46条" in new) for _, old, _, new in lines] == [(True, True)]


def test_bodies_are_joined_by_evidence_alone(versions):
    rows = versions.query(
        f"select {NAMED}, body_key, same_report_basis from fct_report_version join dim_report using (report_key, body_key)"
    )
    bodies = {name: body for name, body, _ in rows}
    assert bodies["pages.jsonl#0"] == bodies["pages.jsonl#1"]
    assert bodies["taiping-a.txt"] != bodies["taiping-b.txt"]
    assert len({bodies[name] for name in ("taiping-a.txt", "taiping-b.txt", "pages.jsonl#0")}) == 3
    assert {name: basis for name, _, basis in rows if basis} == {
        "shiqiao.txt": "text",
        "page.html": "text",
        "corrected.txt": "text",
        "pages.jsonl#2": "text",
        "pages.jsonl#0": "address",
        "pages.jsonl#1": "address",
    }


def test_copies_are_found_and_said(versions):
    rules = ("same_text", "duplicate_document", "versions_differ", "copied_from_last_year", "copied_from_neighbour",
             "prose_like_last_year", "prose_like_neighbour", "perhaps_same_report")  # fmt: skip
    rows = versions.query(
        f"select {NAMED}, rule_key, message, message_en, line_start from fct_finding where rule_key in {rules}"
    )
    said = {(name, rule): (zh, en) for name, rule, zh, en, _ in rows}
    assert set(said) == {
        ("again.txt", "duplicate_document"),
        ("shiqiao.txt", "same_text"),
        ("pages.jsonl#2", "same_text"),
        ("shiqiao.txt", "versions_differ"),
        ("page.html", "versions_differ"),
        ("cut.txt", "versions_differ"),
        ("pages.jsonl#1", "versions_differ"),
        ("next-year.txt", "copied_from_last_year"),
        ("malong.txt", "copied_from_neighbour"),
        ("taiping-a.txt", "perhaps_same_report"),
        ("taiping-b.txt", "perhaps_same_report"),
    }
    assert "2021-04/corrected.txt" in said["malong.txt", "copied_from_neighbour"][0]
    assert said["pages.jsonl#1", "versions_differ"][1] == (
        "1 cells or figures differ from the current version, pages.jsonl#0"
    )
    assert {line for *_, rule, _, _, line in rows if rule != "duplicate_document"} == {1}


def test_near_duplicates_say_how_alike_they_are(versions):
    rows = versions.query(
        "select regexp_extract(a.source_path, '([^/]+)$', 1), regexp_extract(b.source_path, '([^/]+)$', 1), relation, "
        "similarity, is_word_for_word, has_same_cells from fct_near_duplicate n "
        "join dim_report a on a.report_key = n.report_key join dim_report b on b.report_key = n.other_report_key "
        "where is_word_for_word"
    )
    assert {(a, b, relation) for a, b, relation, *_ in rows if a < b} == {
        ("corrected.txt", "next-year.txt", "same_body_other_year"),
        ("corrected.txt", "malong.txt", "other_body_same_year"),
        ("malong.txt", "next-year.txt", "other_body_other_year"),
        ("taiping-a.txt", "taiping-b.txt", "same_name_same_year"),
    }
    assert {(similarity, same) for *_, similarity, _, same in rows} == {(1.0, False)}
