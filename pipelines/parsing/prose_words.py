"""The vocabulary of the prose as compiled patterns: channels, words that make a figure something else, words of years.

Belongs here: the seed `prose_vocabulary` made ready for searching. Which figure a word belongs to does not.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.forms.caches import cache_short
from pipelines.forms.dictionary import load_seed


@cache
def words_pattern(*kinds: str) -> re.Pattern[str]:
    """Return a pattern of all words of the kinds, the longest first."""
    seed = load_seed("prose_vocabulary")
    words = [word for word, kind in zip(seed["word"], seed["word_kind"], strict=True) if kind in kinds]
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


@cache
def channel_words() -> dict[str, str]:
    """Return the words for channels, each with its quantity."""
    seed = load_seed("prose_vocabulary")
    rows = zip(seed["word"], seed["word_kind"], seed["quantity"], strict=True)
    return {word: quantity for word, kind, quantity in rows if kind == "channel"}


@cache_short(maxsize=20_000)
def channels_in(text: str) -> tuple[str, ...]:
    """The channels that a text names, in order; 微信公众号 is one word, not 微信 and 公众号."""
    vocabulary = channel_words()
    return tuple(dict.fromkeys(vocabulary[match.group()] for match in words_pattern("channel").finditer(text)))
