"""A refresh that has nothing to do keeps the published release; whatever it is in doubt of is a reason to build."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import duckdb
import polars as pl
import pytest

from pipelines.curation.reading import ensure_files
from pipelines.documents import fingerprints
from pipelines.ingest import unchanged
from pipelines.ingest.unchanged import REBUILD, keep_unchanged, why_build
from pipelines.publishing import basis
from pipelines.publishing.curation import curation_digest, ensure_curated, write_curated
from pipelines.publishing.database import hold_lock
from pipelines.publishing.inputs import read_inputs, take_inputs
from pipelines.publishing.lake_connection import LakeError
from pipelines.publishing.releases import current_release, list_releases
from pipelines.publishing.staging import manifest_path
from pipelines.publishing.state import read_state
from pipelines.schemas.curation import CURATION_MODELS
from tests.ingesting.deliveries import WEATHER, ingest_all
from tests.publications.small import publish, settings_in
from tests.reading import write_delivery


def apply_curation(settings):
    """What the asset does with files that hold no row."""
    ensure_curated(settings)
    frames = {name: pl.read_parquet(settings.curated_dir / f"{name}.parquet") for name in CURATION_MODELS}
    write_curated(settings, frames, curation_digest(settings))


def build_and_publish(settings, figure=1):
    ingest_all(settings)
    apply_curation(settings)
    build = settings.build_dir / "taken"
    build.mkdir(parents=True)
    take_inputs(settings, build)
    inputs = read_inputs(settings, build)
    shutil.rmtree(build)
    return publish(settings, figure, inputs=inputs)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A published warehouse of two deliveries, a dbt project and reference data of its own."""
    for name in ("dbt_project", "reference"):
        (tmp_path / name / "seeds").mkdir(parents=True)
        (tmp_path / name / "seeds" / "units.csv").write_text("unit\nyuan\n", encoding="utf-8")
    monkeypatch.setattr(basis, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(basis, "DBT_PROJECT_DIR", tmp_path / "dbt_project")
    monkeypatch.setattr(basis, "REFERENCE_DIR", tmp_path / "reference")
    monkeypatch.setattr(fingerprints, "_RESTLESS_NS", 0)
    monkeypatch.delenv(REBUILD, raising=False)
    basis.loaded_code.cache_clear()
    settings = settings_in(tmp_path)
    ensure_files(settings)
    write_delivery(tmp_path, {"a.txt": WEATHER[0]}, "first")
    write_delivery(tmp_path, {"b.txt": WEATHER[1]}, "second")
    build_and_publish(settings)
    yield settings
    basis.loaded_code.cache_clear()


def test_nothing_changed_keeps_the_release_and_notes_that_it_was_checked(settings, tmp_path):
    before, link = read_state(settings), settings.current_path.lstat()
    (settings.releases_dir / ".2026-11-24.1.part").mkdir()
    (settings.staging_dir / "cells" / ".x.parquet.1-1.held").touch()
    assert "staged files" in str(why_build(settings)), "what a killed run left is a reason to look again"
    (settings.staging_dir / "cells" / ".x.parquet.1-1.held").unlink()
    kept = keep_unchanged(settings)
    assert kept is not None
    assert kept.text == f"nothing changed since {before['version']}: the published release stays"
    after = read_state(settings)
    assert (before["is_new"], after["is_new"]) == (True, False)
    assert {**after, "checked_at": 0, "is_new": 0} == {**before, "checked_at": 0, "is_new": 0}
    assert settings.current_path.lstat().st_ino == link.st_ino
    assert list(settings.releases_dir.glob(".*")) == [], "what a killed publication left behind stays"
    assert keep_unchanged(settings, may_read=False) == kept, "no file had to be read"


def test_a_delivery_that_was_touched_is_read_to_be_sure_and_is_the_same(settings):
    os.utime(settings.raw_dir / "first" / "a.txt", (1, 1))
    assert keep_unchanged(settings, may_read=False) is None
    assert keep_unchanged(settings) is not None


def replace_bytes(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.chmod(0o644)
    path.write_bytes(data.replace(old, new))


def same_size(path):
    path.chmod(0o644)
    path.write_bytes(b"x" * path.stat().st_size)


def to_an_older_release(settings):
    old = current_release(settings).version
    build_and_publish(settings, 2)
    assert keep_unchanged(settings) is not None
    settings.current_path.unlink()
    settings.current_path.symlink_to(f"releases/{old}")


def without_basis(settings):
    path = settings.warehouse_dir / "published.json"
    path.write_text(json.dumps({n: v for n, v in read_state(settings).items() if n != "basis"}), encoding="utf-8")


CHANGES = {
    "other bytes": (
        lambda s: (s.raw_dir / "first" / "a.txt").write_text("晴", encoding="utf-8"),
        "delivery first changed",
    ),
    "a delivery more": (lambda s: write_delivery(s.raw_dir.parent, {"c.txt": "雨"}, "third"), "other deliveries"),
    "a delivery less": (lambda s: shutil.rmtree(s.raw_dir / "second"), "other deliveries"),
    "a delivery that failed": (lambda s: manifest_path(s, "second").unlink(), "other deliveries"),
    "curation": (lambda s: (s.curation_dir / "corrections.csv").open("a").write("\n"), "curation"),
    "curation is not applied": (lambda s: (s.curated_dir / "digest.txt").unlink(), "curation"),
    "a seed": (lambda s: (basis.DBT_PROJECT_DIR / "seeds" / "units.csv").write_text("unit\n", "utf-8"), "code"),
    "reference data": (lambda s: (basis.REFERENCE_DIR / "seeds" / "units.csv").unlink(), "reference data"),
    "a staged file": (lambda s: same_size(s.staging_dir / "cells" / "first.parquet"), "staged files"),
    "an export is gone": (lambda s: (s.exports_dir / "dim_body.parquet").unlink(), "exports/dim_body.parquet"),
    "an export is another": (lambda s: same_size(s.exports_dir / "dim_body.parquet"), "exports/dim_body.parquet"),
    "the database is another": (lambda s: replace_bytes(s.database_path, b"DUCK", b"DUKC"), "gid.duckdb"),
    "a link is gone": (lambda s: s.exports_dir.unlink(), "does not lead"),
    "an older release": (to_an_older_release, "which was built last"),
    "killed before the note": (lambda s: (s.warehouse_dir / "published.json").unlink(), "nothing says"),
    "a note of earlier code": (without_basis, "nothing says"),
}


@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_reason_to_build(settings, change, reason):
    change(settings)
    told: list[str] = []
    assert reason in str(why_build(settings))
    assert keep_unchanged(settings, say=told.append) is None
    assert told == [why_build(settings)], "who waits for a build is told why"


def test_settings_packages_and_the_wish_of_a_person_are_reasons_to_build(settings, monkeypatch):
    assert "settings" in str(why_build(replace(settings, workbook_rows=7)))
    assert why_build(replace(settings, releases_kept=1, memory="1GB", unresolved_tolerance=0.5)) is None
    with monkeypatch.context() as patched:
        patched.setattr(basis, "_installed", lambda: ["polars-0.0.1.dist-info"])
        assert "packages" in str(why_build(settings))
    monkeypatch.setenv(REBUILD, "1")
    assert REBUILD in str(why_build(settings))


def test_a_database_that_does_not_open_is_a_reason_to_build(settings, monkeypatch):
    def connect(*_, **__):
        raise duckdb.IOException("no such version")

    monkeypatch.setattr(unchanged.duckdb, "connect", connect)
    assert "no such version" in str(why_build(settings))


def test_while_another_process_publishes_nothing_is_decided(settings):
    with hold_lock(settings.lock_path, 0):
        assert keep_unchanged(settings) is None


def test_fewer_releases_to_keep_take_effect_without_a_build(settings):
    build_and_publish(settings, 2)
    assert keep_unchanged(replace(settings, releases_kept=1)) is not None
    assert [str(release.version) for release in list_releases(settings)] == [read_state(settings)["version"]]


def test_the_lake_gets_the_release_that_it_lacks(settings, monkeypatch):
    asked = []

    def bring(own, release):
        asked.append(str(release.version))
        if len(asked) > 1:
            raise LakeError("it is not reached")
        return type("InLake", (), {"left": ""})()

    monkeypatch.setattr(unchanged, "publish_to_lake", bring)
    shared = replace(settings, ducklake="lake.sqlite")
    assert keep_unchanged(shared, may_read=False) is None, "a schedule's tick does not wait for a lake"
    assert asked == []
    assert keep_unchanged(shared).lake_problem is None
    assert keep_unchanged(shared).lake_problem == "it is not reached"
    assert asked == [read_state(settings)["version"]] * 2
