"""A printed name of a body as divisions, one within the other, and what is left of it: an office or a department.

Belongs here: 吉林省长春市双阳区太平镇人民政府 -> 吉林省 / 长春市 / 双阳区 / 太平镇, its government. One name alone is looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.gazetteer.index import NONE, Codes, below, load_gazetteer
from pipelines.gazetteer.names import BODY_NAME, TOWNSHIP, office_endings

_MAX_STEPS = 6
_PLACE_INSIDE = re.compile(r".(?:县|(?<![城村乡])镇|(?<!城)乡(?![村镇])|街道|旗).|.政府$|办事处$")
# 恩施 before 州 is no short name, but the beginning of another name.
_ENDINGS = frozenset("省市州县区旗盟")
# 鼓楼区人民政府华侨路街道办事处: the government above is named with its office.
_OFFICE_BETWEEN = ("人民政府", "政府")


@dataclass(frozen=True, slots=True)
class Step:
    """Words of a name that are a division's, and all divisions that they may mean here.

    `is_short`: without its ending (双阳), or with the ending of former years (上虞市): no name of a body by itself.
    `is_loose`: another form than the list has.
    """

    words: str
    codes: Codes
    is_unit: bool
    is_short: bool = False
    is_loose: bool = False


_Path = tuple[tuple[Step, ...], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A printed name: the divisions it passes and the words left over.

    kind: `government` (nothing or an office is left), `department` (other words are left), `unknown_unit` (the words left
    are those of a township that no gazetteer has there), `no_place` (no division is named).
    """

    steps: tuple[Step, ...]
    rest: str
    kind: str

    @property
    def codes(self) -> Codes:
        """The divisions that the last step may mean."""
        return self.steps[-1].codes if self.steps else NONE

    @property
    def is_department(self) -> bool:
        """Whether the words left over end as the name of a body does (教育局, 中心学校) and name no other place in it."""
        named = self.kind == "department" and BODY_NAME.search(self.rest) is not None
        return named and _PLACE_INSIDE.search(self.rest) is None

    @property
    def parents(self) -> tuple[Step, ...]:
        """The divisions printed before the body's own name."""
        return self.steps[:-1] if self.kind == "government" else self.steps

    @property
    def printed_parent(self) -> str | None:
        """The words of the parents, None where none are printed."""
        return "".join(step.words for step in self.parents) or None

    @property
    def unit_name(self) -> str:
        """The body's own name without its parents: 太平镇, 双阳区, 教育局."""
        return self.steps[-1].words if self.kind == "government" and self.steps else self.rest


@lru_cache(4096)
def read_name(name: str) -> Reading:
    """Return the best reading of a printed name.

    The one that leaves the least unexplained, then the one that needs the fewest shortened names, then the longest first
    division: 吉林市 is the city and not the province with 市 left over.
    """
    found: list[_Path] = []
    _follow(found, (), name, None)
    return min([_as_reading(*path) for path in found], key=_rank) if found else Reading((), name, "no_place")


def is_office(rest: str, *, of_township: bool) -> bool:
    """Tell whether the words behind a division's name are those of its government (人民政府, 街道办事处)."""
    return not rest or office_endings().get(rest) in (("any", "township") if of_township else ("any",))


def is_division_of(division: Reading, body: Reading) -> bool:
    """Tell whether one name may be the government of a division that the body of the other lies in."""
    return division.kind == "government" and any(
        code.startswith(place) for code in body.codes for place in division.codes
    )


def _follow(found: list[_Path], before: tuple[Step, ...], text: str, parents: Codes | None) -> None:
    """Add all ways to go on with the text behind some steps, each step below the one before."""
    if len(before) == _MAX_STEPS:
        return
    meanings, n_characters = _meanings(), len(text)
    for length in load_gazetteer().lengths.get(text[:2], ()):
        if length > n_characters or (words := text[:length]) not in meanings:
            continue
        rest = text[length:]
        for step in _steps(words, parents):
            if step.is_short and not step.is_loose and rest[:1] in _ENDINGS:
                continue
            steps = (*before, step)
            found.append((steps, rest))
            if step.is_unit:
                continue
            _follow(found, steps, rest, step.codes)
            for office in _OFFICE_BETWEEN if rest.startswith(_OFFICE_BETWEEN) else ():
                if rest.startswith(office):
                    _follow(found, steps, rest.removeprefix(office), step.codes)


@lru_cache(20_000)
def _steps(words: str, parents: Codes | None) -> tuple[Step, ...]:
    """What the words, a name of the gazetteer, may be, below the parents where there are any."""
    steps = []
    for codes, is_unit, is_short, is_loose in _meanings()[words]:
        own = codes if parents is None else below(codes, parents)
        if own:
            steps.append(Step(words, own, is_unit, is_short, is_loose))
    return tuple(steps)


@cache
def _meanings() -> dict[str, tuple[tuple[Codes, bool, bool, bool], ...]]:
    """What words may be: a division, a township-level unit, one printed in another form, a shortened division."""
    gazetteer = load_gazetteer()
    kinds = (
        (gazetteer.divisions, False, False, False),
        (gazetteer.units, True, False, False),
        (gazetteer.loose_units, True, False, True),
        (gazetteer.short_names, False, True, False),
        (gazetteer.former_names, False, True, True),
    )
    meanings: dict[str, tuple[tuple[Codes, bool, bool, bool], ...]] = {}
    for names, *flags in kinds:
        is_unit, is_short, is_loose = flags
        for words, codes in names.items():
            if codes:
                meanings[words] = (*meanings.get(words, ()), (codes, is_unit, is_short, is_loose))
    return meanings


def _as_reading(steps: tuple[Step, ...], rest: str) -> Reading:
    last = steps[-1]
    if not last.is_short and is_office(rest, of_township=last.is_unit):
        return Reading(steps, rest, "government")
    if not last.is_unit and TOWNSHIP.search(words := _without_office(rest)):
        return Reading(steps, words, "unknown_unit")
    return Reading(steps, rest, "department")


def _without_office(rest: str) -> str:
    """Return the words before the office of a township: 新立镇人民政府 -> 新立镇."""
    for ending in office_endings() if rest.endswith(_all_endings()) else ():
        if rest.endswith(ending) and len(rest) > len(ending):
            return rest.removesuffix(ending) + ("街道" if ending.startswith("街道") else "")
    return rest


@cache
def _all_endings() -> tuple[str, ...]:
    return tuple(office_endings())


def _rank(reading: Reading) -> tuple[bool, int, int, int, int]:
    """The least unexplained first, then the fewest shortened names, then the fewest and longest divisions."""
    steps = reading.steps
    is_other = reading.kind != "government"
    n_shortened = sum([step.is_short or step.is_loose for step in steps])
    return is_other, len(reading.rest) if is_other else 0, n_shortened, len(steps), -len(steps[0].words)
