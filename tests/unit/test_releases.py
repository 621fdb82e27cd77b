"""Releases: one switch for database and exports, no new one where nothing changed, retention, the older layout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from pipelines.publishing import release_files, releasing
from pipelines.publishing.database import PublishingError
from pipelines.publishing.releases import current_release, list_releases
from pipelines.publishing.show_releases import describe_releases
from pipelines.publishing.state import Inputs, is_published, read_state, write_state
from pipelines.settings import load_settings
from tests.publications.small import build, export, publish, publish_older_layout, published_figure, settings_in


class Monday(date):
    """A clock that can be set."""

    now = "2026-11-23"

    @classmethod
    def today(cls) -> date:
        return date.fromisoformat(cls.now)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(releasing, "date", Monday)
    monkeypatch.setattr(Monday, "now", "2026-11-23")
    return settings_in(tmp_path)


def versions_of(settings) -> list[str]:
    return [str(release.version) for release in list_releases(settings)]


def hidden_in(settings) -> list[str]:
    folders = (settings.warehouse_dir, settings.releases_dir, settings.build_dir)
    names = [path.name for folder in folders if folder.is_dir() for path in folder.glob(".*")]
    return sorted(name for name in names if name != ".publish.lock")


def test_the_layout(settings):
    published = publish(settings, 1)
    assert (published.version, published.previous, published.is_new) == ("2026-11-23.1", None, True)
    assert str(settings.current_path.readlink()) == "releases/2026-11-23.1"
    assert str(settings.database_path.readlink()) == "current/gid.duckdb"
    assert str(settings.exports_dir.readlink()) == "current/exports"
    folder = settings.releases_dir / "2026-11-23.1"
    assert sorted(path.name for path in folder.iterdir()) == [
        "diff.json", "diff.md", "exports", "gid.duckdb", "release.json"
    ]  # fmt: skip
    assert published_figure(settings) == (1, 1)
    record = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert (folder / "exports" / "release.json").read_bytes() == (folder / "release.json").read_bytes()
    assert record["version"] == "2026-11-23.1"
    assert record["reports"] == 2
    assert record["counts"]["cells"] == {"number": 2}
    assert record["tables"]["fct_reported_cell"]["rows"] == 2
    assert record["tables"]["reference.units"].keys() == {"rows", "content_hash", "columns_hash"}
    assert hidden_in(settings) == []


def test_versions_go_on_when_the_clock_goes_back_and_are_not_used_again(settings, monkeypatch):
    assert [publish(settings, n).version for n in (1, 2)] == ["2026-11-23.1", "2026-11-23.2"]
    monkeypatch.setattr(Monday, "now", "2026-11-20")
    assert publish(settings, 3).version == "2026-11-23.3"
    shutil.rmtree(settings.releases_dir)
    assert publish(settings, 4).version == "2026-11-23.4", "a version was used twice"
    monkeypatch.setattr(Monday, "now", "2026-11-24")
    assert publish(settings, 5).version == "2026-11-24.1"


def test_nothing_changed_makes_no_release_and_leaves_current_alone(settings):
    publish(settings, 1)
    link = settings.current_path.lstat()
    state = settings.warehouse_dir / "published.json"
    noted = json.loads(state.read_text(encoding="utf-8"))
    again = publish(settings, 1)
    assert (again.version, again.is_new) == ("2026-11-23.1", False)
    assert versions_of(settings) == ["2026-11-23.1"]
    assert settings.current_path.lstat().st_mtime_ns == link.st_mtime_ns
    assert settings.current_path.lstat().st_ino == link.st_ino
    checked = json.loads(state.read_text(encoding="utf-8"))
    assert (noted["is_new"], checked["is_new"]) == (True, False)
    assert checked["checked_at"] >= noted["checked_at"]
    assert hidden_in(settings) == []


@pytest.mark.parametrize(
    "change",
    [
        "update reference.units set yuan_factor = 1.01 where unit = 'yuan'",
        "alter table dim_activity add column name_zh varchar",
        "alter table dim_activity alter activity_order type bigint",
        "comment on column dim_activity.activity is '活动'",
        "insert into dim_activity values ('fees', 2)",
        "update fct_reported_cell set value = null where report_key = 'r2'",
        "update fct_reported_cell set value = 0.1::double + 0.2::double where report_key = 'r2'",
    ],
)
def test_any_change_of_a_table_makes_a_release(settings, change):
    publish(settings, 1, "update fct_reported_cell set value = 0.3 where report_key = 'r2'")
    assert publish(settings, 1, "update fct_reported_cell set value = 0.3 where report_key = 'r2'", change).is_new


def test_a_release_that_lost_a_file_is_made_again(settings):
    publish(settings, 1)
    (settings.exports_dir / "dim_body.parquet").unlink()
    assert publish(settings, 1).version == "2026-11-23.2"
    (settings.releases_dir / "2026-11-23.2" / "gid.duckdb").unlink()
    assert publish(settings, 1).version == "2026-11-23.3"


def test_files_that_did_not_change_are_shared_and_cannot_be_written(settings):
    for figure in (1, 2):
        publish(settings, figure)
    first, second = (release.folder / "exports" for release in list_releases(settings))
    shared = {path.name for path in second.iterdir() if path.stat().st_ino == (first / path.name).stat().st_ino}
    assert shared == {
        f"{name}.parquet"
        for name in ("dim_activity", "dim_body", "dim_document", "fct_coverage", "fct_finding", "fct_rule_result")
    }
    assert {path.stat().st_mode & 0o222 for path in second.glob("*.parquet")} == {0}
    before = (first / "dim_body.parquet").read_bytes()
    shutil.rmtree(first.parent)
    assert (second / "dim_body.parquet").read_bytes() == before


def test_without_hard_links_files_are_copies(settings, monkeypatch):
    publish(settings, 1)

    def refuse(*_: object) -> None:
        raise OSError("no second names here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    publish(settings, 2)
    assert published_figure(settings) == (2, 2)
    assert {path.stat().st_nlink for path in settings.exports_dir.iterdir()} == {1}


def test_retention(tmp_path, settings):
    settings = settings_in(tmp_path, releases_kept=2)
    for figure in (1, 2, 3, 4):
        publish(settings, figure)
    assert versions_of(settings) == ["2026-11-23.3", "2026-11-23.4"]
    with duckdb.connect(str(settings.database_path), read_only=True) as reader:
        settings = settings_in(tmp_path, releases_kept=1)
        publish(settings, 5)
        # Who has followed the link to the one before may open its files: it goes with the next refresh, whatever that finds.
        assert versions_of(settings) == ["2026-11-23.4", "2026-11-23.5"]
        assert publish(settings, 5).is_new is False
        assert versions_of(settings) == ["2026-11-23.5"]
        assert reader.execute("select value from fct_reported_cell where report_key = 'r1'").fetchone() == (4,)
    assert hidden_in(settings) == []
    # Rolled back by hand: what is current is never removed, and what comes next is compared with it.
    publish(settings_in(tmp_path, releases_kept=5), 6)
    settings.current_path.unlink()
    settings.current_path.symlink_to("releases/2026-11-23.5")
    assert published_figure(settings) == (5, 5)
    published = publish(settings_in(tmp_path, releases_kept=2), 7)
    assert (published.version, published.previous) == ("2026-11-23.7", "2026-11-23.5")
    assert versions_of(settings) == ["2026-11-23.5", "2026-11-23.6", "2026-11-23.7"]
    publish(settings_in(tmp_path, releases_kept=2), 7)
    assert versions_of(settings) == ["2026-11-23.6", "2026-11-23.7"]


@pytest.mark.parametrize(("given", "kept"), [("", 5), ("1", 1), ("12", 12)])
def test_how_many_are_kept_is_set_by_the_environment(monkeypatch, given, kept):
    monkeypatch.setenv("GID_RELEASES_KEPT", given)
    assert load_settings().releases_kept == kept


@pytest.mark.parametrize("variable", ["GID_RELEASES_KEPT", "GID_WORKBOOK_ROWS"])
@pytest.mark.parametrize("given", ["0", "-1", "-5", "many", "1.5"])
def test_a_number_that_keeps_nothing_is_refused(monkeypatch, variable, given):
    monkeypatch.setenv(variable, given)
    with pytest.raises(ValueError, match=variable):
        load_settings()


def test_the_older_layout_becomes_a_release(settings):
    publish_older_layout(settings, 1)
    os.utime(settings.database_path, (1763000000, 1763000000))  # 2025-11-13
    with (
        duckdb.connect(str(settings.database_path), read_only=True) as reader,
        (settings.exports_dir / "dim_body.parquet").open("rb") as file,
    ):
        published = publish(settings, 2)
        assert reader.execute("select value from fct_reported_cell where report_key = 'r1'").fetchone() == (1,)
        assert file.read(4) == b"PAR1"
    day = date.fromtimestamp(1763000000).isoformat()
    assert versions_of(settings) == [f"{day}.1", "2026-11-23.1"]
    assert published.previous == f"{day}.1"
    assert published_figure(settings) == (2, 2)
    assert "fct_reported_cell.value 1" in published.headline["en"]
    old = settings.releases_dir / f"{day}.1"
    assert (old / "exports" / "dim_body.parquet").is_file()
    assert json.loads((old / "release.json").read_text(encoding="utf-8"))["published_at"].startswith(day)
    assert hidden_in(settings) == []


def test_an_older_database_that_cannot_be_read_is_set_aside(settings):
    for content in (b"not a database", b"nor this"):
        settings.database_path.unlink(missing_ok=True)
        settings.database_path.write_bytes(content)
        os.utime(settings.database_path, (1763000000, 1763000000))
        publish(settings, 1)
        assert published_figure(settings) == (1, 1)
    aside = sorted(settings.warehouse_dir.glob("gid.duckdb.unreadable-*"))
    assert [path.name for path in aside] == [f"gid.duckdb.unreadable-1763000000{n}" for n in ("", "-2")]
    assert [path.read_bytes() for path in aside] == [b"not a database", b"nor this"]


HOLDING = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def test_an_older_database_that_is_open_for_writing_is_waited_for(settings):
    publish_older_layout(settings, 1)
    command = [sys.executable, "-c", HOLDING, str(settings.database_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(PublishingError, match="open for writing"):
            publish(settings, 2)
        writer.communicate()
    assert settings.database_path.is_file()
    assert not settings.database_path.is_symlink()
    assert published_figure(settings) == (1, 1)
    publish(settings, 2)
    assert published_figure(settings) == (2, 2)


def test_a_copy_in_which_links_became_files_goes_on(settings, tmp_path):
    for figure in (1, 2):
        publish(settings, figure)
    copied = settings_in(tmp_path / "copy")
    shutil.rmtree(copied.warehouse_dir)
    shutil.copytree(settings.warehouse_dir, copied.warehouse_dir)  # follows links, as cp -rL does
    assert not copied.current_path.is_symlink()
    assert publish(copied, 2).is_new is False
    assert versions_of(copied) == ["2026-11-23.1", "2026-11-23.2"]
    assert str(copied.database_path.readlink()) == "current/gid.duckdb"
    assert copied.exports_dir.is_symlink()
    assert publish(copied, 3).version == "2026-11-23.3"
    assert hidden_in(copied) == []


def test_links_that_were_removed_are_made_again(settings):
    for figure in (1, 2):
        publish(settings, figure)
    for path in (settings.database_path, settings.exports_dir, settings.current_path):
        path.unlink()
    assert publish(settings, 2).version == "2026-11-23.2"
    assert published_figure(settings) == (2, 2)


def test_a_file_system_without_links_is_named(settings, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    with pytest.raises(PublishingError, match=r"no symbolic links .* GID_WAREHOUSE_DIR"):
        publish(settings, 1)
    assert not settings.database_path.exists()


def test_where_two_names_cannot_be_exchanged_in_one_step_it_takes_two(settings, monkeypatch):
    monkeypatch.setattr(release_files.ctypes, "CDLL", lambda *_, **__: object())
    publish_older_layout(settings, 1)
    publish(settings, 2)
    assert settings.exports_dir.is_symlink()
    assert published_figure(settings) == (2, 2)
    assert hidden_in(settings) == []


def test_a_previous_database_that_cannot_be_read_is_said_and_stops_nothing(settings):
    publish(settings, 1)
    (settings.releases_dir / "2026-11-23.1" / "gid.duckdb").write_bytes(b"broken")
    published = publish(settings, 2)
    assert published.headline["en"] == "not compared with 2026-11-23.1: its database cannot be read"
    assert published_figure(settings) == (2, 2)
    assert current_release(settings) is not None


def test_an_error_while_comparing_stops_no_release(settings, monkeypatch):
    publish(settings, 1)

    def fail(*_: object) -> None:
        raise duckdb.IOException("Corrupt database file: computed checksum does not match stored checksum in block")

    monkeypatch.setattr(releasing, "compare_releases", fail)
    published = publish(settings, 2)
    assert published.headline["en"] == "not compared with 2026-11-23.1: the comparison failed"
    assert "Corrupt database file" in published.page
    assert published_figure(settings) == (2, 2)


def test_an_edited_database_is_published_again(settings):
    publish(settings, 1)
    database = settings.database_path.resolve()
    assert database.stat().st_mode & 0o222 == 0
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update fct_reported_cell set value = 99")
    assert publish(settings, 1).is_new
    assert published_figure(settings) == (1, 1)


@pytest.mark.parametrize("damaged", ["gid.duckdb", "exports/dim_body.parquet"])
def test_a_damaged_file_is_published_again(settings, damaged):
    publish(settings, 1)
    path = settings.current_path.resolve() / damaged
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-200])
    assert publish(settings, 1).is_new
    assert published_figure(settings) == (1, 1)
    assert not publish(settings, 1).is_new


def test_a_workbook_that_is_another_one_is_published(settings):
    for content, is_new in ((b"a", True), (b"a", False), (b"b", True)):
        built = build(settings.build_dir / "run" / "gid.duckdb", 1)
        with releasing.draft_release(settings, built) as draft:
            export(draft.database, draft.exports)
            (draft.exports / "gid.xlsx").write_bytes(content)
            assert releasing.publish_release(settings, draft).is_new is is_new
        assert (settings.exports_dir / "gid.xlsx").read_bytes() == content


@pytest.mark.parametrize("record", ["{}", "[]", '{"version": "2026-11-23.1", "tables": {"a": {}}}'])
def test_a_record_without_its_keys_is_none(settings, record):
    publish(settings, 1)
    first = settings.current_path.resolve()
    (first / "release.json").write_text(record, encoding="utf-8")
    assert describe_releases(settings)[1:] == []
    published = publish(settings, 2)
    assert (published.version, published.previous) == ("2026-11-23.2", "2026-11-23.1")
    assert published.headline["en"] == "figures of earlier reports: fct_reported_cell.value 1"
    assert publish(settings, 2).is_new is False
    assert not first.exists(), "a folder that no record tells of stayed for ever"
    assert published_figure(settings) == (2, 2)


def test_the_version_of_an_unfinished_release_is_not_used_again(settings):
    publish(settings, 1)
    shutil.copytree(settings.releases_dir / "2026-11-23.1", settings.releases_dir / "2026-11-23.2")
    assert publish(settings, 2).version == "2026-11-23.3"
    assert versions_of(settings) == ["2026-11-23.1", "2026-11-23.3"]


def test_a_version_is_not_used_again_after_two_kills_in_a_row(settings):
    """The second run removes the finished release of the first, and dies before it has one of its own."""
    publish(settings, 1)
    shutil.copytree(settings.releases_dir / "2026-11-23.1", settings.releases_dir / "2026-11-23.2")
    built = build(settings.build_dir / "run" / "gid.duckdb", 2)
    with releasing.draft_release(settings, built):
        assert versions_of(settings) == ["2026-11-23.1"]
    assert publish(settings, 2).version == "2026-11-23.3"
    assert publish(settings, 2).is_new is False
    assert publish(settings, 3).version == "2026-11-23.4"


def test_what_is_noted_is_what_was_built_not_what_has_been_staged_since(settings):
    built = build(settings.build_dir / "run" / "gid.duckdb", 1)
    inputs = Inputs("staged then", "curated then", ("parser then",))
    with releasing.draft_release(settings, built) as draft:
        export(draft.database, draft.exports)
        published = releasing.publish_release(settings, draft, inputs)
    write_state(settings, published.version, published.is_new, inputs)
    record = json.loads((settings.current_path / "release.json").read_text(encoding="utf-8"))
    assert (record["staging"], record["curation"]) == ("staged then", "curated then")
    assert record["parser_versions"] == ["parser then"]
    assert read_state(settings)["staging"] == "staged then"
    assert not is_published(settings), "what was staged while it was built is not published"


def test_the_list_of_releases(settings):
    for figure in (1, 2):
        publish(settings, figure)
    lines = describe_releases(settings)
    assert lines[1].startswith("* 2026-11-23.2 ")
    assert lines[1].endswith(" 2")
    assert lines[4].startswith("  2026-11-23.1 ")
    assert lines[2].strip() == "figures of earlier reports: fct_reported_cell.value 1"
    assert lines[5].strip() == "the first release"


def test_the_same_rows_give_the_same_exports_whatever_the_release(settings, tmp_path):
    """Only release.json names a release."""
    publish(settings, 1)
    other = settings_in(tmp_path / "other")
    for figure in (2, 1):
        publish(other, figure)
    ours, theirs = ({p.name: p.read_bytes() for p in s.exports_dir.iterdir()} for s in (settings, other))
    assert ours.pop("release.json") != theirs.pop("release.json")
    assert ours == theirs
    assert not build(tmp_path / "x.duckdb", 1).with_suffix(".duckdb.wal").exists()
    assert [p.name for p in (other.releases_dir / "2026-11-23.2").glob("*.wal")] == []
