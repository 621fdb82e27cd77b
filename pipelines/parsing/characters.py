"""Traditional script and pinyin glosses in running text, read as simplified characters.

Belongs here: characters alone, one for one, so that a sentence keeps its places. The stored text is never changed.
"""

from __future__ import annotations

import re
from functools import cache

import opencc

_TRADITIONAL = re.compile("[開發報個條鎮鄉區縣務請復辦處]")
_GLOSS = re.compile(r"[（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}[)）]")
_BRACKETED_LATIN = re.compile(r"[（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]")


def to_simplified(text: str) -> str:
    """Return a text in simplified characters, as many as before; a text without traditional ones as it is."""
    return text.translate(_characters()) if _TRADITIONAL.search(text) else text


def drop_glosses(text: str) -> str:
    """Return a text without pinyin in brackets behind its characters: 鎮(zhèn)."""
    return _GLOSS.sub("", text) if _BRACKETED_LATIN.search(text) else text


@cache
def _characters() -> dict[int, str]:
    every = [chr(code) for code in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(char): simple for char, simple in zip(every, converted, strict=True) if char != simple}
