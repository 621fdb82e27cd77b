"""Where the time after staging goes: dbt node by node, then each step of the publication, with CPU time and memory.

Belongs here: measuring a warehouse folder whose staging is there. `python -m tests.scaling.measure WAREHOUSE [--tests]`
"""

from __future__ import annotations

import argparse
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.publishing.database import begin_build, finish_build
from pipelines.publishing.dbt_environment import dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.publishing.exports import write_exports
from pipelines.publishing.releasing import draft_release, publish_release
from pipelines.publishing.workbook.writing import write_workbook
from pipelines.settings import DBT_PROJECT_DIR, Settings, load_settings


@dataclass
class Measures:
    """What was measured, by name, in order: seconds of CPU and of the clock, the most memory, the most on disk."""

    scratch: Path
    rows: list[tuple[str, float, float, float, float]] = field(default_factory=list)
    most: list[float] = field(default_factory=lambda: [0.0, 0.0])
    open: dict[str, tuple[float, float]] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        """Note the start of a part."""
        self.most = [0.0, 0.0]
        self.open[name] = (_cpu(), time.monotonic())

    def end(self, name: str) -> None:
        """Note the end of a part; one that never began took nothing."""
        cpu, clock = self.open.pop(name, (_cpu(), time.monotonic()))
        self._look()
        row = (name, _cpu() - cpu, time.monotonic() - clock, self.most[0], self.most[1])
        self.rows.append(row)
        print(_line(row), flush=True)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        self.begin(name)
        try:
            yield
        finally:
            self.end(name)

    def watch(self) -> None:
        """Look at memory and scratch files from another thread, for as long as this process lives."""

        def look() -> None:
            while True:
                self._look()
                time.sleep(0.1)

        threading.Thread(target=look, daemon=True).start()

    def _look(self) -> None:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
        self.most[0] = max(self.most[0], pages * resource.getpagesize() / 2**30)
        self.most[1] = max(self.most[1], _size(self.scratch) / 2**30)


def _line(row: tuple[str, float, float, float, float]) -> str:
    name, cpu, clock, memory, disk = row
    return f"{name[:90]:<90} {cpu:>8.1f} {clock:>8.1f} {memory:>6.2f} {disk:>6.2f}"


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except OSError:
            continue
    return total


def run_dbt(settings: Settings, database: Path, measures: Measures, arguments: list[str]) -> None:
    """Run dbt in this process, one node after the other, so that the CPU time of each can be told.

    Raises:
        RuntimeError: a node failed; the message names it.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 (slow to import)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    os.environ.update(dbt_environment(settings, database))

    def note(event: Any) -> None:
        name = getattr(getattr(event.data, "node_info", None), "node_name", "")
        if event.info.name == "NodeStart":
            measures.begin(name)
        elif event.info.name == "NodeFinished":
            measures.end(name)

    folders = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
    target = [
        "--target-path",
        str(settings.warehouse_dir / "target"),
        "--log-path",
        str(settings.warehouse_dir / "logs"),
    ]
    result = dbtRunner(callbacks=[note]).invoke([*arguments, *folders, *target, "--quiet"])
    # The database is opened otherwise by what comes after.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not result.success:
        failed = [r for r in getattr(result.result, "results", []) if r.status not in ("success", "pass", "skipped")]
        raise RuntimeError(f"{result.exception or ''} " + "; ".join(f"{r.node.name}: {r.message}" for r in failed))


def measure(settings: Settings, with_tests: bool, threads: int, publish: bool) -> Measures:
    """Build from staging and publish; print each part as it ends."""
    measures = Measures(settings.build_dir)
    measures.watch()
    ensure_sources(settings)
    database = begin_build(settings, "measured")
    command = ["build", "--exclude-resource-type", "unit_test"] if with_tests else ["run"]
    if not with_tests:
        run_dbt(settings, database, measures, ["seed"])
    with measures.part("TOTAL dbt") if threads > 1 else nullcontext():
        run_dbt(settings, database, measures, [*command, "--threads", str(threads)])
    print(f"database as built: {database.stat().st_size / 2**30:.2f} GiB")
    if not publish:
        return measures
    with measures.part("finish_build"):
        finish_build(database)
    print(f"database as finished: {database.stat().st_size / 2**30:.2f} GiB")
    with draft_release(settings, database) as draft:
        with measures.part("write_exports"):
            write_exports(draft.database, draft.exports)
        with measures.part("write_workbook"):
            write_workbook(draft.database, draft.exports, settings)
        with measures.part("publish_release"):
            publish_release(settings, draft)
    return measures


def main() -> None:
    """Read the command line, measure, print the parts by CPU time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--tests", action="store_true", help="run dbt's tests too")
    parser.add_argument("--threads", type=int, default=1, help="dbt's threads; above 1 only the whole of dbt is told")
    parser.add_argument("--no-publishing", action="store_true")
    given = parser.parse_args()
    os.environ["GID_WAREHOUSE_DIR"] = str(given.warehouse.resolve())
    measures = measure(load_settings(), given.tests, given.threads, not given.no_publishing)
    print(f"{'part':<90} {'CPU s':>8} {'clock s':>8} {'GiB':>6} {'disk':>6}")
    print("the parts, by CPU time:")
    rows = sorted(measures.rows, key=lambda row: -row[1])
    for row in rows:
        if row[2] >= 0.05:
            print(_line(row))
    parts = [row for row in rows if not row[0].startswith("TOTAL")]
    cpu, clock, most = sum(row[1] for row in parts), sum(row[2] for row in parts), max(row[3] for row in parts)
    print(f"{'all parts':<90} {cpu:>8.1f} {clock:>8.1f} {most:>6.2f}")


if __name__ == "__main__":
    main()
