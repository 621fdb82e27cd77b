"""What moved between two databases, made by hand: every kind of change is counted as what it is, exactly."""

from __future__ import annotations

import pytest

from pipelines.publishing import comparison
from pipelines.publishing.comparison import compare_releases
from pipelines.publishing.difference_page import page_of
from tests.publications.small import build

KEYS = {
    "dim_report": ("report_key",),
    "dim_body": ("body_key",),
    "fct_reported_cell": ("report_key", "table_key", "row_key", "column_key"),
    "fct_finding": ("finding_key",),
    "dim_activity": ("activity",),
}
CELL = "update fct_reported_cell set value = {} where report_key = 'r{}'"


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Compare two small databases, each given by the statements that make it other than the common one."""
    monkeypatch.setattr(comparison, "load_primary_keys", lambda: KEYS)

    def compared(old: tuple[str, ...] = (), new: tuple[str, ...] = ()) -> dict:
        return compare_releases(build(tmp_path / "a.duckdb", 1, *old), build(tmp_path / "b.duckdb", 1, *new))

    return compared


def values_of(diff: dict, table: str = "fct_reported_cell") -> dict[str, dict[str, int]]:
    return {
        found["column"]: {name: n for name, n in found.items() if isinstance(n, int)}
        for found in diff["tables"][table]["values"]
    }


def test_the_same_is_the_same(compare):
    diff = compare()
    assert {found["status"] for found in diff["tables"].values()} == {"unchanged"}
    assert diff["headline"] == {"zh": "两边完全相同", "en": "nothing differs"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("null", "0", {"changed": 1, "of_kept_reports": 1, "null_to_value": 1, "null_to_zero": 1}),
        ("0", "null", {"changed": 1, "of_kept_reports": 1, "value_to_null": 1, "zero_to_null": 1}),
        ("5", "6", {"changed": 1, "of_kept_reports": 1}),
        ("null", "6", {"changed": 1, "of_kept_reports": 1, "null_to_value": 1}),
        ("0.3::double", "0.1::double + 0.2::double", {"changed": 1, "of_kept_reports": 1}),
        ("1e300::double", "1e300::double * 1.0000000000000002::double", {"changed": 1, "of_kept_reports": 1}),
    ],
)
def test_a_changed_value(compare, old, new, expected):
    diff = compare((CELL.format(old, 2),), (CELL.format(new, 2),))
    assert values_of(diff) == {"value": expected}
    found = diff["tables"]["fct_reported_cell"]
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (0, 0, 1)
    (sample,) = found["values"][0]["samples"]
    assert sample["key"] == {"report_key": "r2", "table_key": "t2", "row_key": "permit", "column_key": "decisions"}
    assert (sample["body_name"], sample["report_year"], sample["line"]) == ("第2镇", 2020, 34)
    assert sample["source_path"] == "d/2.txt"
    assert diff["summary"]["figures"]["changed_in_kept_reports"] == {"fct_reported_cell.value": 1}
    assert {t for t, f in diff["tables"].items() if f["status"] != "unchanged"} == {"fct_reported_cell"}


def test_old_and_new_values_are_told_exactly(compare):
    diff = compare((CELL.format("0.3::double", 2),), (CELL.format("0.1::double + 0.2::double", 2),))
    (sample,) = diff["tables"]["fct_reported_cell"]["values"][0]["samples"]
    assert (sample["old"], sample["new"]) == ("0.3", "0.30000000000000004")
    diff = compare((CELL.format("null", 2),), (CELL.format("0", 2),))
    (sample,) = diff["tables"]["fct_reported_cell"]["values"][0]["samples"]
    assert (sample["old"], sample["new"]) == (None, "0.0")


def test_a_null_and_an_empty_text_are_two(compare):
    diff = compare(
        ("update fct_finding set severity = ''",),
        ("update fct_finding set severity = null",),
    )
    assert values_of(diff, "fct_finding") == {"severity": {"changed": 1, "of_kept_reports": 1, "value_to_null": 1}}


def test_columns_added_removed_retyped_and_described(compare):
    diff = compare(
        ("alter table dim_activity add column old_one varchar",),
        (
            "alter table dim_activity add column name_zh varchar",
            "update dim_activity set name_zh = '许可'",
            "alter table dim_activity alter activity_order type bigint",
            "comment on column dim_activity.activity is '活动'",
        ),
    )
    found = diff["tables"]["dim_activity"]
    assert found["columns"]["added"] == [{"column": "name_zh", "type": "VARCHAR"}]
    assert found["columns"]["removed"] == [{"column": "old_one", "type": "VARCHAR"}]
    assert found["columns"]["retyped"] == [{"column": "activity_order", "from": "INTEGER", "to": "BIGINT"}]
    assert found["columns"]["described_anew"] == ["activity"]
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (0, 0, 0)
    assert diff["summary"]["tables"]["with_other_columns"] == ["dim_activity"]
    assert "tables with other columns: 1" in diff["headline"]["en"]


def test_a_type_that_holds_other_values_shows_them(compare):
    diff = compare(
        (),
        (
            "alter table dim_activity alter activity_order type varchar",
            "update dim_activity set activity_order = '1.0'",
        ),
    )
    assert values_of(diff, "dim_activity") == {"activity_order": {"changed": 2, "of_kept_reports": 0}}


def test_tables_added_and_removed(compare):
    diff = compare(("create table dim_old as select 1 as x",), ("create table dim_new as select * from range(3)",))
    assert diff["tables"]["dim_new"] == {"status": "added", "rows": {"a": None, "b": 3}}
    assert diff["tables"]["dim_old"] == {"status": "removed", "rows": {"a": 1, "b": None}}
    assert "tables with other columns: 2" in diff["headline"]["en"]


def test_a_removed_row_and_a_row_of_a_new_report_are_apart(compare):
    new_report = (
        "insert into dim_report values ('r3', 'b3', '第3镇', 2021, 'F2021', 't', 'd', 'd/3.txt', null)",
        "insert into fct_reported_cell select 'r3', 'b3', 2021, * exclude (report_key, body_key, report_year) "
        "from fct_reported_cell where report_key = 'r1'",
    )
    diff = compare((), (*new_report, "delete from fct_reported_cell where report_key = 'r2'"))
    found = diff["tables"]["fct_reported_cell"]
    assert found["of_reports"] == {"kept": {"removed": 1}, "new": {"added": 1}}
    assert [sample["key"]["report_key"] for sample in found["samples"]["rows_removed"]] == ["r2"]
    summary = diff["summary"]
    assert (summary["reports"]["kept"], summary["reports"]["added"], summary["reports"]["removed"]) == (2, 1, 0)
    assert summary["figures"]["changed_in_kept_reports"] == {}
    assert summary["figures"]["rows_removed_in_kept_reports"] == {"fct_reported_cell": 1}
    assert summary["figures"]["rows_with_new_reports"] == {"fct_reported_cell": 1}
    assert diff["headline"]["en"] == "reports +1 −0; figures of earlier reports: fct_reported_cell −1"


def test_only_new_reports_change_no_figure_of_an_earlier_one(compare):
    diff = compare(
        (), ("insert into dim_report values ('r3', 'b3', '第3镇', 2021, 'F2021', 't', 'd', 'd/3.txt', null)",)
    )
    assert diff["headline"] == {
        "zh": "年报 +1 −0；原有年报的数字没有变动",
        "en": "reports +1 −0; no figure of an earlier report changed",
    }


NOT_COMPARED = "figures of earlier reports could not be compared in "


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((), ("alter table dim_report rename report_key to key", CELL.format(8, 1)), NOT_COMPARED + "fct_reported_cell"),
        ((), ("drop table dim_report", CELL.format(8, 1)), NOT_COMPARED + "fct_reported_cell"),
        (("drop table dim_report",), ("drop table dim_report", CELL.format(8, 1)), NOT_COMPARED + "fct_reported_cell"),
        ((), ("alter table fct_reported_cell rename report_key to report",), NOT_COMPARED + "fct_reported_cell"),
        ((), ("alter table fct_reported_cell rename value to amount",), NOT_COMPARED + "fct_reported_cell"),
        ((), ("alter table fct_reported_cell rename to fct_cell",), NOT_COMPARED + "fct_cell, fct_reported_cell"),
        ((), ("drop table fct_reported_cell",), NOT_COMPARED + "fct_reported_cell"),
        (
            (),
            ("update dim_report set report_key = 'x' || report_key", "update fct_reported_cell set report_key = 'x' || report_key"),
            NOT_COMPARED + "fct_reported_cell",
        ),
        (
            (),
            ("alter table fct_reported_cell rename line_start to line", CELL.format(8, 1)),
            "figures of earlier reports: fct_reported_cell.value 1",
        ),
        (
            ("alter table fct_reported_cell alter value type bigint",),
            ("alter table fct_reported_cell alter value type bigint", CELL.format(8, 1)),
            "figures of earlier reports: fct_reported_cell.value 1",
        ),
        ((), ("update fct_reported_cell set line_start = 35",), "no figure of an earlier report changed"),
    ],
)  # fmt: skip
def test_no_figure_is_said_to_be_as_before_that_was_not_looked_at(compare, old, new, said):
    diff = compare(old, new)
    parts = [part for part in diff["headline"]["en"].split("; ") if "figure" in part]
    assert parts == [said]
    assert ("Could not be compared" in page_of(diff)) == (NOT_COMPARED in said)
    assert ("无法比较" in diff["headline"]["zh"]) == (NOT_COMPARED in said)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (("decimal(20, 2)", "123456789012345678.01"), ("decimal(22, 2)", "123456789012345678.02"), 1),
        (("decimal(20, 2)", "123456789012345678.01"), ("decimal(24, 3)", "123456789012345678.01"), 0),
        (("bigint", "9007199254740993"), ("decimal(18, 0)", "9007199254740992"), 1),
        (("bigint", "9007199254740993"), ("decimal(18, 0)", "9007199254740993"), 0),
        (("decimal(10, 2)", "0.3"), ("double", "0.3"), 0),
        (("decimal(20, 2)", "123456789012345678.01"), ("double", "123456789012345678.02"), 1),
        (("decimal(38, 30)", "1.01"), ("decimal(38, 2)", "1.02"), 1),
    ],
)
def test_retyped_decimals_are_compared_exactly(compare, old, new, changed):
    def retyped(dtype: str, value: str) -> tuple[str, str]:
        return (
            f"alter table dim_activity add column n {dtype}",
            f"update dim_activity set n = {value} where activity = 'fees'",
        )

    diff = compare(retyped(*old), retyped(*new))
    assert diff["tables"]["dim_activity"]["columns"]["retyped"]
    assert diff["tables"]["dim_activity"]["rows_changed"] == changed


def test_a_text_that_replaces_another_at_its_place(compare):
    diff = compare((), ("update dim_report set report_key = 'r9' where report_key = 'r2'",))
    reports = diff["summary"]["reports"]
    assert (reports["kept"], reports["added"], reports["removed"], reports["replaced"]) == (1, 1, 1, 1)


def test_bodies_placed_no_longer_placed_and_placed_elsewhere(compare):
    ambiguous = "update dim_body set resolution = 'ambiguous', division_code = null where body_key = 'b{}'"
    diff = compare((ambiguous.format(1),), (ambiguous.format(2),))
    bodies = diff["summary"]["bodies"]
    assert (bodies["newly_resolved"], bodies["no_longer_resolved"], bodies["elsewhere"]) == (1, 1, 0)
    assert [sample["report_key"] for sample in bodies["samples"]["newly_resolved"]] == ["r1"]
    diff = compare((), ("update dim_body set division_code = 'c9' where body_key = 'b1'",))
    assert diff["summary"]["bodies"]["elsewhere"] == 1
    assert "bodies of earlier reports changed: 1" in diff["headline"]["en"]


def test_findings_gained_and_lost_by_rule(compare):
    diff = compare(
        (),
        (
            "delete from fct_finding",
            "insert into fct_finding values ('f2', 'r2', 'year_conflict', 'error', 3), ('f3', null, 'binary_file', 'error', 1)",
        ),
    )
    findings = diff["summary"]["findings"]
    assert findings["rules"] == [
        {"rule_key": "binary_file", "severity": "error", "gained_with_others": 1},
        {"rule_key": "title_missing", "severity": "info", "lost_in_kept_reports": 1},
        {"rule_key": "year_conflict", "severity": "error", "gained_in_kept_reports": 1},
    ]
    assert "findings +2 −1" in diff["headline"]["en"]


def test_rows_of_one_key_are_matched_as_many_as_there_are(compare):
    """Two rows of one key on both sides, one of them with another value: one changed row, none added."""
    twice = "insert into fct_finding select * from fct_finding"
    diff = compare((twice,), (twice, "update fct_finding set line_start = 2 where rowid = 1"))
    found = diff["tables"]["fct_finding"]
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (0, 0, 1)
    diff = compare((), (twice, twice))
    found = diff["tables"]["fct_finding"]
    assert found["rows"] == {"a": 1, "b": 4}
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (3, 0, 0)


def test_a_table_without_a_key_is_rows_so_many_times(compare):
    """reference.units has no key here: a changed row is one that went and one that came."""
    diff = compare(
        ("insert into reference.units values ('yuan', 1)",),
        ("update reference.units set yuan_factor = 10001 where unit = 'ten_thousand_yuan'",),
    )
    found = diff["tables"]["reference.units"]
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (1, 2, 0)
    gone = [sample["key"] for sample in found["samples"]["rows_removed"]]
    assert gone == [{"unit": "ten_thousand_yuan", "yuan_factor": "10000.00"}, {"unit": "yuan", "yuan_factor": "1.00"}]


def test_nulls_in_a_key_are_one_value(compare):
    null_key = "update fct_reported_cell set row_key = null where report_key = 'r2'"
    diff = compare((null_key,), (null_key, CELL.format(8, 2)))
    found = diff["tables"]["fct_reported_cell"]
    assert (found["rows_added"], found["rows_removed"], found["rows_changed"]) == (0, 0, 1)


def test_samples_are_few_and_long_texts_cut(compare):
    many = (
        "insert into fct_reported_cell select 'r1', 'b1', 2020, 't3', i::varchar, 'x', i, 'number', i from range(500) r(i)",
    )
    diff = compare(many, (*many, "update fct_reported_cell set value = value + 1 where table_key = 't3'"))
    (value,) = diff["tables"]["fct_reported_cell"]["values"]
    assert (value["changed"], len(value["samples"])) == (500, 5)
    diff = compare((), (f"update dim_report set title = repeat('长', {10**5})", *many))
    assert len(diff["tables"]["fct_reported_cell"]["samples"]["rows_added"]) == 10
    assert len(diff["tables"]["dim_report"]["values"][0]["samples"][0]["new"]) == 200
    assert len(page_of(diff)) < 10_000


def test_the_page_of_hand_made_changes(compare):
    page = page_of(compare((), (CELL.format("null", 1), "delete from fct_finding")))
    for words in (
        "原有年报的数字变动：fct_reported_cell.value 1；发现 +0 −1",
        "figures of earlier reports: fct_reported_cell.value 1; findings +0 −1",
        "| `title_missing` | info | 0 | 1 | 0 | 0 |",
        "- `value` `1.0` → null: `t2` `permit` `decisions` `第1镇` 2020 `d/1.txt` line 行 34",
        "| `fct_reported_cell` | changed | 2 | 2 | 0 | 0 | 1 |",
    ):
        assert words in page
