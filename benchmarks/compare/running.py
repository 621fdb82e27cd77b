"""The comparison: the same pages through every tool, each in its own environment, judged by the same rules.

Belongs here: installing the other tools, running all, collecting. What they do with a page stands in `tool`.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

import pipelines
from benchmarks.compare.judging import TABLES, Slip, judge_page
from benchmarks.compare.pages import GROUPS, draw_pages
from benchmarks.measure import Clock
from pipelines.documents.deliveries import find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.settings import PROJECT_DIR, load_settings
from tests.rendering.corpus import RenderedDocument
from tests.rendering.truth import Key

OURS = "gid_warehouse"
TOOLS = ("pandas", "pandas_filled", "markitdown")
_SLIPS_SHOWN = 4
Claims = dict[str, dict[Key, float]]


def compare(n: int, bench_dir: Path, report: Callable[[str], None]) -> dict[str, Any]:
    """Return, by tool: version, documents a second of processor time, counts by group, a sample of its errors."""
    python = install_tools(bench_dir, report)
    pages = list(draw_pages(n))
    report(f"{len(pages)} pages in {len(GROUPS)} groups are drawn")
    tools: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=bench_dir) as folder:
        work = Path(folder)
        _write_pages(pages, work / "documents.jsonl")
        claims, seconds = read_ours(pages, work)
        tools[OURS] = _judged(pages, claims, seconds, pipelines.__version__)
        report(f"{OURS} has read them")
        for tool in TOOLS:
            problem = _run_tool(python, tool, work)
            if problem:
                tools[tool] = {"problem": problem}
                report(f"{tool} could not be run: {problem}")
                continue
            head, claims = _read_claims(work / f"{tool}.jsonl")
            tools[tool] = _judged(pages, claims, head["seconds"], head["version"])
            report(f"{tool} has read them")
    return {"pages_a_group": n, "groups": list(GROUPS), "tools": tools}


def install_tools(bench_dir: Path, report: Callable[[str], None]) -> Path:
    """Make the environment of the other tools below the bench folder, once for a list of them; return its Python."""
    wanted = wanted_packages()
    folder = bench_dir / "compare-venv"
    python, note = folder / "bin" / "python", folder / "installed.txt"
    if note.is_file() and note.read_text(encoding="utf-8") == "\n".join(wanted):
        return python
    report(f"installing {', '.join(wanted)} into {folder} …")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no reason was given"]
            raise SystemExit(
                f"The tools to compare with cannot be installed here: {lines[-1]}\n"
                "They need a package index, or a folder of wheels (PIP_NO_INDEX=1 PIP_FIND_LINKS=<folder> make bench-compare). "
                "`make bench` and all else go on without them."
            )
    note.write_text("\n".join(wanted), encoding="utf-8")
    return python


def wanted_packages() -> list[str]:
    """The packages of the extra `bench`, which nobody else needs."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["optional-dependencies"]["bench"])


def read_ours(pages: list[tuple[str, RenderedDocument]], work: Path) -> tuple[Claims, float]:
    """Our own figures of the pages, from the staging cells of a delivery of files, and the processor seconds."""
    raw = work / "raw"
    for name, chosen in (("warm", pages[:3]), ("pages", pages)):
        (raw / name).mkdir(parents=True)
        for _, document in chosen:
            (raw / name / document.name).write_bytes(document.content)
    settings = replace(load_settings(), raw_dir=raw, warehouse_dir=work / "warehouse")
    pages_delivery, warm = find_deliveries(raw)
    parse_delivery(warm, settings)
    clock = Clock()
    with clock.running():
        frames = parse_delivery(pages_delivery, settings)
    names = frames["documents"].select("document_id", name=pl.col("source_path").str.extract(r"([^/]+)$"))
    claims: Claims = {}
    for row in frames["cells"].join(names, on="document_id").iter_rows(named=True):
        if row["table_key"] in TABLES and row["value"] is not None:
            name = row["name"]
            claims.setdefault(name, {})[row["table_key"], row["row_key"], row["column_key"]] = row["value"]
    return claims, clock.cpu


def _write_pages(pages: list[tuple[str, RenderedDocument]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for _, document in pages:
            line = {"name": document.name, "content": base64.b64encode(document.content).decode()}
            stream.write(json.dumps(line) + "\n")


def _run_tool(python: Path, tool: str, work: Path) -> str:
    """Run a tool over the pages; return why it could not, empty where it could."""
    command = [str(python), "-m", "benchmarks.compare.tool", tool, str(work / "documents.jsonl")]
    done = subprocess.run(
        [*command, str(work / f"{tool}.jsonl")], cwd=PROJECT_DIR, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]


def _read_claims(path: Path) -> tuple[dict[str, Any], Claims]:
    head, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return head, {name: {(t, r, c): value for t, r, c, value in cells} for name, cells in lines}


def _judged(pages: list[tuple[str, RenderedDocument]], claims: Claims, seconds: float, version: str) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    slips: list[Slip] = []
    for group, document in pages:
        counted, more = judge_page(group, document, claims.get(document.name, {}))
        counts[group] += counted
        slips += more
    return {
        "version": version,
        "documents_per_second": len(pages) / seconds,
        "groups": {group: dict(counted) for group, counted in counts.items()},
        "errors": [asdict(slip) for slip in sample_slips(slips)],
    }


def sample_slips(slips: list[Slip]) -> list[Slip]:
    """The first few errors of each kind, one a document."""
    chosen: list[Slip] = []
    seen: set[tuple[str, str]] = set()
    kinds: Counter[str] = Counter()
    for slip in slips:
        if (slip.document, slip.outcome) not in seen and kinds[slip.outcome] < _SLIPS_SHOWN:
            seen.add((slip.document, slip.outcome))
            kinds[slip.outcome] += 1
            chosen.append(slip)
    return chosen
