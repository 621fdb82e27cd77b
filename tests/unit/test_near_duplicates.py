"""Reports whose prose is nearly the same: made-up sketches and bands, and the pairs told by hand."""

from __future__ import annotations

import duckdb
import numpy as np

from pipelines.evaluation.near_duplicates import near_duplicates
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
    towns = [
        (f"t{n}", f"division:{n:02}", "镇", 2020, f"1101010{n:02}", True, "p", str(n), 400, NONE, "7, 7")
        for n in range(10, 20)
    ]
    connection = built(towns)
    pairs = connection.execute(
        "select least(report_no, other_no), greatest(report_no, other_no) from int_alike_reports"
    )
    # Each with the five after it, as far as there are: 5 * 5 + 4 + 3 + 2 + 1 pairs, each from both sides.
    expected = {(a, b) for a in range(10, 20) for b in range(a + 1, min(a + 6, 20))}
    found = pairs.fetchall()
    assert (len(found), set(found)) == (70, expected)
    nearest = connection.execute(
        "select other_report_key, n_group from int_near_duplicates where report_key = 't15' order by nearness_rank"
    )
    assert nearest.fetchall() == [("t10", 10), ("t11", 10), ("t12", 10)]


def test_without_reports_there_are_no_pairs():
    assert built([]).execute("select count(*) from int_near_duplicates").fetchall() == [(0,)]


def test_pairs_of_drawn_sketches_are_those_found_one_by_one():
    """Four hundred reports, compared two by two as the docs say, without columns of numbers."""
    drawn = np.random.default_rng(5)
    n = 400
    origins = drawn.integers(0, 2**63, (8, 4), dtype=np.uint64)
    sketches = origins[drawn.integers(0, 8, n)]
    for _ in range(9):
        sketches[np.arange(n), drawn.integers(0, 4, n)] ^= np.uint64(1) << drawn.integers(0, 63, n, dtype=np.uint64)
    bands = drawn.integers(0, 60, (n, 3))
    body, year, county = drawn.integers(0, 150, n), np.arange(n), drawn.integers(0, 9, n)
    connection = duckdb.connect()
    connection.execute(
        "create table signed (report_no uinteger, body_key varchar, report_year integer, county_code varchar, "
        "sketch ubigint[], bands uinteger[])"
    )
    rows = zip(range(n), body, year, county, sketches, bands, strict=True)
    given = [(k, f"{b:03}", int(y), str(c), s.tolist(), x.tolist()) for k, b, y, c, s, x in rows]
    connection.executemany("insert into signed values (?, ?, ?, ?, ?, ?)", given)
    in_order = sorted(range(n), key=lambda k: (county[k], year[k], body[k]))
    pairs = set()
    for band in range(3):
        for value in range(60):
            group = [k for k in in_order if bands[k][band] == value]
            pairs |= {(a, b) for i, a in enumerate(group) for b in group[i + 1 : i + 6]}
    for one in range(150):
        group = sorted((k for k in range(n) if body[k] == one), key=lambda k: year[k])
        pairs |= {(a, b) for i, a in enumerate(group) for b in group[i + 1 : i + 3]}
    expected = {}
    for a, b in pairs:
        differing = sum((int(x) ^ int(y)).bit_count() for x, y in zip(sketches[a], sketches[b], strict=True))
        if 1 - differing / 128 >= 0.85:
            expected[a, b] = expected[b, a] = 1 - differing / 128
    found = near_duplicates(connection, "from signed", 0.85).read_all().to_pylist()
    assert {(row["report_no"], row["other_no"]): row["similarity"] for row in found} == expected
    assert len(found) == len(expected) > 50
    for row in found[:50]:
        shared = [sum(bands[k][band] == bands[row["report_no"]][band] for k in range(n)) for band in range(3)]
        assert row["n_group"] == max(2, *shared)
