"""The two sides of a difference: releases, database files, folders of parquet files, and what each was made of."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from pipelines.publishing import comparison
from pipelines.publishing.comparison import compare_releases
from pipelines.publishing.show_diff import find_sides
from pipelines.publishing.sides import Unreadable
from tests.publications.small import build, export, publish, settings_in

KEYS = {
    "dim_report": ("report_key",),
    "dim_body": ("body_key",),
    "fct_reported_cell": ("report_key", "table_key", "row_key", "column_key"),
    "fct_finding": ("finding_key",),
    "dim_activity": ("activity",),
}


def test_a_side_may_be_a_folder_of_parquet_files(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "load_primary_keys", lambda: KEYS)
    old, new = build(tmp_path / "a.duckdb", 1), build(tmp_path / "b.duckdb", 2)
    export(old, tmp_path / "exports")
    for a, b in (
        (tmp_path / "exports", new),
        (tmp_path / "exports", tmp_path / "exports"),
        (old, tmp_path / "exports"),
    ):
        diff = compare_releases(a, b)
        moved = [table for table, found in diff["tables"].items() if found["status"] != "unchanged"]
        assert moved == (["dim_report", "fct_reported_cell"] if b == new else [])
        assert not [table for table in diff["tables"] if table.startswith("reference.")]


def test_sides_of_make_diff(tmp_path):
    settings = settings_in(tmp_path)
    with pytest.raises(Unreadable, match="not two releases"):
        find_sides(settings, "", "")
    one, two, three = (publish(settings, figure).version for figure in (1, 2, 3))
    folder = settings.releases_dir
    assert find_sides(settings, "", "") == (folder / two, folder / three)
    assert find_sides(settings, "", two) == (folder / one, folder / two)
    assert find_sides(settings, one, "") == (folder / one, folder / three)
    assert find_sides(settings, three, one) == (folder / three, folder / one)
    with pytest.raises(Unreadable, match=f"nothing is neither .*{one}, {two}, {three}"):
        find_sides(settings, "nothing", "")
    with pytest.raises(Unreadable, match="no release, no DuckDB file"):
        compare_releases(tmp_path, folder / one)
    (tmp_path / "broken.duckdb").write_text("x" * 5000, encoding="utf-8")
    with pytest.raises(Unreadable, match="cannot be read"):
        compare_releases(tmp_path / "broken.duckdb", folder / one)


def test_a_folder_of_exports_is_what_its_files_hold(tmp_path):
    settings = settings_in(tmp_path)
    one, copied = publish(settings, 1).version, tmp_path / "copied"
    shutil.copytree(settings.exports_dir, copied)
    release = settings.releases_dir / one
    assert compare_releases(release, copied)["b"]["version"] == one
    export(build(tmp_path / "other.duckdb", 2), tmp_path / "other")
    (copied / "fct_reported_cell.parquet").unlink()
    shutil.copy(tmp_path / "other" / "fct_reported_cell.parquet", copied)
    diff = compare_releases(release, copied)
    assert diff["tables"]["fct_reported_cell"]["status"] == "changed"
    assert diff["tables"]["dim_body"]["status"] == "unchanged"
    assert (diff["b"]["label"], diff["b"]["version"]) == (str(copied), None)


def test_why_it_moved(tmp_path):
    settings = settings_in(tmp_path)
    first = publish(settings, 1)
    record = settings.releases_dir / first.version / "release.json"
    told = record.read_text(encoding="utf-8")
    record.write_text(told.replace('"units": "', '"units": "0'), encoding="utf-8")
    page = publish(settings, 2).page
    assert "Seeds 种子表: `units`" in page
    assert "`fct_reported_cell.value` | 1 |" in page
    record.unlink()
    assert compare_releases(record.parent, settings.current_path.resolve())["summary"]["causes"] is None


def test_nothing_is_written_beside_the_compared_files(tmp_path):
    old, new = build(tmp_path / "a.duckdb", 1), build(tmp_path / "b.duckdb", 2)
    before = old.read_bytes()
    compare_releases(old, new)
    with duckdb.connect(str(old), read_only=True):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.duckdb", "b.duckdb"]
    assert old.read_bytes() == before
