"""Fields that corrections and overrides share: document, date, and what has to be filled in.

Belongs here: checks of one field. Each returns the value, or None and what is wrong with its remedy.
"""

from __future__ import annotations

import datetime as dt
import re

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
# The first reports are those on 2008: nobody can have looked at one before.
_FIRST_DAY = dt.date(2008, 1, 1)
_CHINA = dt.timezone(dt.timedelta(hours=8))

Problem = tuple[str, str]


def today() -> dt.date:
    """Return the date in China, whatever the clock of the machine is set to."""
    return dt.datetime.now(_CHINA).date()


def check_document(text: str | None) -> tuple[str | None, Problem | None]:
    """Return the sha256 of a document: all of it, for the beginning of one may fit another document tomorrow."""
    if text is not None and _SHA256.fullmatch(text.lower()):
        return text.lower(), None
    written = f"document_id {text!r} is no sha256" if text else "document_id is empty"
    return None, (written, "Write the 64 hex digits that `make trace` and dim_document show")


def check_date(column: str, text: str | None) -> tuple[dt.date | None, Problem | None]:
    """Return a date written 2026-01-31 or, as Excel turns it, 2026/1/31; never one that is still to come."""
    match = _DATE.fullmatch(text or "")
    remedy = f"Write the day as {today():%Y-%m-%d}"
    if match is None:
        return None, (f"{column} {text!r} is no date" if text else f"{column} is empty", remedy)
    try:
        day = dt.date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None, (f"{column} {text!r} is no day of the calendar", remedy)
    if day > today():
        return None, (f"{column} {day} is in the future", remedy)
    if day < _FIRST_DAY:
        return None, (f"{column} {day} is before the first reports", remedy)
    return day, None


def check_filled(column: str, text: str | None, remedy: str) -> Problem | None:
    """Tell whether a field that must be filled in is empty."""
    return None if text else (f"{column} is empty", remedy)
