"""The generated corpus: a seed gives a document, its truth, and how it was printed, varied and damaged.

Belongs here: what is drawn how often. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, replace

from tests.rendering.binaries import BINARY_LAYOUTS
from tests.rendering.damages import DAMAGES, LINE_DAMAGES, PAGE_DAMAGES
from tests.rendering.grids import Page, Paragraph, build_page
from tests.rendering.layouts import TEXT_LAYOUTS, WIDTHS, Print
from tests.rendering.markup import MARKUP_LAYOUTS
from tests.rendering.truth import Key, Truth, draw_truth
from tests.rendering.variations import VARIATIONS

LAYOUTS = {**TEXT_LAYOUTS, **MARKUP_LAYOUTS, **BINARY_LAYOUTS}
WEIGHTS = {"docx": 0.3, "pdf": 0.25, "jsonl": 0.3, "parquet": 0.3, "tabbed": 3.0, "html": 2.0}
# Heavy formats stay at one or two documents in a hundred; all others are about as likely as each other.
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# In ruled tables a lost cell would look like a blank one at the end of the row, and nobody could tell the difference.
_NOT_IN_PDF = {"drop_value", "drop_values", "drop_header_cell", "blanks_vanish", "merge_values", "fuse_label"}
_ALONE = {"repeat_table", "cut_table", "repeat_header"}


@dataclass(frozen=True)
class RenderedDocument:
    """A document of the corpus."""

    name: str
    content: bytes
    truth: Truth
    layout: str
    variations: tuple[str, ...]
    damages: tuple[str, ...]
    uncertain: frozenset[Key]
    lost: frozenset[Key]
    figures: tuple[str, ...]  # every number that its tables print
    record: int | None = None

    @property
    def kind(self) -> str:
        """plain, varied or damaged."""
        return "damaged" if self.damages else "varied" if self.variations else "plain"


def generate(seed: int, layout: str | None = None, damage: str | None = None) -> RenderedDocument:
    """Draw, vary, damage and print one document; `layout` and `damage` fix what is otherwise drawn."""
    rng = random.Random(seed)
    names = list(LAYOUTS)
    drawn = rng.choices(names, [WEIGHTS.get(name, 1.5) for name in names])[0]
    layout = layout or drawn
    kind = rng.random()
    truth = draw_truth(rng)
    page = build_page(rng, truth, WIDTHS.get(layout, 4))
    variations = _vary(rng, page) if 0.45 <= kind < 0.65 or kind >= 0.85 else []
    damages = _damage(rng, page, layout, damage) if kind >= 0.65 or damage else []
    _forget_unprinted(page)
    printed = LAYOUTS[layout](rng, page)
    damages += _damage_lines(rng, printed, damages, damage)
    lost = _note_lines(page, printed)
    return RenderedDocument(
        name=f"{seed:08}.{printed.extension}",
        content=_encode(rng, printed),
        truth=truth,
        layout=layout,
        variations=tuple(variations),
        damages=tuple(damages),
        uncertain=frozenset(page.uncertain),
        lost=frozenset(lost),
        figures=tuple(_figures(page)),
        record=printed.record,
    )


def numbers_in(text: str) -> list[str]:
    """The numbers of a text as a reader counts them: full-width digits are digits, a separator ends no number."""
    return [number.replace(",", "") for number in NUMBER.findall(unicodedata.normalize("NFKC", text))]


def _vary(rng: random.Random, page: Page) -> list[str]:
    chosen = rng.sample(list(VARIATIONS), rng.randint(1, 3))
    for name in chosen:
        VARIATIONS[name](rng, page)
    return chosen


def _damage(rng: random.Random, page: Page, layout: str, wanted: str | None) -> list[str]:
    names = [wanted] if wanted in PAGE_DAMAGES else rng.sample(list(PAGE_DAMAGES), rng.choice([1, 1, 2, 3]))
    if layout == "pdf":
        names = [name for name in names if name not in _NOT_IN_PDF]
    alone = [name for name in names if name in _ALONE]
    names = [*(name for name in names if name not in _ALONE), *alone[:1]]
    return [name for name in names if page.tables() and PAGE_DAMAGES[name](rng, page)]


def _damage_lines(rng: random.Random, printed: Print, damages: list[str], wanted: str | None) -> list[str]:
    if printed.lines and wanted in LINE_DAMAGES:
        return [wanted] if LINE_DAMAGES[wanted](rng, printed.lines) else []
    if not printed.lines or not damages or rng.random() > 0.15:
        return []
    name = rng.choice(list(LINE_DAMAGES))
    return [name] if LINE_DAMAGES[name](rng, printed.lines) else []


def _forget_unprinted(page: Page) -> None:
    """A sentence that a damage has cut off with the rest of the page states nothing."""
    printed = {block.text.strip() for block in page.blocks if isinstance(block, Paragraph)}
    page.truth.overview = [s for s in page.truth.overview if s.text in printed]
    page.truth.applications = [s for s in page.truth.applications if s.text in printed]


def _note_lines(page: Page, printed: Print) -> set[Key]:
    """Write into the truth on which line each cell stands; return the cells that stand nowhere any more."""
    standing = {key for table in page.tables() for row in table.rows for slot in row.slots for key in slot.keys}
    for number, line in enumerate(printed.lines, 1):
        for key in line.keys:
            page.truth.cells[key] = replace(page.truth.cells[key], line=number, line_end=number)
    return {key for key, cell in page.truth.cells.items() if key not in standing and cell.state != "absent"}


def _figures(page: Page) -> list[str]:
    slots = [slot for table in page.tables() for row in table.rows for slot in row.slots]
    return [number for slot in slots for number in numbers_in(slot.figures)]


def _encode(rng: random.Random, printed: Print) -> bytes:
    if printed.content is not None:
        return printed.content
    ending = rng.choice(["\n", "\n", "\r\n"])
    encoding = rng.choices(["utf-8", "utf-8-sig", "gb18030"], [90, 5, 5])[0]
    return (ending.join(line.text for line in printed.lines) + ending).encode(encoding)


__all__ = ["DAMAGES", "LAYOUTS", "VARIATIONS", "RenderedDocument", "generate", "numbers_in"]
