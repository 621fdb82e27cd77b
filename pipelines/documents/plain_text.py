"""Plain text to lines and grids: the layout where a table cell begins with a tab and a row ends with an empty line.

Belongs here: telling cells from prose by their place on the page. What a cell or a line means does not.
"""

from __future__ import annotations

import polars as pl

# Below a cell that holds no words, a heading or a sentence is prose again; other words may still be the cell's own.
FIGURES = r"^[\s\d.,，．+\-—–/%０-９]*[件条个项次宗份人篇起例户家部亿万元]{0,2}\s*$"
PROSE = r"^[\s　]*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*、|[。；]|^.{26,}$"


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
    marked = lines.with_columns(is_cell=pl.col("text").str.starts_with("\t")).with_row_index("at")
    marked = marked.with_columns(
        is_empty=~pl.col("is_cell") & (pl.col("text").str.strip_chars() == ""),
        first=(pl.col("doc") != pl.col("doc").shift(1)).fill_null(True),
    )
    more = _continuations(marked)
    marked = (
        marked.join(more.select("at", in_cell=pl.lit(True)), on="at", how="left", maintain_order="left")
        .with_columns(in_cell=pl.col("is_cell") | pl.col("in_cell").fill_null(False))
        .with_columns(is_prose=~pl.col("in_cell") & ~pl.col("is_empty"))
        .with_columns(
            row=(pl.col("is_cell") & (pl.col("first") | ~pl.col("in_cell").shift(1, fill_value=False)))
            .cum_sum()
            .cast(pl.UInt32),
            grid=(pl.col("is_prose") | pl.col("first")).cum_sum().cast(pl.UInt32),
        )
    )
    below = more.group_by("cell").agg(tail=pl.col("text").sort_by("at").str.join("\n"), line_end=pl.col("line").max())
    cells = (
        marked.filter("is_cell")
        .join(below, left_on="at", right_on="cell", how="left", maintain_order="left")
        .select(
            "doc",
            "grid",
            "row",
            position=pl.int_range(pl.len(), dtype=pl.Int32).over("row"),
            text=pl.concat_str(pl.col("text").str.strip_prefix("\t"), "tail", separator="\n", ignore_nulls=True),
            line_start="line",
            line_end=pl.coalesce("line_end", "line"),
        )
    )
    return cells, marked.filter("is_prose").select("doc", "line", "text")


def _continuations(marked: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that continue a cell, with `cell`, the place of the line on which it begins.

    They are few, so that only the lines between cells and empty lines are looked at.
    """
    at = pl.col("at").cast(pl.Int64)
    runs = marked.with_columns(
        cell=pl.when("is_cell").then(at).forward_fill(),
        last_break=pl.when(pl.col("is_empty") | (pl.col("first") & ~pl.col("is_cell"))).then(at).forward_fill(),
    ).filter(~pl.col("is_cell") & ~pl.col("is_empty") & (pl.col("cell") > pl.col("last_break").fill_null(-1)))
    heads = marked.select(cell=at, head="text")
    # A figure without a tab below an empty cell is no proof that it is that cell's.
    stray = (pl.col("head").str.strip_chars() == "") & pl.col("text").str.contains(FIGURES)
    broken = (pl.col("head").str.contains(FIGURES) & pl.col("text").str.contains(PROSE)) | stray
    return (
        runs.join(heads, on="cell", how="left", maintain_order="left")
        .filter(~broken.cum_max().over("cell"))
        .select("at", "text", "line", pl.col("cell").cast(pl.UInt32))
    )
