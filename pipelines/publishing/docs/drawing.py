"""The graph as an SVG picture: one column a layer, lines from what is read to what is made of it.

Belongs here: placing and drawing. Colours and what happens on hovering stand in docs/site (style.css, lineage.js).
"""

from __future__ import annotations

import html
from collections.abc import Callable

from pipelines.publishing.docs.graph import KINDS, Node, upstream

_WIDTH, _GAP, _ROW, _BOX, _TOP = 178, 46, 20, 15, 26
_SWEEPS = 6
_LAYERS_OF_A_CHAIN = 3
_HEADS = {
    "origin": "来源 origin",
    "source": "读取 staging",
    "seed": "读取 staging",
    "stg": "stg",
    "int": "int",
    "dim": "dim · fct",
    "rpt": "rpt",
}


def draw(graph: dict[str, Node], link: Callable[[str], str | None]) -> str:
    """Return the SVG of a graph whose inputs stand before what is made of them; `link` gives a node's address, if any."""
    columns = _columns(graph)
    place = _place(graph, columns)
    width = len(columns) * (_WIDTH + _GAP) - _GAP
    height = _TOP + _ROW * max(len(column) for column in columns)
    lines = [
        f'<svg class="lineage" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    ]
    for index, column in enumerate(columns):
        head = html.escape(_HEADS["dim" if graph[column[0]].kind == "fct" else graph[column[0]].kind])
        lines.append(f'<text class="head" x="{index * (_WIDTH + _GAP)}" y="12">{head}</text>')
    for node in graph.values():
        lines += [_line(place[each], place[node.name], each, node.name) for each in node.inputs if each in place]
    lines += [_box(node, *place[node.name], link(node.name), graph) for node in graph.values()]
    return "\n".join([*lines, "</svg>"])


def _columns(graph: dict[str, Node]) -> list[list[str]]:
    """Layers from left to right; models of one kind that read each other stand in up to three of them."""
    depth: dict[str, int] = {}
    for name, node in graph.items():
        of_int = [depth[each] + 1 for each in node.inputs if node.kind == "int" and graph[each].kind == "int"]
        of_rpt = [depth[each] + 1 for each in node.inputs if node.kind == "rpt" and graph[each].kind == "rpt"]
        depth[name] = max([0, *of_int, *of_rpt])
    # A chain of ten would make the picture too wide to look at: links within a layer are drawn as bows beside it.
    longest = max(depth.values()) + 1
    depth = {name: each * min(longest, _LAYERS_OF_A_CHAIN) // longest for name, each in depth.items()}
    order = {kind: index for index, kind in enumerate(KINDS)} | {"seed": 1, "fct": KINDS.index("dim")}
    keys = sorted({(order[node.kind], depth[name]) for name, node in graph.items()})
    columns = [[name for name, node in graph.items() if (order[node.kind], depth[name]) == key] for key in keys]
    for _ in range(_SWEEPS):
        _sort_by_neighbours(graph, columns)
    return columns


def _sort_by_neighbours(graph: dict[str, Node], columns: list[list[str]]) -> None:
    neighbours: dict[str, set[str]] = {name: set() for name in graph}
    for name, node in graph.items():
        for each in node.inputs:
            if each in neighbours:
                neighbours[name].add(each)
                neighbours[each].add(name)
    height = {name: index / len(column) for column in columns for index, name in enumerate(column)}
    for column in columns:
        middle = {
            name: sum(height[each] for each in neighbours[name]) / len(neighbours[name])
            if neighbours[name]
            else height[name]
            for name in column
        }
        column.sort(key=lambda name: (middle[name], name))
        height.update({name: index / len(column) for index, name in enumerate(column)})


def _place(graph: dict[str, Node], columns: list[list[str]]) -> dict[str, tuple[int, int]]:
    most = max(len(column) for column in columns)
    place = {}
    for index, column in enumerate(columns):
        top = _TOP + (most - len(column)) * _ROW // 2
        for row, name in enumerate(column):
            place[name] = (index * (_WIDTH + _GAP), top + row * _ROW)
    return place


def _line(start: tuple[int, int], end: tuple[int, int], source: str, target: str) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _BOX // 2
    x2, y2 = end[0], end[1] + _BOX // 2
    if start[0] == end[0]:
        shape = f"M{x1} {y1}C{x1 + _GAP // 2} {y1} {x1 + _GAP // 2} {y2} {x1} {y2}"
    else:
        bend = max((x2 - x1) // 2, _GAP // 2)
        shape = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return f'<path d="{shape}" data-from="{html.escape(source)}" data-to="{html.escape(target)}"/>'


def _box(node: Node, x: int, y: int, address: str | None, graph: dict[str, Node]) -> str:
    above = " ".join(sorted(upstream([node.name], graph)))
    shown = node.name if len(node.name) <= 29 else node.name[:28] + "…"
    box = (
        f'<g class="node {node.kind}" data-name="{html.escape(node.name)}" data-up="{html.escape(above)}">'
        f"<title>{html.escape(node.name)}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_BOX}" rx="3"/>'
        f'<text x="{x + 5}" y="{y + 11}">{html.escape(shown)}</text></g>'
    )
    return f'<a href="{html.escape(address)}">{box}</a>' if address else box
