"""Markdown to text, by way of HTML.

Belongs here: telling Markdown from text in the tabbed layout, and rendering it. HTML is the concern of `html`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt

from pipelines.documents.conversion import Converted, UnreadableDocument
from pipelines.documents.decoding import decode_text
from pipelines.documents.html import convert_html

_CELL_LINE = re.compile(rb"^\t", re.MULTILINE)
_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?")
_MAX_MISSING = 20_000
# A character for private use, which no text has a use for.
_MISSING = "\ue5ff"
_NO_CELL = re.compile(rf"<t[dh][^>]*>{_MISSING}</t[dh]>\n?")
_BAR = re.compile(r"(?<!\\)\|")
_PIPE_ROW = re.compile(rb"^ {0,3}\|?[^|\n]*\|[ \t]*:?-+", re.MULTILINE)


def looks_like_markdown(data: bytes) -> bool:
    """Tell Markdown from a text whose table cells begin with a tab, which Markdown would take for code."""
    return len(_CELL_LINE.findall(data)) < 5 or _PIPE_ROW.search(data) is not None


def convert_markdown(data: bytes) -> Converted:
    """Convert Markdown with tables; HTML in it is HTML. A single line break stays one.

    Raises:
        UnreadableDocument: `binary_file` for no text, `empty_file`, `image_only`, `too_complex`.
    """
    decoded = decode_text(data)
    if decoded is None:
        raise UnreadableDocument("binary_file", detected="no known text encoding")
    html = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    try:
        rendered = _NO_CELL.sub("", html.render(_level_tables(decoded.text)))
        converted = convert_html(rendered.encode("utf-8", "replace"))
    except UnreadableDocument as error:
        if error.rule_key == "empty_file":
            raise UnreadableDocument("empty_file", bytes=len(data)) from None
        raise
    return replace(converted, format="markdown", encoding=decoded.encoding)


def _level_tables(text: str) -> str:
    """Give all rows of a table the cells of the longest: Markdown cuts off cells beyond the head, and makes up missing ones.

    What a row lacks is marked, and no cell of the text.

    Raises:
        UnreadableDocument: `too_complex`, where the rows lack more than `_MAX_MISSING` cells.
    """
    lines = text.replace(_MISSING, "").split("\n")
    end = total = 0
    for at, line in enumerate(lines[1:], 1):
        # A rule within a table is a row of it.
        is_head = at > end and "|" in lines[at - 1] and _RULE.fullmatch(line) is not None
        if not is_head or _width(line) != _width(lines[at - 1]):
            continue
        end = next((n for n in range(at + 1, len(lines)) if "|" not in lines[n]), len(lines))
        widest = max(map(_width, [line, *lines[at + 1 : end]]))
        for n in range(at - 1, end):
            cell = "---|" if n == at else f" {_MISSING} |"
            if (missing := widest - _width(lines[n])) > 0:
                total += missing
                if total > _MAX_MISSING:
                    raise UnreadableDocument("too_complex", reason=f"more than {_MAX_MISSING:,} missing cells")
                row = lines[n].rstrip()
                lines[n] = row + ("" if row.endswith("|") else "|") + cell * missing
    return "\n".join(lines)


def _width(row: str) -> int:
    return len(_BAR.findall(row.strip().removeprefix("|").removesuffix("|"))) + 1
