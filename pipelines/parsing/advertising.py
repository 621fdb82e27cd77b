"""Advertising that intruders put into titles and names: 开云网页版, bob综合.

Belongs here: which words of a name are advertising (seed advertising_words). A word that is also in names of places counts
only beside another one.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.forms.caches import cache_short
from pipelines.forms.dictionary import load_seed

# Titles, names and opening sentences; the pattern takes the square of a length, which hostile lines would make use of.
_MAX_CHARACTERS = 600
_LETTERS = re.compile("[A-Za-z]{2}")
_LATIN = r"[A-Za-z]{2,12}\d{0,4}"
# In a repetition a run of letters is taken whole and never divided again: there are as many ways to divide it as 1.6 to the
# power of its length.
_RUN = r"[A-Za-z]{2,}+\d{0,4}+"


@cache_short(maxsize=20_000)
def drop_advertising(name: str) -> tuple[str, str]:
    """Split a name without spaces into the name and the advertising in it: (name, advertising)."""
    if len(name) > _MAX_CHARACTERS or not (_LETTERS.search(name) or _signs().search(name)):
        return name, ""
    found: list[str] = []

    def keep(match: re.Match[str]) -> str:
        found.append(match.group())
        return ""

    left = _pattern().sub(keep, name)
    return (left.strip("·.-—|_"), "".join(found)) if found else (name, "")


@cache
def _signs() -> re.Pattern[str]:
    """What every match of the pattern without Latin letters holds: a quick look spares nearly all names the long one."""
    seed = load_seed("advertising_words")
    words = [word for word, kind in seed.select("word", "kind").iter_rows() if kind in ("sure", "with_others")]
    return re.compile("|".join(words))


@cache
def _pattern() -> re.Pattern[str]:
    seed = load_seed("advertising_words")
    words = {
        kind: "|".join(
            sorted((word for word, of in seed.select("word", "kind").iter_rows() if of == kind), key=len, reverse=True)
        )
        for kind in ("sure", "with_others", "other")
    }
    sure, weak, other = words["sure"], words["with_others"], words["other"]
    around = rf"(?:{other}|{_RUN}|[·.\-—_@：:])"
    return re.compile(
        rf"(?:{around}|{weak})*(?:{sure})(?:{around}|{sure}|{weak})*"
        rf"|(?:{_RUN}|{other})*(?:{weak})(?:{other}|{_LATIN})(?:{around})*"
        rf"|{_LATIN}(?:{other})(?:{around})*"
    )
