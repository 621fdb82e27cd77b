"""A cache for functions of one printed text: labels and cells come again and again, long texts only within a document.

Belongs here: the bound on what is kept, so that a delivery of long lines does not fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

_MAX_CHARACTERS = 1_000
_MAX_LONG = 64
Result = TypeVar("Result")


class _Kept(dict[str, Result], Generic[Result]):
    """Results by text. Finding one costs no more than a look into a dictionary; a full one forgets its oldest quarter."""

    def __init__(self, function: Callable[[str], Result], maxsize: int) -> None:
        super().__init__()
        self._function = function
        self._long = lru_cache(_MAX_LONG)(function)
        self._maxsize = maxsize

    def __missing__(self, text: str) -> Result:
        if len(text) > _MAX_CHARACTERS:
            return self._long(text)
        result = self._function(text)
        if len(self) >= self._maxsize:
            for oldest in list(self)[: self._maxsize // 4 + 1]:
                self.pop(oldest, None)
        self[text] = result
        return result


def cache_short(maxsize: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """Keep the results of about the last `maxsize` texts of a usual length, and of a few longer ones."""
    return lambda function: _Kept(function, maxsize).__getitem__
