"""Skeletons with their templates to the cells of a batch, column by column.

Belongs here: putting figures and lines in their places. Which text has which template does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.parsing.skeletons import Skeleton, cut_skeleton
from pipelines.parsing.templates import Template, find_templates, is_kept
from pipelines.parsing.value_marks import loosen
from pipelines.parsing.values import parse_values

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Filled:
    """The texts of a batch that were filled in: frames as those of `table_reading.Tables`, and `numbers` as of `pages.Pages`.

    `in_cells`: `doc`, `n_cell_numbers`: how many of the numbers stand in cells of figures.
    """

    docs: pl.Series
    reports: pl.DataFrame
    cells: pl.DataFrame
    prose: pl.DataFrame
    numbers: pl.DataFrame
    in_cells: pl.DataFrame


def cut_skeletons(texts: dict[int, str]) -> dict[int, Skeleton]:
    """Cut up the texts that can be."""
    return {doc: skeleton for doc, text in texts.items() if (skeleton := cut_skeleton(text)) is not None}


def fill_known(texts: dict[int, str], skeletons: dict[int, Skeleton]) -> tuple[Filled, dict[int, str]]:
    """Fill in the texts whose skeleton has a template; the others are returned as they are, in order.

    A skeleton that one text alone has is not worth a template.
    """
    loosened = loosen({skeleton.signature for skeleton in skeletons.values()})
    loose = {doc: loosened[skeleton.signature] for doc, skeleton in skeletons.items()}
    templates = _find_templates([own.signature for own in loose.values()])
    known: dict[int, Skeleton] = {}
    for doc, own in loose.items():
        template = templates.get(own.signature)
        if template is not None and (not own.odd or template.takes(own.odd)):
            known[doc] = own.mark(skeletons[doc]) if own.odd else skeletons[doc]
    # What is left may still be a form whose words and blanks are always the same.
    exact = {doc: skeletons[doc] for doc, own in loose.items() if own.odd and doc not in known}
    templates |= _find_templates([skeleton.signature for skeleton in exact.values()])
    known |= {doc: skeleton for doc, skeleton in exact.items() if skeleton.signature in templates}
    known = {doc: known[doc] for doc in texts if doc in known}
    used = {skeleton.signature: templates[skeleton.signature] for skeleton in known.values()}
    return fill_templates(known, used), {doc: text for doc, text in texts.items() if doc not in known}


def _find_templates(signatures: list[str]) -> dict[str, Template]:
    counted = Counter(signatures)
    return find_templates(s for s, n in counted.items() if n > 1 or is_kept(s))


def in_order(filled: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Join what was filled in and what was read with care, by document."""
    if filled.is_empty() or read.is_empty():
        return filled if read.is_empty() and filled.width else read
    return pl.concat([filled, read.select(filled.columns)]).sort("doc", maintain_order=True)


def fill_templates(skeletons: dict[int, Skeleton], templates: dict[str, Template]) -> Filled:
    """Fill in every text; `templates` has a template for the signature of each, docs are in order."""
    numbers = {signature: number for number, signature in enumerate(templates)}
    kinds = list(templates.values())
    of_doc = [numbers[skeleton.signature] for skeleton in skeletons.values()]
    docs = pl.Series("doc", list(skeletons), dtype=pl.UInt32)
    facts = [
        (kind.form_version, kind.form_basis, kind.n_numbers - own.n_without, kind.n_cell_numbers - own.n_without)
        for kind, own in zip(map(kinds.__getitem__, of_doc), skeletons.values(), strict=True)
    ]
    schema = {"form_version": pl.String, "form_basis": pl.Int32, "n": pl.UInt32, "n_cell_numbers": pl.Int32}
    reports = pl.DataFrame(facts, schema=schema, orient="row").insert_column(0, docs)
    return Filled(
        docs=docs,
        reports=reports.select("doc", "form_version", "form_basis"),
        cells=_cells(list(skeletons.values()), np.array(of_doc, dtype=np.int64), kinds, docs)
        if of_doc
        else pl.DataFrame(),
        prose=_prose(skeletons),
        numbers=reports.select("doc", "n"),
        in_cells=reports.select("doc", "n_cell_numbers"),
    )


def _prose(skeletons: dict[int, Skeleton]) -> pl.DataFrame:
    lines = list(chain.from_iterable([skeleton.prose for skeleton in skeletons.values()]))
    docs = np.repeat(
        np.fromiter(skeletons, dtype=np.uint32, count=len(skeletons)),
        [len(skeleton.prose) for skeleton in skeletons.values()],
    )
    return pl.DataFrame(
        {"doc": docs, "line": [line for line, _ in lines], "text": [text for _, text in lines]},
        schema={"doc": pl.UInt32, "line": pl.Int32, "text": pl.String},
    )


class _Vocabulary(dict[str, int]):
    """Distinct texts, numbered as they come."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


def _cells(skeletons: list[Skeleton], of_doc: Integers, kinds: list[Template], docs: pl.Series) -> pl.DataFrame:
    heights = np.array([kind.cells.height for kind in kinds], dtype=np.int64)
    behind = np.cumsum(heights[of_doc])
    begins = behind - heights[of_doc]
    rows, figures, first, last = (np.empty(int(behind[-1]), dtype=np.int64) for _ in range(4))
    vocabulary = _Vocabulary()
    base = 0
    for number, kind in enumerate(kinds):
        mine = np.flatnonzero(of_doc == number)
        own = [skeletons[place] for place in mine]
        starts = np.array([skeleton.starts for skeleton in own], dtype=np.int64).reshape(len(own), -1)
        figures_of = chain.from_iterable([skeleton.figures for skeleton in own])
        printed = np.fromiter(map(vocabulary.__getitem__, figures_of), dtype=np.int64).reshape(len(own), -1)
        places = begins[mine][:, None] + np.arange(heights[number])
        lines = starts[:, kind.table] + kind.first
        rows[places] = base + np.arange(heights[number])
        figures[places] = np.where(kind.figure < 0, -1, printed[:, kind.figure])
        first[places] = lines
        last[places] = lines + kind.last
        base += int(heights[number])
    return (
        _joined(
            pl.concat([kind.cells for kind in kinds], rechunk=True),
            np.concatenate([kind.is_money for kind in kinds]),
            vocabulary,
            rows,
            figures,
        )
        .with_columns(
            doc=pl.Series(np.repeat(docs.to_numpy(), heights[of_doc])),
            line_start=pl.Series(first.astype(np.int32)),
            line_end=pl.Series(last.astype(np.int32)),
        )
        .select("doc", *kinds[0].cells.columns)
    )


def _joined(
    cells: pl.DataFrame,
    is_money: npt.NDArray[np.bool_],
    vocabulary: dict[str, int],
    rows: Integers,
    figures: Integers,
) -> pl.DataFrame:
    """The cells of templates row by row, with the figures of the texts (numbers of the vocabulary; -1 for none) in them.

    A word for zero is words where money is asked for, as in `tables`.
    """
    own_columns = ["raw_value", "value_state", "value", "n_numbers"]
    printed = pl.Series("text", list(vocabulary), dtype=pl.String)
    read = printed.to_frame().join(parse_values(printed), on="text", how="left", maintain_order="left")
    read = read.rename({"text": "raw_value"})
    values = pl.concat([read.select(own_columns), cells.select(own_columns)], rechunk=True)
    filled = values[np.where(figures < 0, len(vocabulary) + rows, figures).astype(np.uint32)]
    wordy = np.flatnonzero(((read["value_state"] == "zero") & ~read["raw_value"].str.contains(r"\d")).to_numpy())
    if len(wordy):
        in_money = pl.Series(is_money[rows] & np.isin(figures, wordy))
        filled = filled.with_columns(
            value_state=pl.when(in_money).then(pl.lit("text")).otherwise("value_state"),
            value=pl.when(~in_money).then("value"),
        )
    # What is filled in need not be picked from the templates first.
    return cells.drop("line_start", "line_end", *own_columns)[rows.astype(np.uint32)].hstack(filled)
