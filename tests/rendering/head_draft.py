"""A head in the making: what is printed where, what it says of the body, and what a careful clerk may conclude.

Belongs here: names as they are printed, the verdict, putting the lines together. What is printed in which kind stands in `heads`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cached_property

from stdnum.cn import uscc

from tests.rendering import head_words as words
from tests.rendering.gazetteer import FIRST, LAST, Division, Gazetteer, is_township

# decided: the text names the body, and one division alone fits. weak: only a code, a domain, an area code or the year decides.
# contradicted: a division is named, and something else on the page speaks against it. ambiguous, unknown: no code is right.
DECIDED, WEAK, CONTRADICTED, AMBIGUOUS, UNKNOWN = "decided", "weak", "contradicted", "ambiguous", "unknown"
PARENT_STYLES = {
    "county": (6,),
    "pref_county": (4, 6),
    "full": (2, 4, 6),
    "prov_county": (2, 6),
    "pref": (4,),
    "prov": (2,),
}
_TOWNSHIP_OFFICES = ("人民政府", "人民政府", "人民政府", "", "", "政府")


@dataclass
class Draft:
    """A head of one division and year, to which a kind adds what is printed."""

    rng: random.Random
    gazetteer: Gazetteer
    division: Division
    year: int
    unit: str
    office: str
    title_body: str | None = None
    title_has_year: bool = True
    keeps_year: bool = False
    above: list[str] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    url: str | None = None
    said: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    we: str = ""

    @cached_property
    def accepted(self) -> frozenset[str]:
        return self.gazetteer.same_unit(self.division)

    def fill(self, template: str, **more: str) -> str:
        """A way of printing, with its year, the years beside it and small figures."""
        rng = self.rng
        fills = {
            "y": str(self.year),
            "n": str(self.year + 1),
            "l": str(self.year - 1),
            "d": str(rng.randint(10, 28)),
            "v": str(rng.randint(10, 400)),
            "t": str(rng.randint(2_200_000, 88_999_999)),
            "i": rng.choice(
                ["01525939-x/20260130-00001", "000014349/2026-03693", "xgz/2026-00001", "737407952/2021-00001"]
            ),
            "u": self.unit,
        }
        return template.format(**{**fills, **more})

    def parents(self, style: str, division: Division | None = None) -> list[str]:
        """The names above as they are printed, from the province on."""
        division = division or self.division
        names: list[str] = []
        for digits in PARENT_STYLES[style]:
            above = self.gazetteer.parent(division, digits)
            if above is not None and above.name not in names:
                names.append(self._parent_form(above))
        return names

    def _parent_form(self, above: Division) -> str:
        short = sorted(self.gazetteer.forms(above) - {above.name})
        return self.rng.choice(short) if short and self.rng.random() < 0.2 else above.name

    def say(self, style: str) -> str:
        """Print the parents somewhere: they count as said."""
        names = self.parents(style)
        self.said += names
        return "".join(names)

    def body(self, style: str | None = None) -> str:
        """The body's name with the parents of a style, which count as said."""
        above = self.say(style) if style else ""
        if style == "county" and self.office == "办事处" and self.rng.random() < 0.2:
            above += "人民政府" * bool(above)
        return above + self.unit + self.office

    def others(self, year: int | None) -> set[str]:
        """Divisions that fit what was said as well as the one that is meant."""
        return self.gazetteer.candidates(self.unit, self.said, year) - self.accepted

    def verdict(self) -> str:
        """What a careful clerk concludes from the names that were printed."""
        if self.others(self.year):
            return AMBIGUOUS
        return WEAK if self.others(None) else DECIDED


@dataclass
class Truth:
    """What a kind concludes, where that is not told by the names alone."""

    verdict: str
    is_government: bool | None = None


def draw_year(rng: random.Random, division: Division) -> int:
    """A year in which the division stood."""
    spans = [(range(2008, 2015), 15), (range(2015, 2019), 20), (range(2019, 2021), 30), (range(2021, 2026), 35)]
    for _ in range(40):
        year = rng.choice(rng.choices([span for span, _ in spans], [weight for _, weight in spans])[0])
        if division.stands_in(year):
            return year
    return min(max(division.last, FIRST), LAST)


def draw_unit(rng: random.Random, gazetteer: Gazetteer, division: Division) -> str:
    """The form in which the division's own name is printed, mostly in full."""
    name = gazetteer.printed_name(division)
    others = sorted(gazetteer.forms(division) - {name, division.name})
    return rng.choice(others) if others and rng.random() < 0.12 else name


def draw_office(rng: random.Random, unit: str) -> str:
    """What stands behind the name of a township."""
    if unit.endswith("街道"):
        return rng.choice(["办事处", "办事处", "办事处", ""])
    return rng.choice(_TOWNSHIP_OFFICES) if unit.endswith(("镇", "乡", "苏木")) else ""


def is_township_government(unit: str) -> bool | None:
    """True for towns, townships and subdistricts; nothing is asked of farms and zones."""
    return is_township(unit) or None


def our(unit: str) -> str:
    """我镇 and the like."""
    ending = re.search(r"(?:街道|街|镇|乡|苏木|区|县|市|旗|州)$", unit)
    return "我" + (ending[0] if ending else "单位")


def credit_code(rng: random.Random, county: str, valid: bool) -> str:
    """A 统一社会信用代码 of a government body in a county, with a right or a wrong check digit."""
    first = "11" + county + "".join(rng.choice("0123456789") for _ in range(9))
    check = uscc.calc_check_digit(first)
    return first + (check if valid else rng.choice([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != check]))


def print_sections(draft: Draft) -> list[str]:
    """What makes a report of the page: a few sections with the years beside its own."""
    rng = draft.rng
    we = draft.we or our(draft.unit)
    first = [f"{draft.year}年，{we}推进政府信息公开，公开信息{rng.randint(10, 400)}条。"]
    first += [draft.fill(text) for text in rng.sample(words.OTHER_YEARS, rng.choice([0, 0, 1, 2]))]
    old = words.SECTIONS_2019 if draft.year >= 2019 else words.SECTIONS_OLD
    middle = words.SECTIONS_2021 if draft.year >= 2021 else old
    return ["一、总体情况", *first, *middle, *words.LAST_SECTIONS]


def print_title_body(draft: Draft, style: str | None = None) -> None:
    """Let the title name the body, with the parents of a style."""
    draft.title_body = draft.body(style)
    draft.names = (draft.title_body,)
