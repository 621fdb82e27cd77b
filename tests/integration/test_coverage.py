"""Coverage of a made-up county delivery: who reported, who was late, who did not, and what cannot be said."""

from __future__ import annotations

import datetime as dt
import shutil

import dagster as dg
import pytest

from pipelines.settings import PROJECT_DIR
from tests.integration.conftest import Warehouse

DELIVERY = """
source: 长春市双阳区政府网站年报栏目（测试用虚构批次）
licence: 仅供测试
collected_on: 2024-05-06
scope:
  - division: 长春市双阳区
    levels: township
    years: [2020, 2023]
"""


def report(body: str, year: int, published: str | None) -> str:
    signature = f"{body}\n{published}\n" if published else ""
    return (
        f"{body}{year}年政府信息公开工作年度报告\n一、总体情况\n{year}年本机关认真开展政府信息公开工作。\n"
        "二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
        "四、政府信息公开行政复议、行政诉讼情况\n五、存在的主要问题及改进情况\n六、其他需要报告的事项\n无。\n"
        + signature
    )


def write(warehouse: Warehouse, delivery: str, files: dict[str, str]) -> None:
    folder = warehouse.settings.raw_dir / delivery
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Warehouse:
    """Two deliveries: one that claims the townships of a county, and one that claims nothing."""
    warehouse = Warehouse(tmp_path_factory.mktemp("county"))
    write(
        warehouse,
        "shuangyang",
        {
            "delivery.yaml": DELIVERY,
            "taiping_2020.txt": report("长春市双阳区太平镇人民政府", 2020, "2021年1月20日"),
            "taiping_2023.txt": report("长春市双阳区太平镇人民政府", 2023, "2024年4月15日"),
            "luxiang_2023.txt": report("长春市双阳区鹿乡镇人民政府", 2023, "2024年1月15日"),
            "yunshan_2023.txt": report("长春市双阳区人民政府云山街道办事处", 2023, None),
        },
    )
    write(
        warehouse,
        "unclaimed",
        {
            # The same subdistrict once more, in time: the county has it from another delivery.
            "pinghu_2023.txt": report("长春市双阳区平湖街道办事处", 2023, "2024年3月31日"),
            # No parent printed, and two towns of the name: the one of the county may have reported.
            "qijia_2023.txt": report("齐家镇人民政府", 2023, "2024年1月10日"),
            "elsewhere_2023.txt": report("宁波市余姚市大岚镇人民政府", 2023, "2024年1月10日"),
        },
    )
    done = warehouse.refresh()
    assert done.returncode == 0, done.stdout + done.stderr
    (warehouse.folder / "first.txt").write_text(done.stdout, encoding="utf-8")
    return warehouse


def test_every_township_of_the_county_has_a_status(county):
    rows = county.query(
        "select division_name, report_year, status, status_reason, first_published_on, days_late, n_candidate_reports "
        "from fct_coverage join dim_division using (division_code) order by report_year, status desc, division_name"
    )
    names = ["云山街道", "双营子回族乡", "太平镇", "奢岭街道", "山河街道", "平湖街道", "鹿乡镇", "齐家镇"]
    assert sorted(name for name, year, *_ in rows if year == 2023) == sorted(names)
    assert sorted(name for name, year, *_ in rows if year == 2020) == sorted(names)
    found = {(name, year): tuple(rest) for name, year, *rest in rows}
    missing = ("not_found", "no_report", None, None)
    assert found["太平镇", 2020] == ("reported", "on_time", dt.date(2021, 1, 20), None, 0)
    assert found["太平镇", 2023] == ("reported_late", "after_deadline", dt.date(2024, 4, 15), 15, 0)
    assert found["鹿乡镇", 2023] == ("reported", "on_time", dt.date(2024, 1, 15), None, 0)
    assert found["云山街道", 2023] == ("reported", "date_unknown", None, None, 0)
    assert found["平湖街道", 2023] == ("reported", "on_time", dt.date(2024, 3, 31), None, 0)
    assert found["齐家镇", 2023] == (*missing, 1)
    for name in ("双营子回族乡", "奢岭街道", "山河街道"):
        assert found[name, 2023] == (*missing, 0)
    for name in set(names) - {"太平镇"}:
        assert found[name, 2020] == (*missing, 0)
    assert county.query("select distinct claimed_by, deadline_basis from fct_coverage") == [("shuangyang", "assumed")]


def test_the_question_of_the_docs_is_one_line(county):
    sql = (
        "select division_name from fct_coverage join dim_division using (division_code) "
        "where county_name = '双阳区' and report_year = 2023 and status = 'not_found' order by all;"
    )
    assert sql in (PROJECT_DIR / "docs" / "coverage.md").read_text("utf-8")
    assert county.query(sql) == [("双营子回族乡",), ("奢岭街道",), ("山河街道",), ("齐家镇",)]


def test_rates_up_the_tree(county):
    rows = county.query(
        "select division_name, level, n_listed, n_claimed, n_expected, n_reported, n_late, n_dated, n_not_found, "
        "n_candidates, n_not_applicable, coverage_rate, coverage_rate_at_most, late_rate "
        "from rpt_coverage where report_year = 2023 and unit_level = 'township' order by n_listed"
    )
    assert [row[:2] for row in rows] == [
        ("双阳区", "county"), ("长春市", "prefecture"), ("吉林省", "province"), ("全国", "country"),
    ]  # fmt: skip
    assert rows[0][2:] == (8, 8, 8, 4, 1, 3, 4, 1, 0, 0.5, 0.625, pytest.approx(1 / 3))
    for row in rows:
        assert row[3:] == rows[0][3:]
    assert county.query("select claimed_rate from rpt_coverage where division_code = '220112'") == [(1,), (1,)]


def test_deliveries_say_where_they_are_from(county):
    rows = county.query(
        "select delivery, description_status, collected_on, has_scope, claimed_scope, n_documents, n_reports from dim_delivery"
    )
    assert sorted(rows) == [
        ("shuangyang", "valid", dt.date(2024, 5, 6), True,
         "吉林省长春市双阳区 (220112) township 2020; 吉林省长春市双阳区 (220112) township 2023", 4, 4),
        ("unclaimed", "none", None, False, None, 3, 3),
    ]  # fmt: skip


def test_the_closing_summary_has_bodies_and_coverage(county):
    text = (county.folder / "first.txt").read_text(encoding="utf-8")
    assert "bodies by resolution" in text
    assert "not_found 11, reported 4, reported_late 1" in text


def unresolved_checks(warehouse: Warehouse) -> list[tuple[bool, dict[str, float | str]]]:
    """What the check on the share of unresolved bodies told, refresh by refresh."""
    with dg.DagsterInstance.from_config(str(warehouse.folder / "dagster")) as instance:
        key = dg.AssetCheckKey(dg.AssetKey(["warehouse", "gid_duckdb"]), "bodies_resolved")
        records = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
        evaluations = [record.event.dagster_event.asset_check_evaluation_data for record in records]
    return [(one.passed, {name: entry.value for name, entry in one.metadata.items()}) for one in reversed(evaluations)]


def test_a_changed_description_changes_coverage_and_an_invalid_one_claims_nothing(county, tmp_path):
    shutil.copytree(county.folder, tmp_path / "w", symlinks=True)
    changed = Warehouse(tmp_path / "w")
    text = DELIVERY.replace("years: [2020, 2023]", "years: 2023\n    deadline: 01-31")
    write(changed, "shuangyang", {"delivery.yaml": text})
    invalid = text.replace("township", "village").replace("长春市双阳区\n", "宁波市余姚市\n")
    bare = {f"{n}.txt": report("太平镇人民政府", 2015 + n, None) for n in range(3)}
    write(changed, "unclaimed", {"delivery.yaml": invalid, **bare})
    done = changed.refresh()
    assert done.returncode == 0, done.stdout + done.stderr
    assert changed.query("select distinct report_year, deadline, deadline_basis, claimed_by from fct_coverage") == [
        (2023, dt.date(2024, 1, 31), "delivery", "shuangyang")
    ]
    assert changed.query(
        "select division_name, days_late from fct_coverage join dim_division using (division_code) "
        "where status = 'reported_late' order by days_late"
    ) == [("平湖街道", 60), ("太平镇", 75)]
    assert changed.query("select count(*) from dim_report") == [(10,)]
    assert changed.query("select message_en from fct_finding where rule_key = 'delivery_description_invalid'")[0][0].startswith(
        "unclaimed/delivery.yaml: scope[1].levels 'village' is none of"
    )  # fmt: skip

    (first, _), (second, risen) = unresolved_checks(changed)
    assert (first, second) == (True, False)
    assert (risen["share_before"], risen["share_now"]) == (0.1667, 0.4444)
    assert risen["new_unresolved_names"] == "- `太平镇` (3)"
