"""A publication that dies before any one of its steps leaves the old release or the new one, whole, and the next cleans up."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipelines.settings import PROJECT_DIR


@pytest.mark.parametrize(("start", "at_least"), [("first", 30), ("next", 45), ("older_layout", 40)])
def test_killed_before_every_step(tmp_path, start, at_least):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.publications.dying", str(tmp_path), start],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > at_least
