"""Texts in any layout, one at a time, to the same frames as `rows.read_rows` gives for complete tables.

Belongs here: the order of the steps for one text, and the frames. Each step's own work stands in its module.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby
from typing import Any

import polars as pl

from pipelines.documents.layouts import Piece
from pipelines.forms.labels import label_key_of
from pipelines.parsing.alignment import Grid
from pipelines.parsing.edition_votes import vote
from pipelines.parsing.found import FoundTables, size_in
from pipelines.parsing.region_reading import ROW_NUMBERS, read_regions
from pipelines.parsing.regions import find_regions, is_cut_off
from pipelines.parsing.rows import FormRows
from pipelines.parsing.shapes import trim_rows
from pipelines.parsing.tokens import Token, count_numbers_of
from pipelines.parsing.values import parse_values
from pipelines.parsing.wording import Wording


class CarefulReader:
    """Collects the rows of texts that are read one at a time; `frames` gives them as `FormRows` and prose.

    `by_place`: the texts whose cells have their columns by place alone, whatever the values in them are.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.values: list[tuple[Any, ...]] = []
        self.headers: list[tuple[Any, ...]] = []
        self.leftovers: list[tuple[Any, ...]] = []
        self.prose: list[tuple[int, int, str]] = []
        self.numbers: dict[int, int] = {}
        self.by_place: set[int] = set()
        self._next_row = 1

    def read(self, doc: int, pieces: list[Piece]) -> None:
        """Read the tables of one text; `pieces` from `documents.layouts` or the cells of a grid."""
        regions, prose = find_regions(pieces)
        for line, group in groupby(
            (piece for piece in prose if piece.text.strip()), key=lambda piece: piece.line_start
        ):
            self.prose.append((doc, line, " ".join(piece.text for piece in group)))
        found = read_regions(regions)
        _drop_repeated_labels([tables for tables, _ in found])
        for tables, _ in found:
            _drop_doubtful_blanks(tables)
        for (tables, _), region in zip(found, regions, strict=True):
            if is_cut_off(region, pieces):
                _drop_cut_row(tables)
        versions = vote(tables for tables, _ in found)
        self.numbers[doc] = 0
        seen: set[str] = set()
        # The longest table shows best how the text prints its rows.
        for tables, tokens in sorted(found, key=lambda each: -len(each[0].rows)):
            self._trim(tables, tokens, versions, seen)
            _settle_leftovers(tables, tokens)
        if not any(row.rests_on_values for tables, _ in found for row in tables.rows):
            self.by_place.add(doc)
        for number, (tables, tokens) in enumerate(found):
            values = [token for row in tables.rows for token in row.values if token.kind in ("words", "text")]
            figures = [token for token in tokens if token.kind == "figure"]
            repeated = [token for row in tables.rows for token in row.repeated]
            self.numbers[doc] += sum(count_numbers_of(token.text) for token in [*figures, *values])
            self.numbers[doc] -= sum(count_numbers_of(token.text) for token in repeated)
            self._collect(doc, number, tables)

    def _trim(self, tables: FoundTables, tokens: list[Token], versions: dict[str, str], seen: set[str]) -> None:
        grid = Grid(tokens)
        sizes = Counter(row.label.table_key for row in tables.rows)
        for table, _ in sizes.most_common():
            version = versions.get(table, "")
            rows = [row for row in tables.rows if row.label.table_key == table]
            trim_rows(rows, tables.headers, grid, partial(size_in, version=version), seen)

    def _collect(self, doc: int, grid: int, tables: FoundTables) -> None:
        tables.rows = [row for row in tables.rows if row.values]
        header_rows: list[tuple[int, str | None]] = []
        for header in tables.headers:
            number = self._number()
            spans = [w for w, before in zip(header, [None, *header], strict=False) if not _is_same_label(w, before)]
            for position, wording in enumerate(spans):
                table = next(iter(sorted(wording.match.header_tables)), None) if wording.match is not None else None
                key = wording.match.alias if wording.match is not None else label_key_of(wording.text)
                self.headers.append((doc, number, position, wording.text, key, table))
            header_rows.append((number, None))
        for row in tables.rows:
            number = self._number()
            lines = [token.line_end for token in row.values] or [row.line_start]
            match = row.match
            self.rows.append(
                (
                    doc,
                    grid,
                    number,
                    row.label.table_key,
                    row.label.row_key,
                    False,
                    row.printed,
                    header_rows[row.header][0] if row.header is not None else None,
                    row.line_start,
                    max(lines),
                    match.alias if match is not None else None,
                    match.distance if match is not None else None,
                    row.is_unproved,
                )
            )
            for order, token in enumerate(row.values, 1):
                self.values.append((number, order, token.text, token.line_start, token.line_end))
        for label, tokens in tables.leftovers:
            number = self._number()
            table = _table_near(tables, tokens)
            head = [(label, False, tokens[0].line_start, tokens[0].line_end)] if label else []
            cells = [(token.text, token.kind == "figure", token.line_start, token.line_end) for token in tokens]
            for position, cell in enumerate([*head, *cells]):
                self.leftovers.append((doc, number, position, *cell, table))

    def _number(self) -> int:
        self._next_row += 1
        return self._next_row

    def frames(self, first_row: int = 0) -> tuple[FormRows, pl.DataFrame]:
        """Return what was collected as `FormRows`, rows numbered from `first_row` on, and the prose lines."""
        rows = pl.DataFrame(self.rows, schema=_ROWS, orient="row").with_columns(pl.col("row", "header_row") + first_row)
        values = pl.DataFrame(self.values, schema=_VALUES, orient="row").with_columns(pl.col("row") + first_row)
        headers = pl.DataFrame(self.headers, schema=_HEADERS, orient="row").with_columns(pl.col("row") + first_row)
        leftovers = pl.DataFrame(self.leftovers, schema=_LEFTOVERS, orient="row").with_columns(
            pl.col("row") + first_row, table_key=pl.lit(None, dtype=pl.String)
        )
        parsed = parse_values(pl.concat([values["text"], leftovers["text"]]))
        prose = pl.DataFrame(self.prose, schema={"doc": pl.UInt32, "line": pl.Int32, "text": pl.String}, orient="row")
        form = FormRows(
            rows=rows,
            values=values.join(parsed, on="text", how="left", maintain_order="left"),
            headers=headers,
            leftovers=leftovers.join(parsed, on="text", how="left", maintain_order="left"),
            foreign=prose.clear(),
        )
        return form, prose


_ROWS: dict[str, Any] = {
    "doc": pl.UInt32,
    "grid": pl.UInt32,
    "row": pl.UInt32,
    "table_key": pl.String,
    "row_key": pl.String,
    "is_merged": pl.Boolean,
    "matched_label": pl.String,
    "header_row": pl.UInt32,
    "line_start": pl.Int32,
    "line_end": pl.Int32,
    "matched_alias": pl.String,
    "label_distance": pl.Int32,
    "is_unproved": pl.Boolean,
}
_VALUES: dict[str, Any] = {
    "row": pl.UInt32,
    "order": pl.Int32,
    "text": pl.String,
    "line_start": pl.Int32,
    "line_end": pl.Int32,
}
_HEADERS: dict[str, Any] = {
    "doc": pl.UInt32,
    "row": pl.UInt32,
    "position": pl.Int32,
    "text": pl.String,
    "label": pl.String,
    "header_table": pl.String,
}
_LEFTOVERS: dict[str, Any] = {
    "doc": pl.UInt32,
    "row": pl.UInt32,
    "position": pl.Int32,
    "text": pl.String,
    "is_figure": pl.Boolean,
    "line_start": pl.Int32,
    "line_end": pl.Int32,
    "last_header_table": pl.String,
}


def _is_same_label(wording: Wording, before: Wording | None) -> bool:
    """Tell whether a header cell repeats the one before it, as a cell spanning columns does when it is written out."""
    return before is not None and wording.match is not None and wording.match is before.match


def _drop_repeated_labels(tables: list[FoundTables]) -> None:
    """A label that stands without values in one place and with them in another is no row without values."""
    labels = Counter(row.label for found in tables for row in found.rows)
    for found in tables:
        found.rows = [row for row in found.rows if not row.is_printed_only or labels[row.label] == 1]


def _drop_doubtful_blanks(found: FoundTables) -> None:
    """Where figures are left over that no label took, they may be those of labels without values: nothing is empty then."""
    if any(token.kind == "figure" for label, group in found.leftovers for token in group if label != ROW_NUMBERS):
        found.rows = [row for row in found.rows if not row.is_printed_only]


def _drop_cut_row(found: FoundTables) -> None:
    """Where a region ends with a label, its values may have been cut off."""
    while found.rows and found.rows[-1].is_printed_only:
        del found.rows[-1]


def _settle_leftovers(tables: FoundTables, tokens: list[Token]) -> None:
    """Every figure of a region is a row's or is left over, and none is both."""
    taken = {id(token) for row in tables.rows for token in (*row.values, *row.repeated)}
    kept = [(label, [token for token in group if id(token) not in taken]) for label, group in tables.leftovers]
    tables.leftovers = [(label, group) for label, group in kept if any(token.kind != "blank" for token in group)]
    taken |= {id(token) for _, group in tables.leftovers for token in group}
    lost = [token for token in tokens if token.kind == "figure" and id(token) not in taken]
    if lost:
        tables.leftovers.append((None, lost))


def _table_near(tables: FoundTables, tokens: list[Token]) -> str | None:
    """Return the table whose row or header stands nearest above some tokens, else below."""
    rows = [(row.line_start, row.label.table_key) for row in tables.rows]
    rows += [
        (w.tokens[0].line_start, min(w.match.header_tables)) for w in _table_headers(tables) if w.match is not None
    ]
    above = [place for place in rows if place[0] <= tokens[0].line_start]
    return max(above)[1] if above else (min(rows)[1] if rows else None)


def _table_headers(tables: FoundTables) -> list[Wording]:
    """Wordings of headers that one table alone prints."""
    return [w for header in tables.headers for w in header if w.match is not None and len(w.match.header_tables) == 1]
