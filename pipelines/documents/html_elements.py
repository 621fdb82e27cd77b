"""What HTML's elements mean for the text of a page: which are not seen, which end a line, stand apart, keep their breaks.

Belongs here: sets of names, and whether one element is seen. Going through a page does not.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

UNSEEN = frozenset({"script", "style", "template", "noscript", "title", "iframe", "noframes", "object", "textpath"})
_LINE_TAGS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre section"
    " summary tbody td textarea tfoot th thead tr ul"
)
LINES = frozenset(_LINE_TAGS.split())
# What they hold stands apart from its line: the mark of a note is no digit of its figure, nor is a figure struck out.
APART = frozenset({"sup", "sub", "s", "strike", "del"})
VERBATIM = frozenset({"pre", "textarea"})
# The kinds of `input` whose value stands on the page.
TYPED = frozenset({None, "", "text", "number", "tel", "url", "email", "date"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE | re.ASCII)


def is_seen(node: LexborNode, tag: str) -> bool:
    """Tell whether an element stands on the page; `tag`: its name."""
    if tag in UNSEEN or tag.startswith(("-", "!", "_")):
        return False
    attributes = node.attributes
    return not attributes or not ("hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style") or ""))
