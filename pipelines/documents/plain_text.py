"""Plain text to lines and grids: the layout where a table cell begins with a tab and a row ends with an empty line.

Belongs here: telling cells from prose by their place on the page. What a cell or a line means does not.
"""

from __future__ import annotations

import polars as pl

# Below a cell that holds no words, a heading or a sentence is prose again; other words may still be the cell's own.
_FIGURES = r"^[\s\d.,，．+\-—–/%０-９]*$"
_PROSE = r"^[\s　]*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*、|[。；]|^.{26,}$"


def split_lines(texts: pl.DataFrame) -> pl.DataFrame:
    """Split `doc`, `text` into one row a line: `doc`, `line` (from 1), `text`, in order."""
    return (
        texts.lazy()
        .select("doc", pl.col("text").str.split("\n"))
        .with_columns(line=pl.int_ranges(1, pl.col("text").list.len() + 1, dtype=pl.Int32))
        .explode("text", "line")
        .select("doc", "line", "text")
        .collect()
    )


def find_cells(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split lines into grid cells and prose.

    A line that begins with a tab is a cell; lines without a tab right below it continue it (a label broken over
    lines), unless the cell holds no words and the line is a heading or a sentence. An empty line ends the row, prose ends the grid.

    Returns:
        cells: `doc`, `grid`, `row`, `position` (from 0 within the row), `text` (lines joined by a line break),
            `line_start`, `line_end`; grid and row numbers count over the whole batch.
        prose: `doc`, `line`, `text`, without empty lines.
    """
    is_cell = pl.col("text").str.starts_with("\t")
    marked = lines.lazy().with_columns(is_cell=is_cell, is_empty=~is_cell & (pl.col("text").str.strip_chars() == ""))
    marked = marked.with_columns(cell=pl.col("is_cell").cum_sum()).with_columns(
        head=pl.col("text").first().over("cell"),
        same_doc=pl.col("doc") == pl.col("doc").first().over("cell"),
    )
    breaks = (
        pl.col("is_empty")
        | ~pl.col("same_doc")
        | (~pl.col("is_cell") & pl.col("head").str.contains(_FIGURES) & pl.col("text").str.contains(_PROSE))
    )
    marked = (
        marked.with_columns(in_cell=(pl.col("cell") > 0) & ~(breaks & ~pl.col("is_cell")).cum_max().over("cell"))
        .with_columns(is_prose=~pl.col("in_cell") & ~pl.col("is_empty"))
        .with_columns(
            starts_row=pl.col("is_cell")
            & (~pl.col("in_cell").shift(1, fill_value=False) | (pl.col("doc") != pl.col("doc").shift(1))),
            starts_grid=pl.col("is_prose") | (pl.col("doc") != pl.col("doc").shift(1)).fill_null(True),
        )
        .with_columns(
            row=pl.col("starts_row").cum_sum().cast(pl.UInt32), grid=pl.col("starts_grid").cum_sum().cast(pl.UInt32)
        )
    )
    collected = marked.collect()
    cells = (
        collected.lazy()
        .filter("in_cell")
        .group_by("cell", maintain_order=True)
        .agg(
            pl.col("doc", "grid", "row").first(),
            pl.col("text").str.join("\n").str.strip_prefix("\t"),
            line_start=pl.col("line").first(),
            line_end=pl.col("line").last(),
        )
        .with_columns(position=pl.int_range(pl.len(), dtype=pl.Int32).over("row"))
        .select("doc", "grid", "row", "position", "text", "line_start", "line_end")
        .collect()
    )
    prose = collected.filter("is_prose").select("doc", "line", "text")
    return cells, prose
