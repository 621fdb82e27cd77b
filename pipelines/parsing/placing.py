"""Texts whose grids have empty cells for merged ones to their cells, with templates that are read by place.

Belongs here: which of these texts are filled in. Why their values cannot matter is told in `template_rows`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import fields
from itertools import pairwise

import polars as pl

from pipelines.forms.caches import cache_short
from pipelines.parsing.filling import Filled, cut_skeletons, fill_known, fill_templates, in_order
from pipelines.parsing.regions import role_of_line
from pipelines.parsing.skeletons import Skeleton
from pipelines.parsing.templates import find_templates, is_kept
from pipelines.parsing.tokens import cell_kind, count_numbers_of
from pipelines.parsing.value_marks import Loosened, keep_merged


def fill_texts(texts: dict[int, str]) -> tuple[Filled, dict[int, str]]:
    """Fill in the texts whose skeleton has a template of either kind; the others are returned as they are, in order."""
    skeletons = cut_skeletons(texts)
    filled, rest = fill_known(texts, skeletons)
    placed = _fill_by_place({doc: skeletons[doc] for doc in rest if doc in skeletons})
    if placed is None:
        return filled, rest
    frames = [field.name for field in fields(Filled) if field.name != "docs"]
    joined = {name: in_order(getattr(filled, name), getattr(placed, name)) for name in frames}
    done = set(placed.docs)
    docs = pl.concat([filled.docs, placed.docs]).sort()
    return Filled(docs=docs, **joined), {doc: text for doc, text in rest.items() if doc not in done}


def _fill_by_place(skeletons: dict[int, Skeleton]) -> Filled | None:
    merged = keep_merged({skeleton.signature for skeleton in skeletons.values()})
    own = {
        doc: merged[skeleton.signature]
        for doc, skeleton in skeletons.items()
        if skeleton.signature in merged and _are_values(merged[skeleton.signature])
    }
    counted = Counter(loose.signature for loose in own.values())
    templates = find_templates((s for s, n in counted.items() if n > 1 or is_kept(s, by_place=True)), by_place=True)
    known = {
        doc: loose.mark(skeletons[doc])
        for doc, loose in own.items()
        if loose.signature in templates and templates[loose.signature].takes(loose.odd) and _is_apart(skeletons[doc])
    }
    used = {skeleton.signature: templates[skeleton.signature] for skeleton in known.values()}
    return fill_templates(known, used) if known else None


def _is_apart(skeleton: Skeleton) -> bool:
    """Tell whether the prose of a text ends each of its tables, and no line of it could be a part of one."""
    roles = [(line, role_of_line(text)) for line, text in skeleton.prose]
    if any(role in ("label", "figures") for _, role in roles):
        return False
    ends = [line for line, role in roles if role in ("heading", "sentence")]
    return all(
        (after := bisect_right(ends, above)) < len(ends) and ends[after] < below
        for above, below in pairwise(skeleton.starts)
    )


def _are_values(loose: Loosened) -> bool:
    return all(_is_value(value.text) == value.is_number for value in loose.odd)


@cache_short(maxsize=50_000)
def _is_value(text: str) -> bool | None:
    """Tell whether a value is a figure (true) or a mark or empty (false), None where it is neither for the careful reading."""
    kind, n_numbers = cell_kind(text), count_numbers_of(text)
    if kind == "figure":
        return True if n_numbers == 1 else None
    return False if kind in ("mark", "blank") and n_numbers == 0 else None
