"""`python -m tests.reliability --kills 100 --seed 1 --out FOLDER`: kill whole refreshes and look at what each leaves.

Two warehouses side by side (`--lanes`). After each kill the published warehouse is looked at, and one refresh is left to its
end: it has to come to exactly what an undisturbed one comes to, and to leave the same files.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.reliability.lane import SECOND, Lane, draw_moment
from tests.reliability.moments import MOMENTS
from tests.reliability.published import Result, look

# Of the refreshes that are left to their end, every eighth runs dbt itself; the others may replay it.
_DBT_EVERY = 8
# The share of kills that strike at any second; the others strike shortly after a moment.
_ANY_TIME = 0.3
# From this moment on, what dbt has to do may be replayed.
_AFTER_DBT = 4


class Campaign:
    """One lane: its undisturbed results, its kills, its log."""

    def __init__(self, folder: Path, seed: int, log: Path) -> None:
        self.lane, self.chance, self.log = Lane(folder), random.Random(seed), log
        self.results: dict[bool, Result] = {}
        self.files: list[str] = []
        self.seconds = 60.0
        self.second = False

    def prepare(self) -> None:
        """Refresh undisturbed, without the second delivery and with it."""
        for second in (False, True):
            self.lane.deliver(second)
            code, out, self.seconds = self.lane.refresh()
            assert code == 0, out
            result = look(self.lane.warehouse)
            assert result is not None
            self.results[second] = result
        self.second, self.files = True, self.lane.files()
        self.write(undisturbed_seconds=round(self.seconds, 1), files=len(self.files))

    def expected_files(self) -> list[str]:
        """The files of an undisturbed refresh: the second delivery has staging of its own."""
        stems = (f"staging/{SECOND}", "第", "=E7=AC=AC")
        return [path for path in self.files if self.second or not any(stem in path for stem in stems)]

    def kill(self, number: int) -> None:
        """Kill one refresh and look."""
        if look(self.lane.warehouse) == self.results[self.second]:
            self.second = not self.second
            self.lane.deliver(self.second)
        aimed = self.chance.random() >= _ANY_TIME
        slower = max(1.0, self.seconds / 45)
        name, seconds = draw_moment(self.chance, slower) if aimed else (None, self.chance.uniform(0, self.seconds))
        spare = self.chance.random() < 0.15
        replay = name is not None and MOMENTS.index(next(m for m in MOMENTS if m[0] == name)) >= _AFTER_DBT
        moment, lasted = self.lane.kill_at(name, seconds, spare, replay)
        result = look(self.lane.warehouse)
        seen = next(
            (("new" if side == self.second else "old") for side, r in self.results.items() if r == result), "MIX"
        )
        self.write(
            kill=number,
            aimed=name,
            moment=moment,
            seconds=round(lasted, 2),
            children_spared=spare,
            dbt="replayed" if replay else "run",
            seen=seen,
        )
        assert seen != "MIX", f"after kill {number} neither the old nor the new release is published"

    def verify(self, number: int, replay: bool) -> None:
        """Refresh to the end and compare with an undisturbed refresh."""
        code, out, seconds = self.lane.refresh(replay)
        assert code == 0, out
        is_kept = " stays." in out
        self.seconds = self.seconds if replay or is_kept else seconds
        result = look(self.lane.warehouse)
        assert result is not None
        faults = result.differences(self.results[self.second])
        files, expected = self.lane.files(), self.expected_files()
        more, less = sorted(set(files) - set(expected)), sorted(set(expected) - set(files))
        counts = {path: n for path, n in Counter(files).items() if n > Counter(expected)[path] > 0}
        unfinished = self.lane.unfinished_runs()
        self.write(
            verified=number, seconds=round(seconds, 1), replayed=replay, nothing_to_build=is_kept, differs=faults,
            left=more, missing=less, more_often=counts, unfinished_runs=unfinished,
        )  # fmt: skip
        assert not faults, faults
        assert (more, less, counts, unfinished) == ([], [], {}, 0), (more, less, counts, unfinished)

    def write(self, **entry: Any) -> None:
        """Add a line to the log."""
        with self.log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"at": time.strftime("%H:%M:%S"), **entry}, ensure_ascii=False) + "\n")

    def begin_as(self, other: Campaign) -> None:
        """Begin with a copy of another lane's warehouse and Dagster, and its results."""
        for name in ("raw", "warehouse", "dagster"):
            shutil.copytree(other.lane.folder / name, self.lane.folder / name, symlinks=True, dirs_exist_ok=True)
        self.results, self.second, self.files, self.seconds = other.results, other.second, other.files, other.seconds

    def run(self, kills: int, every: int) -> str:
        """Kill so many refreshes under a reader, each so many verified; return what the reader says."""
        with self.lane.reader() as told:
            for number in range(1, kills + 1):
                self.kill(number)
                if number % every == 0 or number == kills:
                    self.verify(number, replay=number != kills and number // every % _DBT_EVERY != 0)
        self.write(reader=told[0])
        return told[0]


def main() -> int:
    """Run the lanes; 1 where one found a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description="Kill whole refreshes.")
    parser.add_argument("--kills", type=int, default=100, help="in all lanes together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument(
        "--verify-every", type=int, default=1, help="kills in a row before a refresh is left to its end"
    )
    parser.add_argument("--out", type=Path, required=True, help="a folder for the warehouses and the log")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    lanes = [Campaign(given.out / f"lane{n}", given.seed + n, given.out / f"lane{n}.jsonl") for n in range(given.lanes)]
    each = -(-given.kills // given.lanes)
    before = {path.name for path in Path("/dev/shm").iterdir()}
    lanes[0].prepare()
    for lane in lanes[1:]:
        lane.begin_as(lanes[0])
    with ThreadPoolExecutor(given.lanes) as pool:
        for told in pool.map(lambda lane: lane.run(each, given.verify_every), lanes):
            print(f"reader: {told} (rounds, releases seen)")
    entries = [json.loads(line) for lane in lanes for line in lane.log.read_text(encoding="utf-8").splitlines()]
    kills = [entry for entry in entries if "kill" in entry]
    print(f"{len(kills)} kills; seen after them: {dict(Counter(e['seen'] for e in kills))}")
    print(f"moments: {dict(Counter(e['moment'] for e in kills))}")
    print(f"verified refreshes: {sum('verified' in entry for entry in entries)}")
    print(f"new in /dev/shm: {sorted({path.name for path in Path('/dev/shm').iterdir()} - before)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
