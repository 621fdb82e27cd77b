"""Parquet files of a published database: the same rows give the same bytes, whatever their order in the database."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.publishing import parquet_files
from pipelines.publishing.parquet_files import TableWords, write_parquet_files

N = 150_000
TABLES = {
    "fct_finding": ("finding_key", "report_key"),
    "dim_metric": ("metric_key",),
    "fct_dispute": ("report_key", "n"),
}
WORDS = {
    table: TableWords({"description": f"a table's {table}"}, {column: {"name_zh": "列"} for column in columns})
    for table, columns in TABLES.items()
}


def build(path: Path, seed: int) -> Path:
    """Two tables whose rows were inserted in an order of the seed, and a view of a table that is kept in order."""
    rng = random.Random(seed)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"set threads = {1 + seed % 2}")
        connection.execute("create schema packed")
        connection.execute(
            "create table packed.int_report_numbers as select n::uinteger as report_no, md5(n::varchar) as report_key "
            f"from range({N // 10}) as r(n)"
        )
        mixed = f"order by hash(n + {rng.randrange(10**6)})"
        connection.execute(
            f"create table fct_finding as select md5('f' || n) as finding_key, "
            f"if(n % 7 = 0, null, md5((n // 10)::varchar)) as report_key from range({N}) as r(n) {mixed}"
        )
        connection.execute(f"create table dim_metric as select 'm' || n as metric_key from range(1000) as r(n) {mixed}")
        connection.execute(
            f"create table packed.cells as select (n // 10)::uinteger as report_no, n from range({N}) as r(n)"
        )
        connection.execute(
            "create view fct_dispute as select report_key, n from packed.cells as c "
            "join packed.int_report_numbers as r on c.report_no = r.report_no"
        )
    return path


def put_in_order(path: Path) -> Path:
    """Keep the rows of both tables in their order: facts by the number of the report, those without one at the end."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create or replace table fct_finding as select f.* from fct_finding as f left join packed.int_report_numbers as r "
            "using (report_key) order by report_no nulls last, finding_key"
        )
        connection.execute("create or replace table dim_metric as from dim_metric order by all")
    return path


def digests(database: Path, folder: Path) -> dict[str, str]:
    folder.mkdir()
    return {name: one.sha256 for name, one in write_parquet_files(database, folder, WORDS).items()}


def test_the_same_rows_give_the_same_bytes(tmp_path, monkeypatch):
    first = digests(build(tmp_path / "a.duckdb", 1), tmp_path / "a")
    assert digests(build(tmp_path / "b.duckdb", 2), tmp_path / "b") == first
    monkeypatch.setattr(parquet_files, "_WRITERS", 1)
    assert digests(tmp_path / "b.duckdb", tmp_path / "c") == first


def test_rows_that_are_kept_in_their_order_are_not_sorted(tmp_path, monkeypatch):
    first = digests(build(tmp_path / "a.duckdb", 1), tmp_path / "a")
    kept, told = put_in_order(build(tmp_path / "b.duckdb", 2)), {}
    look = parquet_files._in_order
    monkeypatch.setattr(parquet_files, "_in_order", lambda *given: told.setdefault(given[1], look(*given)))
    assert digests(kept, tmp_path / "b") == first
    assert told == {"fct_finding": '"fct_finding" as t', "dim_metric": '"dim_metric" as t'}


@pytest.mark.parametrize(
    ("rows", "is_in_order"),
    [
        ("(1, 'a'), (1, 'b'), (2, null), (null, 'a'), (null, null)", True),
        ("(1, 'b'), (1, 'a')", False),
        ("(1, 'a'), (1, 'a')", False),
        ("(null, 'a'), (1, 'b')", False),
        ("(1, null), (1, 'a')", False),
        ("(1, null)", True),
        ("(null, null), (1, 'a')", False),
    ],
)
def test_the_order_is_looked_at_row_by_row(rows, is_in_order):
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        source = f"(values {rows}) as t(n, word)"
        assert parquet_files._ascends(connection, source, ["n", "word"]) is is_in_order


@pytest.mark.parametrize(
    ("rows", "is_in_order"),
    [
        ("('b', 1), ('b', 2), ('a', 1), (null, 1), (null, 2)", True),
        ("('b', 2), ('b', 1), ('a', 1)", False),
        ("('a', 1), ('b', 1)", False),
        ("('b', 1), ('a', 1), ('b', 2)", False),
        ("(null, 1), ('b', 1)", False),
        ("('b', 1), ('b', 1)", False),
    ],
)
def test_the_order_of_reports_is_that_of_their_numbers(rows, is_in_order):
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute("create schema packed")
        connection.execute(
            "create table packed.int_report_numbers as from (values ('a', 2), ('b', 1)) as r(report_key, report_no)"
        )
        source = f"(values {rows}) as t(report_key, n)"
        assert parquet_files._ascends_within_reports(connection, source, ["n"]) is is_in_order


def test_rows_stand_in_the_order_of_reports_with_their_words(tmp_path):
    (tmp_path / "out").mkdir()
    written = write_parquet_files(build(tmp_path / "a.duckdb", 1), tmp_path / "out", WORDS)
    assert {name: one.rows for name, one in written.items()} == {"fct_finding": N, "dim_metric": 1000, "fct_dispute": N}
    assert written["fct_finding"].with_nulls == {"report_key"}
    assert not written["fct_dispute"].with_nulls
    table = pq.read_table(written["fct_dispute"].path)
    assert table["n"].to_pylist() == list(range(N))
    assert table.schema.field("n").metadata == {b"name_zh": "列".encode()}
    assert table.schema.metadata[b"description"] == b"a table's fct_dispute"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.parquet" for name in TABLES)


def test_a_table_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(duckdb.CatalogException):
        write_parquet_files(build(tmp_path / "a.duckdb", 1), tmp_path / "out", {"dim_rule": WORDS["dim_metric"]})


def test_the_file_that_takes_longest_is_begun_first(tmp_path):
    """Long texts are more than many small numbers; a view unpacks a row a cell."""
    path = str(tmp_path / "texts.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("create table many_numbers as select n % 3 as n from range(200_000) as r(n)")
        connection.execute(
            "create table few_texts as select string_agg(md5((n * 1000 + m)::varchar), '') as text "
            "from range(2_000) as r(n), range(100) as s(m) group by n"
        )
        connection.execute("create view cells as from many_numbers")
        connection.execute("checkpoint")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as exported (read_only)")
        connection.execute("use exported")
        tables = ["many_numbers", "few_texts", "cells"]
        assert parquet_files._largest_first(connection, tables, {"cells"}) == ["cells", "few_texts", "many_numbers"]
