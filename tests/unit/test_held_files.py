"""What is being made is held by its process: what nobody holds goes, whatever its age, and what somebody holds stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import polars as pl
import pytest

from pipelines.publishing.database import begin_build, end_build
from pipelines.publishing.held import held_file, held_folder, remove_dead, remove_unheld
from pipelines.publishing.releases import remove_unfinished
from pipelines.publishing.staging import ensure_staging_folders, hashes_path, remove_dead_parts
from pipelines.settings import PROJECT_DIR
from tests.publications.small import publish, settings_in

HOLDER = """
import sys, time
from pathlib import Path
from pipelines.publishing.database import begin_build
from pipelines.places import unfinished
from pipelines.publishing.held import held_file, held_folder
from pipelines.publishing.staging import hashes_path
from tests.publications.small import settings_in
settings = settings_in(Path(sys.argv[1]))
(settings.staging_dir / 'cells').mkdir(parents=True, exist_ok=True)
settings.workbooks_dir.mkdir(parents=True, exist_ok=True)
begin_build(settings, 'theirs').write_text('half')
hashes_path(settings, 'd').parent.mkdir(parents=True)
unfinished(hashes_path(settings, 'd')).write_text('half')
with held_file(settings.staging_dir / 'cells' / 'd.parquet') as part, held_folder(settings.workbooks_dir / 'book') as folder:
    part.write_text('half'), (folder / 'sheet').write_text('half')
    with held_file(settings.warehouse_dir / 'docs') as docs:
        docs.write_text('half')
        print('holding', flush=True)
        time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that is in the middle of everything."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def hidden_below(settings) -> int:
    return sum(path.name.endswith(".held") for path in settings.warehouse_dir.rglob(".*"))


def clean(settings) -> None:
    remove_dead_parts(settings)
    remove_unfinished(settings)


def test_a_living_process_keeps_its_files_however_old_and_a_dead_one_loses_them(holder, tmp_path):
    settings = settings_in(tmp_path)
    settings.releases_dir.mkdir()
    for path in settings.warehouse_dir.rglob("*"):
        os.utime(path, (0, 0))
    mine = begin_build(settings, "mine")
    clean(settings)
    assert (settings.build_dir / "theirs" / "gid.duckdb").read_text() == "half"
    assert hidden_below(settings) == 3
    (digests,) = hashes_path(settings, "d").parent.iterdir()
    of_another_machine = digests.with_name(f".d.json.0000-{holder.pid}.part")
    of_another_machine.write_text("half")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    clean(settings)
    assert hidden_below(settings) == 0
    assert list(digests.parent.iterdir()) == [of_another_machine], "whether its process lives cannot be told from here"
    begin_build(settings, "another")
    assert sorted(path.name for path in settings.build_dir.iterdir()) == ["another", "mine"], (
        "ours are held by this process"
    )
    end_build(mine)
    end_build(settings.build_dir / "another" / "gid.duckdb")
    assert list(settings.build_dir.iterdir()) == []


def test_a_build_that_began_in_the_future_is_removed_as_well(tmp_path):
    """By age it would stay until the clock has come there."""
    settings = settings_in(tmp_path)
    for name, when in (("old", 0), ("future", 2**33)):
        (settings.build_dir / name).mkdir(parents=True)
        os.utime(settings.build_dir / name, (when, when))
    path = begin_build(settings, "now")
    assert [folder.name for folder in settings.build_dir.iterdir()] == ["now"]
    end_build(path)


def test_a_run_that_begins_its_build_again_finds_it_empty(tmp_path):
    settings = settings_in(tmp_path)
    begin_build(settings, "run").write_text("half of the first try")
    path = begin_build(settings, "run")
    assert list(path.parent.iterdir()) == []
    end_build(path)


def test_a_part_that_fails_is_gone_and_the_file_stays_as_it_was(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    with pytest.raises(ZeroDivisionError), held_file(path) as part:
        part.write_text(f"half {1 / 0}")
    with pytest.raises(ZeroDivisionError), held_folder(path) as folder:
        (folder / "b").write_text(f"half {1 / 0}")
    assert list(tmp_path.iterdir()) == [path]
    assert pl.read_parquet(path).item() == 1
    with held_file(path) as part:
        pl.DataFrame({"a": [2]}).write_parquet(part)
        assert remove_dead(tmp_path) == [], "polars writes a file anew, and it is no longer held"
        part.replace(path)
    assert pl.read_parquet(path).item() == 2


def test_where_nothing_can_be_locked_nothing_is_removed(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    folder = tmp_path / ".a.1-1.held"
    folder.mkdir()
    monkeypatch.setattr("fcntl.flock", refuse)
    assert not remove_unheld(folder)
    assert folder.is_dir()


def test_publications_and_staging_leave_nothing_hidden(tmp_path):
    settings = settings_in(tmp_path)
    publish(settings, 1)
    ensure_staging_folders(settings)
    assert hidden_below(settings) == 0
    assert list(settings.build_dir.iterdir()) == []
