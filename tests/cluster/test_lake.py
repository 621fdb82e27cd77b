"""Releases in a lake: whole, one snapshot each, whoever else writes, reads or dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import lake
from pipelines.publishing.lake import InLake, publish_to_lake
from pipelines.publishing.lake_connection import LakeError, open_lake
from pipelines.publishing.lake_snapshots import clean, list_snapshots
from pipelines.publishing.releases import current_release
from pipelines.publishing.show_lake import catch_up
from pipelines.settings import PROJECT_DIR, Settings, load_settings
from tests.cluster.servers import BUCKET, object_storage
from tests.publications import small
from tests.services.postgres import PASSWORD, make_database, postgres_server

NOW = timedelta(0)


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as server, pytest.MonkeyPatch.context() as patched:
        patched.setenv("PGPASSWORD", PASSWORD)
        yield server


@pytest.fixture
def settings(tmp_path) -> Settings:
    return with_lake(small.settings_in(tmp_path, releases_kept=2), tmp_path)


@pytest.fixture
def shared(request, tmp_path) -> Settings:
    """A warehouse with a lake whose catalogue several processes may have open: a SQLite file, a PostgreSQL server."""
    mine = small.settings_in(tmp_path / "mine")
    if request.param == "sqlite":
        return with_lake(mine, tmp_path)
    server = request.getfixturevalue("postgres")
    name = f"lake_{tmp_path.name}".replace("-", "_").lower()
    make_database(server, name)
    connection = f"host={server['GID_PG_HOST']} port={server['GID_PG_PORT']} user={server['GID_PG_USER']} dbname={name}"
    return replace(mine, ducklake=f"postgres:{connection}", ducklake_data=str(tmp_path / "lake"))


def with_lake(settings: Settings, folder: Path) -> Settings:
    return replace(settings, ducklake=f"sqlite:{folder / 'catalogue.sqlite'}", ducklake_data=str(folder / "lake"))


def publish(settings: Settings, figure: float | None, *more: str) -> InLake:
    """Publish the files of a release, then put it into the lake, as a refresh does."""
    small.publish(settings, figure, *more)
    return to_lake(settings)


def to_lake(settings: Settings) -> InLake:
    release = current_release(settings)
    assert release is not None
    return publish_to_lake(settings, release)


def figure_in(connection: duckdb.DuckDBPyConnection, at: str = "") -> float | None:
    """The figure of report r1; its title and the lake's own note must be of the same release."""
    value, title, n = connection.execute(
        f"select value, title, (select count(distinct version) from lake.gid_release {at}) "
        f"from (from lake.fct_reported_cell {at}) join (from lake.dim_report {at}) using (report_key) where report_key = 'r1'"
    ).fetchone() or (None, None, 0)
    assert (float(title), n) == (value, 1)
    return value


def look(settings: Settings) -> float | None:
    with open_lake(settings) as connection:
        return figure_in(connection)


def parquet_files(settings: Settings) -> set[Path]:
    return set(Path(settings.ducklake_data).rglob("*.parquet"))


def test_every_release_is_a_snapshot_and_only_what_changed_is_written(settings):
    first = publish(settings, 1)
    second = publish(settings, 2)
    assert first.is_new
    assert second.snapshot == first.snapshot + 1
    # By hand: `small.build` writes the figure into one cell, and into the titles of both reports.
    moved = {name: (move.written, move.deleted) for name, move in second.moves.items()}
    assert moved == {"dim_report": (2, 2), "fct_reported_cell": (1, 1)}
    assert not to_lake(settings).is_new, "the same release twice made a snapshot"
    with open_lake(settings) as connection:
        assert [figure_in(connection, f"at (version => {s.number})") for s in list_snapshots(connection)] == [1, 2]
        assert [s.version for s in list_snapshots(connection)] == [first.version, second.version]
        changes = connection.execute(
            f"select change_type, value from lake.table_changes('fct_reported_cell', {second.snapshot}, {second.snapshot}) "
            "order by change_type"
        ).fetchall()
    assert sorted(value for _, value in changes) == [1.0, 2.0], "the feed of changes holds the one cell that changed"


def test_the_lake_holds_what_the_exports_hold_with_comments_and_decimals(settings):
    publish(
        settings, 1, "comment on table dim_body is '机关'", "comment on column dim_body.resolution is 'how it''s known'"
    )
    publish(
        settings, 2, "comment on table dim_body is '机关'", "comment on column dim_body.resolution is 'other words'"
    )
    with open_lake(settings) as connection:
        for file in sorted(settings.exports_dir.glob("*.parquet")):
            here, there = f"select * from lake.{file.stem}", f"select * from '{file}'"
            assert (
                connection.execute(f"({here} except all {there}) union all ({there} except all {here})").fetchall()
                == []
            )
        said = "select comment from {} where database_name = 'lake' and table_name = 'dim_body' and comment is not null"
        assert connection.execute(said.format("duckdb_tables()")).fetchall() == [("机关",)]
        assert connection.execute(said.format("duckdb_columns()")).fetchall() == [("other words",)]
        factors = connection.execute("select unit, yuan_factor::varchar from lake.reference.units order by unit")
        assert factors.fetchall() == [("ten_thousand_yuan", "10000.00"), ("yuan", "1.00")]


def test_tables_and_columns_that_come_and_go(settings):
    twice = "insert into reference.units values ('yuan', 1), ('yuan', 1)"
    publish(settings, 1, "create table dim_extra (k integer)", "insert into dim_extra values (1)")
    publish(settings, 2, "alter table dim_activity add column note varchar", twice)
    publish(settings, 3, "alter table dim_activity add column note varchar")
    with open_lake(settings) as connection:
        older, newer = (f"at (version => {s.number})" for s in list_snapshots(connection))
        assert connection.execute("select note from lake.dim_activity").fetchall() == [(None,), (None,)]
        rows = [
            connection.execute(f"select count(*) from lake.reference.units {at}").fetchone() for at in (older, newer)
        ]
        assert rows == [(4,), (2,)], "rows that are there three times"
        with pytest.raises(duckdb.CatalogException):
            connection.execute("from lake.dim_extra")


def test_what_the_database_reads_through_a_view_is_a_table_of_the_lake(settings):
    view = "create view fct_doubled as select report_key, row_key, value * 2 as twice from fct_reported_cell"
    said = ("comment on view fct_doubled is '两倍'", "comment on column fct_doubled.twice is 'twice the figure'")
    publish(settings, 1, view, *said)
    second = publish(settings, 5, view, *said)
    assert (second.moves["fct_doubled"].written, second.moves["fct_doubled"].deleted) == (1, 1)
    with open_lake(settings) as connection:
        assert connection.execute("select twice from lake.fct_doubled order by 1").fetchall() == [(10.0,), (14.0,)]
        comment = (
            "select comment from {} where database_name = 'lake' and table_name = 'fct_doubled' and comment is not null"
        )
        assert connection.execute(comment.format("duckdb_tables()")).fetchall() == [("两倍",)]
        assert connection.execute(comment.format("duckdb_columns()")).fetchall() == [("twice the figure",)]


def test_what_somebody_else_wrote_does_not_stay(settings):
    publish(settings, 1)
    with open_lake(settings) as connection:
        connection.execute("update lake.fct_reported_cell set value = 99")
        connection.execute("create table lake.mine as select 1 as x")
    assert to_lake(settings).moves["fct_reported_cell"].written == 2
    assert look(settings) == 1
    with open_lake(settings) as connection:
        assert connection.execute("from lake.mine").fetchall() == [(1,)], "a table that is not ours was dropped"


def test_as_many_snapshots_as_releases_are_kept_and_files_go_with_them(settings):
    versions = [publish(settings, figure).version for figure in (1, 2, 3)]
    with open_lake(settings) as connection:
        assert [s.version for s in list_snapshots(connection)] == versions[1:]
        old = set(clean(connection, NOW))
        listed = connection.execute("select count(*) from ducklake_snapshots('lake')").fetchone()
    assert old
    assert listed == (2,)
    assert not {str(path) for path in parquet_files(settings)} & old
    assert look(settings) == 3


def test_files_that_are_not_the_lakes_are_never_removed(settings):
    publish(settings, 1)
    mine = Path(settings.ducklake_data) / "main" / "mine.parquet"
    mine.write_bytes(b"somebody's")
    os.utime(mine, (0, 0))
    assert "mine.parquet" in publish(settings, 2).left
    with open_lake(settings) as connection, pytest.raises(LakeError, match=r"mine\.parquet"):
        clean(connection, NOW)
    assert mine.exists()


def dying_publication(settings: Settings, table: str) -> int:
    """Publish the current release in a process that is killed when it comes to a table; return how it ended."""
    code = f"""
import os, signal
from pathlib import Path
from pipelines.publishing import lake
from pipelines.publishing.releases import current_release
from pipelines.settings import load_settings
settings, original = load_settings(), lake._bring
def bring(connection, name, wanted):
    if name == {table!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(connection, name, wanted)
lake._bring = bring
if {table!r} == "commit":
    note = lake._note
    def last(*arguments):
        note(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
    lake._note = last
lake.publish_to_lake(settings, current_release(settings))
"""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=PROJECT_DIR, env=environment_of(settings), check=False
    ).returncode


def environment_of(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "GID_WAREHOUSE_DIR": str(settings.warehouse_dir),
        "GID_DUCKLAKE": settings.ducklake,
        "GID_DUCKLAKE_DATA": settings.ducklake_data,
    }


@pytest.mark.parametrize(
    ("shared", "table"), [("sqlite", "fct_reported_cell"), ("postgres", "commit")], indirect=["shared"]
)
def test_a_publication_that_is_killed_leaves_no_half_snapshot(shared, table):
    publish(shared, 1)
    before = parquet_files(shared)
    small.publish(shared, 2)
    assert dying_publication(shared, table) == -signal.SIGKILL
    left = parquet_files(shared) - before
    assert left, "it was killed before it had written anything"
    assert look(shared) == 1
    with open_lake(shared) as connection:
        assert len(list_snapshots(connection)) == 1
        clean(connection)
        assert parquet_files(shared) >= left, "files of a publication that may be running were removed"
        clean(connection, NOW)
    assert parquet_files(shared) == before
    assert to_lake(shared).is_new
    assert look(shared) == 2


@pytest.mark.parametrize(("shared", "mine_is_newer"), [("sqlite", False), ("postgres", True)], indirect=["shared"])
def test_of_two_publishers_at_once_the_newer_release_stands_and_nothing_is_mixed(
    shared, tmp_path, monkeypatch, mine_is_newer
):
    """The other publishes while ours is about to commit: ours has to begin anew, or to say that the lake holds a newer one."""
    other = replace(small.settings_in(tmp_path / "other"), ducklake=shared.ducklake, ducklake_data=shared.ducklake_data)
    publish(shared, 1)
    newer, older = (shared, other) if mine_is_newer else (other, shared)
    for figure in (1, 5, 7):
        small.publish(newer, figure)
    for figure in (1, 11):
        small.publish(older, figure)
    note, seen = lake._note, []

    def meanwhile(*arguments):
        if not seen:
            seen.append(None)
            seen.append(to_lake(other).version)
            # A process that reads now sees the other's release, whole.
            code = (
                "from pipelines.publishing.lake_connection import open_lake; from pipelines.settings import load_settings\n"
                "with open_lake(load_settings()) as connection:\n"
                "  query = 'select value, title from lake.fct_reported_cell join lake.dim_report using (report_key)'\n"
                "  print(*connection.execute(f\"{query} where report_key = 'r1'\").fetchone())"
            )
            reader = [sys.executable, "-W", "ignore", "-c", code]
            done = subprocess.run(
                reader, cwd=PROJECT_DIR, env=environment_of(other), check=True, capture_output=True, text=True
            )
            value, title = map(float, done.stdout.split())
            assert value == title
            seen.append(value)
        return note(*arguments)

    monkeypatch.setattr(lake, "_note", meanwhile)
    if mine_is_newer:
        assert to_lake(shared).is_new
    else:
        with pytest.raises(LakeError, match=r"which is newer than .*\.2"):
            to_lake(shared)
    assert seen[2] == (11 if mine_is_newer else 7)
    assert look(shared) == 7


def test_another_warehouse_with_the_same_version_is_told_apart(settings, tmp_path):
    publish(settings, 1)
    other = with_lake(small.settings_in(tmp_path / "other"), tmp_path)
    small.publish(other, 2)
    with pytest.raises(LakeError, match="another warehouse"):
        to_lake(other)
    assert look(settings) == 1


def test_a_lake_that_is_not_reached_says_what_helps_and_keeps_secrets(settings, monkeypatch):
    small.publish(settings, 1)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    gone = "postgres:host=127.0.0.1 port=1 user=gid dbname=lake connect_timeout=2"
    with pytest.raises(LakeError, match="make lake") as caught:
        to_lake(replace(settings, ducklake=gone))
    assert PASSWORD not in str(caught.value)
    for secret in (f"{gone} password={PASSWORD}", f"postgres:postgresql://gid:{PASSWORD}@db/lake"):
        with pytest.raises(LakeError, match="PGPASSWORD") as caught:
            to_lake(replace(settings, ducklake=secret))
        assert PASSWORD not in str(caught.value)
    with pytest.raises(LakeError, match="GID_DUCKLAKE_DATA"):
        to_lake(replace(settings, ducklake_data=""))
    assert "was written" in catch_up(settings)


def test_the_asset_warns_and_catches_up(settings, monkeypatch):
    small.publish(settings, 1)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    from dagster import DagsterInstance, materialize  # noqa: PLC0415

    from pipelines.defs.lake import LAKE_KEY, ducklake, lake_assets  # noqa: PLC0415

    assert [asset.key for asset in lake_assets(load_settings())] == [LAKE_KEY]
    assert lake_assets(replace(load_settings(), ducklake="")) == []
    with DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("GID_DUCKLAKE_DATA", "")
        first = materialize([ducklake], instance=instance)
        monkeypatch.setenv("GID_DUCKLAKE_DATA", settings.ducklake_data)
        second = materialize([ducklake], instance=instance)
    assert first.success
    ((check,), (mended,)) = (result.get_asset_check_evaluations() for result in (first, second))
    assert (check.passed, check.severity.value) == (False, "WARN")
    assert "GID_DUCKLAKE_DATA" in check.metadata["problem"].value
    assert mended.passed
    assert look(settings) == 1


def test_a_lake_in_object_storage(settings, monkeypatch):
    with object_storage() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        there = replace(settings, ducklake_data=f"s3://{BUCKET}/lake")
        publish(there, 1)
        assert publish(there, 2).left == ""
        assert look(there) == 2
