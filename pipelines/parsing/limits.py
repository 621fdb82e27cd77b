"""What a text may have to be parsed: beyond these limits time and memory would have no bound.

Belongs here: the limits of one text, far above any report's. Those of files and formats stand in `documents.conversion`.
"""

from __future__ import annotations

from pipelines.documents.layouts import BARS

# A report has 3,000 to 60,000 characters and about a thousand cells. Commas and semicolons may separate cells, too.
MAX_CHARACTERS = 1_000_000
MAX_LINES = 200_000
MAX_LINE = 100_000
MAX_MARKS = 200_000


def excess_of(text: str) -> str | None:
    """Return what a text has too much of to be parsed, None where it is within the limits."""
    if len(text) <= min(MAX_CHARACTERS, MAX_LINES, MAX_LINE, MAX_MARKS):
        return None
    if len(text) > MAX_CHARACTERS:
        return f"{len(text):,} characters"
    if (n_lines := text.count("\n") + 1) > MAX_LINES:
        return f"{n_lines:,} lines"
    if len(text) > MAX_LINE and any(len(line) > MAX_LINE for line in text.split("\n")):
        return f"a line of more than {MAX_LINE:,} characters"
    n_marks = sum(text.count(mark) for mark in "\t,;" + BARS)
    return f"{n_marks:,} marks between cells" if n_marks > MAX_MARKS else None
