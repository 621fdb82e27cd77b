"""Traditional script and pinyin glosses in running text, read as simplified characters.

Belongs here: characters alone, one for one, so that a sentence keeps its places. The stored text is never changed.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import opencc

from pipelines.gazetteer.divisions import load_divisions

_TRADITIONAL = re.compile("[開發報個條鎮鄉區縣務請復辦處]")
_GLOSS = re.compile(r"[（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}[)）]")
_BRACKETED_LATIN = re.compile(r"[（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]")


def to_simplified(text: str) -> str:
    """Return a text in simplified characters, as many as before; a text without traditional ones as it is."""
    if not _TRADITIONAL.search(text):
        return text
    simple = text.translate(_characters())
    kept = _in_names()
    places = [place for place, char in enumerate(text) if char in kept and simple[place + 1 : place + 2] in kept[char]]
    for place in places:
        simple = simple[:place] + text[place] + simple[place + 1 :]
    return simple


def drop_glosses(text: str) -> str:
    """Return a text without pinyin in brackets behind its characters: 鎮(zhèn)."""
    return _GLOSS.sub("", text) if _BRACKETED_LATIN.search(text) else text


@cache
def _characters() -> dict[int, str]:
    every = [chr(code) for code in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(char): simple for char, simple in zip(every, converted, strict=True) if char != simple}


@cache
def _in_names() -> dict[str, set[str]]:
    """Characters that names of divisions keep, with those that follow them: 乾 in 乾县 is no traditional 干."""
    kept: dict[str, set[str]] = {}
    for name in load_divisions()["division_name"]:
        for char, behind in pairwise(name):
            if ord(char) in _characters():
                kept.setdefault(char, set()).add(behind)
    return kept
