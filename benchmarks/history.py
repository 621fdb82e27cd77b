"""The history of runs (`history.jsonl`): one line a recorded run, its ratios to the floor, its commit and machine.

Belongs here: writing a line, finding the last one of the same kind, how ratios moved. Seconds of different machines are
never compared, ratios to the floor of the same run are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import FIXED, Results

HISTORY = Path(__file__).with_name("history.jsonl")
# A ratio that moves by less is taken for noise.
_NOISE = 0.05


@dataclass(frozen=True)
class Moved:
    """A ratio of this run beside that of the last recorded run of its kind."""

    name: str
    before: float
    now: float

    @property
    def change(self) -> float:
        """By which part it grew; below 0 it has become faster."""
        return self.now / self.before - 1

    @property
    def word(self) -> str:
        """faster, slower, as before."""
        if abs(self.change) < _NOISE:
            return "as before"
        return "slower" if self.change > 0 else "faster"


def ratios_of(results: Results) -> dict[str, float]:
    """`case/size/stage` -> multiple of the floor, of all stages that have one."""
    found = {}
    for measured in results.measured:
        ratio = results.ratio(measured)
        if measured.case != FIXED and measured.stage != "floor" and ratio is not None:
            found[f"{measured.case}/{measured.n}/{measured.stage}"] = round(ratio, 2)
    return found


def kind_of(results: Results) -> str:
    """What was run: cases with their sizes. Only runs of the same kind are compared."""
    return " ".join(f"{case}@{','.join(map(str, results.sizes(case)))}" for case in results.cases())


def line_of(results: Results, machine: dict[str, Any], started_at: str) -> dict[str, Any]:
    """Return what is recorded of a run."""
    kept = ("commit", "changed_since_commit", "processor", "cores", "load_average")
    facts = {name: machine[name] for name in kept}
    return {"at": started_at, "kind": kind_of(results), **facts, "ratios": ratios_of(results)}


def record(line: dict[str, Any], file: Path = HISTORY) -> bool:
    """Append a line, unless the same run is recorded already; say whether it was appended.

    Raises:
        ValueError: a line of the file is damaged; the message names it.
    """
    if line in read_history(file):
        return False
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return True


def read_history(file: Path = HISTORY) -> list[dict[str, Any]]:
    """Return the recorded runs, oldest first.

    Raises:
        ValueError: a line is damaged; the message names file and line.
    """
    if not file.is_file():
        return []
    found = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(json.loads(text))
        except ValueError as error:
            raise ValueError(f"{file}:{number}: no JSON ({error}): remove the line or mend it") from None
    return found


def moved_since(line: dict[str, Any], history: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, list[Moved]]:
    """Return the last recorded run of the same kind, None where there is none, and how each ratio moved since."""
    before = next((old for old in reversed(history) if old["kind"] == line["kind"] and old != line), None)
    if before is None:
        return None, []
    shared = [name for name in line["ratios"] if name in before["ratios"]]
    return before, [Moved(name, before["ratios"][name], line["ratios"][name]) for name in shared]
