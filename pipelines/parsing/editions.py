"""Which edition of the form a table follows, told by its labels and the shape of its rows, never by the year.

Belongs here: votes for an edition. Reading the cells under the chosen edition does not.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from pipelines.forms.dictionary import form_cells, load_seed
from pipelines.forms.labels import column_labels
from pipelines.parsing.rows import FormRows

NATIONAL = ("F2019", "F2021")


def choose_editions(form: FormRows) -> pl.DataFrame:
    """Return `doc`, `table_key` (t2, t3, t4), `form_version`, `n_votes` for every document with a national table.

    A table without a sign of its own takes the edition of the document's other tables; a document without any sign
    has `form_version` null.
    """
    votes = pl.concat([_header_votes(form.headers), _row_votes(form.rows), _shape_votes(form)])
    tables = form.rows.filter(pl.col("table_key").is_in(["t2", "t3", "t4"])).select("doc", "table_key").unique()
    by_table = _winner(votes, ["doc", "table_key"])
    by_doc = _winner(votes, ["doc"]).rename({"form_version": "doc_version", "n_votes": "doc_votes"})
    return (
        tables.join(by_table, on=["doc", "table_key"], how="left")
        .join(by_doc, on="doc", how="left")
        .select(
            "doc",
            "table_key",
            form_version=pl.coalesce("form_version", "doc_version"),
            n_votes=pl.coalesce("n_votes", pl.lit(0)).cast(pl.Int32),
        )
        .sort("doc", "table_key")
    )


def _winner(votes: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The edition with the most votes; none where two are level."""
    counted = votes.group_by(*keys, "form_version").agg(n_votes=pl.len().cast(pl.Int32))
    best = counted.filter(pl.col("n_votes") == pl.col("n_votes").max().over(keys))
    return best.filter(pl.len().over(keys) == 1).sort(keys)


@cache
def _single_edition_labels() -> pl.DataFrame:
    labels = column_labels().filter(pl.col("form_version").is_in(NATIONAL)).select("label", "table_key", "form_version")
    return labels.unique().filter(pl.len().over("label", "table_key") == 1)


def _header_votes(headers: pl.DataFrame) -> pl.DataFrame:
    known = headers.join(_single_edition_labels(), left_on=["label", "header_table"], right_on=["label", "table_key"])
    return known.select("doc", pl.col("header_table").alias("table_key"), "form_version")


@cache
def _single_edition_rows() -> pl.DataFrame:
    rows = (
        load_seed("form_rows")
        .filter((pl.col("row_kind") == "data") & pl.col("form_version").is_in(NATIONAL))
        .select("table_key", "row_key", "form_version")
    )
    return rows.filter(pl.len().over("table_key", "row_key") == 1)


def _row_votes(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.join(_single_edition_rows(), on=["table_key", "row_key"]).select("doc", "table_key", "form_version")


def _shape_votes(form: FormRows) -> pl.DataFrame:
    """行政许可 has three values in 2019 and one in 2021: a row whose length fits one edition alone speaks for it."""
    lengths = (
        form_cells()
        .filter(pl.col("form_version").is_in(NATIONAL))
        .group_by("form_version", "table_key", "row_key")
        .agg(n_values=pl.len())
    )
    telling = lengths.filter(pl.len().over("table_key", "row_key", "n_values") == 1).join(
        lengths.select("table_key", "row_key").filter(pl.len().over("table_key", "row_key") == 2).unique(),
        on=["table_key", "row_key"],
        how="semi",
    )
    counted = form.values.group_by("row").agg(n_values=pl.len())
    return (
        form.rows.join(counted, on="row")
        .join(telling, on=["table_key", "row_key", "n_values"])
        .select("doc", "table_key", "form_version")
    )
