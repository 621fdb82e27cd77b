"""A clock that jumps by hours or years, either way: versions go on, nothing is removed too early, nothing is taken for unchanged."""

from __future__ import annotations

import json
import os
import time
from datetime import date, datetime, timedelta

import pytest

from pipelines.publishing import release_record, releasing, state
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.releases import current_release, list_releases
from pipelines.publishing.state import build_key
from tests.publications.small import publish, published_figure, settings_in

JUMPS = [timedelta(hours=5), timedelta(hours=-30), timedelta(days=3653), timedelta(days=-7300), timedelta(days=1)]


class Clock:
    """A clock that can be set; `today` and `now` are what the code asks."""

    now = datetime(2026, 11, 21, 23, 30).astimezone()


class Day(date):
    @classmethod
    def today(cls) -> date:
        return Clock.now.date()


class Moment(datetime):
    @classmethod
    def now(cls, tz=None) -> datetime:
        return Clock.now


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(releasing, "date", Day)
    monkeypatch.setattr(release_record, "datetime", Moment)
    monkeypatch.setattr(state, "datetime", Moment)
    monkeypatch.setattr(Clock, "now", Clock.now)
    return settings_in(tmp_path, releases_kept=3)


def test_every_jump_makes_the_next_release(settings):
    made = []
    for number, jump in enumerate([timedelta(0), *JUMPS]):
        Clock.now += jump
        for path in settings.warehouse_dir.rglob("*"):  # files that are there were written under another clock
            os.utime(path, (Clock.now.timestamp() + 10**9 * (-1) ** number,) * 2, follow_symlinks=False)
        published = publish(settings, number)
        made.append(published.version)
        assert published_figure(settings) == (number, number)
        assert published.previous == (made[-2] if len(made) > 1 else None)
        current = current_release(settings)
        assert str(current.version) == published.version
        assert current.record["published_at"] == Clock.now.astimezone().isoformat(timespec="seconds")
        assert [str(release.version) for release in list_releases(settings)] == made[-3:]
        checked = json.loads((settings.warehouse_dir / "published.json").read_text(encoding="utf-8"))
        assert checked["checked_at"] == Clock.now.astimezone().isoformat(timespec="seconds")
    # 23:30, +5 h, -30 h (numbers go on), ten years ahead, twenty years back (numbers go on from there), a day later.
    assert made == ["2026-11-21.1", "2026-11-22.1", "2026-11-22.2", "2036-11-20.1", "2036-11-20.2", "2036-11-20.3"]


def test_the_same_staging_is_another_build_after_each_publication(settings):
    """The sensor asks for a build once: a file from the future must not make two of them one."""
    keys = set()
    for number, when in enumerate((2_000_000_000, 1_000_000_000, 1_500_000_000)):
        publish(settings, 1)
        os.utime(settings.database_path, (3_000_000_000, 3_000_000_000))
        os.utime(settings.warehouse_dir / "published.json", (when, when))
        keys.add(build_key(settings))
        assert len(keys) == number + 1


def test_waiting_for_a_lock_is_measured_by_a_clock_that_does_not_jump(tmp_path, monkeypatch):
    path, told = tmp_path / "lock", []
    with hold_lock(path, 0):
        monkeypatch.setattr(time, "time", lambda: 0.0)
        begun = time.monotonic()
        with pytest.raises(PublishingError, match=f"process {os.getpid()}.*at work"), hold_lock(path, 0.3, told.append):
            pass
        assert time.monotonic() - begun >= 0.3
    assert len(told) == 1
    assert "waiting for it to end" in told[0]
