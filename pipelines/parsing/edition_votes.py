"""Which edition each table of one text follows, before its rows are trimmed to the edition's columns.

Belongs here: votes of labels, and of lengths where no label tells. The choice for complete rows stands in `editions`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

import polars as pl

from pipelines.forms.dictionary import load_seed
from pipelines.forms.labels import column_labels
from pipelines.parsing.editions import NATIONAL
from pipelines.parsing.found import FoundTables, size_in, sizes_of

FIXED_VERSIONS = {"channels": "F2014", "statistics": "F2014", "provincial": "provincial"}


def vote(tables: Iterable[FoundTables]) -> dict[str, str]:
    """Return table -> edition of one text, by rows and headers that one edition alone has, else by the length of rows."""
    votes: dict[str, Counter[str]] = {}
    shapes: Counter[str] = Counter()
    for found in tables:
        for row in found.rows:
            key = (row.label.table_key, row.label.row_key)
            if (version := _single_rows().get(key)) is not None:
                votes.setdefault(key[0], Counter())[version] += 1
            for version in NATIONAL:
                if len(sizes_of(row.label)) > 1 and size_in(row.label, version) == len(row.values):
                    shapes[version] += 1
        for wording in (w for header in found.headers for w in header if w.match is not None):
            for table, version in _single_columns().get(wording.match.alias, ()):  # type: ignore[union-attr]
                votes.setdefault(table, Counter())[version] += 1
    total = sum(votes.values(), Counter())
    fallback = max(NATIONAL, key=lambda version: (total[version], shapes[version]))
    chosen = {table: counts.most_common(1)[0][0] for table, counts in votes.items()}
    return {**{table: chosen.get(table, fallback) for table in ("t2", "t3", "t4")}, **FIXED_VERSIONS}


@cache
def _single_rows() -> dict[tuple[str, str], str]:
    rows = load_seed("form_rows").filter((pl.col("row_kind") == "data") & pl.col("form_version").is_in(NATIONAL))
    single = rows.filter(pl.len().over("table_key", "row_key") == 1)
    return {(table, row): version for table, row, version in single["table_key", "row_key", "form_version"].rows()}


@cache
def _single_columns() -> dict[str, list[tuple[str, str]]]:
    labels = column_labels().filter(pl.col("form_version").is_in(NATIONAL)).select("label", "table_key", "form_version")
    single = labels.unique().filter(pl.len().over("label", "table_key") == 1)
    found: dict[str, list[tuple[str, str]]] = {}
    for label, table, version in single.rows():
        found.setdefault(label, []).append((table, version))
    return found
