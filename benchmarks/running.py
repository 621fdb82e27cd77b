"""One case at one size: the delivery is laid out, every stage runs on it in its own process, and what was built is removed.

Belongs here: the order, the folders, what is left out after a failure. What the figures mean stands in `results`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.deliveries import Case, deliver, deliver_founding
from benchmarks.measure import Limits, Run, run_measured
from benchmarks.project import STEPS
from benchmarks.results import BUILDING, FIXED, INCREMENT, INGESTING, REFRESHES, Measured
from pipelines.settings import PROJECT_DIR

# The increment is drawn from numbers that no delivery of a benchmark reaches.
_INCREMENT = range(50_000_000, 50_000_000 + INCREMENT)


@dataclass(frozen=True)
class Bench:
    """Where a benchmark works and within which limits."""

    folder: Path
    processes: int
    limits: Limits
    report: Callable[[Measured], None]


def measure_fixed(bench: Bench) -> Iterator[Measured]:
    """All stages and a whole refresh of the five founding reports: what no number of documents makes smaller."""
    with _work(bench, FIXED, deliver_founding) as work:
        if (yield from _steps(bench, work, FIXED, 5, [*INGESTING, *BUILDING])):
            return
    with _work(bench, FIXED, deliver_founding) as work:
        yield from _refreshes(bench, work, FIXED, 5, ["whole"])


def measure_case(bench: Bench, case: Case, n: int, is_whole: bool) -> Iterator[Measured]:
    """The stages of a case at a size: those of reading a delivery, or all and three refreshes with them."""

    def lay_out(raw_dir: Path) -> Path:
        return deliver(case, range(n), raw_dir, bench.folder, bench.processes)

    with _work(bench, f"{case.name}-{n}", lay_out) as work:
        steps = ["floor", *INGESTING, *(BUILDING if is_whole else ())]
        failed = yield from _steps(bench, work, case.name, n, steps)
    if not is_whole or failed:
        return
    with _work(bench, f"{case.name}-{n}", lay_out) as work:
        failed = yield from _refreshes(bench, work, case.name, n, REFRESHES[:2])
        if not failed:
            deliver(case, _INCREMENT, work / "raw", bench.folder, bench.processes)
            yield from _refreshes(bench, work, case.name, n, REFRESHES[2:])


@contextmanager
def _work(bench: Bench, name: str, lay_out: Callable[[Path], Path]) -> Iterator[Path]:
    """A folder with a laid-out delivery, removed at the end."""
    work = bench.folder / "work" / name
    shutil.rmtree(work, ignore_errors=True)
    try:
        (work / "raw").mkdir(parents=True)
        (work / "warehouse").mkdir()
        lay_out(work / "raw")
        yield work
    finally:
        # Published releases are protected from writing, not from their owner.
        _make_writable(work)
        shutil.rmtree(work)


def _make_writable(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _environment(work: Path) -> dict[str, str]:
    """The environment of a stage: folders of its own, and none of the knobs that point a warehouse elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DAGSTER_HOME", "GID_CURATION_DIR")}
    return {
        **kept,
        "GID_RAW_DIR": str(work / "raw"),
        "GID_WAREHOUSE_DIR": str(work / "warehouse"),
        "PYTHONUTF8": "1",
        "DO_NOT_TRACK": "1",
    }


def _steps(bench: Bench, work: Path, case: str, n: int, steps: list[str]) -> Generator[Measured, None, bool]:
    """Run steps one after the other until one fails; the generator's value says whether one did."""
    result = work / "result.json"
    for step in [name for name in STEPS if name in steps]:
        result.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.step", step, str(result)]
        run = run_measured(command, _environment(work), bench.limits, PROJECT_DIR)
        if run.problem:
            yield _reported(bench, _failed(case, n, step, run))
            return True
        own = json.loads(result.read_text(encoding="utf-8"))
        yield _reported(bench, Measured(case, n, step, own["documents"], own["wall"], own["cpu"], run.peak_bytes))
    return False


def _refreshes(bench: Bench, work: Path, case: str, n: int, names: list[str]) -> Generator[Measured, None, bool]:
    """Run `make warehouse` as a user does, as often as there are names for it."""
    for name in names:
        run = run_measured(["make", "--no-print-directory", "warehouse"], _environment(work), bench.limits, PROJECT_DIR)
        if run.problem:
            yield _reported(bench, _failed(case, n, name, run))
            return True
        documents = n + INCREMENT if name == "increment" else n
        yield _reported(bench, Measured(case, n, name, documents, run.wall, run.cpu, run.peak_bytes))
    return False


def _failed(case: str, n: int, stage: str, run: Run) -> Measured:
    return Measured(case, n, stage, n, run.wall, run.cpu, run.peak_bytes, run.problem)


def _reported(bench: Bench, measured: Measured) -> Measured:
    bench.report(measured)
    return measured
