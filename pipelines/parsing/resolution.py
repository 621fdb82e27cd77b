"""Which division a report's body is, by the evidence of its text: scored for every candidate, never the first hit.

Belongs here: weighing clues. A name that several divisions carry, or clues that contradict each other, prove nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from pipelines.forms.dictionary import load_seed
from pipelines.gazetteer.index import NONE, Gazetteer, below, load_gazetteer, within
from pipelines.gazetteer.names import TOWNSHIP
from pipelines.gazetteer.reading import Reading
from pipelines.parsing.places import Clue

# A name that one division alone carries weighs as much as a prefecture that the text names.
_OWN_NAME = 2
_MARGIN = 2
_MIN_SUPPORT = 2
_ABOVE_TOWNSHIP = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of evidence weighs, and what it does where it names another place (seed evidence_kinds)."""

    weight: int
    contradicts: bool
    blocks: bool
    states_parent: bool
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A division that the body's name may mean, and what speaks for and against it."""

    code: str
    score: int
    supporting: tuple[int, ...]
    contradicting: tuple[int, ...]


@dataclass
class Resolution:
    """The body's place, how it is proved, and all that was weighed; `conflict` is the clue that speaks against it."""

    resolution: str = "unknown"
    division_code: str | None = None
    is_government: bool | None = None
    candidates: list[Candidate] = field(default_factory=list)
    clues: list[Clue] = field(default_factory=list)
    conflict: Clue | None = None


@cache
def evidence_kinds() -> dict[str, Kind]:
    """Return the kinds of evidence by key."""
    seed = load_seed("evidence_kinds")
    return {
        row["evidence_kind"]: Kind(
            weight=int(row["weight"]),
            contradicts=row["contradicts"] == "true",
            blocks=row["blocks"] == "true",
            states_parent=row["states_parent"] == "true",
            name_zh=row["name_zh"],
            name_en=row["name_en"],
        )
        for row in seed.iter_rows(named=True)
    }


def resolve_body(readings: list[Reading], clues: list[Clue], year: int | None) -> Resolution:
    """Weigh all clues for every division that the name may mean.

    Args:
        readings: the readings of the body's name; several where one title names several bodies.
        clues: what the document names, each with its line.
        year: the report's year, None where it is not known; names that did not stand then are left out.
    """
    gazetteer = load_gazetteer()
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        for code, name in _candidates(gazetteer, reading, year):
            groups[gazetteer.current(code, name)].add(code)
    resolved = Resolution(clues=clues)
    if not groups:
        return resolved
    kept = gazetteer.without_twins(frozenset(groups))
    weighed = [_weigh(code, groups[code] | {code}, clues) for code in kept]
    resolved.candidates = sorted(weighed, key=lambda candidate: (-candidate.score, candidate.code))
    resolved.is_government = all(reading.kind == "government" for reading in readings)
    own = readings[0]
    resolved.resolution = _decide(resolved, own, clues) if len(readings) == 1 else "ambiguous"
    if resolved.resolution != "ambiguous":
        resolved.division_code = resolved.candidates[0].code
    return resolved


def _candidates(gazetteer: Gazetteer, reading: Reading, year: int | None) -> set[tuple[str, str]]:
    """The divisions that a name may mean in a year, each as code and name."""
    if reading.kind == "unknown_unit":
        # The printed county has no such unit: one of its neighbours may, and is a candidate that proves nothing.
        prefectures = frozenset(code[:4] for code in reading.codes)
        named = gazetteer.units.get(reading.rest, NONE) | gazetteer.loose_units.get(reading.rest, NONE)
        return {(code, reading.rest) for code in within(named, prefectures)}
    if not reading.steps:
        return set()
    last, codes = reading.steps[-1], reading.codes
    if reading.kind == "government" and not last.is_loose:
        # One name may be a county's and a township's (白塔区); zones are printed with and without the names above them.
        named = gazetteer.divisions.get(last.words, NONE) | gazetteer.units.get(last.words, NONE)
        if len(reading.steps) == 1 or not TOWNSHIP.search(last.words):
            named |= gazetteer.loose_units.get(last.words, NONE)
        codes |= below(named, reading.steps[-2].codes) if len(reading.steps) > 1 else named
    return {(code, last.words) for code in gazetteer.in_year(codes, last.words, year)}


def _weigh(code: str, printed_codes: set[str], clues: list[Clue]) -> Candidate:
    kinds = evidence_kinds()
    supporting, contradicting, score = [], [], 0
    for number, clue in enumerate(clues):
        kind = kinds[clue.kind]
        if any(printed.startswith(place) for printed in printed_codes for place in clue.codes):
            if not clue.is_doubtful:
                supporting.append(number)
                score += kind.weight
        elif kind.contradicts:
            contradicting.append(number)
            score -= kind.weight
    return Candidate(code, score, tuple(supporting), tuple(contradicting))


def _decide(resolved: Resolution, own: Reading, clues: list[Clue]) -> str:
    """Tell how the best candidate is proved; `ambiguous` where it is not."""
    kinds = evidence_kinds()
    best, *others = resolved.candidates
    support = sum(kinds[clues[n].kind].weight for n in best.supporting)
    against = [clues[n] for n in best.contradicting]
    is_alone = not others
    weight_against = sum(kinds[clue.kind].weight for clue in against)
    blocked = any(kinds[clue.kind].blocks for clue in against)
    if against and (blocked or weight_against >= support + is_alone * _OWN_NAME):
        resolved.conflict = max(against, key=lambda clue: kinds[clue.kind].weight)
        return "ambiguous"
    if own.kind == "unknown_unit" or not _is_told(own):
        return "ambiguous"
    has_parent = bool(own.parents) or any(kinds[clues[n].kind].states_parent for n in best.supporting)
    if is_alone:
        if has_parent:
            return "name_and_parent"
        return "unique_name" if _is_proper(own, best.code) or support >= _MIN_SUPPORT else "ambiguous"
    is_clear = best.score - others[0].score >= _MARGIN and support >= _MIN_SUPPORT
    return "name_and_parent" if is_clear else "ambiguous"


def _is_told(own: Reading) -> bool:
    """Tell whether the words left over are those of a body, and not words that nobody can explain."""
    return own.kind == "government" or own.is_department


def _is_proper(own: Reading, code: str) -> bool:
    """Tell whether one name alone may stand for its division: no list of zones and farms is complete, so that one of them
    has to have the name of the division above in its own (淮北杜集经济开发区)."""
    words = own.steps[-1].words
    if len(code) <= _ABOVE_TOWNSHIP or TOWNSHIP.search(words):
        return True
    above = load_gazetteer().short_of
    return any(above.get(code[:digits], "\0") in words for digits in (4, 6))
