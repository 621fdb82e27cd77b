"""Figures that stand in the words of a table's section where the table itself gave none: 〔行政许可〕处理决定 13.

Belongs here: saying so. No cell is proved by such words, so none is filled; the figures stand in a finding.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import polars as pl

from pipelines.forms.labels import column_labels, row_labels

_TABLE_OF_SECTION = {"disclosure": "t2", "applications": "t3", "disputes": "t4"}
_FIGURES = ("number", "zero")
# A figure of its own: not in a date, an article, an amount of days, a numbering or a code. 维持1、 is no numbering.
_FIGURE = re.compile(
    r"(?<![\d.,\-－—/第〔\[(（A-Za-z])(?:(?<=[\u4e00-\u9fff])|(?!\d[\d,.]*、))"
    r"\d[\d,]*+(?:\.\d++)?(?![\d.,]*\d)(?![\d.,]*[年月日号％%：.\-/A-Za-z）)\]〕])(?!个?工作日|个月|小时|分钟)"
)
_MIN_ROWS = 2


def find_worded_figures(
    texts: dict[int, str], sections: pl.DataFrame, cells: pl.DataFrame, reports: pl.Series
) -> list[dict[str, Any]]:
    """Return a finding (`doc`, `table_key`, `numbers`, lines) for each table of no figure whose section has them in words.

    One row alone may be named by any sentence: two rows of the table have to be named with figures.
    """
    read = cells.filter(pl.col("value_state").is_in(_FIGURES)).select("doc", "table_key").unique()
    spans = (
        sections.sort("doc", "line")
        .with_columns(
            next_line=pl.col("line").shift(-1).over("doc"),
            table_key=pl.col("section_key").replace_strict(_TABLE_OF_SECTION, default=None, return_dtype=pl.String),
        )
        .filter(pl.col("table_key").is_not_null() & pl.col("doc").is_in(reports.implode()))
        .join(read, on=["doc", "table_key"], how="anti", maintain_order="left")
    )
    found = []
    for doc, table, line, next_line in spans.select("doc", "table_key", "line", "next_line").iter_rows():
        finding = _read_span(texts[doc].split("\n"), table, line, next_line)
        found += [{"doc": doc, **finding}] if finding else []
    return found


def _read_span(lines: list[str], table: str, first: int, last: int | None) -> dict[str, Any] | None:
    labels = _labels(table)
    numbers: list[str] = []
    named: set[str] = set()
    found_in: list[int] = []
    for number, line in enumerate(lines[first : (last or len(lines) + 1) - 1], start=first + 1):
        rows = [label for label in labels if label in line]
        figures = _FIGURE.findall(line) if rows else []
        if figures:
            numbers += figures
            found_in.append(number)
            # A label within a longer one that stands there, too, names no row of its own.
            named |= {row for row in rows if not any(row != other and row in other for other in rows)}
    if len(named) < _MIN_ROWS:
        return None
    return {
        "rule_key": "figures_in_words",
        "table_key": table,
        "table": table,
        "numbers": ", ".join(numbers),
        "n": str(len(numbers)),
        "actual": ", ".join(numbers),
        "line_start": found_in[0],
        "line_end": found_in[-1],
    }


@cache
def _labels(table: str) -> list[str]:
    """Labels that are long enough to name a row in a sentence; the one row of table four is named by its columns."""
    columns = column_labels().filter(pl.col("table_key") == "t4")
    labels = pl.concat([row_labels().select("label", "table_key"), columns.select("label", "table_key")])
    named = labels.filter((pl.col("table_key") == table) & (pl.col("label").str.len_chars() > 1))
    return named["label"].unique(maintain_order=True).to_list()
