"""Titles as pages print them: broken over lines, doubled, spaced, with advertising, in traditional script.

Belongs here: what changes the print of a title and never its meaning.
"""

from __future__ import annotations

from functools import cache

import opencc

from tests.rendering import head_words as words
from tests.rendering.head_draft import Draft


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def to_traditional(text: str) -> str:
    """A text in traditional script."""
    return str(_converter().convert(text))


def print_title(draft: Draft, variations: list[str]) -> list[str]:
    """The lines of the title with the date line below; none where the draft has no title."""
    rng = draft.rng
    if draft.title_body is None:
        return []
    if not draft.title_body:
        return [draft.fill(rng.choice(words.TITLES_WITHOUT_BODY)), draft.fill(rng.choice(words.DATE_LINES))]
    draft.title_has_year = draft.keeps_year or rng.random() > 0.07
    template = rng.choice(words.TITLES if draft.title_has_year else words.TITLES_WITHOUT_YEAR)
    title = draft.fill(template, b=draft.title_body)
    draw = rng.random()
    lines = [title]
    if draw < 0.08 and template.startswith("{b}"):
        variations.append("broken")
        lines = _break(title, draft.title_body, three=rng.random() < 0.3)
    elif draw < 0.11:
        variations.append("doubled")
        lines = [title, draft.fill(rng.choice(words.DATE_LINES)), title]
    elif draw < 0.13:
        variations.append("doubled_on_a_line")
        lines = [title + title]
    elif draw < 0.15:
        variations.append("spaced")
        lines = [" ".join(title)]
    elif draw < 0.2:
        lines = [_advertise(draft, title, variations)]
    return [*lines, draft.fill(rng.choice(words.DATE_LINES))] if rng.random() < 0.6 else lines


def _break(title: str, body: str, three: bool) -> list[str]:
    rest = title[len(body) :]
    at = rest.find("年度报告")
    if three and at > 4:
        return [body, rest[:at], rest[at:]]
    return [body, rest]


def _advertise(draft: Draft, title: str, variations: list[str]) -> str:
    """Injected words before or behind the title, or between the county and the name."""
    rng = draft.rng
    place = rng.choice(["before", "before", "behind", "inside"])
    variations.append(f"spam_{place}")
    if place == "before":
        return rng.choice(words.SPAM_BEFORE) + title
    if place == "behind":
        return title + rng.choice(words.SPAM_BEHIND)
    spam, own = rng.choice(words.SPAM_INSIDE), draft.unit + draft.office
    draft.names = (*draft.names, own, (draft.title_body or "").replace(own, spam + own))
    return title.replace(own, spam + own, 1)
