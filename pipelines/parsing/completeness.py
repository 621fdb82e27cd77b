"""Every cell of each report's form has a row: what was not printed is `absent`, what may be there is `ambiguous`.

Belongs here: comparing what was read with what the edition has. Reading does not.
"""

from __future__ import annotations

import polars as pl

from pipelines.forms.dictionary import form_cells, table_titles
from pipelines.parsing.editions import NATIONAL

_CELL = ["doc", "table_key", "row_key", "column_key"]


def report_editions(editions: pl.DataFrame, rows: pl.DataFrame, docs: pl.Series) -> pl.DataFrame:
    """Return `doc`, `form_version`, `form_basis` of each document: that of table two, else of three or four.

    A document with a channel table alone follows F2014, one without any table `none`.
    """
    national = (
        editions.sort("doc", "table_key")
        .drop_nulls("form_version")
        .group_by("doc")
        .agg(pl.col("form_version").first(), form_basis=pl.col("n_votes").sum())
    )
    older = pl.col("table_key").is_in(["channels", "statistics"])
    channels = rows.filter(older).select("doc").unique().with_columns(older=pl.lit("F2014"))
    return (
        docs.to_frame("doc")
        .join(national, on="doc", how="left", maintain_order="left")
        .join(channels, on="doc", how="left", maintain_order="left")
        .select(
            "doc",
            pl.coalesce("form_version", "older", pl.lit("none")).alias("form_version"),
            pl.col("form_basis").fill_null(0).cast(pl.Int32),
        )
    )


def complete_cells(
    cells: pl.DataFrame, reports: pl.DataFrame, editions: pl.DataFrame, unplaced: pl.DataFrame
) -> pl.DataFrame:
    """Add the cells that were not read.

    `unplaced` (`doc`, `table_key`) names tables that hold figures in no known row: a cell missing there may be among
    them, so it is `ambiguous`; elsewhere a missing cell is `absent`.
    """
    expected = _expected_cells(cells, reports, editions)
    missing = expected.join(cells, on=_CELL, how="anti")
    doubtful = unplaced.select("doc", "table_key").unique().with_columns(doubtful=pl.lit(True))
    missing = missing.join(doubtful, on=["doc", "table_key"], how="left", maintain_order="left").select(
        *_CELL,
        "form_version",
        value_state=pl.when("doubtful").then(pl.lit("ambiguous")).otherwise(pl.lit("absent")),
    )
    order = form_cells().select("form_version", "table_key", "row_key", "column_key", "row_order", "column_order")
    return (
        pl.concat([cells, missing], how="diagonal")
        .join(order, on=["form_version", "table_key", "row_key", "column_key"], how="left")
        .sort("doc", "table_key", "row_order", "column_order")
        .drop("row_order", "column_order")
    )


def find_missing_tables(cells: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return findings for tables that are absent as a whole or lack rows; `lines` has each document's last table line."""
    titles = pl.col("table_key").replace_strict(table_titles(), default=None, return_dtype=pl.String)
    rows = (
        cells.group_by("doc", "form_version", "table_key", "row_key", maintain_order=True)
        .agg(n_cells=pl.len(), is_absent=(pl.col("value_state") == "absent").all(), line_end=pl.col("line_end").max())
        .join(
            form_cells().select("form_version", "table_key", "row_key", "row_label").unique(),
            on=["form_version", "table_key", "row_key"],
            how="left",
            maintain_order="left",
        )
    )
    tables = rows.group_by("doc", "table_key", maintain_order=True).agg(
        n_cells=pl.col("n_cells").sum(),
        n_rows=pl.col("is_absent").sum(),
        all_absent=pl.col("is_absent").all(),
        rows=pl.col("row_label").filter(pl.col("is_absent")).str.join("；"),
        last=pl.col("line_end").max(),
    )
    found = tables.filter(pl.col("n_rows") > 0).join(lines, on="doc", how="left", maintain_order="left")
    return found.select(
        "doc",
        "table_key",
        "rows",
        rule_key=pl.when("all_absent").then(pl.lit("table_absent")).otherwise(pl.lit("table_truncated")),
        table=titles,
        n=pl.when("all_absent").then("n_cells").otherwise("n_rows").cast(pl.String),
        expected=pl.when(~pl.col("all_absent")).then("rows"),
        line_start=pl.coalesce("last", "last_line"),
        line_end=pl.coalesce("last", "last_line"),
    )


def _expected_cells(cells: pl.DataFrame, reports: pl.DataFrame, editions: pl.DataFrame) -> pl.DataFrame:
    data = form_cells().filter(pl.col("row_kind") == "data")
    tables = pl.DataFrame({"table_key": ["t2", "t3", "t4"]})
    national = (
        reports.filter(pl.col("form_version").is_in(NATIONAL))
        .join(tables, how="cross")
        .join(editions.select("doc", "table_key", own="form_version"), on=["doc", "table_key"], how="left")
        .select("doc", "table_key", form_version=pl.coalesce("own", "form_version"))
    )
    channels = cells.filter(pl.col("form_version") == "F2014").select("doc", "table_key", "form_version").unique()
    return pl.concat([national, channels]).join(data, on=["form_version", "table_key"]).select(*_CELL, "form_version")
