"""`python -m benchmarks run|compare|record|page`: measure, compare with other tools, keep a run, write the page.

Belongs here: options and files. `make bench`, `bench-compare`, `bench-record` and `bench-page` call it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.chart import compare_chart, stages_chart
from benchmarks.compare.running import compare
from benchmarks.deliveries import Case, parse_case
from benchmarks.goals import judge, load_goals
from benchmarks.history import line_of, moved_since, read_history, record
from benchmarks.machine import describe_machine, memory_limit_gib
from benchmarks.measure import Limits
from benchmarks.page import compare_blocks, fill, run_blocks, run_words
from benchmarks.results import Measured, Results
from benchmarks.running import Bench, measure_case, measure_fixed
from benchmarks.table import compare_table, fixed_table, goals_table, moved_table, refresh_table, stage_table
from pipelines.settings import PROJECT_DIR, load_settings

_CASES = "text-shard html-shard mixed-shard text-files mixed-files"
_PAGE = PROJECT_DIR / "docs" / "benchmarks.md"
_CHARTS = _PAGE.parent / "charts"
_MANY_FILES = 50_000


def main(arguments: list[str]) -> int:
    """Do one of the four things; 1 where a stage failed or nothing was there to work on."""
    # Whoever ends this process ends the stage that it runs, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(os.environ.get("BENCH_DIR") or load_settings().warehouse_dir / "bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    commands = {"run": run, "compare": compare_tools, "record": keep, "page": write_page}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"python -m benchmarks {'|'.join(commands)}", file=sys.stderr)
        return 1
    return commands[arguments[0]](folder)


def run(folder: Path) -> int:
    """Measure all cases at all sizes, print and write what came out."""
    sizes = sorted(int(n) for n in _words("BENCH_N", "1000 10000 100000"))
    cases = [parse_case(name) for name in _words("BENCH_CASES", _CASES)]
    whole = _words("BENCH_WHOLE", "text-shard")
    seconds = float(os.environ.get("BENCH_TIMEOUT") or 7200)
    gib = float(os.environ.get("BENCH_MEMORY_GIB") or memory_limit_gib())
    processes = int(os.environ.get("BENCH_WORKERS") or os.cpu_count() or 1)
    bench = Bench(folder, processes, Limits(seconds, int(gib * 2**30)), _say)
    machine, started_at = describe_machine(folder), _now()
    print(f"Measuring in {folder}: {' '.join(case.name for case in cases)} at {', '.join(f'{n:,}' for n in sizes)}")
    _say_many_files(cases, sizes)
    kept: dict[str, Any] = {"command": _command("bench"), "started_at": started_at, "machine": machine}
    measured: list[Measured] = []
    for one in _measure_all(bench, cases, sizes, whole):
        measured.append(one)
        # Hours of measuring are not to be lost with their last minute.
        _write_json(folder / "results.json", kept | {"finished": False, "measured": [asdict(m) for m in measured]})
    kept |= {"finished": True, "measured": [asdict(one) for one in measured]}
    results = Results(measured)
    _write_json(folder / "results.json", kept)
    (folder / "stages.svg").write_text(stages_chart(results), encoding="utf-8")
    print(f"\n{results_words(kept, results)}\n\nwritten: {folder / 'results.json'} and {folder / 'stages.svg'}")
    return 1 if any(one.problem for one in measured) else 0


def _measure_all(bench: Bench, cases: list[Case], sizes: list[int], whole: list[str]) -> Iterator[Measured]:
    """All cases at a size before any at the next: who stops early has the small sizes of all."""
    yield from measure_fixed(bench)
    failed: set[str] = set()
    for n in sizes:
        # What fails at a size fails at a larger one.
        for case in [case for case in cases if case.name not in failed]:
            for one in measure_case(bench, case, n, case.name in whole):
                if one.problem:
                    failed.add(case.name)
                yield one


def results_words(kept: dict[str, Any], results: Results) -> str:
    """All tables of a run as text."""
    parts = [run_words(kept)]
    for case in results.cases():
        for n in results.sizes(case):
            parts.append(f"{case}, {n:,} documents\n{stage_table(results, case, n).aligned()}")
    parts += [f"whole refreshes\n{refresh_table(results).aligned()}", f"five reports\n{fixed_table(results).aligned()}"]
    before, moved = moved_since(line_of(results, kept["machine"], kept["started_at"]), read_history())
    if before is None:
        parts.append("No run of this kind is recorded: `make bench-record` records this one.")
    else:
        parts.append(f"since {before['at'][:10]}, commit {before['commit'][:12]}\n{moved_table(moved).aligned()}")
    judged = [judge(goal, results) for goal in load_goals()]
    return "\n\n".join([*parts, f"goals\n{goals_table(judged).aligned()}"])


def compare_tools(folder: Path) -> int:
    """Read the same pages with other tools, print and write what came out."""
    n = int(os.environ.get("BENCH_PAGES") or 200)
    kept: dict[str, Any] = {"command": _command("bench-compare"), "started_at": _now()}
    kept["machine"] = describe_machine(folder)
    kept["compared"] = compare(n, folder, lambda words: print(words, flush=True))
    _write_json(folder / "compare.json", kept)
    (folder / "compare.svg").write_text(compare_chart(kept["compared"]), encoding="utf-8")
    print(f"\n{compare_table(kept['compared']).aligned()}\n\nwritten: {folder / 'compare.json'} and compare.svg")
    return 0


def keep(folder: Path) -> int:
    """Record the last run in the history."""
    kept = _read_json(folder / "results.json", "bench")
    results = Results(Measured(**one) for one in kept["measured"])
    is_new = record(line_of(results, kept["machine"], kept["started_at"]))
    print("recorded in benchmarks/history.jsonl" if is_new else "this run is recorded already")
    return 0


def write_page(folder: Path) -> int:
    """Write the tables and charts of the last run and of the last comparison into the page; what was not run stays."""
    blocks: dict[str, str] = {}
    if (folder / "results.json").is_file():
        kept = _read_json(folder / "results.json", "bench")
        results = Results(Measured(**one) for one in kept["measured"])
        blocks |= run_blocks(kept, results)
        (_CHARTS / "bench-stages.svg").write_text(stages_chart(results) + "\n", encoding="utf-8")
    if (folder / "compare.json").is_file():
        kept = _read_json(folder / "compare.json", "bench-compare")
        blocks |= compare_blocks(kept)
        (_CHARTS / "bench-compare.svg").write_text(compare_chart(kept["compared"]) + "\n", encoding="utf-8")
    if not blocks:
        raise SystemExit(f"There is nothing in {folder}: run `make bench` or `make bench-compare` first.")
    _PAGE.write_text(fill(_PAGE.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    print(f"written: {_PAGE.relative_to(PROJECT_DIR)} with its charts")
    return 0


def _words(variable: str, default: str) -> list[str]:
    return (os.environ.get(variable) or default).split()


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _command(target: str) -> str:
    """The command that gives the same again, with the knobs that were set."""
    knobs = ("BENCH_N", "BENCH_CASES", "BENCH_WHOLE", "BENCH_PAGES")
    given = [f'{name}="{os.environ[name]}" ' for name in knobs if os.environ.get(name)]
    return "".join([*given, f"make {target}"])


def _say(measured: Measured) -> None:
    came_to = measured.problem or f"{measured.wall:,.2f} s wall, {measured.cpu:,.2f} s CPU"
    print(f"  {measured.case} {measured.n:,} {measured.stage}: {came_to}", flush=True)


def _say_many_files(cases: list[Case], sizes: list[int]) -> None:
    if any(case.form == "files" for case in cases) and max(sizes) >= _MANY_FILES:
        print(f"  loose files: {max(sizes):,} inodes are taken while such a case runs, and given back behind it")


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_json(path: Path, target: str) -> dict[str, Any]:
    if not path.is_file():
        raise SystemExit(f"There is no {path}: run `make {target}` first.")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
