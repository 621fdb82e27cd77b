"""What the careful reading says of a skeleton, kept so that texts of the same skeleton are filled in by position.

Belongs here: which skeletons may be filled in, and how. A template is a function of its signature alone: it is read
from a text made of the signature, never from the first document that had it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.forms.dictionary import form_cells
from pipelines.parsing.editions import NATIONAL
from pipelines.parsing.pages import Pages, read_pages
from pipelines.parsing.sections import assign_sections, find_sections
from pipelines.parsing.skeletons import FIGURE_MARK, PROSE_MARK
from pipelines.parsing.table_reading import read_tables
from pipelines.parsing.template_rows import FormRow, stands_by_place
from pipelines.parsing.value_marks import OddValue

_FIGURE = "1"
# A sentence that is neither heading nor figure.
_PROSE = "正文。"
_TABLES = ("t2", "t3", "t4")
_CELL = ("table_key", "row_key", "column_key")
_MAX_KEPT = 500
# Real forms have some 3,000 characters; longer ones would fill the memory of whoever keeps them.
_MAX_SIGNATURE = 100_000
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Template:
    """The cells of a skeleton, in the order of the form.

    Attributes:
        n_numbers, n_cell_numbers: how many numbers its tables print, and how many of them its cells of figures hold.
        cells: the columns of a report's cells without `doc`, as they are for figures that are all 1.
        figure: the place of each cell's figure among the plain figures, -1 where its text is part of the skeleton.
        table, first, last: the table in which each cell stands, and the first and last of its lines, counted there from 0.
        is_money: whether each cell is one for money.
        takes_words: whether values that are no plain figures may stand in tables two to four; how their rows are read rests on
            no value then.
        form_tables: the table of the form of each plain figure, with whether its cell is for money.
    """

    form_version: str
    form_basis: int
    n_numbers: int
    n_cell_numbers: int
    cells: pl.DataFrame
    figure: Integers
    table: Integers
    first: Integers
    last: Integers
    is_money: npt.NDArray[np.bool_]
    takes_words: bool
    form_tables: list[tuple[str, bool]]

    def takes(self, odd: Sequence[OddValue]) -> bool:
        """Tell whether a text with these values among its figures is filled in; each table must have a plain figure left."""
        if not self.takes_words or any(value.has_unit and self.form_tables[value.place][1] for value in odd):
            return False
        tables = [self.form_tables[value.place][0] for value in odd]
        left = Counter(table for table, _ in self.form_tables)
        left.subtract(tables)
        return all(table in _TABLES for table in tables) and all(left[table] > 0 for table in _TABLES)


_kept: dict[str, Template | None] = {}
_kept_by_place: dict[str, Template | None] = {}


def find_templates(signatures: Iterable[str], *, by_place: bool = False) -> dict[str, Template]:
    """Return the templates of those signatures that may be filled in.

    `by_place`: of those that no complete tables are read from, but tables whose cells have their columns by place. They
    hold for texts between whose tables stands a heading or a sentence, and whose values are no words.
    """
    kept = _kept_by_place if by_place else _kept
    wanted = [signature for signature in dict.fromkeys(signatures) if len(signature) <= _MAX_SIGNATURE]
    new = [signature for signature in wanted if signature not in kept]
    made = dict(zip(new, _make_templates(new, by_place), strict=True)) if new else {}
    found = {s: template for s in wanted if (template := made.get(s) or kept.get(s)) is not None}
    for signature, template in made.items():
        if len(kept) >= _MAX_KEPT:
            del kept[next(iter(kept))]
        kept[signature] = template
    return found


def is_kept(signature: str, *, by_place: bool = False) -> bool:
    """Tell whether a template of the signature, or that there is none, is known already."""
    return signature in (_kept_by_place if by_place else _kept)


def _make_templates(signatures: list[str], by_place: bool) -> list[Template | None]:
    texts = [_text_of(signature) for signature in signatures]
    docs = pl.DataFrame({"doc": range(len(texts)), "text": texts}, schema={"doc": pl.UInt32, "text": pl.String})
    pages = read_pages(docs)
    prose = assign_sections(pages.prose, find_sections(pages.prose))
    tables = read_tables(pages.form, prose, docs["doc"])
    whole = _by_place(signatures, pages) if by_place else set(pages.whole)
    doubtful = {*tables.found["doc"], *pages.form.foreign["doc"]}
    cells = tables.cells.partition_by("doc", as_dict=True, include_key=False)
    numbers = dict(pages.numbers.iter_rows())
    n_prose = dict(prose.group_by("doc").len().iter_rows())
    # A row that has run together with another is divided by what its values are.
    by_value = set(pages.form.rows.filter("is_merged")["doc"])
    made: list[Template | None] = []
    for doc, form_version, form_basis in tables.reports.iter_rows():
        template = None
        own = tables.editions.filter((pl.col("doc") == doc) & (pl.col("form_version") == form_version))
        n_tables = signatures[doc].count(PROSE_MARK) + 1
        if doc in whole and doc not in doubtful and own.height == len(_TABLES) and n_prose[doc] == n_tables:
            template = _template_of(signatures[doc], form_version, form_basis, numbers[doc], cells[doc,])
            if template is not None and doc in by_value:
                template = replace(template, takes_words=False)
        made.append(template)
    return made


def _by_place(signatures: list[str], pages: Pages) -> set[int]:
    """The texts read by place in which no value can change how rows are read."""
    form = pages.form.only(pl.Series("doc", sorted(pages.by_place), dtype=pl.UInt32))
    lines = dict(form.values.group_by("row").agg("line_start").iter_rows())
    rows: dict[int, list[FormRow]] = defaultdict(list)
    for doc, row, label in form.rows.select("doc", "row", "line_start").iter_rows():
        rows[doc].append(FormRow(label, tuple(lines[row])))
    return {doc for doc, own in rows.items() if stands_by_place(signatures[doc], own)}


def _text_of(signature: str) -> str:
    # The empty line ends the cell above, which would take the prose for its own words.
    return _PROSE + signature.replace(FIGURE_MARK, f"\n\t{_FIGURE}").replace(PROSE_MARK, f"\n\n{_PROSE}")


def _template_of(
    signature: str, form_version: str, form_basis: int, n_numbers: int, cells: pl.DataFrame
) -> Template | None:
    """The template of a whole text; None where a figure is no cell's own, a cell is not printed, or a table has none."""
    places: dict[int, tuple[int, int]] = {}
    figures: dict[int, int] = {}
    line = 1
    for number, table in enumerate(signature.split(PROSE_MARK)):
        # A table begins with a line break or a mark, as each of its lines does.
        for within, text in enumerate(table.replace(FIGURE_MARK, "\n" + FIGURE_MARK).split("\n")[1:]):
            line += 1
            places[line] = number, within
            if text == FIGURE_MARK:
                figures[line] = len(figures)
        line += 2
    if not set(cells["line_start"]) <= places.keys() or not set(cells["line_end"]) <= places.keys():
        return None
    is_figure = cells["line_start"].is_in(list(figures))
    filled = cells.filter(is_figure)
    own = filled.filter(
        (pl.col("raw_value") == _FIGURE)
        & (pl.col("value_state") == "number")
        & (pl.col("value_basis") == "read")
        & (pl.col("line_start") == pl.col("line_end"))
        & (pl.col("n_numbers") == 1)
    )
    if own.height != len(figures) or own["line_start"].n_unique() != filled.height:
        return None
    if form_version not in NATIONAL or not set(_TABLES) <= set(filled["table_key"]):
        return None
    facts = form_cells().filter(pl.col("form_version") == form_version).select(*_CELL, "value_type")
    kinds = cells.select(*_CELL, "line_start").join(facts, on=_CELL, how="left", maintain_order="left")
    is_money = kinds["value_type"].eq_missing("money")
    by_line = dict(zip(kinds["line_start"], zip(kinds["table_key"], is_money, strict=True), strict=True))
    return Template(
        is_money=is_money.to_numpy(),
        takes_words=True,
        form_tables=[by_line[line] for line in figures],
        form_version=form_version,
        form_basis=form_basis,
        n_numbers=n_numbers,
        n_cell_numbers=int(cells.filter(pl.col("value_state").is_in(["number", "zero"]))["n_numbers"].sum()),
        cells=cells,
        figure=np.array([figures.get(line, -1) for line in cells["line_start"]], dtype=np.int64),
        table=np.array([places[line][0] for line in cells["line_start"]], dtype=np.int64),
        first=np.array([places[line][1] for line in cells["line_start"]], dtype=np.int64),
        last=np.array(
            [
                places[end][1] - places[start][1]
                for start, end in zip(cells["line_start"], cells["line_end"], strict=True)
            ],
            dtype=np.int64,
        ),
    )
