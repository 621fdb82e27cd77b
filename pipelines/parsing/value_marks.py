"""Signatures in which values that are no plain figure (blank, `/`, 无, `１２`, 5件) stand as marks, too.

Belongs here: which cells of a skeleton are values whose words cannot change how its rows are read, and what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.forms.labels import header_labels, label_key, row_labels
from pipelines.parsing.skeletons import FIGURE_MARK, PROSE_MARK, Skeleton
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

    def mark(self, skeleton: Skeleton) -> Skeleton:
        """Return the skeleton with this signature, the odd values among its figures."""
        figures = list(skeleton.figures)
        for value in self.odd:
            figures.insert(value.place, value.text)
        n_without = sum(1 for value in self.odd if not value.is_number)
        return Skeleton(self.signature, skeleton.starts, figures, skeleton.prose, n_without)


@dataclass(frozen=True, slots=True)
class _Row:
    """A printed row with its marks.

    Attributes:
        width: how many cells it has, 0 where words continue a cell on a line of their own.
        written: the columns of a row without values that have words.
        empty: the columns of its values that are empty.
        has_merged: empty cells stand as they are.
    """

    text: str
    odd: tuple[tuple[int, str, bool, bool], ...]
    n_marks: int
    width: int
    written: frozenset[int]
    empty: frozenset[int] = frozenset()
    has_values: bool = False
    has_merged: bool = False


# What was found of a cell and of a printed row, by its text alone.
_cells: dict[str, int] = {}
_rows: dict[str, _Row] = {}


def loosen(signatures: Iterable[str]) -> dict[str, Loosened]:
    """Return for each signature the one that it shares with others whose values are other words or blank."""
    divided = _divide(signatures)
    own = _loosen_rows({row for tables in divided.values() for rows in tables for row in rows})
    return {
        signature: _join([[_rows.get(row) or own[row] for row in rows] for rows in tables])
        for signature, tables in divided.items()
    }


def _divide(signatures: Iterable[str]) -> dict[str, list[list[str]]]:
    """The printed rows of each table of some signatures."""
    return {
        signature: [table.replace(FIGURE_MARK, _MARK_LINE).split("\n\n") for table in signature.split(PROSE_MARK)]
        for signature in signatures
    }


def _loosen_rows(rows: set[str]) -> dict[str, _Row]:
    """Loosen the rows that are new; those that are not too long are kept."""
    if max(len(_cells), len(_rows)) > _MAX_KEPT:
        _cells.clear()
        _rows.clear()
    new = rows - _rows.keys()
    _judge_cells({cell for row in new for cell in (*row.split("\n"), *_whole_cells(row)) if cell not in _cells})
    own = {row: _loosen_row(row) for row in new}
    _rows.update((row, found) for row, found in own.items() if len(row) <= _MAX_KEPT_ROW)
    return own


def keep_merged(signatures: Iterable[str]) -> dict[str, Loosened]:
    """As `loosen`, but empty cells below the empty cells of a header as wide as the row stand as they are.

    Only signatures that have such cells, which merged ones leave behind, are returned.
    """
    divided = _divide(signatures)
    own = _loosen_rows({row for tables in divided.values() for rows in tables for row in rows})
    found = {}
    for signature, tables in divided.items():
        rows = [_rows_below_headers(rows, own) for rows in tables]
        if any(row.has_merged for table in rows for row in table):
            found[signature] = _join(rows)
    return found


def _rows_below_headers(rows: list[str], new: dict[str, _Row]) -> list[_Row]:
    """The rows of one table; rows without values one below the other are a header, whose words name columns."""
    found: list[_Row] = []
    named: frozenset[int] = frozenset()
    width = 0
    is_header = False
    for text in rows:
        row = _rows.get(text) or new[text]
        if not row.has_values:
            if row.width:
                named = row.written | named if is_header and row.width == width else row.written
                is_header, width = True, row.width
        else:
            is_header = False
            if row.width == width and not row.empty <= named:
                row = (_kept_below if len(text) <= _MAX_KEPT_ROW else _loosen_row)(text, row.empty - named)
        found.append(row)
    return found


def _join(tables: list[list[_Row]]) -> Loosened:
    odd: list[OddValue] = []
    n_marks = 0
    joined = []
    for rows in tables:
        texts = []
        for loose in rows:
            texts.append(loose.text)
            if loose.odd:
                odd += [
                    OddValue(n_marks + place, text, is_number, has_unit)
                    for place, text, is_number, has_unit in loose.odd
                ]
            n_marks += loose.n_marks
        joined.append("\n\n".join(texts).replace(_MARK_LINE, FIGURE_MARK))
    return Loosened(PROSE_MARK.join(joined), tuple(odd))


def _loosen_row(row: str, merged: frozenset[int] = frozenset()) -> _Row:
    """Put marks for the values at the end of a printed row that has a plain figure among them, or a label of the form before them.

    A header has none: beside other headers of columns 其他 is one of them, and the blank cell behind it no value. `merged`: the
    columns whose empty cells stand as they are.
    """
    cells = row.lstrip("\n").split("\n")
    kinds = [_VALUE if cell == FIGURE_MARK else _cells.get(cell, 0) for cell in cells]
    first = len(cells)
    while first and kinds[first - 1] & _VALUE:
        first -= 1
    is_whole = all(cell.startswith(("\t", FIGURE_MARK)) for cell in cells)
    width = len(cells) if is_whole else 0
    is_header = any(_cells.get(cell, 0) & _HEADER for cell in (*cells, *_whole_cells(row)))
    is_labelled = 0 < first < len(cells) and kinds[first - 1] & _LABEL and not is_header
    if not (FIGURE_MARK in cells[first:] or is_labelled):
        written = frozenset(place for place, cell in enumerate(cells) if cell.strip())
        return _Row(row, (), row.count(FIGURE_MARK), width, written)
    empty = frozenset(place for place in range(first, len(cells)) if not cells[place].strip())
    places = [place for place in range(len(cells)) if place >= first and place not in merged]
    n_before = cells[:first].count(FIGURE_MARK)
    odd = tuple(
        (number, cells[place][1:], bool(kinds[place] & _NUMBER), bool(kinds[place] & _COUNTED))
        for number, place in enumerate(places, n_before)
        if cells[place] != FIGURE_MARK
    )
    for place in places:
        cells[place] = FIGURE_MARK
    text = "\n" * (len(row) - len(row.lstrip("\n"))) + "\n".join(cells)
    return _Row(text, odd, n_before + len(places), width, frozenset(), empty, True, bool(merged))


_kept_below = lru_cache(20_000)(_loosen_row)


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
