"""The way of the data as a graph: deliveries, staging frames, seeds, dbt models, published tables.

Belongs here: which node is made from which, read from the models of the dbt project. Drawing it stands in `drawing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipelines.settings import DBT_PROJECT_DIR, SEEDS_DIR

_REF = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")
_SOURCE = re.compile(r"source\(\s*'(\w+)'\s*,\s*'(\w+)'\s*\)")
# Where the parquet or CSV of a dbt source comes from.
_ORIGINS = {
    "staging_frames": "data/raw",
    "curation": "data/curation",
    "reference_data": "data/reference",
    "dictionary": "dbt_project/models",
}
KINDS = ("origin", "source", "seed", "stg", "int", "dim", "fct", "rpt")


@dataclass(frozen=True)
class Node:
    """One thing that data passes through: its name, kind (one of `KINDS`), and the names that it is made from."""

    name: str
    kind: str
    inputs: tuple[str, ...]


@cache
def read_graph() -> dict[str, Node]:
    """Return name -> node of the whole project, inputs before what is made of them."""
    nodes: dict[str, Node] = {}
    for path in sorted(SEEDS_DIR.glob("*.csv")):
        nodes[path.stem] = Node(path.stem, "seed", ())
    for path in sorted((DBT_PROJECT_DIR / "models").rglob("*")):
        if path.suffix not in (".sql", ".py"):
            continue
        model = path.read_text(encoding="utf-8")
        inputs = set(_REF.findall(model)) - {path.stem}
        for source, table in _SOURCE.findall(model):
            name = f"{source.removesuffix('_frames').removesuffix('_data')}/{table}"
            nodes[_ORIGINS[source]] = Node(_ORIGINS[source], "origin", ())
            nodes[name] = Node(name, "source", (_ORIGINS[source],))
            inputs.add(name)
        nodes[path.stem] = Node(path.stem, path.stem.split("_")[0], tuple(sorted(inputs)))
    return {name: nodes[name] for name in _ordered(nodes)}


def upstream(names: Iterable[str], graph: dict[str, Node]) -> set[str]:
    """Return the nodes and all that they are made from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name].inputs
    return found


def without_unused_seeds(graph: dict[str, Node]) -> dict[str, Node]:
    """Return the graph without seeds that no model reads: the parser alone reads those."""
    used = {name for node in graph.values() for name in node.inputs}
    return {name: node for name, node in graph.items() if node.kind != "seed" or name in used}


def _ordered(nodes: dict[str, Node]) -> list[str]:
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in done:
            for each in nodes[name].inputs:
                visit(each)
            done[name] = None

    for name in nodes:
        visit(name)
    return list(done)
