"""The share of bodies that could not be placed, compared with what was published before."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.defs.publication import _bodies_resolved
from pipelines.publishing.unresolved import compare_unresolved, read_unresolved


@pytest.fixture
def write(tmp_path):
    def write_bodies(name: str, *bodies: tuple[str | None, str | None, str | None, str]):
        path = tmp_path / name
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "create table dim_body (printed_parent varchar, unit_name varchar, body_name varchar, resolution varchar)"
            )
            if bodies:
                connection.executemany("insert into dim_body values (?, ?, ?, ?)", bodies)
        return path

    return write_bodies


PLACED = ("长春市双阳区", "太平镇", "太平镇人民政府", "name_and_parent")
BARE = (None, "太平镇", "太平镇人民政府", "ambiguous")
UNNAMED = (None, None, None, "unknown")


def test_a_risen_share_warns_and_names_the_new_ones(write):
    before = read_unresolved(write("before.duckdb", PLACED, PLACED, PLACED, BARE))
    now = read_unresolved(write("now.duckdb", PLACED, PLACED, BARE, BARE, UNNAMED))
    assert (before.share, now.share) == (0.25, 0.6)
    compared = compare_unresolved(before, now, 0.02)
    assert compared.has_risen
    assert compared.new_names() == [("(not named)", 1), ("太平镇", 1)]
    assert not compare_unresolved(before, now, 0.35).has_risen
    result = _bodies_resolved(compared)
    assert not result.passed
    assert result.severity.value == "WARN"
    assert result.metadata["share_now"].value == 0.6
    assert result.metadata["share_before"].value == 0.25
    assert "- `太平镇`" in result.metadata["new_unresolved_names"].value


def test_an_equal_or_lower_share_passes(write):
    before = read_unresolved(write("before.duckdb", PLACED, BARE))
    same = read_unresolved(write("same.duckdb", PLACED, PLACED, BARE, UNNAMED))
    lower = read_unresolved(write("lower.duckdb", PLACED, PLACED, BARE))
    for now in (same, lower):
        assert _bodies_resolved(compare_unresolved(before, now, 0.0)).passed


def test_the_first_publication_passes(write, tmp_path):
    now = read_unresolved(write("now.duckdb", BARE, UNNAMED))
    empty = write("empty.duckdb")
    older = tmp_path / "older.duckdb"
    with duckdb.connect(str(older)) as connection:
        connection.execute("create table dim_body (body_key varchar)")
    for before in (tmp_path / "none.duckdb", empty, older):
        assert read_unresolved(before) is None
        result = _bodies_resolved(compare_unresolved(read_unresolved(before), now, 0.02))
        assert result.passed
        assert "share_before" not in result.metadata
    assert _bodies_resolved(compare_unresolved(now, read_unresolved(empty), 0.02)).passed
