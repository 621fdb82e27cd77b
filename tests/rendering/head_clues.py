"""Heads whose clues are weak or contradict each other: codes, domains, area codes, copied preambles, two bodies.

Belongs here: kinds of head in which the names alone do not decide, or decide against something else on the page.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.rendering import head_words as words
from tests.rendering.gazetteer import Division, Gazetteer
from tests.rendering.head_draft import (
    AMBIGUOUS,
    CONTRADICTED,
    WEAK,
    Draft,
    Truth,
    credit_code,
    draw_office,
    is_township_government,
    print_title_body,
)


def code_in_address(draft: Draft) -> Truth:
    """The address or the index number has a credit code of the county; one in three has a wrong check digit."""
    rng = draft.rng
    print_title_body(draft)
    is_valid = rng.random() < 0.67
    code = credit_code(rng, draft.division.code[:6], is_valid)
    if rng.random() < 0.6:
        draft.url = f"http://xxgk.site{rng.randint(1, 99)}.cn/module/xxgk/show.jsp?area={code}&fbtime={draft.year}"
    else:
        draft.above.append(f"索引号：{code}/{draft.year + 1}-0{rng.randint(1000, 9999)}")
    return _judge_weak(draft, lambda other: is_valid and other[:6] != draft.division.code[:6])


def area_code(draft: Draft) -> Truth:
    """A telephone number with an area code."""
    print_title_body(draft)
    known = [area for area, prefectures in words.AREA_CODES.items() if draft.division.code[:4] in prefectures]
    area = known[0] if known else ""
    number = (area + "-" if area else "") + str(draft.rng.randint(2_200_000, 88_999_999))
    draft.preamble.append(draft.fill(draft.rng.choice(words.PLAIN_CONTACTS), t=number))
    prefectures = words.AREA_CODES.get(area, ())
    return _judge_weak(draft, lambda other: bool(area) and other[:4] not in prefectures)


def domain(draft: Draft) -> Truth:
    """The domain is the county's name in letters."""
    print_title_body(draft)
    pinyin = _county_pinyin(draft.gazetteer, draft.division)
    draft.url = _url_of(draft.rng, pinyin) if pinyin else None
    gazetteer = draft.gazetteer

    def is_excluded(other: str) -> bool:
        names = {d.pinyin for digits in (4, 6) for d in gazetteer.by_code[other[:digits]]}
        return bool(pinyin) and pinyin not in names

    return _judge_weak(draft, is_excluded)


def _judge_weak(draft: Draft, is_excluded: Callable[[str], bool]) -> Truth:
    """The verdict of the names; if they leave several units, of the clue that leaves one."""
    verdict = draft.verdict()
    if verdict == AMBIGUOUS and all(is_excluded(other) for other in draft.others(draft.year)):
        verdict = WEAK
    return Truth(verdict, is_township_government(draft.unit))


def _county_pinyin(gazetteer: Gazetteer, division: Division) -> str:
    county = gazetteer.parent(division, 6)
    return county.pinyin if county is not None else ""


def _url_of(rng: random.Random, pinyin: str) -> str:
    host = rng.choice([f"www.{pinyin}.gov.cn", f"{pinyin}.gov.cn", f"xxgk.{pinyin}.gov.cn"])
    return f"http://{host}/zwgk/zfxxgknb/{rng.randint(2010, 2026)}01/t{rng.randint(10**6, 10**7)}.html"


def _other_division(draft: Draft, same_name: bool) -> Division | None:
    """Another unit: one that carries the name below another county, or any."""
    same = [d for d in draft.gazetteer.by_form[draft.unit] if d.stands_in(draft.year) and len(d.code) == 9]
    pool = same if same_name else draft.rng.sample(draft.gazetteer.divisions, 60)
    names = set(draft.parents("county"))
    pool = [
        d
        for d in pool
        if len(d.code) == 9
        and d.code not in draft.accepted
        and d.code[:6] != draft.division.code[:6]
        and not names & set(draft.parents("county", d))
        and draft.gazetteer.parent(d, 6) is not None
        and (same_name or draft.gazetteer.printed_name(d).endswith(("镇", "乡")))
    ]
    return draft.rng.choice(pool) if pool else None


def _present_other(draft: Draft, other: Division, unit: str) -> bool:
    """Print a preamble that presents another body; whether it names the year before, and so says itself that it is a copy."""
    body = "".join(draft.parents("county", other)) + unit + draw_office(draft.rng, unit)
    template = draft.rng.choice(words.PRESENTED)
    is_old = "{y}" in template and draft.rng.random() < 0.5
    draft.preamble.append(draft.fill(template.replace("{y}", "{l}") if is_old else template, b=body))
    return is_old


def copied_preamble(draft: Draft) -> Truth:
    """The preamble was copied from another body: below a bare title of a shared name, or below a full title."""
    draft.keeps_year = True
    namesake = _other_division(draft, same_name=True)
    if namesake is not None and draft.rng.random() < 0.5:
        print_title_body(draft)
        draft.tail += ["".join(draft.parents("county")) + draft.unit + draft.office, draft.fill("{n}年1月{d}日")]
        return Truth(CONTRADICTED if _present_other(draft, namesake, draft.unit) else AMBIGUOUS)
    other = _other_division(draft, same_name=False)
    print_title_body(draft, draft.rng.choice(["county", "pref_county", None]))
    verdict = draft.verdict()
    if other is None:
        return Truth(verdict, is_township_government(draft.unit))
    _present_other(draft, other, draft.gazetteer.printed_name(other))
    return Truth(AMBIGUOUS if verdict == AMBIGUOUS else CONTRADICTED)


def clue_against(draft: Draft) -> Truth:
    """Title and county agree; the credit code, the domain or the breadcrumb is that of another county."""
    rng = draft.rng
    other = _other_division(draft, same_name=rng.random() < 0.5) or _other_division(draft, same_name=False)
    style = rng.choice(["county", "pref_county", None])
    print_title_body(draft, style)
    verdict = draft.verdict()
    if other is None:
        return Truth(verdict, is_township_government(draft.unit))
    clue, pinyin = rng.choice(["code", "domain", "breadcrumb"]), _county_pinyin(draft.gazetteer, other)
    if clue == "domain" and pinyin:
        draft.url = _url_of(rng, pinyin)
    elif clue == "breadcrumb" and style:
        draft.above.append(draft.fill(rng.choice(words.BREADCRUMBS[:2]), p="".join(draft.parents("county", other))))
    else:
        draft.url = f"http://xxgk.site.cn/show.jsp?area={credit_code(rng, other.code[:6], True)}&fbtime={draft.year}"
    # A bare name with the clue of a namesake is not told from a page of that namesake: such a head would have no truth.
    if style is None and (verdict == AMBIGUOUS or other.code in draft.others(None)):
        print_title_body(draft, "county")
        verdict = draft.verdict()
    return Truth(AMBIGUOUS if verdict == AMBIGUOUS else CONTRADICTED)


def two_bodies(draft: Draft) -> Truth:
    """Two governments in one title: neither is the body."""
    other = _other_division(draft, same_name=False)
    if other is None:
        print_title_body(draft)
        return Truth(draft.verdict(), is_township_government(draft.unit))
    unit = draft.gazetteer.printed_name(other)
    bodies = [draft.body(draft.rng.choice(["county", None])), unit + "人民政府"]
    draft.title_body = "、".join(bodies)
    draft.names = (draft.title_body, *bodies)
    return Truth(AMBIGUOUS)
