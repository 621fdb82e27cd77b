"""The second of two refreshes says who is at work, waits, and then works. Beside a run of the daemon: `tests/reliability/beside.py`."""

from __future__ import annotations

import os
import signal
import time

from pipelines.publishing.database import hold_lock
from tests.reliability.lane import Lane


def test_the_second_waits_and_says_so(founding, tmp_path):
    lane = Lane(tmp_path / "lane", founding.settings.raw_dir)
    with hold_lock(lane.warehouse / ".refresh.lock", 0):
        second = lane.start()
        assert second.stdout is not None
        assert second.stdout.readline().startswith("Refreshing ")
        told = second.stdout.readline()
        assert told.startswith(f"Another process (process {os.getpid()}) is at work on {lane.warehouse}; waiting")
        assert not (lane.warehouse / ".runs").exists()
    try:
        begun = time.monotonic()
        while not (lane.warehouse / ".runs").exists():
            assert second.poll() is None
            assert time.monotonic() - begun < 300, "it went on waiting for nobody"
            time.sleep(0.1)
    finally:
        os.killpg(second.pid, signal.SIGKILL)
        second.wait()
