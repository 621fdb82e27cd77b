"""Reports whose prose is nearly the same: made-up sketches and bands, and the pairs told by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import duckdb
import numpy as np
import polars as pl

from pipelines.evaluation.near_duplicates import RELATIONS, near_duplicates
from tests.dbt_models import run_file, run_python_file

NONE, FOUR, THIRTY_TWO, HALF = "0, 0, 0, 0", "15, 0, 0, 0", "4294967295, 0, 0, 0", "65535, 65535, 65535, 0"
# Key, body, name, year, division, whether it is current, digests of prose and cells, characters, sketch, bands.
REPORTS = [
    ("a1", "division:1", "东镇", 2019, "110101001", True, "p", "c", 400, NONE, "1, 2"),
    ("a2", "division:1", "东镇", 2020, "110101001", True, "p", "d", 400, NONE, "8, 9"),
    ("b2", "division:2", "西镇", 2020, "110101002", True, "q", "e", 400, FOUR, "8, 3"),
    ("c1", "report:c1", "太平镇", 2020, None, True, "r", "f", 400, HALF, "5, 4"),
    ("c2", "report:c2", "太平镇", 2020, None, True, "r", "f", 400, HALF, "5, 4"),
    ("d1", "division:3", "南镇", 2020, "110101003", True, "s", "g", 400, THIRTY_TWO, "8, 6"),
    ("e1", "division:4", "北镇", 2020, "110101004", False, "p", "g", 400, NONE, "8, 9"),
    ("f1", "division:5", "中镇", 2020, "110101005", True, "p", "g", 200, NONE, "8, 9"),
    ("g1", "division:6", "上镇", None, "110101006", True, "p", "g", 400, NONE, "8, 9"),
]


def built(reports: list[tuple]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table int_reports (report_no uinteger, report_key varchar, body_key varchar, unit_name varchar, "
        "report_year integer, division_code varchar, is_current boolean)"
    )
    connection.execute("create table int_report_versions (report_key varchar, first_published_on date)")
    connection.execute(
        "create table int_signatures (report_key varchar, prose_digest varchar, cells_digest varchar, "
        "n_characters integer, n_prose_figures integer, sketch ubigint[], bands uinteger[])"
    )
    for n, (key, *of_report, prose, cells, characters, sketch, bands) in enumerate(reports, start=10):
        connection.execute("insert into int_reports values (?, ?, ?, ?, ?, ?, ?)", [n, key, *of_report])
        connection.execute("insert into int_report_versions values (?, null)", [key])
        signature = f"insert into int_signatures values (?, ?, ?, ?, 3, [{sketch}], [{bands}])"
        connection.execute(signature, [key, prose, cells, characters])
    run_file(connection, "models/intermediate/int_signed_reports.sql")
    run_python_file(connection, "models/intermediate/int_alike_reports.py")
    run_file(connection, "models/intermediate/int_near_duplicates.sql")
    return connection


def test_near_duplicates_by_sketch_within_bands_or_a_body():
    """The same body's last year without any band; another body by a shared band; the same bare name.

    Sketches that differ in 4 of 256 bits are 1 - 2 * 4 / 256 alike, in 32 bits 0.75: too little. What is short, not
    current or of no year is compared with nothing, and is not counted in a group: band 8 has a2, b2 and d1.
    """
    found = built(REPORTS).execute(
        "select report_key, other_report_key, relation, similarity, is_word_for_word, has_same_cells, n_group, "
        "nearness_rank from int_near_duplicates order by all"
    )
    assert found.fetchall() == [
        ("a1", "a2", "same_body_other_year", 1.0, True, False, 2, 1),
        ("a2", "a1", "same_body_other_year", 1.0, True, False, 3, 1),
        ("a2", "b2", "other_body_same_year", 0.96875, False, False, 3, 1),
        ("b2", "a2", "other_body_same_year", 0.96875, False, False, 3, 1),
        ("c1", "c2", "same_name_same_year", 1.0, True, True, 2, 1),
        ("c2", "c1", "same_name_same_year", 1.0, True, True, 2, 1),
    ]


def test_a_text_of_many_towns_gives_five_pairs_a_town_and_the_nearest_three_are_kept():
    """Town 10 has the five after it as candidates, town 30 the five before it too: all alike, so the order is that of keys."""
    towns = [
        (f"t{n}", f"division:{n}", "镇", 2020, f"1101010{n}", True, "p", str(n), 400, NONE, "7, 7")
        for n in range(10, 40)
    ]
    nearest = built(towns).execute(
        "select report_key, list(other_report_key order by nearness_rank), any_value(n_group) from int_near_duplicates "
        "where report_key in ('t10', 't30', 't39') group by 1 order by 1"
    )
    assert nearest.fetchall() == [
        ("t10", ["t11", "t12", "t13"], 30),
        ("t30", ["t25", "t26", "t27"], 30),
        ("t39", ["t34", "t35", "t36"], 30),
    ]


def test_without_reports_there_are_no_pairs():
    assert built([]).execute("select count(*) from int_near_duplicates").fetchall() == [(0,)]


def drawn_reports(n: int) -> list[dict]:
    """Reports of 150 bodies, eight names and eight years, whose sketches are a few bits away from one of eight."""
    drawn = np.random.default_rng(5)
    origins = drawn.integers(0, 2**63, (8, 4), dtype=np.uint64)
    sketches = origins[drawn.integers(0, 8, n)]
    for _ in range(9):
        sketches[np.arange(n), drawn.integers(0, 4, n)] ^= np.uint64(1) << drawn.integers(0, 63, n, dtype=np.uint64)
    return [
        {
            "report_no": 7 * k,
            "report_key": f"{drawn.integers(0, 10**9):09}",
            "body_key": f"{'report' if k % 3 else 'division'}:{drawn.integers(0, 150):03}",
            "unit_name": f"镇{drawn.integers(0, 8)}" if k % 10 else None,
            "report_year": 2010 + int(drawn.integers(0, 8)),
            "published_on": dt.date(2020, 1, 1 + int(drawn.integers(0, 9))) if k % 4 else None,
            "county_code": str(drawn.integers(0, 9)) if k % 5 else None,
            "prose_digest": f"p{drawn.integers(0, 3)}",
            "sketch": sketches[k].tolist(),
            "bands": drawn.integers(0, 40, 3).tolist(),
        }
        for k in range(n)
    ]


def candidates_of(reports: list[dict]) -> set[tuple[int, int]]:
    """Pairs that share a band, five further at most by county, year, body; and a body's report with the two before."""

    def pairs_in(groups: dict, further: int) -> set[tuple[int, int]]:
        return {
            (min(a, b), max(a, b))
            for group in groups.values()
            for i, a in enumerate(group)
            for b in group[i + 1 : i + 1 + further]
        }

    def key(k: int) -> tuple:
        county = reports[k]["county_code"]
        return county is None, county or "", reports[k]["report_year"], reports[k]["body_key"], k

    bands, bodies = defaultdict(list), defaultdict(list)
    for k in sorted(range(len(reports)), key=key):
        for band, value in enumerate(reports[k]["bands"]):
            bands[band, value].append(k)
    for k in sorted(range(len(reports)), key=lambda k: (reports[k]["report_year"], k)):
        bodies[reports[k]["body_key"]].append(k)
    return pairs_in(bands, 5) | pairs_in(bodies, 2)


def relation_of(own: dict, other: dict) -> str:
    year = "same_year" if own["report_year"] == other["report_year"] else "other_year"
    if own["body_key"] == other["body_key"]:
        return "same_body_other_year"
    is_placeless = "report:" in own["body_key"] + other["body_key"]
    is_same_name = own["unit_name"] is not None and own["unit_name"] == other["unit_name"]
    return f"same_name_{year}" if is_same_name and is_placeless else f"other_body_{year}"


def test_pairs_of_drawn_sketches_are_those_found_one_by_one():
    """Four hundred reports, compared and ranked two by two as the docs say, without columns of numbers."""
    reports = drawn_reports(400)
    found_by = defaultdict(list)
    for a, b in candidates_of(reports):
        words = zip(reports[a]["sketch"], reports[b]["sketch"], strict=True)
        similarity = 1 - sum((x ^ y).bit_count() for x, y in words) / 128
        if similarity >= 0.85:
            for own, other in ((reports[a], reports[b]), (reports[b], reports[a])):
                distance = (
                    -similarity,
                    own["prose_digest"] != other["prose_digest"],
                    abs(own["report_year"] - other["report_year"]),
                    other["report_year"],
                    other["published_on"] or dt.date.max,
                    other["report_key"],
                )
                found_by[own["report_no"], relation_of(own, other)].append((distance, other["report_no"], similarity))
    expected = {
        (own, other, relation, similarity, rank)
        for (own, relation), found in found_by.items()
        for rank, (_, other, similarity) in enumerate(sorted(found)[:3], start=1)
    }
    connection = duckdb.connect()
    frame = pl.DataFrame(reports, schema_overrides={"sketch": pl.List(pl.UInt64), "bands": pl.List(pl.UInt32)})
    connection.register("signed", frame.to_arrow())
    found = near_duplicates(connection, "from signed", 0.85).read_all().to_pylist()
    keys = ("report_no", "other_no", "relation_no", "similarity", "nearness_rank")
    rows = [tuple(row[key] for key in keys) for row in found]
    assert {(a, b, RELATIONS[c], d, e) for a, b, c, d, e in rows} == expected
    assert len(rows) == len(expected) > 200
    assert {RELATIONS[row[2]] for row in rows} == set(RELATIONS)
    for row in found[:50]:
        own = reports[row["report_no"] // 7]["bands"]
        shared = [sum(other["bands"][band] == own[band] for other in reports) for band in range(3)]
        assert row["n_group"] == max(2, *shared)
