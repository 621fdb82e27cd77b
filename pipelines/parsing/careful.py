"""Texts in any layout, one at a time, to the same frames as `rows.read_rows` gives for complete tables.

Belongs here: the order of the steps for one text, and the frames. Each step's own work stands in its module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, partial
from itertools import groupby, pairwise
from typing import Any

import polars as pl

from pipelines.documents.layouts import Piece
from pipelines.forms.dictionary import form_cells, load_seed
from pipelines.forms.labels import column_labels, label_key_of
from pipelines.forms.matching import RowLabel
from pipelines.parsing.alignment import Grid
from pipelines.parsing.assembly import FoundTables, assemble, sizes_of
from pipelines.parsing.editions import NATIONAL
from pipelines.parsing.regions import Region, find_regions, is_cut_off
from pipelines.parsing.rows import FormRows
from pipelines.parsing.shapes import count_fitting, is_written, trim_rows
from pipelines.parsing.tokens import Token, count_numbers_of, tokens_of
from pipelines.parsing.values import parse_values
from pipelines.parsing.wording import Wording

_ROW_NUMBERS = "行号"
_MIN_GAIN = 3
_MIN_COMPLETE = 0.8
_FIXED = {"channels": "F2014", "statistics": "F2014", "provincial": "provincial"}


class CarefulReader:
    """Collects the rows of texts that are read one at a time; `frames` gives them as `FormRows` and prose."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.values: list[tuple[Any, ...]] = []
        self.headers: list[tuple[Any, ...]] = []
        self.leftovers: list[tuple[Any, ...]] = []
        self.prose: list[tuple[int, int, str]] = []
        self.numbers: dict[int, int] = {}
        self._next_row = 1

    def read(self, doc: int, pieces: list[Piece]) -> None:
        """Read the tables of one text; `pieces` from `documents.layouts` or the cells of a grid."""
        regions, prose = find_regions(pieces)
        for line, group in groupby(
            (piece for piece in prose if piece.text.strip()), key=lambda piece: piece.line_start
        ):
            self.prose.append((doc, line, " ".join(piece.text for piece in group)))
        found = _read_regions(regions)
        _drop_repeated_labels([tables for tables, _ in found])
        for (tables, _), region in zip(found, regions, strict=True):
            if is_cut_off(region, pieces):
                _drop_cut_row(tables)
        versions = _vote(tables for tables, _ in found)
        self.numbers[doc] = 0
        seen: set[str] = set()
        # The longest table shows best how the text prints its rows.
        for tables, tokens in sorted(found, key=lambda each: -len(each[0].rows)):
            self._trim(tables, tokens, versions, seen)
            _settle_leftovers(tables, tokens)
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
            trim_rows(rows, tables.headers, grid, partial(_size, version=version), seen)

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


def _read_regions(regions: list[Region]) -> list[tuple[FoundTables, list[Token]]]:
    """Read all regions of a text; where lines stand without marks, empty ones are empty cells if that completes rows."""
    best = [_read_region(region, None) for region in regions]
    plain = [i for i, region in enumerate(regions) if not region.has_marks]
    most = sum(_count_complete(best[i][0]) for i in plain)
    chosen = {i: best[i] for i in plain}
    for blanks in ((0, 1), (1, 2), (1, 1)):
        found = {i: _read_region(regions[i], blanks) for i in plain}
        complete = sum(_count_complete(tables) for tables, _ in found.values())
        rows = sum(_count_with_values(tables) for tables, _ in found.values())
        if complete >= most + _MIN_GAIN and complete >= _MIN_COMPLETE * rows:
            most, chosen = complete, found
    return [chosen.get(i, read) for i, read in enumerate(best)]


def _read_region(region: Region, blanks: tuple[int, int] | None) -> tuple[FoundTables, list[Token]]:
    pieces = region.pieces if blanks is None else [*region.pieces, *region.tail]
    printed = _tokens_of(pieces, *(blanks or (0, 0)))
    tokens, row_numbers = _without_row_numbers(printed)
    found = assemble(tokens, has_marks=region.has_marks)
    if row_numbers:
        found.leftovers.append((_ROW_NUMBERS, row_numbers))
    return found, printed


def _is_same_label(wording: Wording, before: Wording | None) -> bool:
    """Tell whether a header cell repeats the one before it, as a cell spanning columns does when it is written out."""
    return before is not None and wording.match is not None and wording.match is before.match


def _drop_repeated_labels(tables: list[FoundTables]) -> None:
    """A label that stands without values in one place and with them in another is no row without values."""
    labels = Counter(row.label for found in tables for row in found.rows)
    for found in tables:
        found.rows = [row for row in found.rows if not row.is_printed_only or labels[row.label] == 1]


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


def _without_row_numbers(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Split off the numbers of rows (行号, 序号) that stand before the labels in a column of their own."""
    firsts: list[Token] = []
    for _, row in _printed_rows(tokens):
        if len(row) > 1 and row[0].kind == "figure" and row[1].kind == "words" and row[0].text.strip().isdigit():
            firsts.append(row[0])
    counted = [int(token.text) for token in firsts]
    if len(counted) < 3 or any(b <= a for a, b in pairwise(counted)):
        return tokens, []
    gone = {id(token) for token in firsts}
    return [token for token in tokens if id(token) not in gone], firsts


def _printed_rows(tokens: list[Token]) -> list[tuple[int, list[Token]]]:
    return [(number, list(group)) for number, group in groupby(tokens, key=lambda token: token.row) if number]


def _tokens_of(pieces: list[Piece], spare: int, step: int) -> list[Token]:
    """Tokens of pieces; of each run of empty lines the first `spare` separate, and every `step` more are an empty cell.

    `step` 0: empty lines are no cells.
    """
    tokens: list[Token] = []
    empty = 0
    for piece in pieces:
        if piece.style == "empty":
            empty += 1
            if step and empty > spare and (empty - spare) % step == 0:
                tokens.append(Token("", "blank", piece.line_start, piece.line_end, 0, True))
            continue
        empty = 0
        tokens.extend(tokens_of(piece))
    return tokens


def _count_complete(found: FoundTables) -> int:
    """Return how many rows have the cells of the form, by the edition that fits most of them."""
    total = 0
    for table in dict.fromkeys(row.label.table_key for row in found.rows):
        rows = [row for row in found.rows if row.label.table_key == table]
        versions = (_FIXED[table],) if table in _FIXED else NATIONAL
        total += max(count_fitting(rows, partial(_size, version=version)) for version in versions)
    return total


def _count_with_values(found: FoundTables) -> int:
    return sum(1 for row in found.rows if is_written(row))


def _vote(tables: Iterable[FoundTables]) -> dict[str, str]:
    """Return table -> edition of one text, by rows and headers that one edition alone has, else by the length of rows."""
    votes: dict[str, Counter[str]] = {}
    shapes: Counter[str] = Counter()
    for found in tables:
        for row in found.rows:
            key = (row.label.table_key, row.label.row_key)
            if (version := _single_rows().get(key)) is not None:
                votes.setdefault(key[0], Counter())[version] += 1
            for version in NATIONAL:
                if len(sizes_of(row.label)) > 1 and _size(row.label, version) == len(row.values):
                    shapes[version] += 1
        for wording in (w for header in found.headers for w in header if w.match is not None):
            for table, version in _single_columns().get(wording.match.alias, ()):  # type: ignore[union-attr]
                votes.setdefault(table, Counter())[version] += 1
    total = sum(votes.values(), Counter())
    fallback = max(NATIONAL, key=lambda version: (total[version], shapes[version]))
    chosen = {table: counts.most_common(1)[0][0] for table, counts in votes.items()}
    return {**{table: chosen.get(table, fallback) for table in ("t2", "t3", "t4")}, **_FIXED}


@cache
def _single_rows() -> dict[tuple[str, str], str]:
    rows = load_seed("form_rows").filter((pl.col("row_kind") == "data") & pl.col("form_version").is_in(NATIONAL))
    single = rows.filter(pl.len().over("table_key", "row_key") == 1)
    return {(table, row): version for table, row, version in single["table_key", "row_key", "form_version"].rows()}


@cache
def _single_columns() -> dict[str, list[tuple[str, str]]]:
    labels = column_labels().filter(pl.col("form_version").is_in(NATIONAL)).select("label", "table_key", "form_version")
    single = labels.unique().filter(pl.len().over("label", "table_key") == 1)
    found: dict[str, list[tuple[str, str]]] = {}
    for label, table, version in single.rows():
        found.setdefault(label, []).append((table, version))
    return found


def _size(label: RowLabel, version: str) -> int | None:
    return _sizes_by_version().get((version, label.table_key, label.row_key))


@cache
def _sizes_by_version() -> dict[tuple[str, str, str], int]:
    counted = form_cells().group_by("form_version", "table_key", "row_key").len()
    return {(version, table, row): n for version, table, row, n in counted.iter_rows()}


def _table_near(tables: FoundTables, tokens: list[Token]) -> str | None:
    """Return the table whose row stands nearest above some tokens, else below."""
    above = [row.label.table_key for row in tables.rows if row.line_start <= tokens[0].line_start]
    below = [row.label.table_key for row in tables.rows]
    return above[-1] if above else (below[0] if below else None)
