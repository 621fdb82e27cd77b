"""Versions of publications: the local date and a number, `2026-11-21.1`.

Belongs here: their form and their order. What a release holds stands in `releases`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})\.([1-9]\d*)")


@dataclass(frozen=True, order=True)
class Version:
    """A version; versions sort by date, then by number: .10 comes after .9."""

    day: date
    number: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.number}"


def parse_version(text: str) -> Version | None:
    """Return the version that a text is, None where it is none."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    try:
        return Version(date.fromisoformat(match[1]), int(match[2]))
    except ValueError:  # 2026-02-31
        return None


def next_version(used: Iterable[Version], today: date) -> Version:
    """Return a version after all those used: of today, or of the last day used where the clock has gone back."""
    last = max(used, default=None)
    if last is None or last.day < today:
        return Version(today, 1)
    return Version(last.day, last.number + 1)
