"""A warehouse that refreshes are run and killed on: two raw folders by turns, so that old and new differ."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.curation.reading import ensure_files
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_DIR, Settings
from tests.reliability.moments import MOMENTS, moment_of, signs_of
from tests.rendering.tabbed import render_report

_POLL_SECONDS = 0.003
_LONGEST_SECONDS = 1800
_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}\.\d+")
SECOND = "第二批 2024"


class Lane:
    """Folders below one, and the refreshes on them; nothing of the environment's own warehouse is touched."""

    def __init__(
        self, folder: Path, raw: Path | None = None, umask: int = -1, cores: int | None = None, **environment: str
    ) -> None:
        self.folder, self.umask, self.cores = folder, umask, cores
        self.largest_file: int | None = None
        self.raw, self.warehouse, self.tmp = folder / "raw", folder / "warehouse", folder / "tmp"
        for path in (self.tmp, self.dagster):
            path.mkdir(parents=True, exist_ok=True)
        if not self.raw.exists():
            shutil.copytree(raw or PROJECT_DIR / "data" / "raw", self.raw)
        ensure_files(Settings(self.raw, self.warehouse, 0, curation_dir=folder / "curation"))
        shutil.copy(PROJECT_DIR / "dagster.yaml", self.dagster / "dagster.yaml")
        self.environment = {
            **os.environ,
            "GID_RAW_DIR": str(self.raw),
            "GID_WAREHOUSE_DIR": str(self.warehouse),
            "GID_CURATION_DIR": str(folder / "curation"),
            "GID_RELEASES_KEPT": "2",
            "DAGSTER_HOME": str(self.dagster),
            "TMPDIR": str(self.tmp),
            "PYTHONWARNINGS": "ignore",
            **environment,
        }
        self._stand_in_for_dbt(folder)

    @property
    def dagster(self) -> Path:
        """Dagster's own files: its history is left out of all comparisons, it has its own retention."""
        return self.folder / "dagster"

    def _stand_in_for_dbt(self, folder: Path) -> None:
        """Have the recorder found as dbt (`recorded_dbt`); records are shared by lanes side by side."""
        beside = Path(sys.executable).parent
        script = folder / "bin" / "dbt"
        script.parent.mkdir(exist_ok=True)
        recorder, records = Path(__file__).with_name("recorded_dbt.py"), folder.parent / "records"
        script.write_text(
            f"#!/bin/sh\nexec '{sys.executable}' '{recorder}' '{beside / 'dbt'}' '{records}' \"$@\"\n", "utf-8"
        )
        script.chmod(0o755)
        self.environment["PATH"] = os.pathsep.join([str(script.parent), str(beside), os.environ.get("PATH", "")])

    def deliver(self, second: bool) -> None:
        """Put the second delivery into the raw folder, or take it away."""
        shutil.rmtree(self.raw / SECOND, ignore_errors=True)
        if second:
            (self.raw / SECOND).mkdir()
            (self.raw / SECOND / "a.txt").write_text(render_report(5, "F2019").text, encoding="utf-8", newline="")

    def start(self, replay: bool = False) -> subprocess.Popen[str]:
        """Start a refresh in a process group of its own; with `replay`, dbt does what it did before."""
        return subprocess.Popen(
            limited(self.cores, self.largest_file, "-m", "pipelines.defs.refresh"),
            cwd=PROJECT_DIR,
            env={**self.environment, **({"GID_TEST_REPLAY": "1"} if replay else {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            umask=self.umask,
        )

    def refresh(self, replay: bool = False) -> tuple[int, str, float]:
        """Refresh to the end; return how it ended, what it printed, and the seconds it took."""
        begun = time.monotonic()
        process = self.start(replay)
        try:
            out, _ = process.communicate(timeout=_LONGEST_SECONDS)
        finally:
            end_group(process)
        return process.returncode, out, time.monotonic() - begun

    def kill_at(
        self, name: str | None, seconds: float, spare_children: bool = False, replay: bool = False
    ) -> tuple[str, float]:
        """Start a refresh and kill it so many seconds after a moment; return the moment it had come to, and its seconds.

        Args:
            name: the moment; None for the start.
            seconds: how long after it.
            replay: dbt does what it did before; for moments after it.
            spare_children: kill the main process alone, as a kernel short of memory does; what it had started goes on.
        """
        signs = signs_of(self.warehouse)
        sign = next((sign for moment, sign, _ in MOMENTS if moment == name), MOMENTS[0][1])
        begun = time.monotonic()
        process = self.start(replay)
        with suppress(_Ended):
            _wait_until(lambda: sign(signs), process)
            _wait_until(_in_seconds(seconds), process)
        lasted = time.monotonic() - begun
        came_to = "ended" if process.poll() is not None else moment_of(signs)
        if spare_children:
            process.kill()
            process.wait()
        else:
            end_group(process)
        if process.stdout is not None:
            process.stdout.close()
        if spare_children:
            _let_group_end(process.pid)
        return came_to, lasted

    def files(self) -> list[str]:
        """Every path of the warehouse, of the folder for temporary files and of dbt's, without what names a time or a run."""
        found = [
            f"{name}/{path.relative_to(top)}"
            for name, top in (("warehouse", self.warehouse), ("tmp", self.tmp), ("target", DBT_PROJECT_DIR / "target"))
            for path in top.rglob("*")
        ]
        return sorted(_VERSION.sub("VERSION", _RUN_ID.sub("RUN", path)) for path in found)

    def unfinished_runs(self) -> int:
        """The runs that Dagster takes for living ones."""
        with sqlite3.connect(f"file:{self.dagster / 'history' / 'runs.db'}?mode=ro", uri=True) as connection:
            query = "select count(*) from runs where status in ('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')"
            return int(connection.execute(query).fetchone()[0])

    @contextmanager
    def reader(self) -> Iterator[list[str]]:
        """Have a reader read all the while; the list holds what it printed, after it has ended without an error."""
        stop, told = self.folder / "stop", list[str]()
        stop.unlink(missing_ok=True)
        reader = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.reader", str(self.warehouse), str(stop)],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield told
        finally:
            stop.touch()
            out, err = reader.communicate(timeout=120)
        assert reader.returncode == 0, f"a reader met an error:\n{err}"
        told.append(out.strip())


def end_group(process: subprocess.Popen[str]) -> None:
    """Kill what is left of a process and of all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def limited(cores: int | None, largest_file: int | None, *arguments: str) -> list[str]:
    """Return a command that runs Python on so many cores, with files up to so many bytes; None sets no limit."""
    set_limits = [
        f"os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])" if cores else "",
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file}, {largest_file}))" if largest_file else "",
    ]
    run = "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return [sys.executable, "-c", "; ".join(filter(None, ["import os, resource, sys", *set_limits, run])), *arguments]


class _Ended(Exception):
    """The process ended of itself."""


def _wait_until(condition: object, process: subprocess.Popen[str]) -> None:
    assert callable(condition)
    while not condition():
        if process.poll() is not None:
            raise _Ended
        time.sleep(_POLL_SECONDS)


def _in_seconds(seconds: float) -> object:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() >= deadline


def _let_group_end(group: int) -> None:
    """Wait for what a killed process had started, a while, then end it."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.2)
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def draw_moment(chance: random.Random, slower: float) -> tuple[str | None, float]:
    """Draw where the next kill strikes: at any second of a whole refresh, or shortly after a moment."""
    name, _, seconds = chance.choice(MOMENTS)
    return name, chance.uniform(0, seconds * slower)
