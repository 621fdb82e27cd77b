"""One printed label to what it names in the form: exactly, or within a small edit distance that leaves no doubt.

Belongs here: the lookup of single labels with the alias matched and its distance. Where labels stand does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipelines.forms.caches import cache_short
from pipelines.forms.dictionary import load_seed
from pipelines.forms.labels import column_labels, label_key, label_key_of

# A label of so many characters may differ by so many: a shorter one is told apart by too few.
_ALLOWED = ((4, 1), (9, 2), (16, 3))
_MIN_CUT = 6


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row that a label names: `order` is its place in the form's table, headings hold no values."""

    table_key: str
    row_key: str
    is_heading: bool
    order: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a label names: rows of the form, and the tables whose headers print it; `alias` is the dictionary's label."""

    alias: str
    distance: int
    rows: tuple[RowLabel, ...]
    header_tables: frozenset[str]

    @property
    def is_header(self) -> bool:
        """Tell whether headers print this label."""
        return bool(self.header_tables)

    def data_rows(self) -> tuple[RowLabel, ...]:
        """Return the rows with values that the label names."""
        return tuple(row for row in self.rows if not row.is_heading)


@cache
def dictionary() -> dict[str, Match]:
    """Return label key -> match, of all labels of rows, columns and captions in all editions."""
    rows: dict[str, dict[tuple[str, str, bool], int]] = {}
    for label, table, row, heading, order in _row_entries().iter_rows():
        found = rows.setdefault(label, {})
        found[table, row, heading] = max(order, found.get((table, row, heading), 0))
    headers: dict[str, set[str]] = {}
    captions = load_seed("header_captions").select(label_key(pl.col("caption")).alias("label"), "table_key")
    for label, table in pl.concat([captions, column_labels().select("label", "table_key")]).iter_rows():
        headers.setdefault(label, set()).add(table)
    return {
        key: Match(
            key,
            0,
            tuple(RowLabel(*names, order) for names, order in sorted(rows.get(key, {}).items(), key=lambda i: i[1])),
            frozenset(headers.get(key, ())),
        )
        for key in {*rows, *headers} - {""}
    }


def _row_entries() -> pl.DataFrame:
    printed = load_seed("form_rows").select(
        label_key(pl.col("row_label")).alias("label"),
        "table_key",
        "row_key",
        (pl.col("row_kind") == "heading").alias("is_heading"),
        "row_order",
    )
    orders = printed.group_by("table_key", "row_key").agg(pl.col("row_order").max(), pl.col("is_heading").min())
    aliases = (
        load_seed("label_aliases")
        .filter(pl.col("label_kind") == "row")
        .select(label_key(pl.col("alias")).alias("label"), "table_key", row_key="label_key")
        .join(orders, on=["table_key", "row_key"])
    )
    return pl.concat([printed, aliases.select(printed.columns)]).drop_nulls("label").filter(pl.col("label") != "")


def find_label(text: str) -> Match | None:
    """Return what a printed label names exactly, after normalisation; None where it is no label of the dictionary."""
    return dictionary().get(label_key_of(text))


@cache_short(maxsize=50_000)
def find_similar_label(text: str) -> Match | None:
    """Return the one label within the allowed distance of a text, or that it is the beginning of; else None.

    The distance counts characters put in, left out or replaced. Two labels within one more of the best leave a doubt.
    """
    key = label_key_of(text)
    allowed = max((n for length, n in _ALLOWED if len(key) >= length), default=0)
    if not allowed:
        return None
    book = dictionary()
    found = process.extract(key, book.keys(), scorer=Levenshtein.distance, score_cutoff=allowed + 1, limit=None)
    near = sorted((distance, label) for label, distance, _ in found)
    if near and near[0][0] <= allowed and not any(d <= near[0][0] + (near[0][0] > 1) for d, _ in near[1:]):
        return _at_distance(book[near[0][1]], near[0][0])
    cut = [label for label in book if len(key) >= _MIN_CUT and label.startswith(key)]
    return _at_distance(book[cut[0]], len(cut[0]) - len(key)) if len(cut) == 1 and not near else None


def _at_distance(match: Match, distance: int) -> Match:
    return Match(match.alias, distance, match.rows, match.header_tables)
