"""Measuring: a clock for parts of a step, and a process whose whole tree is watched.

Belongs here: seconds, processor time, memory, limits. What is run does not.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.05
_TAIL = 2_000
_MEMORY = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)


class Clock:
    """Wall and processor seconds of what runs in `running`."""

    def __init__(self) -> None:
        self.wall = 0.0
        self.cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count this, with the child processes that end in it."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.cpu += _cpu_seconds() - cpu

    def add(self, wall: float, cpu: float) -> None:
        """Count what other processes have measured."""
        self.wall += wall
        self.cpu += cpu


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass(frozen=True)
class Limits:
    """How long a process may run and how much memory its tree may take before it is ended."""

    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Run:
    """What a process came to; `problem` is empty where it ended well."""

    wall: float
    cpu: float
    peak_bytes: int
    problem: str


def run_measured(command: Sequence[str], environment: Mapping[str, str], limits: Limits, cwd: Path) -> Run:
    """Run a command in a process group of its own and watch it; processes that it leaves behind are ended with it."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=dict(environment), cwd=cwd, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        peak, problem = 0, ""
        try:
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if not problem:
                    peak = max(peak, tree_bytes(process.pid))
                    problem = _beyond(time.perf_counter() - start, peak, limits)
                    if problem:
                        os.killpg(process.pid, signal.SIGKILL)
                time.sleep(_INTERVAL)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            _end_group(process.pid)
        if process.returncode and not problem:
            problem = _tail(output.fileno()) or f"it ended with {process.returncode}"
    # Where there is no /proc, the largest process of the tree has to do. Linux would count what this process had at its start.
    return Run(wall, usage.ru_utime + usage.ru_stime, peak or usage.ru_maxrss, problem)


def _beyond(seconds: float, peak: int, limits: Limits) -> str:
    if seconds > limits.seconds:
        return f"ended after {limits.seconds:,.0f} seconds (BENCH_TIMEOUT)"
    if peak > limits.memory_bytes:
        return f"ended at {peak / 2**30:.1f} GiB of memory (BENCH_MEMORY_GIB)"
    return ""


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    data = os.pread(descriptor, _TAIL, max(0, size - _TAIL))
    return data.decode("utf-8", "replace").strip()


def tree_bytes(pid: int) -> int:
    """Memory of a process and all below it, or the most that one of them ever had, if that is more.

    Pages that several of them share count for each.
    """
    total, highest, waiting = 0, 0, [pid]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        try:
            found = dict(_MEMORY.findall((folder / "status").read_text(encoding="utf-8")))
            total += int(found["VmRSS"]) * 1024
            highest = max(highest, int(found["VmHWM"]) * 1024)
            for task in (folder / "task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text(encoding="utf-8").split()]
        except (OSError, ValueError, KeyError):  # it has ended meanwhile
            continue
    return max(total, highest)
