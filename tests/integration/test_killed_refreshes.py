"""Whole refreshes that are killed, or find the disk full: what is published stays whole, the next good one is as undisturbed.

A handful of moments; hundreds more: `python -m tests.reliability` (docs/reliability.md).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import duckdb
import pytest

from pipelines.publishing.database import begin_build
from pipelines.publishing.exports import write_exports
from pipelines.publishing.releases import list_releases
from pipelines.publishing.releasing import draft_release, publish_release
from pipelines.publishing.state import write_state
from pipelines.settings import Settings
from tests.reliability.lane import Lane, end_group
from tests.reliability.mixed import WAYS
from tests.reliability.moments import signs_of
from tests.reliability.published import look

# Seconds after a moment; the third one dies when dbt has ended and is recorded, so that the fourth need not wait for it.
_DISK = "512m"
KILLS = (("ingest", 0.3), ("dbt", 4.0), ("events", 1.0), ("compare", 0.05))


def publish_something_else(settings: Settings, database) -> None:
    """Publish a release that is whole and holds other figures."""
    built = begin_build(settings, "something-else")
    shutil.copyfile(database, built)
    with duckdb.connect(str(built)) as connection:
        connection.execute("update dim_report set title = 'another'")
        connection.execute("checkpoint")
    with draft_release(settings, built) as draft:
        write_exports(draft.database, draft.exports)
        published = publish_release(settings, draft)
    write_state(settings, published.version)


@pytest.fixture
def lane(founding, tmp_path) -> Iterator[Lane]:
    """The five reports in a folder of its own, another way of the machine, where another release is published.

    The warehouse is a file system of its own where one may be mounted.
    """
    environment, umask, cores = WAYS[1]
    made = Lane(tmp_path / "lane", founding.settings.raw_dir, umask, cores, **environment)
    made.warehouse.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(made.warehouse)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        settings = replace(founding.settings, warehouse_dir=made.warehouse)
        publish_something_else(settings, founding.settings.database_path)
        yield made
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(made.warehouse)], check=True)


def refresh_until_the_disk_is_full(lane: Lane) -> tuple[int, str]:
    """Refresh; once dbt builds, fill the disk of the warehouse. Where it has none of its own, no file may grow to its size."""
    lane.largest_file = None if lane.warehouse.is_mount() else 20 << 20
    builds = signs_of(lane.warehouse).runs_dbt
    filler = lane.warehouse / "filler"
    process = lane.start()
    try:
        while not builds() and process.poll() is None:
            time.sleep(0.05)
        if lane.warehouse.is_mount():
            with filler.open("wb") as stream, suppress(OSError):
                while True:
                    stream.write(b"x" * (1 << 20))
        out, _ = process.communicate(timeout=900)
    finally:
        end_group(process)
        filler.unlink(missing_ok=True)
        lane.largest_file = None
    return process.returncode, out


def test_kills_at_a_handful_of_moments(founding, lane):
    undisturbed, old = look(founding.settings.warehouse_dir), look(lane.warehouse)
    assert undisturbed is not None
    assert old is not None
    assert old.differences(undisturbed)
    came_to = []
    with lane.reader() as told:
        code, out = refresh_until_the_disk_is_full(lane)
        assert code == 1, out
        assert f"The disk of {lane.warehouse} is full" in out
        assert "Make room there" in out
        assert look(lane.warehouse) == old
        for number, (moment, seconds) in enumerate(KILLS):
            came_to.append(lane.kill_at(moment, seconds, spare_children=moment == "dbt", replay=number == 3)[0])
            assert look(lane.warehouse) in (old, undisturbed), f"killed at {moment}"
        code, out, _ = lane.refresh(replay=True)
        assert code == 0, out
        result = look(lane.warehouse)
    assert result is not None
    assert result.differences(undisturbed) == [], "another folder, time zone, locale, hash seed, umask, and four kills"
    assert int(told[0].split()[0]) >= 5, "the reader did not read"
    assert "ended" not in came_to
    assert came_to[0] == "ingest"
    settings = replace(founding.settings, warehouse_dir=lane.warehouse)
    assert len(list_releases(settings)) == 2
    assert lane.unfinished_runs() == 0
    ours, theirs = (names_of(folder) for folder in (lane.warehouse, founding.settings.warehouse_dir))
    assert ours == theirs, "a kill left something behind"
    assert list(lane.tmp.iterdir()) == []


def names_of(warehouse) -> set[str]:
    """All files but those of releases, which have names of their own."""
    paths = {str(path.relative_to(warehouse)) for path in warehouse.rglob("*")}
    return {path for path in paths if not path.startswith("releases/")}
