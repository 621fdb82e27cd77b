"""The tables of docs/benchmarks.md, written between markers from the results of runs, so that no figure is typed by hand.

Belongs here: which tables stand at which marker. What a person wrote round them stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.goals import judge, load_goals
from benchmarks.results import Results
from benchmarks.table import compare_table, error_table, fixed_table, goals_table, refresh_table, stage_table

MARKERS = ("run", "goals", "stages", "refreshes", "fixed", "compare", "errors")
_BLOCK = re.compile(r"(<!-- bench:(\w+) -->\n).*?(<!-- bench:end -->)", re.DOTALL)


def fill(text: str, blocks: Mapping[str, str]) -> str:
    """Put blocks between their markers; those of which there is none now stay as they are.

    Raises:
        ValueError: a block has no marker in the text, or a marker is unknown.
    """
    found = [match[2] for match in _BLOCK.finditer(text)]
    missing = [name for name in blocks if name not in found]
    unknown = [name for name in found if name not in MARKERS]
    if missing or unknown:
        raise ValueError(f"markers <!-- bench:NAME -->: {missing} have none, {unknown} are unknown")
    return _BLOCK.sub(lambda m: f"{m[1]}{blocks[m[2]]}\n{m[3]}" if m[2] in blocks else m[0], text)


def run_blocks(record: Mapping[str, Any], results: Results) -> dict[str, str]:
    """The blocks of `make bench`."""
    judged = [judge(goal, results) for goal in load_goals()]
    stages = []
    for case in results.cases():
        for n in results.sizes(case):
            stages.append(f"**{case}, {n:,} documents**\n\n{stage_table(results, case, n).barred()}\n")
    return {
        "run": run_words(record),
        "goals": goals_table(judged).barred(),
        "stages": "\n".join(stages).rstrip(),
        "refreshes": refresh_table(results).barred(),
        "fixed": fixed_table(results).barred(),
    }


def compare_blocks(record: Mapping[str, Any]) -> dict[str, str]:
    """The blocks of `make bench-compare`."""
    compared = record["compared"]
    versions = ", ".join(
        f"{tool} {found['version']}" for tool, found in compared["tools"].items() if "version" in found
    )
    head = f"{run_words(record)} {compared['pages_a_group']} pages a group; {versions}."
    tools = [tool for tool, found in compared["tools"].items() if found.get("errors")]
    errors = [f"**{tool}**\n\n{error_table(compared, tool).barred()}\n" for tool in tools]
    return {"compare": f"{head}\n\n{compare_table(compared).barred()}", "errors": "\n".join(errors).rstrip()}


def run_words(record: Mapping[str, Any]) -> str:
    """The command, the commit and the machine of a run in one sentence."""
    machine = record["machine"]
    changed = ", with changes" if machine["changed_since_commit"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    stopped = "" if record.get("finished", True) else " The run was stopped before its last stage."
    return (
        f"`{record['command']}` at commit `{machine['commit'][:12]}`{changed}, {record['started_at'][:10]}: "
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['disk']['filesystem']}, "
        f"Python {machine['python']}, {versions}; load average at the start {machine['load_average'][0]}.{stopped}"
    )
