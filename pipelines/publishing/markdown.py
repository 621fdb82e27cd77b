"""Texts of documents as they may stand in Markdown: inert, on one line, of bounded length.

Belongs here: what Dagster's page and diff.md show of texts that come from outside. The docs site has its own marks.
"""

from __future__ import annotations

from pipelines.publishing.workbook.texts import show_hidden


def code_span(text: str, width: int) -> str:
    """Return a text as a code span that ends neither itself nor a cell of a table; nothing for nothing.

    Nothing in it is markup: no link to click, no picture that a browser fetches, no HTML.
    """
    line = " ".join(show_hidden(text).split()).replace("|", "¦").replace("`", "'")
    shown = line if len(line) <= width else line[:width] + "…"
    return f"`{shown}`" if shown else ""
