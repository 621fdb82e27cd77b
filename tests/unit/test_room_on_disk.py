"""A full disk is said in one line that names the folder and the remedy, in whichever words it was met."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections import namedtuple

import duckdb
import pytest

from pipelines.publishing.room import explain_full_disk, lacks_room, texts_of
from tests.publications.small import publish, settings_in

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def free(monkeypatch):
    """Set how many bytes are free, by the end of a folder's name."""
    sizes: dict[str, int] = {}

    def disk_usage(folder):
        return Usage(1 << 40, 0, next((n for end, n in sizes.items() if str(folder).endswith(end)), 1 << 39))

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    return sizes


def test_a_refresh_that_cannot_find_room_does_not_begin(tmp_path, free):
    settings = settings_in(tmp_path)
    publish(settings, 1)
    release = settings.current_path.resolve()
    size = sum(path.stat().st_size for path in release.rglob("*") if path.is_file())
    free["warehouse"] = size + (32 << 20)
    assert lacks_room(settings) is None
    free["warehouse"] -= 1
    told = lacks_room(settings)
    assert told is not None
    assert str(settings.warehouse_dir) in told
    assert "GID_RELEASES_KEPT" in told
    assert "GID_WAREHOUSE_DIR" in told


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException('IO Error: Could not write all bytes to file "gid.duckdb": wanted=262144 wrote=4096'),
        duckdb.IOException("Could not write file: No space left on device"),
    ],
)
def test_an_error_that_came_from_a_full_disk(tmp_path, free, error):
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("the step failed") from cause
    except RuntimeError as outer:
        told = explain_full_disk([tmp_path, tmp_path / "dagster"], texts_of(outer))
    assert told is not None
    assert f"The disk of {tmp_path} is full" in told


def test_the_disk_that_is_full_is_the_one_named(tmp_path, free):
    (tmp_path / "dagster").mkdir()
    free["dagster"] = 4096
    told = explain_full_disk([tmp_path, tmp_path / "dagster" / "history"], ["unable to open database file"])
    assert told is not None
    assert f"The disk of {tmp_path / 'dagster' / 'history'} is full (0 MB free)" in told


def test_any_other_error_is_no_full_disk(tmp_path, free):
    assert explain_full_disk([tmp_path], ["unique_key failed", "Permission denied"]) is None
