"""Heads of reports: a seed gives a page whose body, year and place are known, printed in one of many real ways.

Belongs here: the kinds of head, what each prints and what a careful clerk concludes. Nothing is shared with the parser but the
list of divisions.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.rendering import head_words as words
from tests.rendering.gazetteer import UNPRINTED, Division, Gazetteer, is_township, load_gazetteer
from tests.rendering.head_clues import area_code, clue_against, code_in_address, copied_preamble, domain, two_bodies
from tests.rendering.head_draft import (
    CONTRADICTED,
    DECIDED,
    UNKNOWN,
    WEAK,
    Draft,
    Truth,
    draw_office,
    draw_unit,
    draw_year,
    is_township_government,
    our,
    print_sections,
    print_title_body,
)
from tests.rendering.head_variations import print_title, to_traditional


@dataclass(frozen=True)
class Head:
    """A page and its truth. `codes`: each is right where the page decides, empty where no code is; `successors`: what it went into."""

    seed: int
    kind: str
    text: str
    url: str | None
    verdict: str
    codes: frozenset[str]
    successors: frozenset[str]
    names: tuple[str, ...]
    year: int
    is_government: bool | None
    variations: tuple[str, ...]


Kind = Callable[[Draft], Truth | None]
# Farms, zones and prisons stand in the list of divisions too; few of them report.
PLACED = (DECIDED, WEAK, CONTRADICTED)
KINDS_OF_ZONES = ("title_with_county", "bare", "parent_elsewhere")


def draw_head(seed: int, kind: str | None = None) -> Head:
    """Draw one head; the same seed gives the same page."""
    rng = random.Random(seed)
    gazetteer = load_gazetteer()
    drawn = rng.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
    kind = kind or drawn
    division = _draw_division(rng, gazetteer, kind)
    unit = draw_unit(rng, gazetteer, division)
    draft = Draft(rng, gazetteer, division, draw_year(rng, division), unit, draw_office(rng, unit))
    truth = KINDS[kind][0](draft) or Truth(draft.verdict(), is_township_government(unit))
    variations = [] if is_township(unit) or len(division.code) < 9 else ["zone"]
    return _print_head(seed, kind, draft, truth, variations)


def _draw_division(rng: random.Random, gazetteer: Gazetteer, kind: str) -> Division:
    """Half of the names are carried by several units, one in ten units is no more."""
    levels = (6, 6, 6, 4, 2) if kind in ("government", "department") else (9,)
    while True:
        division = rng.choice(gazetteer.divisions)
        if len(division.code) != rng.choice(levels) or UNPRINTED.match(division.name):
            continue
        name = gazetteer.printed_name(division)
        if name == "街道":  # 街道办事处 and no more is the name of some
            continue
        if len(division.code) == 9 and not (is_township(name) or (rng.random() < 0.1 and kind in KINDS_OF_ZONES)):
            continue
        is_shared = len(gazetteer.by_form[name]) > 1
        is_kept = (rng.random() < 0.45 or is_shared) and (division.last >= 2023 or rng.random() < 0.3)
        if (is_kept and gazetteer.parent(division, 2) is not None) or len(division.code) == 2:
            return division


def _print_head(seed: int, kind: str, draft: Draft, truth: Truth, variations: list[str]) -> Head:
    rng = draft.rng
    title = print_title(draft, variations)
    if not draft.title_has_year or title == [] or rng.random() < 0.7:
        draft.preamble.append(draft.fill(rng.choice(words.PERIODS)))
    lines = [*draft.above, *title, *draft.preamble, *print_sections(draft), *draft.tail]
    text, names = "\n".join(lines) + "\n", draft.names
    # 镇政府信息公开: the 政府 may be the town's or the information's.
    names = (*names, *(name.removesuffix("政府") for name in names if not name.endswith("人民政府")))
    if rng.random() < 0.05:
        variations.append("traditional")
        text, names = to_traditional(text), (*names, *map(to_traditional, names))
    return Head(
        seed=seed,
        kind=kind,
        text=text,
        url=draft.url,
        verdict=truth.verdict,
        codes=draft.accepted if truth.verdict in PLACED else frozenset(),
        successors=draft.gazetteer.successors(draft.division) if truth.verdict in PLACED else frozenset(),
        names=names,
        year=draft.year,
        is_government=truth.is_government,
        variations=tuple(variations),
    )


def _title_with_county(draft: Draft) -> None:
    print_title_body(draft, draft.rng.choice(["county", "county", "pref_county", "full", "prov_county"]))


def _title_above_county(draft: Draft) -> None:
    print_title_body(draft, draft.rng.choice(["pref", "prov"]))


def _bare(draft: Draft) -> None:
    print_title_body(draft)


def _parent_elsewhere(draft: Draft) -> None:
    """The title has the name alone; its county stands in one other place."""
    rng = draft.rng
    print_title_body(draft)
    style = rng.choice(["county", "county", "pref_county"])
    above = draft.say(style)
    place = rng.choice(
        [words.BREADCRUMBS, words.PUBLISHERS, words.CONTACTS, words.PORTALS, "signature", words.PRESENTED]
    )
    if place == "signature":
        draft.tail += [above + draft.unit + draft.office, draft.fill("{n}年1月{d}日")]
    elif place in (words.BREADCRUMBS, words.PUBLISHERS):
        draft.above.append(draft.fill(rng.choice(place), p=above))
    else:
        draft.preamble.append(draft.fill(rng.choice(place), p=above, b=above + draft.unit + draft.office))


def _preamble_only(draft: Draft) -> None:
    """No title: the preamble presents the body."""
    body = draft.body(draft.rng.choice(["county", "county", "pref_county", None]))
    draft.preamble.append(draft.fill(draft.rng.choice(words.PRESENTED), b=body))
    draft.names = (body,)


def _signature_only(draft: Draft) -> None:
    """No body but in the signature."""
    rng = draft.rng
    draft.title_body = "" if rng.random() < 0.5 else None
    draft.office = draft.office or ("人民政府" if draft.unit.endswith(("镇", "乡")) else "")
    body = draft.body(rng.choice(["county", "county", "pref_county", None]))
    draft.preamble.append(draft.fill(rng.choice(words.NAMES_NOBODY)))
    draft.tail += [" " * rng.choice([0, 20]) + body, draft.fill("{n}年1月{d}日")]
    draft.names = (body,)


def _breadcrumb_only(draft: Draft) -> None:
    """A title without a body; the breadcrumb or the publisher names it."""
    rng = draft.rng
    draft.title_body = ""
    template = rng.choice([words.BREADCRUMBS[2], words.BREADCRUMBS[3], *words.PUBLISHERS])
    above = draft.say(rng.choice(["county", "pref_county"]))
    draft.above.append(draft.fill(template, p=above))
    draft.names = (draft.unit, above + draft.unit)


def _nobody(draft: Draft) -> Truth:
    """我镇 alone."""
    draft.title_body = draft.rng.choice(["", None])
    draft.preamble.append(draft.fill(draft.rng.choice(words.NAMES_NOBODY)))
    draft.names = ("",)
    return Truth(UNKNOWN)


def _made_up(draft: Draft) -> Truth:
    """A name that no list of divisions has."""
    rng = draft.rng
    while draft.gazetteer.by_form.get(name := "".join(rng.sample(words.MADE_UP, 2)) + rng.choice(["镇", "乡", "街道"])):
        pass
    above = "".join(draft.parents("county")) if rng.random() < 0.5 else ""
    draft.unit, draft.office = name, draw_office(rng, name)
    draft.title_body = above + name + draft.office
    draft.names = (draft.title_body,)
    return Truth(UNKNOWN)


def _department(draft: Draft) -> Truth:
    """A department of a county, a prefecture or a province; bare it belongs to nobody."""
    rng = draft.rng
    draft.office, draft.we = rng.choice(words.DEPARTMENTS), "我局"
    if rng.random() < 0.1:
        draft.title_body = rng.choice(["县", "市", "区", ""]) + draft.office
        draft.names = (draft.title_body,)
        return Truth(UNKNOWN)
    print_title_body(draft, rng.choice([None, "prov", "pref", "full"]))
    return Truth(draft.verdict(), False)


def _town_department(draft: Draft) -> Truth:
    """An office of a township."""
    draft.unit = draft.gazetteer.printed_name(draft.division)
    draft.office, draft.we = draft.rng.choice(words.TOWN_DEPARTMENTS), "我所"
    print_title_body(draft, draft.rng.choice(["county", "pref_county"]))
    return Truth(draft.verdict(), False)


def _government(draft: Draft) -> Truth:
    """The government of a county, a prefecture or a province."""
    draft.office = "行政公署" if draft.unit.endswith(("盟", "地区")) else draft.rng.choice(["人民政府", "人民政府", ""])
    draft.we = our(draft.unit)
    print_title_body(draft, draft.rng.choice([None, None, "prov", "pref", "full"]))
    return Truth(draft.verdict(), True)


KINDS: dict[str, tuple[Kind, int]] = {
    "title_with_county": (_title_with_county, 14),
    "title_above_county": (_title_above_county, 5),
    "bare": (_bare, 10),
    "parent_elsewhere": (_parent_elsewhere, 18),
    "preamble_only": (_preamble_only, 8),
    "signature_only": (_signature_only, 5),
    "breadcrumb_only": (_breadcrumb_only, 4),
    "nobody": (_nobody, 4),
    "made_up": (_made_up, 4),
    "credit_code": (code_in_address, 4),
    "area_code": (area_code, 3),
    "domain": (domain, 4),
    "copied_preamble": (copied_preamble, 5),
    "clue_against": (clue_against, 4),
    "two_bodies": (two_bodies, 2),
    "department": (_department, 6),
    "town_department": (_town_department, 2),
    "government": (_government, 6),
}
