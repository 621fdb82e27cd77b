"""Refreshing: unchanged deliveries are kept, bad ones stop nothing, a failed run changes nothing, readers never notice."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import duckdb
import polars as pl
import pytest

from pipelines.publishing.releases import current_release, list_releases
from pipelines.settings import PROJECT_DIR, STAGING_FRAMES
from tests.integration.conftest import Warehouse
from tests.rendering.tabbed import render_report

READER = """
import sys, time, duckdb, pathlib
path, stop = sys.argv[1], pathlib.Path(sys.argv[2])
releases = pathlib.Path(path).parent / "releases"
seen, reads, is_last = set(), 0, False
while not is_last:
    is_last = stop.exists()
    with duckdb.connect(path, read_only=True) as c:
        reports = c.execute("select count(*) from dim_report").fetchone()[0]
        cells = c.execute("select count(*) from fct_reported_cell").fetchone()[0]
        nine = c.execute("select count(*) from fct_zero_activity").fetchone()[0]
    assert nine == 9 * reports, (nine, reports)
    seen.add((reports, cells)); reads += 1
    # Opening a database takes a fortieth of a second, and others are at work: often only while a release is made.
    for _ in range(20):
        time.sleep(0.1)
        if stop.exists() or any(releases.glob(".*")):
            break
print(reads, sorted(seen))
"""


@pytest.fixture
def copy(founding, tmp_path) -> Warehouse:
    """A second warehouse that begins as the founding one."""
    shutil.copytree(founding.folder, tmp_path / "w", symlinks=True)
    return Warehouse(tmp_path / "w")


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export_digests(warehouse: Warehouse) -> dict[str, str]:
    """All exports but release.json, the one file that names the release and its time."""
    files = sorted(warehouse.settings.exports_dir.iterdir())
    return {path.name: digest(path) for path in files if path.name != "release.json"}


def releases_of(warehouse: Warehouse) -> list[str]:
    return [str(release.version) for release in list_releases(warehouse.settings)]


def count_elsewhere(path) -> str:
    """How many reports a process of its own finds in a database: one that holds a file open may not open it anew."""
    count = (
        "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True)"
        ".execute('select count(*) from dim_report').fetchone()[0])"
    )
    done = subprocess.run([sys.executable, "-c", count, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def check_what_moved(warehouse: Warehouse, n_new_cells: int, said: str) -> None:
    """The current release tells of one report more, and of nothing else, in its difference and to who refreshed."""
    release = current_release(warehouse.settings)
    moved = json.loads((release.folder / "diff.json").read_text(encoding="utf-8"))["summary"]
    assert (moved["reports"]["kept"], moved["reports"]["added"], moved["reports"]["removed"]) == (5, 1, 0)
    assert moved["figures"]["changed_in_kept_reports"] == {}
    assert moved["figures"]["rows_with_new_reports"]["fct_reported_cell"] == n_new_cells
    assert moved["findings"]["lost_in_kept_reports"] == moved["findings"]["gained_in_kept_reports"] == 0
    assert f"release               {release.version}   reports +1 −0; no figure of an earlier report" in said


def test_a_new_delivery_beside_a_bad_one_while_readers_read_then_another_by_two_at_once(copy):
    staged = copy.settings.staging_dir / "cells" / "township-reports.parquet"
    before = staged.stat().st_mtime_ns
    new = copy.settings.raw_dir / "第二批 2024"
    new.mkdir()
    rendered = render_report(5, "F2019")
    (new / "a.txt").write_text(rendered.text, encoding="utf-8", newline="")
    (copy.settings.raw_dir / "broken.bin").write_bytes(b"\x00\x01" * 50)
    stop = copy.folder / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(copy.settings.database_path), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.5)
    with duckdb.connect(str(copy.settings.database_path), read_only=True) as holder:
        done = copy.refresh()
        assert holder.execute("select count(*) from dim_report").fetchone() == (5,), "a file that is held open changed"
        assert holder.execute("select count(*) from fct_reported_cell").fetchone() == (1005,)
        assert count_elsewhere(copy.settings.database_path) == "6"
    time.sleep(0.5)
    stop.touch()
    out, err = reader.communicate(timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert reader.returncode == 0, err
    assert out.split(" ", 1)[1].strip() == f"[(5, 1005), (6, {1005 + len(rendered.cells)})]"
    assert staged.stat().st_mtime_ns == before, "an unchanged delivery was parsed again"
    assert copy.query("select delivery, read_status from dim_document where not is_report") == [
        ("broken.bin", "binary")
    ]
    assert copy.query("select rule_key, report_key from fct_finding where delivery = 'broken.bin'") == [
        ("binary_file", None)
    ]
    assert len(releases_of(copy)) == 2
    check_what_moved(copy, len(rendered.cells), done.stdout)

    shutil.rmtree(new)
    (copy.settings.raw_dir / "broken.bin").unlink()
    (copy.settings.raw_dir / "more").mkdir()
    (copy.settings.raw_dir / "more" / "a.txt").write_text(render_report(7).text, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: copy.refresh(), range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert list(copy.settings.build_dir.iterdir()) == []
    assert copy.query("select delivery, count(*) from dim_report group by all order by all") == [
        ("more", 1),
        ("township-reports", 5),
    ], "a delivery that is gone is still published, or a new one was not read once"
    assert copy.query("select count(*) from dim_document") == [(6,)]
    assert len(releases_of(copy)) == 3
    link, checked = copy.settings.current_path.lstat(), copy.settings.warehouse_dir / "published.json"
    noted = json.loads(checked.read_text(encoding="utf-8"))["checked_at"]
    done = copy.refresh()
    assert f"nothing changed: still {releases_of(copy)[-1]}" in done.stdout
    assert f"Nothing changed since {releases_of(copy)[-1]}: the published release stays." in done.stdout
    assert len(releases_of(copy)) == 3
    assert copy.settings.current_path.lstat().st_mtime_ns == link.st_mtime_ns
    assert json.loads(checked.read_text(encoding="utf-8"))["checked_at"] > noted


def test_a_failed_refresh_leaves_everything_published_as_it_was(founding, copy):
    database, exports = digest(copy.settings.database_path), export_digests(copy)
    path = copy.settings.staging_dir / "cells" / "township-reports.parquet"
    cells = pl.read_parquet(path)
    pl.concat([cells, cells.head(1)]).write_parquet(path)  # two rows of one key: a blocking test has to fail
    note = copy.settings.staging_dir / "_manifest" / "township-reports.json"
    manifest = json.loads(note.read_text(encoding="utf-8"))
    manifest["bytes"]["cells"] = path.stat().st_size  # else it would be parsed again
    note.write_text(json.dumps(manifest), encoding="utf-8")
    done = copy.refresh()
    assert done.returncode == 1
    assert "the published warehouse is as it was" in done.stderr
    # A cell, as the numbers that it is kept as, stands behind itself.
    line = (
        r"table_holds_fct_reported_cell: unique_key report_key, table_key, row_key, column_key: "
        r"report_no, cell_no // 16 = (\d+, \d+) after \1 \(2 rows\)"
    )
    assert re.search(
        f"^{line}$", (copy.settings.warehouse_dir / "refresh.log").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert re.search(f"^{line}$", done.stderr, re.MULTILINE), done.stderr
    assert digest(copy.settings.database_path) == database
    assert export_digests(copy) == exports
    assert releases_of(copy) == releases_of(founding)


def test_without_any_delivery_the_warehouse_is_empty_typed_and_says_so(tmp_path):
    warehouse = Warehouse(tmp_path)
    warehouse.settings.raw_dir.mkdir()
    done = warehouse.refresh()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no report was loaded" in done.stdout
    assert warehouse.query("select count(*) from fct_reported_cell") == [(0,)]
    assert warehouse.query("select count(*) from dim_form_cell where form_version = 'F2019'") == [(198,)]


def test_trace_and_its_messages(founding):
    def trace(document: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipelines.publishing.trace", document],
            cwd=PROJECT_DIR,
            env=founding.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )

    done = trace("data/raw/township-reports/002_05520833ef73d01c.txt")
    assert done.returncode == 0
    for words in ("line 78: '72235.00'", "prose_differs_from_table", "published_on         2021-01-22"):
        assert words in done.stdout
    assert trace("nothing-like-it").returncode == 1
    assert trace("x", GID_WAREHOUSE_DIR=str(founding.folder / "none")).returncode == 2


def test_the_manifest_names_what_was_staged(founding):
    (path,) = (founding.settings.staging_dir / "_manifest").iterdir()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert manifest["delivery"] == "township-reports"
    assert set(manifest["rows"]) == set(STAGING_FRAMES)
    assert (
        manifest["rows"].items()
        >= {"documents": 5, "reports": 5, "cells": 1005, "prose_counts": 17, "signatures": 5}.items()
    )
    assert manifest["rows"].items() >= {"findings": 3, "deliveries": 1, "delivery_scopes": 0}.items()
