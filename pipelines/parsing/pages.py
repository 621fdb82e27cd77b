"""A batch of texts to form rows and prose: complete tabbed tables all at once, every other text with care, one at a time.

Belongs here: which of the two ways a text takes. Both give the same frames and mean the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.documents.layouts import BARS, Piece, split_pieces
from pipelines.documents.plain_text import find_cells, split_lines
from pipelines.forms.dictionary import form_cells
from pipelines.parsing.careful import CarefulReader
from pipelines.parsing.editions import choose_editions
from pipelines.parsing.leftovers import count_row_numbers, find_unknown_rows, find_unread_tables
from pipelines.parsing.rows import FormRows, read_rows
from pipelines.parsing.sections import assign_sections, find_sections
from pipelines.parsing.tables import place_values

_MARKS = rf"[{BARS}]|[^\t].*\t|^\t.*\t"


@dataclass(frozen=True)
class Pages:
    """The form rows and prose lines (`doc`, `line`, `text`) of a batch.

    `numbers`: `doc`, `n` figures in table regions; `whole`: the documents whose three tables are complete; `by_place`:
    those read with care whose cells have their columns by place alone.
    """

    form: FormRows
    prose: pl.DataFrame
    numbers: pl.DataFrame
    whole: pl.Series
    by_place: frozenset[int]


def read_pages(docs: pl.DataFrame) -> Pages:
    """Read the tables of texts, given as `doc`, `text`."""
    return _no_pages() if docs.is_empty() else _read_pages(docs)


@cache
def _no_pages() -> Pages:
    return _read_pages(pl.DataFrame(schema={"doc": pl.UInt32, "text": pl.String}))


def _read_pages(docs: pl.DataFrame) -> Pages:
    lines = split_lines(docs)
    tabbed = _tabbed_documents(lines)
    cells, prose = find_cells(lines.filter(pl.col("doc").is_in(tabbed.implode())))
    form = read_rows(cells)
    prose = pl.concat([prose, form.foreign]).sort("doc", "line")
    whole = _whole_documents(form, prose)
    form, fast_prose = form.only(whole), prose.filter(pl.col("doc").is_in(whole.implode()))
    reader = CarefulReader()
    pieces = _pieces_of_cells(cells, prose, lines, whole)
    for doc, text in docs.filter(~pl.col("doc").is_in(whole.implode())).iter_rows():
        reader.read(doc, pieces[doc] if doc in pieces else split_pieces(text.split("\n")))
    careful, careful_prose = reader.frames(first_row=_last_row(form))
    return Pages(
        form=_join(form, careful),
        prose=pl.concat([fast_prose, careful_prose]).sort("doc", "line", maintain_order=True),
        numbers=pl.concat(
            [
                count_row_numbers(form.values, form.rows),
                pl.DataFrame(list(reader.numbers.items()), schema={"doc": pl.UInt32, "n": pl.UInt32}, orient="row"),
            ]
        ),
        whole=whole,
        by_place=frozenset(reader.by_place),
    )


def _last_row(form: FormRows) -> int:
    frames = (form.rows, form.values, form.headers, form.leftovers)
    return max(int(frame["row"].max() or 0) for frame in frames)  # type: ignore[arg-type]


def _tabbed_documents(lines: pl.DataFrame) -> pl.Series:
    """Texts whose cells are lines that begin with a tab, and that use no other mark."""
    marked = lines.group_by("doc", maintain_order=True).agg(
        has_tabs=pl.col("text").str.starts_with("\t").any(), has_marks=pl.col("text").str.contains(_MARKS).any()
    )
    return marked.filter(pl.col("has_tabs") & ~pl.col("has_marks"))["doc"]


def _whole_documents(form: FormRows, prose: pl.DataFrame) -> pl.Series:
    """Texts all of whose tables are complete: every row has its values and nothing is left over."""
    editions = choose_editions(form)
    placed = place_values(form, editions, complete=True)
    expected = (
        form_cells()
        .filter((pl.col("row_kind") == "data") & pl.col("table_key").is_in(["t2", "t3", "t4"]))
        .group_by("form_version", "table_key")
        .agg(n_expected=pl.len())
    )
    read = placed.cells.filter(pl.col("value_basis") == "read").group_by("doc", "table_key").agg(n_read=pl.len())
    tables = (
        editions.join(expected, on=["form_version", "table_key"], how="left")
        .join(read, on=["doc", "table_key"], how="left")
        .group_by("doc")
        .agg(n_tables=pl.len(), is_whole=(pl.col("n_expected") == pl.col("n_read")).fill_null(False).all())
    )
    sections = assign_sections(prose, find_sections(prose))
    doubtful = pl.concat(
        [
            placed.findings.filter(pl.col("rule_key").is_in(_ROW_PROBLEMS)).select("doc"),
            find_unknown_rows(form.leftovers).select("doc"),
            find_unread_tables(sections).select("doc"),
        ]
    )["doc"]
    whole = tables.filter((pl.col("n_tables") == 3) & pl.col("is_whole") & ~pl.col("doc").is_in(doubtful.implode()))
    return whole["doc"].sort()


_ROW_PROBLEMS = ["unknown_row", "repeated_row", "row_length", "header_mismatch"]


def _pieces_of_cells(
    cells: pl.DataFrame, prose: pl.DataFrame, lines: pl.DataFrame, whole: pl.Series
) -> dict[int, list[Piece]]:
    """The pieces of tabbed texts that are read with care: cells, lines and empty lines in order."""
    wanted = ~pl.col("doc").is_in(whole.implode())
    mine = cells.filter(wanted)
    places = mine.select(
        "doc", "text", "line_start", "line_end", style=pl.lit("tab"), row=pl.col("row") + 1
    ).with_columns(pl.col("row").cast(pl.Int64))
    empty = lines.filter(wanted & (pl.col("text").str.strip_chars() == "") & ~pl.col("text").str.starts_with("\t"))
    others = pl.concat(
        [
            prose.filter(wanted)
            .join(mine, left_on=["doc", "line"], right_on=["doc", "line_start"], how="anti")
            .select(
                "doc", "text", line_start="line", line_end="line", style=pl.lit("line"), row=pl.lit(0, dtype=pl.Int64)
            ),
            empty.filter(pl.col("doc").is_in(mine["doc"].unique().implode())).select(
                "doc",
                text=pl.lit(""),
                line_start="line",
                line_end="line",
                style=pl.lit("empty"),
                row=pl.lit(0, dtype=pl.Int64),
            ),
        ]
    )
    pieces: dict[int, list[Piece]] = defaultdict(list)
    ordered = pl.concat([places, others]).sort("doc", "line_start", maintain_order=True)
    for doc, text, start, end, style, row in ordered.iter_rows():
        pieces[doc].append(Piece(text, start, end, style, row))
    return pieces


def _join(form: FormRows, careful: FormRows) -> FormRows:
    return FormRows(
        *(
            pl.concat([getattr(form, name), getattr(careful, name)], how="diagonal_relaxed")
            for name in ("rows", "values", "headers", "leftovers", "foreign")
        )
    )
