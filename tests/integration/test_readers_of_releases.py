"""Readers in another process during hundreds of switches: never an error, never a mix of two releases; and full disks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from pipelines.publishing.releases import list_releases, make_current, remove_old
from pipelines.publishing.state import write_state
from pipelines.publishing.versions import parse_version
from pipelines.settings import PROJECT_DIR
from tests.publications.small import publish, publish_older_layout, published_figure, settings_in

SWITCHES = 400

READER = """
import json, sys, time, duckdb, pathlib
warehouse, stop = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
seen, reads = set(), 0
figure = "select value from {} where report_key = 'r1'"
while not stop.exists():
    with duckdb.connect(str(warehouse / 'gid.duckdb'), read_only=True) as c:
        (value,) = c.execute(figure.format('fct_reported_cell')).fetchone()
        (title,) = c.execute("select title from dim_report where report_key = 'r1'").fetchone()
    assert value == float(title), ('database', value, title)
    # One file through the link is one release's; for several, the link is followed once.
    duckdb.sql(figure.format(f"'{warehouse}/exports/fct_reported_cell.parquet'")).fetchone()
    release = (warehouse / 'current').resolve()
    (cell,) = duckdb.sql(figure.format(f"'{release}/exports/fct_reported_cell.parquet'")).fetchone()
    (told,) = duckdb.sql(f"select title from '{release}/exports/dim_report.parquet' where report_key = 'r1'").fetchone()
    with duckdb.connect(str(release / 'gid.duckdb'), read_only=True) as c:
        (kept,) = c.execute(figure.format('fct_reported_cell')).fetchone()
    named = json.loads((release / 'exports' / 'release.json').read_text())['version']
    assert cell == float(told) == kept and named == release.name, (cell, told, kept, named, release)
    assert not list(release.glob('*.wal'))
    seen.add(cell); reads += 1
    if reads == 1:
        print('reading', flush=True)
print(reads, len(seen))
"""


def start_reader(warehouse: Path, stop: Path) -> subprocess.Popen[str]:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(warehouse), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n", reader.communicate()
    return reader


def test_hundreds_of_switches_under_a_reader(tmp_path):
    settings = settings_in(tmp_path, releases_kept=60)
    for figure in range(4):
        publish(settings, figure)
    templates = [release.folder for release in list_releases(settings)]
    kept = [tmp_path / f"template{number}" for number in range(4)]
    for template, folder in zip(templates, kept, strict=True):
        shutil.copytree(template, folder)
    stop = tmp_path / "stop"
    reader = start_reader(settings.warehouse_dir, stop)
    for number in range(5, SWITCHES + 5):
        version = parse_version(f"2099-01-01.{number}")
        assert version is not None
        hidden = settings.releases_dir / f".{version}.part"
        shutil.copytree(kept[number % 4], hidden)
        for record in (hidden / "release.json", hidden / "exports" / "release.json"):
            told = json.loads(record.read_text(encoding="utf-8")) | {"version": str(version)}
            record.write_text(json.dumps(told), encoding="utf-8")
        hidden.replace(settings.releases_dir / str(version))
        make_current(settings, version)
        remove_old(settings)
        assert reader.poll() is None, reader.communicate()
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    reads, figures = map(int, out.split())
    assert reads >= 20
    assert figures == 4
    assert len(list_releases(settings)) == 60


def test_whole_publications_under_a_reader_that_began_on_the_older_layout(tmp_path):
    settings = settings_in(tmp_path, releases_kept=30)
    publish_older_layout(settings, 0)
    with duckdb.connect(str(settings.database_path), read_only=True) as holder:
        publish(settings, 1)
        assert holder.execute("select value from fct_reported_cell where report_key = 'r1'").fetchone() == (0,)
    stop = tmp_path / "stop"
    reader = start_reader(settings.warehouse_dir, stop)
    for figure in range(2, 20):
        publish(settings, figure)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    assert len(list_releases(settings)) == 20, out


def publish_in_little_room(settings_folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    """Publish where there is 1 MiB left once the database is built: by a limit on the size of files, or by a full disk."""
    script = (
        "import resource, shutil, signal, sys; from pathlib import Path; import tests.publications.small as s\n"
        "from pipelines.publishing.database import PublishingError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "folder, how, room = Path(sys.argv[1]), sys.argv[2], 1 << 20; settings = s.settings_in(folder)\n"
        "more = ['insert into dim_activity select md5(i::varchar || t), i from range(60000) r(i), range(3) s(t)']\n"
        "built = s.build(settings.build_dir / 'run' / 'gid.duckdb', 2, *more)\n"
        "if how == 'limit':\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))\n"
        "else:\n"
        "    (folder / 'filler').write_bytes(b'x' * (shutil.disk_usage(folder).free - room))\n"
        "try:\n"
        "    with s.draft_release(settings, built) as draft:\n"
        "        s.export(draft.database, draft.exports)\n"
        "        s.publish_release(settings, draft)\n"
        "except PublishingError as error:\n"
        "    print(error); sys.exit(7)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, str(settings_folder), how],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def assert_refused_and_as_it_was(folder: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 7, done.stdout + done.stderr
    assert "the published one is as it was; make room" in done.stdout
    settings = settings_in(folder)
    assert published_figure(settings) == (1, 1)
    assert [str(release.version) for release in list_releases(settings)] == [settings.current_path.resolve().name]
    assert list(settings.releases_dir.glob(".*")) == []
    assert publish(settings, 3).is_new, "there is room again, and it does not go on"
    assert published_figure(settings) == (3, 3)


def test_a_file_that_cannot_grow_leaves_the_published_release_as_it_was(tmp_path):
    publish(settings_in(tmp_path), 1)
    assert_refused_and_as_it_was(tmp_path, publish_in_little_room(tmp_path, "limit"))


def test_a_full_disk_leaves_the_published_release_as_it_was(tmp_path):
    """On a small file system of its own where one may be mounted; elsewhere the limit on files above stands for it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True, check=False
        ).returncode
    )
    try:
        settings = settings_in(disk)
        publish(settings, 1)
        done = publish_in_little_room(disk, "fill" if mounted else "limit")
        (disk / "filler").unlink(missing_ok=True)
        assert_refused_and_as_it_was(disk, done)
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


def test_two_publications_at_once_wait_for_each_other(tmp_path):
    settings = settings_in(tmp_path)
    script = (
        "import sys; from pathlib import Path; import tests.publications.small as s\n"
        "settings, mine = s.settings_in(Path(sys.argv[1])), sys.argv[2]\n"
        "for n in range(6):\n"
        "    built = s.build(settings.build_dir / f'{mine}{n}' / 'gid.duckdb', n * 10 + int(mine))\n"
        "    with s.hold_lock(settings.lock_path, 60), s.draft_release(settings, built) as draft:\n"
        "        s.export(draft.database, draft.exports); s.publish_release(settings, draft)\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), mine], cwd=PROJECT_DIR) for mine in ("1", "2")
    ]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    versions = [release.version.number for release in list_releases(settings)]
    assert versions == [8, 9, 10, 11, 12]
    write_state(settings)
    assert published_figure(settings)[0] == published_figure(settings)[1]
