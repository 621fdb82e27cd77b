"""Metrics, roll-ups, rows of zero years and percentiles of one refresh, worked out again in plain Python and by hand."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from pipelines.settings import SEEDS_DIR
from tests.integration.conftest import Warehouse
from tests.integration.metric_deliveries import write_metric_deliveries

Row = dict[str, object]
NULLS = {"blank": "not_stated", "not_applicable": "not_stated", "text": "not_stated"}


@pytest.fixture(scope="module")
def towns(tmp_path_factory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("metrics"))
    write_metric_deliveries(warehouse.folder)
    warehouse.build()
    return warehouse


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def terms(expression: str) -> Iterator[tuple[int, str]]:
    sign = 1
    for token in expression.split():
        if token in "+-":
            sign = 1 if token == "+" else -1
        else:
            yield sign, token


def evaluate(expression: str, figures: dict[str, float | None]) -> float | None:
    """The sum of the terms; null where one is null. Raises KeyError where the report has no such cell."""
    parts = [
        (sign, float(name) if re.fullmatch(r"[0-9.]+", name) else figures[name]) for sign, name in terms(expression)
    ]
    return None if any(value is None for _, value in parts) else sum(sign * value for sign, value in parts)


@pytest.fixture(scope="module")
def recomputed(towns) -> dict[tuple[str, str], tuple[float | None, float | None, float | None]]:
    """(report, metric) -> numerator, denominator, value, of all metrics that rest on cells alone."""
    figures: dict[str, dict[str, float | None]] = defaultdict(dict)
    editions: dict[str, set[str]] = defaultdict(set)
    for report, edition, cell, value in towns.query(
        "select report_key, form_version, table_key || '.' || row_key || '.' || column_key, value from fct_reported_cell"
    ):
        figures[report][cell] = value
        editions[report].add(edition)
    found = {}
    for row in seed("metric_expressions"):
        names = [name for _, name in (*terms(row["numerator"]), *terms(row["denominator"]))]
        if any(name.startswith(("report.", "prose.")) for name in names):
            continue
        for report, cells in figures.items():
            if not editions[report] & set(row["form_versions"].split("|")) or any(name not in cells for name in names):
                continue
            above = evaluate(row["numerator"], cells)
            below = evaluate(row["denominator"], cells) if row["denominator"] else None
            rate = above / below if above is not None and below else None
            value = rate if row["denominator"] else above
            key = (report, row["metric_key"])
            if key not in found or found[key][2] is None:
                found[key] = (above, below, value)
    return found


def near(a: object, b: object) -> bool:
    return a == b or (isinstance(a, float) and isinstance(b, float) and abs(a - b) < 1e-9 * max(1.0, abs(a)))


def test_every_metric_of_every_report_is_what_its_expression_says(towns, recomputed):
    rows = towns.query("select report_key, metric_key, numerator, denominator, value, null_reason from rpt_metric")
    assert len(rows) == 55 * 99, "a row for each current report and each metric of a body"
    of_cells = {metric for _, metric in recomputed}
    wrong = []
    for report, metric, above, below, value, reason in rows:
        if metric not in of_cells:
            continue
        expected = recomputed.get((report, metric))
        if expected is None:
            wrong += [] if (value is None and reason == "not_in_form") else [(report, metric, value, reason)]
        elif not (near(above, expected[0]) and near(below, expected[1]) and near(value, expected[2])):
            wrong.append((report, metric, (above, below, value), expected))
        elif value is None:
            why = "denominator_zero" if expected[0] is not None and expected[1] == 0 else "not_stated"
            wrong += [] if reason == why else [(report, metric, reason, why)]
    assert wrong == [], wrong[:3]
    assert len(of_cells) > 60
    assert sum(value is not None for *_, value in recomputed.values()) > 1000


DALAN = {
    "applications_new": 8, "applications_due": 10, "completion_rate": 0.8, "carried_out_rate": 0.2, "disclosure_rate": 0.625,
    "partial_disclosure_rate": 0.125, "denial_rate": 0.125, "unable_rate": 0.25, "not_processed_rate": 0,
    "denied_share_process": 1, "denied_share_third_party": 0, "unable_share_not_held": 1, "natural_person_share": 0.75,
    "organisation_share": 0.25, "org_commercial_share": 0.25, "reviews": 3, "review_correction_rate": 0.5, "lawsuits": 1,
    "disputes": 4, "dispute_rate": 0.5, "procurement_projects": 8, "procurement_amount_yuan": 72235,
    "procurement_yuan_per_project": 9029.375, "zero_procurement_rate": 0, "zero_application_rate": 0, "zero_fee_rate": 1,
    "blank_cell_share": 0, "blank_table_rate": 0, "sum_failure_rate": 0,
}  # fmt: skip


def test_metrics_of_a_report_worked_out_by_hand(towns):
    """8 received and 2 carried in, 8 completed; of 3 reviews one is pending and one corrected; the one lawsuit is pending."""
    query = ("select metric_key, value, null_reason from rpt_metric join dim_body using (body_key) "
             "where unit_name = '大岚镇' and report_year = 2020")  # fmt: skip
    rows = {metric: (value, reason) for metric, value, reason in towns.query(query)}
    assert {metric: rows[metric][0] for metric in DALAN} == DALAN
    assert rows["not_processed_share_repeat"] == (None, "denominator_zero")
    assert rows["lawsuit_loss_rate"] == (None, "denominator_zero")
    assert rows["fees_yuan"] == (None, "not_in_form")
    assert rows["information_disclosed"] == (None, "not_in_form")
    assert rows["information_disclosed_prose"] == (None, "not_stated")
    unknown = towns.query(
        "select metric_key, value, null_reason from rpt_metric join dim_body using (body_key) where unit_name = '四明山镇' "
        "and metric_key in ('procurement_amount_yuan', 'procurement_yuan_per_project') order by 1"
    )
    assert [row[1:] for row in unknown] == [(None, "unit_unknown"), (None, "unit_unknown")]


def test_divisions_are_sums_of_their_bodies(towns):
    rows = towns.query(
        "select m.metric_key, m.numerator, m.denominator, m.value, m.report_year, b.body_level, b.body_kind, b.division_code, "
        "d.denominator is not null from rpt_metric m join dim_body b using (body_key) join dim_metric d using (metric_key)"
    )
    sums: dict[tuple, list[float]] = defaultdict(lambda: [0.0, 0.0, 0, 0, 0])
    for metric, above, below, value, year, level, kind, code, is_rate in rows:
        # Levels by the length of the code, all of them named: 2, 4 and 6 digits; the whole country.
        for part in [code[:6], code[:4], code[:2], "0"] if code else ["unplaced"]:
            total = sums[part, year, level, kind, metric]
            total[2] += 1
            if above is not None and (below is not None or not is_rate):
                total[0] += above
                total[1] += below or 0
                total[3] += 1
            total[4] += value is not None
    found = towns.query(
        "select division_code, report_year, body_level, body_kind, metric_key, r.numerator, coalesce(r.denominator, 0), "
        "n_reports, n_summed, n_bodies_with_value, value, r.denominator, n_null from rpt_division_year r "
        "join dim_metric using (metric_key) where metric_grain = 'body'"
    )
    assert {tuple(row[:5]) for row in found} == set(sums)
    wrong = []
    for *key, above, below, n_reports, n_summed, n_valued, value, printed, n_null in found:
        total = sums[tuple(key)]
        good = [n_reports, n_summed, n_valued, n_null] == [total[2], total[3], total[4], total[2] - total[3]]
        good &= (above is None) == (n_summed == 0) and near(above or 0.0, total[0]) and near(below, total[1])
        if printed:
            good &= near(value, total[0] / total[1])
        wrong += [] if good else [(key, above, below, value, total)]
    assert wrong == [], wrong[:3]


def test_levels_and_kinds_stand_apart_and_nulls_are_counted(towns):
    rows = towns.query(
        "select body_level, body_kind, metric_key, numerator, denominator, value, n_reports, n_summed, n_null from "
        "rpt_division_year where division_code = '330281' and report_year = 2020 "
        "and metric_key in ('completion_rate', 'applications_new') order by all"
    )
    assert rows == [
        ("county", "department", "applications_new", 0, None, 0, 1, 1, 0),
        ("county", "department", "completion_rate", 0, 0, None, 1, 1, 0),
        ("county", "government", "applications_new", 100, None, 100, 1, 1, 0),
        ("county", "government", "completion_rate", 100, 100, 1, 1, 1, 0),
        # 鹿亭乡 left its cell blank.
        ("township", "government", "applications_new", 10, None, 10, 3, 2, 1),
        ("township", "government", "completion_rate", 9, 12, 0.75, 3, 2, 1),
    ]


def test_coverage_is_rolled_up_by_the_same_table(towns):
    rows = towns.query(
        "select division_code, value, numerator, denominator, n_expected from rpt_division_year "
        "where metric_key = 'publication_coverage_rate' order by 1"
    )
    # Eight townships stood in 2020, of which 太平镇, 齐家镇 and 双营子回族乡 have a report here.
    assert rows == [(code, 0.375, 3, 8, 8) for code in ("0", "22", "2201", "220112")]
    assert towns.query(
        "select distinct n_reports, n_expected from rpt_division_year where division_code = '220112' "
        "and report_year = 2020 and metric_key = 'applications_new'"
    ) == [(3, 8)]


def test_procurement_by_body_and_division(towns):
    rows = towns.query(
        "select unit_name, r.body_kind, amount_status, project_count, amount_raw, amount_yuan::double from rpt_procurement r "
        "join dim_body using (body_key) where report_year = 2020 and coalesce(r.county_name, '余姚市') = '余姚市' order by 1"
    )
    assert rows == [
        ("余姚市", "government", "amount", 2, "50000.00", 50000),
        ("四明山镇", "government", "unit_unknown", 3, "808", None),
        ("大岚镇", "government", "amount", 8, "72235.00", 72235),
        ("太平镇", "government", "amount", 2, "30000.00", 30000),
        ("财政局", "department", "amount", 1, "20000.00", 20000),
        ("鹿亭乡", "government", "zero", 0, "0", 0),
    ]
    rows = towns.query(
        "select division_code, body_level, body_kind, amount_yuan::double, amount_yuan_unit_inferred::double, project_count, "
        "n_reports, n_with_amount, n_zero, n_unit_unknown, n_blank + n_absent_or_ambiguous + n_not_in_form "
        "from rpt_procurement_division where report_year = 2020 and division_code in ('330281', 'unplaced') order by all"
    )
    assert rows == [
        ("330281", "county", "department", 20000, 20000, 1, 1, 1, 0, 0, 0),
        ("330281", "county", "government", 50000, 50000, 2, 1, 1, 0, 0, 0),
        ("330281", "township", "government", 72235, 72235, 11, 3, 1, 1, 1, 0),
        ("unplaced", "township", "government", 30000, 30000, 2, 1, 1, 0, 0, 0),
    ]
    rows = towns.query("select sum(n_reports), sum(n_not_in_form) from rpt_procurement_division "
                       "where division_code in ('0', 'unplaced') and report_year in (2021, 2022)")  # fmt: skip
    # 11 towns in 2021 and 12 in 2022 on the form of 2021, which does not ask; 鹿亭乡 kept that of 2019.
    assert rows == [(24, 23)]


def test_zero_years_in_a_row(towns):
    three = towns.query(
        "select division_code, report_year, first_zero_year from rpt_zero_activity "
        "where activity = 'procurement' and county_name = '余姚市' and zero_years_in_row >= 3"
    )
    assert three == [("330281201", 2021, 2019)]
    rows = towns.query(
        "select body_key, activity, report_year, status, zero_years_in_row, first_zero_year from rpt_zero_activity"
    )
    zeros = {(body, activity, year) for body, activity, year, status, *_ in rows if status == "zero"}
    for body, activity, year, status, n_years, first in rows:
        expected = None
        if status == "zero":
            expected = 1
            while (body, activity, year - expected) in zeros:
                expected += 1
        assert (n_years, first) == (expected, None if expected is None else year - expected + 1)
    assert 3 <= max(row[4] or 0 for row in rows) <= 4


def test_change_on_the_year_before(towns):
    rows = towns.query(
        "select report_year, value, value_before, difference, relative_change, not_comparable_reason from rpt_year_on_year "
        "join dim_body using (body_key) where unit_name = '大岚镇' and metric_key = 'applications_new' order by 1"
    )
    assert rows == [(2019, 4, None, None, None, "no_report_before"), (2020, 8, 4, 4, 1, None)]
    values = {
        tuple(key): value
        for *key, value in towns.query("select body_key, metric_key, report_year, value from rpt_metric")
    }
    forms = dict(towns.query("select (body_key, report_year)::varchar, form_version from dim_report where is_current"))
    same = dict(towns.query("select metric_key, comparable_over_forms from dim_metric"))
    alike = {row["metric_key"] for row in seed("metric_expressions") if row["form_versions"] == "F2019|F2021"}
    rows = towns.query(
        "select body_key, metric_key, report_year, value, value_before, difference, is_comparable, "
        "(body_key, report_year)::varchar, (body_key, report_year - 1)::varchar from rpt_year_on_year"
    )
    for body, metric, year, value, before, difference, comparable, this, last in rows:
        assert before == values.get((body, metric, year - 1))
        # All of these years are on one of the two.
        asks_alike = last in forms and (forms[this] == forms[last] or same[metric] or metric in alike)
        assert comparable == (asks_alike and value is not None and before is not None)
        assert near(difference, value - before if comparable else None)
    assert sum(row[6] for row in rows) > 300
    assert {row[1] for row in rows if not row[6] and row[3] is not None and row[4] is not None} <= {
        metric for metric, alike in same.items() if not alike
    }


def test_percentiles_among_peers(towns):
    alike = {row["metric_key"] for row in seed("metric_expressions") if row["form_versions"] == "F2019|F2021"}
    # 鹿亭乡 kept the form of 2019 in 2021: it is none's peer where the later form asks for another thing.
    rows = [
        (metric, year, province, level, kind, None if comparable or metric in alike else form, *rest)
        for metric, year, province, level, kind, form, comparable, *rest in towns.query(
            "select metric_key, p.report_year, province_name, body_level, body_kind, form_version, comparable_over_forms, "
            "value, percentile_rank, n_peers, p.null_reason from rpt_peer_percentile p join dim_report using (report_key) "
            "join dim_metric using (metric_key)"
        )
    ]
    groups = defaultdict(list)
    for *group, value, _, _, _ in rows:
        groups[tuple(group)].append(value)
    n_ranked = 0
    for *group, value, rank, n_peers, reason in rows:
        peers = groups[tuple(group)]
        if group[2] is None:
            assert (rank, n_peers, reason) == (None, None, "peers_unknown")
        elif len(peers) < 10:
            assert (rank, n_peers, reason) == (None, len(peers), "too_few_peers")
        else:
            n_ranked += 1
            below, equal = sum(peer < value for peer in peers), sum(peer == value for peer in peers)
            assert (n_peers, reason) == (len(peers), None)
            assert near(rank, (below + equal / 2) / len(peers))
    assert n_ranked > 200
