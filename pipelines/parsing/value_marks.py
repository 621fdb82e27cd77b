"""Signatures in which values that are no plain figure (blank, `/`, 无, `１２`, 5件) stand as marks, too.

Belongs here: which cells of a skeleton are values whose words cannot change how its rows are read, and what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.forms.labels import header_labels, label_key, row_labels
from pipelines.parsing.skeletons import FIGURE_MARK, PROSE_MARK
from pipelines.parsing.values import UNIT_SPELLINGS, clean_value, parse_values

_MAX_VALUE = 8
_MAX_KEPT = 50_000
_STATES = ("blank", "not_applicable", "zero", "number", "text")
_MARK_LINE = "\n" + FIGURE_MARK
_CELL = re.compile(rf"\t[^\t{FIGURE_MARK}]*")
_VALUE, _LABEL, _NUMBER, _COUNTED, _HEADER = 1, 2, 4, 8, 16
_MAX_KEPT_ROW = 1_000


@dataclass(frozen=True, slots=True)
class OddValue:
    """A value that is no plain figure: its place among the marks, whether it is a number, and whether it has a unit."""

    place: int
    text: str
    is_number: bool
    has_unit: bool


@dataclass(frozen=True, slots=True)
class Loosened:
    """A signature with a mark for each value, and the odd ones among the values, by place."""

    signature: str
    odd: tuple[OddValue, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    odd: tuple[tuple[int, str, bool, bool], ...]
    n_marks: int


# What was found of a cell and of a printed row, by its text alone.
_cells: dict[str, int] = {}
_rows: dict[str, _Row] = {}


def loosen(signatures: Iterable[str]) -> dict[str, Loosened]:
    """Return for each signature the one that it shares with others whose values are other words or blank."""
    divided = {
        signature: [table.replace(FIGURE_MARK, _MARK_LINE).split("\n\n") for table in signature.split(PROSE_MARK)]
        for signature in signatures
    }
    for kept in (_cells, _rows):
        if len(kept) > _MAX_KEPT:
            kept.clear()
    new = {row for tables in divided.values() for rows in tables for row in rows if row not in _rows}
    _judge_cells({cell for row in new for cell in (*row.split("\n"), *_whole_cells(row)) if cell not in _cells})
    own = {row: _loosen_row(row) for row in new}
    _rows.update((row, found) for row, found in own.items() if len(row) <= _MAX_KEPT_ROW)
    return {signature: _join(tables, own) for signature, tables in divided.items()}


def _join(tables: list[list[str]], new: dict[str, _Row]) -> Loosened:
    odd: list[OddValue] = []
    n_marks = 0
    joined = []
    for rows in tables:
        texts = []
        for row in rows:
            loose = _rows.get(row) or new[row]
            texts.append(loose.text)
            if loose.odd:
                odd += [
                    OddValue(n_marks + place, text, is_number, has_unit)
                    for place, text, is_number, has_unit in loose.odd
                ]
            n_marks += loose.n_marks
        joined.append("\n\n".join(texts).replace(_MARK_LINE, FIGURE_MARK))
    return Loosened(PROSE_MARK.join(joined), tuple(odd))


def _loosen_row(row: str) -> _Row:
    """Put marks for the values at the end of a printed row that has a plain figure among them, or a label of the form before them.

    Beside other headers of columns 其他 is one of them, and the blank cell behind it no value.
    """
    cells = row.split("\n")
    kinds = [_VALUE if cell == FIGURE_MARK else _cells.get(cell, 0) for cell in cells]
    first = len(cells)
    while first and kinds[first - 1] & _VALUE:
        first -= 1
    if not (FIGURE_MARK in cells[first:] or (0 < first < len(cells) and kinds[first - 1] & _LABEL)):
        return _Row(row, (), row.count(FIGURE_MARK))
    if FIGURE_MARK not in cells and any(_cells.get(cell, 0) & _HEADER for cell in _whole_cells(row)):
        return _Row(row, (), row.count(FIGURE_MARK))
    before = cells[:first].count(FIGURE_MARK)
    odd = tuple(
        (before + place - first, cells[place][1:], bool(kinds[place] & _NUMBER), bool(kinds[place] & _COUNTED))
        for place in range(first, len(cells))
        if cells[place] != FIGURE_MARK
    )
    marked = [*cells[:first], *[FIGURE_MARK] * (len(cells) - first)]
    return _Row("\n".join(marked), odd, before + len(cells) - first)


def _whole_cells(row: str) -> list[str]:
    """The cells of a printed row, each with the lines that continue it."""
    return [cell.rstrip("\n") for cell in _CELL.findall(row)]


def _judge_cells(lines: set[str]) -> None:
    """Keep what lines are: a value by itself, the label of a row, that of a column alone, or neither.

    A value is short, one figure at most, of no unit but that of counts, no unit alone, and its words name neither row nor column.
    """
    cells = [line for line in lines if line.startswith("\t")]
    texts = pl.Series("text", [line[1:] for line in cells], dtype=pl.String)
    labels, headers = row_labels(), header_labels()
    keyed = texts.to_frame().with_columns(label=label_key(pl.col("text")))
    judged = keyed.join(parse_values(texts), on="text", how="left", maintain_order="left").select(
        is_value=~pl.col("label").is_in(pl.concat([labels["label"], headers["label"]]).implode())
        & (pl.col("text").str.len_chars() <= _MAX_VALUE)
        & ~pl.col("text").str.contains("[：:]")
        & ~clean_value(pl.col("text")).str.contains(f"^(?:{UNIT_SPELLINGS})$")
        & pl.col("value_state").is_in(_STATES)
        & (pl.col("n_numbers") <= 1)
        & pl.col("printed_unit").fill_null("count").eq("count"),
        is_label=pl.col("label").is_in(labels.filter(~pl.col("is_heading"))["label"].implode()),
        is_number=pl.col("n_numbers") > 0,
        has_unit=pl.col("printed_unit").is_not_null(),
        is_header=pl.col("label").is_in(headers["label"].implode()),
    )
    weights = np.array([_VALUE, _LABEL, _NUMBER, _COUNTED, _HEADER])
    kinds = judged.to_numpy() @ weights if cells else []
    _cells.update((cell, int(kind)) for cell, kind in zip(cells, kinds, strict=True) if len(cell) <= _MAX_KEPT_ROW)
