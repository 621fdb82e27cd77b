"""Pieces of MyST markdown that the generated pages are made of.

Belongs here: escaping and tables. What stands in them is the concern of the pages.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

# What begins a page whose tables or pictures need the room of the list of headings beside them.
WIDE = ("---", "hide-toc: true", "---", "")


def plain(text: str | None) -> str:
    """Return a text that stands in a table cell or paragraph as it is, without any markup."""
    escaped = html.escape(text or "", quote=False)
    for mark in "\\`*_[]{}|$~^#":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped.replace("\n", "<br>")


def code(text: str | None) -> str:
    """Return inline code that stands in a table cell, or nothing for nothing."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; the cells are markup already."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return ["", *lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def raw_html(content: str) -> list[str]:
    """Return the lines of a block of HTML."""
    return ["", "```{raw} html", *content.split("\n"), "```", ""]


def contents(pages: Iterable[str], caption: str = "", hidden: bool = True) -> list[str]:
    """Return the lines of a table of contents of pages by path."""
    options = [":maxdepth: 1"]
    options += [f":caption: {caption}"] if caption else []
    options += [":hidden:"] if hidden else []
    return ["", "```{toctree}", *options, "", *pages, "```", ""]
