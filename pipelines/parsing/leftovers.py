"""Numbers of table regions that no form row took: unknown rows, and figures in a layout that is not read.

Belongs here: making sure that no number of a table region is lost in silence. Placing values does not.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from pipelines.forms.caches import cache_short
from pipelines.forms.labels import label_key, row_labels
from pipelines.parsing.findings import join_numbers
from pipelines.parsing.values import NUMBER_TOKEN, clean_value, count_numbers

_TABLE_OF_SECTION = {"disclosure": "t2", "channels": "channels", "applications": "t3", "disputes": "t4"}
# Figures, bars and empty marks alone on a line: cells of a table that has lost its grid.
_BARE = r"^[\s|｜\d.,+\-—–/０-９]*$"
# Figures beside each other with nothing but space between them are a row, whatever words stand before.
_ROW = r"^[^。；，]*\d[\d.,]*\s+[+\-−－]?\d[\d.,]*(?:\s|$)"
_FUSED = r"^(?<words>(?s:.*\p{Han}[^\d０-９]*?))(?<figures>[\d０-９][\d０-９.,，\s]*)(?:余?[元万亿件条项个])*\s*$"
_LABELLED = r"^(?<words>[^\d０-９|｜\t]{2,60}?)[\s|｜:：\t]*(?<figures>[\s|｜\t\d.,+\-—–/０-９元万件条项个]*)$"
# What may stand behind the first figure of a line of figures (`_BARE`, `_LABELLED`), beside more figures: no words.
_BESIDE_FIGURES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "|｜.,+-—–/元万件条项个０１２３４５６７８９"
_FIGURES = re.compile(rf"\D*+\d[\d{re.escape(_BESIDE_FIGURES)}]*+")
# Figures with space between them (`_ROW`).
_SPACED = re.compile(r"\d[.,]*+\s++[+\-−－]?\d")


def find_unknown_rows(leftovers: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each row of a form's grid that holds figures and names no row of the form.

    Digits inside words, as in `2020年…数量：` or a note in brackets, are no figures.
    """
    leftovers = _unfuse_labels(leftovers)
    guess = (pl.col("n_numbers") > 0) & ~pl.col("text").str.contains(r"\p{Han}{3,}")
    is_figure = pl.coalesce("is_figure", guess) if "is_figure" in leftovers.columns else guess
    is_words = pl.col("text").str.contains(r"\p{Han}")
    found = (
        leftovers.sort("row", "position")
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("doc").first(),
            table_key=pl.coalesce(pl.col("table_key").drop_nulls().first(), pl.col("last_header_table").first()),
            label=pl.coalesce("words", "text")
            .filter(is_words & ~is_figure | pl.col("words").is_not_null())
            .str.strip_chars()
            .str.join(" "),
            numbers=join_numbers(pl.col("text").filter(is_figure)),
            n_numbers=pl.col("n_numbers").filter(is_figure).sum(),
            line_start=pl.col("line_start").min(),
            line_end=pl.col("line_end").max(),
        )
        .filter(pl.col("n_numbers") > 0)
    )
    return found.drop("row").with_columns(rule_key=pl.lit("unknown_row"), actual=pl.col("numbers"))


def _unfuse_labels(leftovers: pl.DataFrame) -> pl.DataFrame:
    """`行政许可12`: the figures behind a label of the form are figures, not a part of the words."""
    texts = (
        leftovers.select("text").unique().with_columns(split=pl.col("text").str.extract_groups(_FUSED)).unnest("split")
    )
    texts = texts.with_columns(label=label_key(pl.col("words"))).join(row_labels(), on="label", how="semi")
    fused = leftovers.join(texts.select("text", "figures", "words"), on="text", how="left", maintain_order="left")
    return fused.with_columns(
        text=pl.coalesce("figures", "text"),
        n_numbers=pl.when(pl.col("figures").is_not_null())
        .then(count_numbers(pl.col("figures")))
        .otherwise("n_numbers"),
    )


def find_unread_tables(prose: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each section of a table whose prose lines are figures: a table in a layout not read.

    `prose` has the sections assigned. Such lines are either bare figures, or a label of the form and figures behind it.
    """
    table = pl.col("section_key").replace_strict(_TABLE_OF_SECTION, default=None, return_dtype=pl.String)
    lines = prose.with_columns(table_key=table).filter(pl.col("table_key").is_not_null() & ~pl.col("is_heading"))
    lines = lines.with_columns(
        is_bare=pl.col("text").str.contains(_BARE) & clean_value(pl.col("text")).str.contains(r"\d"),
        split=pl.col("text").str.extract_groups(_LABELLED),
    ).unnest("split")
    lines = lines.with_columns(label=label_key(pl.col("words")))
    labelled = lines.join(row_labels().select("label", "row_key"), on="label", how="left", maintain_order="left")
    is_row = pl.col("text").str.normalize("NFKC").str.contains(_ROW)
    figures = pl.when(pl.col("is_bare") | pl.col("row_key").is_null()).then("text").otherwise("figures")
    unread = labelled.filter(pl.col("is_bare") | pl.col("row_key").is_not_null() | is_row).with_columns(text=figures)
    unread = unread.with_columns(n_numbers=count_numbers(pl.col("text"))).filter(pl.col("n_numbers") > 0)
    return (
        unread.group_by("doc", "table_key", maintain_order=True)
        .agg(
            numbers=join_numbers(pl.col("text")),
            n_numbers=pl.col("n_numbers").sum(),
            line_start=pl.col("line").min(),
            line_end=pl.col("line").max(),
        )
        .with_columns(rule_key=pl.lit("table_unread"), actual=pl.col("numbers"), n=pl.col("n_numbers").cast(pl.String))
    )


@cache_short(maxsize=20_000)
def may_hold_row(line: str) -> bool:
    """Tell whether `find_unread_tables` may find figures in a line of prose, whatever its section; true in case of doubt."""
    if _FIGURES.fullmatch(line):
        return True
    return len(line.split()) > 1 and _SPACED.search(unicodedata.normalize("NFKC", line)) is not None


def count_row_numbers(values: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `doc`, `n`: the numbers that stand behind the labels of form rows, counted before anything is placed."""
    counted = values.join(rows.select("row", "doc"), on="row").select(
        "doc", n=clean_value(pl.col("text")).str.count_matches(NUMBER_TOKEN)
    )
    return counted.group_by("doc").agg(pl.col("n").sum().cast(pl.UInt32))
