"""The pages of the comparison: drawn by the test renderer with their truth, in five groups.

Belongs here: which pages, how many. They are in UTF-8, so that no tool stumbles over a charset.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.rendering.corpus import RenderedDocument, generate

# group -> layouts and kind of document. `merged` is the official form; `clean` has a blank cell where that has a merged one.
GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "clean": (("html_blank_cells",), "plain"),
    "merged": (("html",), "plain"),
    "nested": (("html_chrome",), "plain"),
    "varied": (("html", "html_blank_cells", "html_chrome"), "varied"),
    "damaged": (("html", "html_blank_cells", "html_chrome"), "damaged"),
}
# Far from the documents of `make accuracy`, which the parser has been tried on.
_FIRST_SEED = 70_000_000


def draw_pages(n: int) -> Iterator[tuple[str, RenderedDocument]]:
    """Yield group and page, `n` pages a group; the same `n` gives the same pages."""
    seed = _FIRST_SEED
    for group, (layouts, kind) in GROUPS.items():
        drawn = 0
        while drawn < n:
            document = generate(seed, layouts[drawn % len(layouts)])
            seed += 1
            if document.kind == kind:
                yield group, document
                drawn += 1
