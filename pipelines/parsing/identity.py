"""The body of a report as one of the country's divisions: its printed name read by the gazetteer, with all clues to its place.

Belongs here: from a header and the lines of a report to a resolution. Weights and the decision stand in `resolution`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipelines.gazetteer.names import TOWNSHIP
from pipelines.gazetteer.reading import Reading, Step, read_name
from pipelines.parsing.headers import Header
from pipelines.parsing.names import find_parent, is_same_body, unit_name
from pipelines.parsing.places import (
    Clue,
    breadcrumb_clues,
    code_clues,
    full_name_clues,
    mention_clues,
)
from pipelines.parsing.resolution import Resolution, resolve_body

_JOINED = re.compile(r"[、（）()·]|(?<=政府)[和与及]|(?<=办事处)[和与及]")
_AGENCY = re.compile(
    r"(?:中华人民共和国|国家)[\u3400-\u9fff\U00020000-\U0003ffff]{2,8}?(?:总局|局|部|总队)|中国[\u3400-\u9fff\U00020000-\U0003ffff]{2,8}?局"
)
_LEVEL_WORD = re.compile(r"^[省市州县区旗]")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the report's body is called and where it is."""

    unit_name: str | None
    printed_parent: str | None
    resolution: Resolution


def identify(header: Header, mentions: Iterable[tuple[int, str]] = (), url: str | None = None) -> Identity:
    """Read the body's name and weigh what the report says of its place.

    Args:
        header: what the words of the report say of it.
        mentions: divisions above the townships that the text names, as (line number, words).
        url: the address of the page, where the delivery gives one.
    """
    if header.body_name is None:
        return Identity(None, None, Resolution())
    readings = _read_names(header)
    own = readings[0]
    unit, parent = _name_parts(header, own)
    copied = {found.get("line_start") for found in header.findings if found["rule_key"] == "year_conflict"} - {None}
    clues = [
        replace(clue, is_doubtful=True) if clue.line in copied else clue
        for clue in _clues(header, own, unit, mentions, url)
    ]
    parent = parent or _parent_in_text(clues, unit) or _parent_in_crumbs(header, unit)
    return Identity(unit, parent, resolve_body(readings, clues, header.report_year))


def _read_names(header: Header) -> list[Reading]:
    """The readings of the body's name: one, or one for each of several governments that one name joins."""
    name = header.body_name or ""
    whole = read_name(name)
    if whole.kind == "government":
        return [whole]
    parts = [read_name(part) for part in _JOINED.split(name) if part]
    governments = [part for part in parts if part.kind == "government" and part.steps[-1].is_unit]
    if len(governments) > 1:
        return governments
    if len(governments) == 1 and all(part.codes and part.codes <= governments[0].codes for part in parts):
        # 中共流泗镇委员会、流泗镇人民政府: one town.
        return governments
    if whole.kind == "no_place" and not TOWNSHIP.search(unit_name(name)):
        return [_agency_in(name) or _placed_elsewhere(header, name) or whole]
    return [whole]


def _agency_in(name: str) -> Reading | None:
    """An agency of the state named with its seat in the middle: 国家税务总局内江市市中区税务局."""
    behind = _AGENCY.match(name)
    if behind is None:
        return None
    reading = read_name(name[behind.end() :])
    return reading if reading.is_department and not any(step.is_short for step in reading.steps) else None


def _placed_elsewhere(header: Header, name: str) -> Reading | None:
    """A department whose own name gives no place (教育局, 市教育局): another name of it does, or the breadcrumb."""
    bare = _LEVEL_WORD.sub("", name)
    for _, other, _ in header.names:
        reading = read_name(other)
        if reading.kind == "department" and reading.rest.endswith(bare):
            return reading
    found = list(breadcrumb_clues(header.crumb_divisions, ()))
    return Reading((Step(found[0].words, found[0].codes, is_unit=False),), name, "department") if found else None


def _name_parts(header: Header, own: Reading) -> tuple[str, str | None]:
    """The body's own name and its printed parents; by the words alone where the gazetteer does not know the name."""
    name = header.body_name or ""
    if own.kind == "government":
        return own.unit_name, own.printed_parent
    if own.kind == "department":
        in_name = own.printed_parent if own.printed_parent and own.printed_parent in name else None
        return own.rest, in_name
    parent, unit = find_parent(name, [text for _, text in header.lines])
    return unit, parent


def _clues(
    header: Header,
    own: Reading,
    unit: str,
    mentions: Iterable[tuple[int, str]],
    url: str | None,
) -> Iterator[Clue]:
    basis = header.body_name_basis or ""
    if own.parents and own.printed_parent and own.printed_parent in (header.body_name or ""):
        kind = {"metadata": "publisher", "prose": "full_name"}.get(basis, basis)
        yield Clue(kind, header.body_name or "", own.parents[-1].codes, header.body_name_line)
    for other_basis, name, line in header.names[1:]:
        clue = _other_name(other_basis, name, line, own, header.body_name or "")
        if clue is not None:
            yield clue
    yield from breadcrumb_clues(header.crumb_divisions, header.crumb_townships)
    if TOWNSHIP.search(unit):
        yield from full_name_clues(unit, header.lines)
    yield from code_clues(header.lines, url)
    yield from mention_clues(mentions, own)


def _other_name(basis: str, name: str, line: int | None, own: Reading, own_name: str) -> Clue | None:
    """The clue of another name that the report gives: its parents where it is the same body, else that body itself."""
    reading = read_name(name)
    if basis == "prose":
        return None
    kind = "publisher" if basis == "metadata" else basis
    parents = [step for step in reading.parents if step.words != own.unit_name]
    if reading.unit_name == own.unit_name or (is_same_body(name, own_name) and not (reading.codes - own.codes)):
        return Clue(kind, name, parents[-1].codes, line) if parents else None
    if reading.kind == "no_place" and not TOWNSHIP.search(unit_name(name)):
        return None
    return Clue(kind, name, reading.codes, line)


def _parent_in_text(clues: list[Clue], unit: str) -> str | None:
    """The parents printed with the name elsewhere, where all such places agree on the division."""
    full = [clue for clue in clues if clue.kind == "full_name" or (clue.words.endswith(unit) and clue.words != unit)]
    parents = {clue.words.removesuffix(unit) for clue in full if clue.words.endswith(unit)}
    if len({clue.codes for clue in full}) == 1 and parents:
        return max(parents, key=len)
    return None


def _parent_in_crumbs(header: Header, unit: str) -> str | None:
    """The divisions of a breadcrumb above a township, where it does not pass another township."""
    if not TOWNSHIP.search(unit) or not all(is_same_body(unit, name) for name, _ in header.crumb_townships):
        return None
    return "".join(division for division, _ in header.crumb_divisions if division != unit) or None
