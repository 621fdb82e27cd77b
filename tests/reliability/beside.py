"""`python -m tests.reliability.beside --out FOLDER`: refreshes from the command line beside runs such as the sensor of `make dev` starts.

A run of the daemon does not take the lock of the command line. Both must end well, under a reader, and what is published
at the end is what a refresh alone gives.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from pipelines.settings import PROJECT_DIR
from tests.reliability.lane import Lane
from tests.reliability.published import look


def start_job(lane: Lane, job: str) -> subprocess.Popen[str]:
    """Start a job as the daemon does: in a process of its own, through the executor of the definitions."""
    dagster = str(Path(sys.executable).with_name("dagster"))
    return subprocess.Popen(
        [dagster, "job", "execute", "-m", "pipelines.definitions", "-j", job],
        cwd=PROJECT_DIR,
        env=lane.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> int:
    """Run both at once, some times; raise where one fails or the results differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.beside", description="Two refreshes at once.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    lane, results = Lane(given.out / "lane"), {}
    for second in (False, True):
        lane.deliver(second)
        code, out, _ = lane.refresh()
        assert code == 0, out
        results[second] = look(lane.warehouse)
    with lane.reader() as told:
        for number in range(given.rounds):
            second = number % 2 == 1
            lane.deliver(second)
            beside = start_job(lane, "build_warehouse")
            first, then = lane.start(), lane.start()
            ended = {
                name: (p.communicate()[0], p.returncode) for name, p in (("1", first), ("2", then), ("job", beside))
            }
            assert [code for _, code in ended.values()] == [0, 0, 0], ended
            assert sum("is at work on" in out for out, _ in ended.values()) >= 1, "nobody said that it waits"
            assert look(lane.warehouse) == results[second]
    print(f"{given.rounds} rounds of three at once; reader: {told[0]} (rounds, releases seen)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
