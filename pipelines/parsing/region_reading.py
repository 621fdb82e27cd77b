"""The regions of one text to tokens and rows, in the way of printing empty cells that completes most rows.

Belongs here: what is to be tried where nothing marks cells, and numbers of rows. Finding regions does not.
"""

from __future__ import annotations

from itertools import chain, groupby, pairwise
from operator import attrgetter

from pipelines.parsing.assembly import assemble
from pipelines.parsing.edition_votes import FIXED_VERSIONS
from pipelines.parsing.editions import NATIONAL
from pipelines.parsing.found import FoundTables, size_in
from pipelines.parsing.printing_ways import count_fitting, is_written
from pipelines.parsing.regions import Region
from pipelines.parsing.tokens import Token, tokens_of

ROW_NUMBERS = "行号"
_MAX_DIGITS = 6
_MIN_GAIN = 3
_MIN_COMPLETE = 0.8


def read_regions(regions: list[Region]) -> list[tuple[FoundTables, list[Token]]]:
    """Read all regions of a text; where lines stand without marks, empty ones are empty cells if that completes rows."""
    printed = [_RegionTokens(region) for region in regions]
    best = [region.read(None) for region in printed]
    plain = [i for i, region in enumerate(regions) if not region.has_marks]
    most = sum(_count_complete(best[i][0]) for i in plain)
    chosen = {i: best[i] for i in plain}
    # What leaves the same cells empty reads the same, and cannot complete more.
    tried = [[printed[i].empty_cells(None) for i in plain]]
    for blanks in ((0, 1), (1, 2), (1, 1)):
        empty = [printed[i].empty_cells(blanks) for i in plain]
        if empty in tried:
            continue
        tried.append(empty)
        found = {i: printed[i].read(blanks) for i in plain}
        complete = sum(_count_complete(tables) for tables, _ in found.values())
        rows = sum(_count_with_values(tables) for tables, _ in found.values())
        if complete >= most + _MIN_GAIN and complete >= _MIN_COMPLETE * rows:
            most, chosen = complete, found
    return [chosen.get(i, read) for i, read in enumerate(best)]


class _RegionTokens:
    """The pieces of a region with the tokens of each, to be read with one or another of its empty lines as empty cells.

    `blanks` says which: how many of each run of empty lines separate, and every how many more of them are an empty cell;
    None where none are. The lines behind the region count as well, then.
    """

    def __init__(self, region: Region) -> None:
        self.has_marks = region.has_marks
        self._pieces = [*region.pieces, *region.tail]
        self._tokens = [tokens_of(piece) for piece in self._pieces]

    def empty_cells(self, blanks: tuple[int, int] | None) -> list[int]:
        """Return the places of the empty lines that are cells."""
        if blanks is None:
            return []
        spare, step = blanks
        places: list[int] = []
        empty = 0
        for place, piece in enumerate(self._pieces):
            empty = empty + 1 if piece.style == "empty" else 0
            if empty > spare and (empty - spare) % step == 0:
                places.append(place)
        return places

    def read(self, blanks: tuple[int, int] | None) -> tuple[FoundTables, list[Token]]:
        of_pieces = self._tokens.copy()
        for place in self.empty_cells(blanks):
            piece = self._pieces[place]
            of_pieces[place] = [Token("", "blank", piece.line_start, piece.line_end, 0, True)]
        printed = list(chain.from_iterable(of_pieces))
        tokens, row_numbers = _without_row_numbers(printed)
        found = assemble(tokens, has_marks=self.has_marks)
        if row_numbers:
            found.leftovers.append((ROW_NUMBERS, row_numbers))
        return found, printed


def _without_row_numbers(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Split off the numbers of rows (行号, 序号) that stand before the labels in a column of their own."""
    firsts: list[Token] = []
    for _, row in _printed_rows(tokens):
        if len(row) > 1 and row[0].kind == "figure" and row[1].kind == "words" and _is_row_number(row[0].text.strip()):
            firsts.append(row[0])
    counted = [int(token.text) for token in firsts]
    if len(counted) < 3 or any(b <= a for a, b in pairwise(counted)):
        return tokens, []
    gone = {id(token) for token in firsts}
    return [token for token in tokens if id(token) not in gone], firsts


def _is_row_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MAX_DIGITS


def _printed_rows(tokens: list[Token]) -> list[tuple[int, list[Token]]]:
    return [(number, list(group)) for number, group in groupby(tokens, key=attrgetter("row")) if number]


def _count_complete(found: FoundTables) -> int:
    """Return how many rows have the cells of the form, by the edition that fits most of them."""
    total = 0
    for table in dict.fromkeys(row.label.table_key for row in found.rows):
        rows = [row for row in found.rows if row.label.table_key == table]
        versions = (FIXED_VERSIONS[table],) if table in FIXED_VERSIONS else NATIONAL
        sizes = {tuple(size_in(row.label, version) for row in rows) for version in versions}
        total += max(count_fitting(rows, each) for each in sizes)
    return total


def _count_with_values(found: FoundTables) -> int:
    return sum(1 for row in found.rows if is_written(row))
