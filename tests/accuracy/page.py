"""The accuracy page: one HTML file without any other file, bars in plain HTML and CSS.

Belongs here: how results look. What they are stands in `tally`, their plain text in `text`.
"""

from __future__ import annotations

from html import escape

from tests.accuracy.tally import FLAGGED, RIGHT, WRONG, WRONG_FLAGGED, Example, Goal, Tally, share
from tests.accuracy.text import EXAMPLE_KINDS, FACTS, groups_like, percent

_COLOURS = {RIGHT: "#4a8f6d", FLAGGED: "#d9b44a", WRONG_FLAGGED: "#d98246", WRONG: "#b3352f"}
_NAMES = {
    RIGHT: "read right",
    FLAGGED: "no value claimed, and a finding or state says so",
    WRONG_FLAGGED: "wrong value, with a finding on its row",
    WRONG: "wrong value, no flag",
}
_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;color:#222;background:#fff;
max-width:1000px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid #ddd}
table{border-collapse:collapse;width:100%}td,th{padding:.15em .6em .15em 0;text-align:left;vertical-align:middle}
th{font-weight:600;color:#555;border-bottom:1px solid #ddd}td.n,th.n{text-align:right;white-space:nowrap}
.bar{display:flex;height:1.05em;min-width:300px;background:#f2f2f2}.bar i{display:block;height:100%}
.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}
.axis{display:flex;justify-content:space-between;color:#777;font-size:.8em;min-width:300px}
.met{color:#2e6b4c}.missed{color:#b3352f;font-weight:600}.small{font-size:.85em}code{font-size:.9em}
"""


def write_page(tally: Tally, goals: list[Goal], head: str) -> str:
    """Return the whole page."""
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Accuracy of reading</title>",
        f"<style>{_STYLE}</style></head><body><h1>Accuracy of reading 读取准确度</h1><p>{escape(head)}</p>",
        _goals(goals),
        f"<p class='key'>Bars are shares of cells:{_key()}</p>",
        _chart(tally, "By layout, undamaged", "plain layout:", "layout"),
        _chart(tally, "By layout, other wording", "varied layout:", "layout"),
        _chart(tally, "By layout, damaged", "damaged layout:", "layout"),
        _chart(tally, "By damage", "damage:", "damage"),
        _chart(tally, "By variation (undamaged)", "variation:", "variation"),
        _facts(tally),
        _golden(tally),
        *(_examples(tally.examples.get(kind, []), title) for kind, title in EXAMPLE_KINDS.items()),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _goals(goals: list[Goal]) -> str:
    rows = "".join(
        f"<tr><td class='{'met' if goal.is_met else 'missed'}'>{'met' if goal.is_met else 'NOT MET'}</td>"
        f"<td>{escape(goal.words)}</td><td class='n'>{escape(goal.reached)}</td></tr>"
        for goal in goals
    )
    return f"<h2>Goals</h2><table><tr><th></th><th>goal</th><th>reached</th></tr>{rows}</table>"


def _key() -> str:
    return "".join(f"<i style='background:{_COLOURS[o]}'></i>{name}" for o, name in _NAMES.items())


def _bar(tally: Tally, group: str) -> str:
    cells = tally.get(group, "cells")
    parts = []
    for outcome, colour in _COLOURS.items():
        n = tally.get(group, outcome)
        if n:
            wide = f"flex:0 0 max({100 * n / cells:.4f}%,{2 if outcome in (WRONG, WRONG_FLAGGED) else 0}px)"
            parts.append(f"<i style='{wide};background:{colour}' title='{n:,} {escape(_NAMES[outcome])}'></i>")
    return f"<div class='bar'>{''.join(parts)}</div>"


def _chart(tally: Tally, title: str, prefix: str, what: str) -> str:
    groups = groups_like(tally, prefix)
    if not groups:
        return ""
    rows = "".join(
        f"<tr><td>{escape(group.removeprefix(prefix))}</td><td class='n'>{tally.get(group, 'documents'):,}</td>"
        f"<td class='n'>{tally.get(group, 'cells'):,}</td><td style='width:45%'>{_bar(tally, group)}</td>"
        f"<td class='n'>{percent(share(tally.get(group, 'certain_right'), tally.get(group, 'certain')))}</td>"
        f"<td class='n'>{tally.get(group, WRONG):,}</td></tr>"
        for group in groups
    )
    axis = "<div class='axis'><span>0%</span><span>25%</span><span>50%</span><span>75%</span><span>100% of cells</span></div>"
    return (
        f"<h2>{escape(title)}</h2><table><tr><th>{what}</th><th class='n'>documents</th><th class='n'>cells</th><th>share of cells</th>"
        f"<th class='n'>right, of those that<br>can be placed</th><th class='n'>wrong,<br>no flag</th></tr>{rows}"
        f"<tr><td></td><td></td><td></td><td>{axis}</td><td></td><td></td></tr></table>"
    )


def _facts(tally: Tally) -> str:
    rows = ""
    for words, right, whole in FACTS:
        n, of = tally.get("all", right), tally.get("all", whole)
        wide = f"width:{100 * (share(n, of) or 0):.2f}%;background:{_COLOURS[RIGHT]}"
        rows += (
            f"<tr><td>{escape(words)}</td><td class='n'>{n:,} of {of:,}</td>"
            f"<td style='width:40%'><div class='bar'><i style='{wide}'></i></div></td>"
            f"<td class='n'>{percent(share(n, of))}</td></tr>"
        )
    return f"<h2>Other facts, all documents</h2><table>{rows}</table>"


def _golden(tally: Tally) -> str:
    groups = groups_like(tally, "golden:")
    rows = "".join(
        f"<tr><td>{escape(group.removeprefix('golden:'))}</td><td class='n'>{tally.get(group, 'facts_right'):,} of "
        f"{tally.get(group, 'facts'):,}</td></tr>"
        for group in groups
    )
    return f"<h2>Golden documents, facts read right</h2><table class='small'>{rows}</table>" if groups else ""


def _examples(examples: list[Example], title: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(e.document)}</td><td>{escape(e.layout)}</td><td>{escape(e.variations)}</td>"
        f"<td>{escape(e.damages)}</td><td>{escape(e.what)}</td><td><code>{escape(e.truth)}</code></td>"
        f"<td><code>{escape(e.got)}</code></td></tr>"
        for e in sorted(examples)[:50]
    )
    head = "".join(f"<th>{w}</th>" for w in ("document", "layout", "variations", "damages", "what", "truth", "read"))
    return f"<h2>{escape(title)}</h2><table class='small'><tr>{head}</tr>{rows}</table>" if examples else ""
