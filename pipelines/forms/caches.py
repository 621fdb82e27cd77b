"""A cache for functions of one printed text: labels and cells come again and again, long texts only within a document.

Belongs here: the bound on what is kept, so that a delivery of long lines does not fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_MAX_CHARACTERS = 1_000
_MAX_LONG = 64
Result = TypeVar("Result")


def cache_short(maxsize: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """Keep the results of the last `maxsize` texts of a usual length, and of a few longer ones."""

    def decorate(function: Callable[[str], Result]) -> Callable[[str], Result]:
        kept, kept_long = lru_cache(maxsize)(function), lru_cache(_MAX_LONG)(function)

        @wraps(function)
        def call(text: str) -> Result:
            return kept(text) if len(text) <= _MAX_CHARACTERS else kept_long(text)

        return call

    return decorate
