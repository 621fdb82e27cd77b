"""Printed labels to keys: normalising a label, and the lookups of row, column, caption and section labels.

Belongs here: everything that turns the words of a form into its keys. Where in a document they stand does not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import polars as pl

from pipelines.forms.caches import cache_short
from pipelines.forms.dictionary import load_seed
from pipelines.forms.script import traditional_characters

# Invisible characters that editors leave inside words.
_INVISIBLE = r"[\s\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]+"
_YEAR_PREFIX = r"^(?:19|20)\d\d年度?"
_NUMBERING = r"^[(\[]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})(?:[)\]][、.,:·]?|[、.,:·])"
# Inner brackets first, as a note may hold a gloss; what is left open runs to the end.
_BRACKETED = r"[(\[【〔{][^()\[\]【】〔〕{}]*[)\]】〕}]"
_LEFT_OPEN = r"[(\[【〔{].*$"
# No label of a form has Latin letters: they are glosses in pinyin, or rests of markup.
_NOT_WORD = r"[^\p{Han}0-9]"
_NOT_WORD_PY = re.compile(
    r"[^\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff0-9]"
)
_CIRCLED = r"[\u2460-\u2473]"


def label_key(text: pl.Expr) -> pl.Expr:
    """Return the comparable core of a label: NFKC, simplified, no numbering, bracketed notes, spaces or punctuation."""
    simple = traditional_characters()
    return (
        text.str.replace_all(_CIRCLED, "")
        .str.normalize("NFKC")
        .str.replace_many(list(simple), list(simple.values()))
        .str.replace_all(_INVISIBLE, "")
        .str.replace(_YEAR_PREFIX, "")
        .str.replace(_NUMBERING, "")
        .str.replace_all(_BRACKETED, "")
        .str.replace_all(_BRACKETED, "")
        .str.replace(_LEFT_OPEN, "")
        .str.replace_all(_NOT_WORD, "")
        .str.strip_prefix("其中")
    )


@cache_short(maxsize=100_000)
def label_key_of(text: str) -> str:
    """Return the same as `label_key` for one text."""
    text = unicodedata.normalize("NFKC", re.sub(_CIRCLED, "", text)).translate(_translation())
    text = re.sub(_INVISIBLE, "", text)
    for pattern, count in ((_YEAR_PREFIX, 1), (_NUMBERING, 1), (_BRACKETED, 0), (_BRACKETED, 0), (_LEFT_OPEN, 1)):
        text = re.sub(pattern, "", text, count=count)
    return _NOT_WORD_PY.sub("", text).removeprefix("其中")


@cache
def _translation() -> dict[int, str]:
    return str.maketrans(traditional_characters())


@cache
def row_labels() -> pl.DataFrame:
    """Return label -> row: `label`, `table_key`, `row_key`, `is_heading`; a label names one row of one table.

    Data rows go before headings of the same words: （六）其他处理 is a row in 2019 and a heading in 2021, and which of
    the two stands in a document is told by whether values follow it.
    """
    printed = load_seed("form_rows").select(
        "table_key", "row_key", pl.col("row_label").alias("text"), (pl.col("row_kind") == "heading").alias("is_heading")
    )
    keys = pl.concat([printed, _aliases("row", "row_key").with_columns(is_heading=pl.lit(False))])
    return (
        keys.drop_nulls("text")
        .select(label_key(pl.col("text")).alias("label"), "table_key", "row_key", "is_heading")
        .filter(pl.col("label") != "")
        .sort("is_heading")
        .unique("label", keep="first", maintain_order=True)
    )


@cache
def column_labels() -> pl.DataFrame:
    """Return label -> column of a block: `label`, `form_version`, `table_key`, `block_key`, `column_key`, `column_order`."""
    columns = load_seed("form_columns")
    keys = ["form_version", "table_key", "block_key", "column_key", "column_order"]
    aliases = _aliases("column", "column_key", with_version=True).join(
        columns.select(keys), on=["form_version", "table_key", "column_key"]
    )
    return (
        pl.concat([columns.select(*keys, text="column_label"), aliases.select(*keys, "text")])
        .with_columns(label=label_key(pl.col("text")))
        .filter(pl.col("label") != "")
        .unique(["label", *keys], maintain_order=True)
        .select("label", *keys)
    )


@cache
def header_labels() -> pl.DataFrame:
    """Return the labels that only headers carry, with their table: `label`, `header_table`.

    总计 and 其他 name rows as well as columns, so they do not make a row a header.
    """
    columns = column_labels().select("label", header_table="table_key")
    captions = load_seed("header_captions").select(label=label_key(pl.col("caption")), header_table=pl.col("table_key"))
    return (
        pl.concat([columns, captions])
        .filter(pl.col("label") != "")
        .join(row_labels(), on="label", how="anti")
        .unique("label", keep="first", maintain_order=True)
    )


@cache
def section_labels() -> pl.DataFrame:
    """Return heading words -> section: `label`, `section_key`."""
    return (
        load_seed("section_titles")
        .select("section_key", words=pl.col("match_words").str.split("|"))
        .explode("words")
        .select(label_key(pl.col("words")).alias("label"), "section_key")
    )


def _aliases(kind: str, key: str, with_version: bool = False) -> pl.DataFrame:
    seed = load_seed("label_aliases").filter(pl.col("label_kind") == kind)
    columns = [pl.col("form_version")] if with_version else []
    return seed.select(*columns, "table_key", pl.col("label_key").alias(key), pl.col("alias").alias("text"))
