"""dbt's test of keys on packed rows: two rows of one key fail it wherever they stand, and so do rows out of their order."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_models import render_table_holds


def failing(rows: list[tuple[int, int]]) -> int:
    """How many rows the test gives back; dbt fails where there is one."""
    test = render_table_holds(model="cells", key=["k"], packed="cells", ascending=["report_no", "cell_no // 16"])
    with duckdb.connect() as connection:
        connection.execute("create table cells (report_no uinteger, cell_no usmallint)")
        connection.executemany("insert into cells values (?, ?)", rows)
        found = connection.execute(test).fetchall()
    assert {row[:2] for row in found} <= {("unique_key", "k")}
    return len(found)


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ([(1, 16), (1, 32), (2, 16), (2, 48)], 0),
        ([(1, 16)], 0),
        # The same cell twice, at the beginning and at the end.
        ([(1, 16), (1, 16), (2, 16)], 1),
        ([(1, 16), (2, 16), (2, 32), (2, 32)], 1),
        # One place of the form in two editions of it (numbers 33 and 34) is one key.
        ([(1, 16), (1, 33), (1, 34)], 1),
        # The same cell twice and not side by side: the order is broken, which is told.
        ([(1, 16), (1, 32), (1, 16)], 1),
        ([(2, 16), (1, 16)], 1),
    ],
)
def test_each_key_is_above_the_one_before(rows, n):
    assert failing(rows) == n
