"""Every township of the last edition under its full name, and under its county and name, as the title of a report.

Belongs here: the pages and the codes that are right for them. Units that share county and name are right for each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.rendering.gazetteer import LAST, Division, Gazetteer, is_township, load_gazetteer

_PAGE = "{body}{year}年政府信息公开工作年度报告\n一、总体情况\n依照条例开展工作。\n五、存在的主要问题及改进情况\n更新不够及时。\n"
_STYLES = {"full": (2, 4, 6), "county": (6,)}


@dataclass(frozen=True)
class CheckedName:
    """A page with one name in its title."""

    style: str
    body: str
    text: str
    codes: frozenset[str]


def full_names(every: int = 1) -> Iterator[CheckedName]:
    """Both pages of each township, or of every n-th."""
    gazetteer = load_gazetteer()
    current = [d for d in gazetteer.divisions if len(d.code) == 9 and d.last == LAST]
    for style, levels in _STYLES.items():
        bodies = {d.code: _body(gazetteer, d, levels) for d in current}
        sharing: dict[str, set[str]] = defaultdict(set)
        for code, body in bodies.items():
            sharing[body].add(code)
        for division in current[::every]:
            body = bodies[division.code]
            kind = style if is_township(gazetteer.printed_name(division)) else f"{style}, zones"
            yield CheckedName(kind, body, _PAGE.format(body=body, year=LAST), frozenset(sharing[body]))


def _body(gazetteer: Gazetteer, division: Division, levels: tuple[int, ...]) -> str:
    names: list[str] = []
    for digits in levels:
        above = gazetteer.parent(division, digits)
        if above is not None and above.name not in names:
            names.append(above.name)
    unit = gazetteer.printed_name(division)
    office = "办事处" if unit.endswith("街道") else "人民政府" if unit.endswith(("镇", "乡", "苏木")) else ""
    return "".join(names) + unit + office
