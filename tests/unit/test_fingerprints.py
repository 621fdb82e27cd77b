"""What is trusted as unchanged: size, two times, inode and device of a file that was at rest when it was read."""

from __future__ import annotations

import os

import pytest

from pipelines.documents import fingerprints
from pipelines.documents.deliveries import find_delivery
from pipelines.documents.fingerprints import content_fingerprint
from tests.reading import write_delivery

HOUR_NS = 3600 * 10**9


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Fingerprint the delivery an hour later by the clock; return it with the names of the files that were read."""
    write_delivery(tmp_path, {"a.txt": "甲甲", "b.txt": "乙乙"})
    read: list[str] = []
    digest = fingerprints._file_digest
    monkeypatch.setattr(fingerprints, "_file_digest", lambda file, raw: read.append(file.name) or digest(file, raw))

    def look(hours: int = 1, kept_at=tmp_path / "kept" / "delivery.json"):
        now = (tmp_path / "raw" / "delivery").stat().st_ctime_ns + hours * HOUR_NS
        monkeypatch.setattr(fingerprints.time, "time_ns", lambda: now)
        read.clear()
        return content_fingerprint(find_delivery(tmp_path / "raw", "delivery"), kept_at), sorted(read)

    look.file = tmp_path / "raw" / "delivery" / "a.txt"
    look.kept = tmp_path / "kept" / "delivery.json"
    return look


def test_a_delivery_at_rest_is_read_once(look):
    first = look()
    assert first[1] == ["a.txt", "b.txt"]
    assert look() == (first[0], [])
    assert look(kept_at=None) == first


def test_a_file_that_has_just_changed_is_read_again_until_it_rests(look):
    first, _ = look(hours=0)
    assert look(hours=0) == (first, ["a.txt", "b.txt"])
    assert look(hours=1) == (first, ["a.txt", "b.txt"])
    assert look(hours=1) == (first, [])


def test_a_clock_that_went_back_means_reading(look):
    first, _ = look()
    look.kept.unlink()
    assert look(hours=-24) == (first, ["a.txt", "b.txt"])
    assert look(hours=-24) == (first, ["a.txt", "b.txt"])


def test_an_edit_that_keeps_size_and_time_is_noticed(look):
    first, _ = look()
    before = look.file.stat()
    look.file.write_text("丙丙", encoding="utf-8")
    os.utime(look.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (look.file.stat().st_size, look.file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    changed, read = look()
    assert changed != first
    assert read == ["a.txt"]


def test_another_file_in_its_place_is_noticed(look, tmp_path):
    first, _ = look()
    other = tmp_path / "other.txt"
    other.write_text("丁丁", encoding="utf-8")
    other.replace(look.file)
    assert look()[0] != first


def test_damaged_notes_mean_reading(look):
    first, _ = look()
    for damaged in ("", "[]", '["x"', '["", ""]\n{', "\x00"):
        look.kept.write_text(damaged, encoding="utf-8")
        assert look() == (first, ["a.txt", "b.txt"])


def test_a_name_that_is_no_text_is_kept(look):
    look.file.rename(look.file.with_name(os.fsdecode(b"\xff.txt")))
    first, _ = look()
    assert look() == (first, [])
