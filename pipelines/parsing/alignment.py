"""Values below the columns of a header: what the places of cells in a grid prove, merged cells included.

Belongs here: proof by place. Proof by the number of cells of many rows is the concern of `shapes`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.forms.labels import label_key_of
from pipelines.forms.matching import find_label
from pipelines.parsing.found import FoundRow
from pipelines.parsing.tokens import Token
from pipelines.parsing.wording import Wording

_CAPTION = "信息内容"
_HEADER_ROWS = 3
_FIRST_ORGANISATION = "商业企业"


class Grid:
    """The cells of a region in order, and those of each printed row, empty ones included."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.rows: dict[int, list[Token]] = {}
        self._tokens = tokens
        self._places = {id(token): place for place, token in enumerate(tokens)}
        for token in tokens:
            if token.row:
                self.rows.setdefault(token.row, []).append(token)
        self._organisations: list[tuple[int, int, int]] | None = None

    @property
    def organisations(self) -> list[tuple[int, int, int]]:
        """The printed rows with a cell 商业企业, the last first: number, cells, place of the first such cell."""
        if self._organisations is None:
            places = [
                (
                    number,
                    len(row),
                    [i for i, token in enumerate(row) if label_key_of(token.text) == _FIRST_ORGANISATION],
                )
                for number, row in self.rows.items()
            ]
            self._organisations = sorted(((n, width, at[0]) for n, width, at in places if at), reverse=True)
        return self._organisations

    def between(self, first: Token, end: Token) -> list[Token]:
        """Return the cells behind `first` and before `end`."""
        start, stop = self._places.get(id(first)), self._places.get(id(end))
        return list(self._tokens[start + 1 : stop]) if start is not None and stop is not None else []


def take_one_blank(row: FoundRow, n: int) -> bool:
    """One empty cell behind a label reaches over all columns."""
    if n == 1 or len(row.values) != 1 or row.values[0].kind != "blank" or not row.number:
        return False
    row.values = row.values * n
    return True


def take_by_applicants(known: list[tuple[FoundRow, int]], grid: Grid) -> dict[int, bool]:
    """In a grid of one width, the values of table three stand below 自然人, 商业企业 … 总计, in every row or in none."""
    taken: list[tuple[FoundRow, list[Token]]] = []
    for row, n in known:
        printed = grid.rows.get(row.number, [])
        if row.label.table_key != "t3" or not row.number or row.values[0].row != row.number:
            return {}
        at = _first_organisation(row.number, len(printed), grid)
        values = printed[at - 1 : at - 1 + n]
        others = [*printed[: max(at - 1, 0)], *printed[at - 1 + n :]]
        named = [token for token in values if token.kind == "words" and find_label(token.text) is not None]
        if at < 2 or len(values) != n or named or values[0].line_start < row.line_start:
            return {}
        if any(token.kind not in ("words", "blank") for token in others):
            return {}
        taken.append((row, values))
    for row, values in taken:
        row.values = values
    return {id(row): True for row, _ in taken}


def _first_organisation(number: int, width: int, grid: Grid) -> int:
    """Return the place of 商业企业 in the nearest printed row above of the same width, 0 where there is none."""
    return next((at for above, cells, at in grid.organisations if above < number and cells == width), 0)


def take_by_header(row: FoundRow, first: FoundRow, headers: list[list[Wording]], grid: Grid, n: int) -> bool:
    """In a grid of merged cells, the columns stand where the header of as many cells prints them.

    `first` is the first row below the header. Returns whether the header decides: the row has its values, or is
    `is_unproved` for good.
    """
    if row.header is None or row.label.table_key != "t2":
        return False
    header = headers[row.header]
    cells = _header_cells(header, grid, row, first)
    if cells and cells[-1] is None and len(row.values) == len(cells) - 1 and row.number == first.number:
        # Where rows run on, the empty cell that joins a row to the next is not behind the last one.
        cells = cells[:-1]
    if cells is None or len(cells) <= n:
        return False
    words = [cell for cell in cells if cell is not None]
    if len(words) == n and cells[:n] == words:
        return _take_first(row, cells, n, runs_on=row.number == header[-1].tokens[-1].row)
    if len(cells) != len(row.values):
        # Between merged cells, as many values as columns may still stand in other columns.
        row.is_unproved = _has_merged_cells(cells)
        return row.is_unproved
    columns = _below_header(cells, row.values, n)
    row.is_unproved = columns is None
    if columns is not None:
        row.values = [tokens[0] for tokens in columns]
        row.repeated = [token for tokens in columns for token in tokens[1:] if token.kind != "blank"]
    row.rests_on_values = bool(row.repeated) or row.is_unproved
    return True


def _take_first(row: FoundRow, cells: list[str | None], n: int, *, runs_on: bool) -> bool:
    """A column for each value, whatever its words have lost: what is behind them fills up the grid."""
    if len(row.values) == len(cells) and all(token.kind == "blank" for token in row.values[n:]):
        row.values = row.values[:n]
        return True
    row.rests_on_values = len(row.values) < len(cells)
    # Where header and rows run on in one line, a row of fewer cells than the header has lost some.
    row.is_unproved = row.number != 0 and len(row.values) < len(cells) and (runs_on or _ends_empty(row))
    return row.is_unproved


def _ends_empty(row: FoundRow) -> bool:
    return row.values[-1].kind == "blank"


def header_width(first: FoundRow, grid: Grid) -> int:
    """Return the cells of the widest printed row right above the first row of a table."""
    above = [n for n in grid.rows if first.number - _HEADER_ROWS <= n < first.number]
    return max((len(grid.rows[n]) for n in above), default=0)


def _has_merged_cells(cells: list[str | None]) -> bool:
    """Tell whether a header prints a word twice, or has an empty cell before another word."""
    words = [cell for cell in cells if cell is not None]
    return len(set(words)) < len(words) or cells[: len(words)] != words


def _below_header(cells: list[str | None], values: list[Token], n: int) -> list[list[Token]] | None:
    """Return the cells below each of n header words; None where they do not tell which of them is the value."""
    groups: list[tuple[str | None, list[Token]]] = []
    for label, token in zip(cells, values, strict=True):
        if label is not None and (not groups or groups[-1][0] != label):
            groups.append((label, []))
        if not groups:
            return None
        groups[-1][1].append(token)
    if len(groups) != n or len({label for label, _ in groups}) != n:
        return None
    for _, tokens in groups:
        written = [token for token in tokens if token.kind != "blank"]
        if len({token.text.strip() for token in written}) > 1 or (written and tokens[0].kind == "blank"):
            return None
    return [tokens for _, tokens in groups]


def _header_cells(header: list[Wording], grid: Grid, row: FoundRow, first: FoundRow) -> list[str | None] | None:
    """Return for each cell behind 信息内容, as far as its printed row or the first label below it, its words or None."""
    caption = next((w for w in reversed(header) if w.match is not None and w.match.alias == _CAPTION), None)
    if caption is None or first.label_token is None or not row.values:
        return None
    cells = grid.between(caption.tokens[-1], first.label_token)
    if caption.tokens[-1].row != row.values[0].row:
        cells = [token for token in cells if token.row == caption.tokens[-1].row]
    return [label_key_of(token.text) or None for token in cells] if all(token.is_cell for token in cells) else None
