"""Versions of releases: they sort by date and number, and never go back."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.publishing.versions import Version, next_version, parse_version


@pytest.mark.parametrize(
    ("used", "today", "expected"),
    [
        ([], "2026-11-21", "2026-11-21.1"),
        (["2026-11-20.3"], "2026-11-21", "2026-11-21.1"),
        (["2026-11-21.1"], "2026-11-21", "2026-11-21.2"),
        (["2026-11-21.9", "2026-11-21.10"], "2026-11-21", "2026-11-21.11"),
        (["2026-11-21.2"], "2026-11-01", "2026-11-21.3"),  # the clock has gone back
        (["2027-01-01.1", "2026-11-21.4"], "2026-11-21", "2027-01-01.2"),  # it was wrong once
    ],
)
def test_the_next_version_comes_after_all_that_were_used(used, today, expected):
    versions = [parse_version(text) for text in used]
    following = next_version(versions, date.fromisoformat(today))
    assert str(following) == expected
    assert all(following > version for version in versions)


def test_versions_are_told_from_other_names():
    assert parse_version("2026-11-21.12") == Version(date(2026, 11, 21), 12)
    for text in ("2026-11-21", "2026-11-21.0", "2026-02-31.1", ".2026-11-21.1.part", "2026-11-21.1.old", "None", "x"):
        assert parse_version(text) is None
