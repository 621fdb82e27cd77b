"""Form rows to the cells of reports: editions, values in their columns, cells that were not read, and what is left over.

Belongs here: the order of these steps. Which documents are reports, and what stands round their tables, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.parsing.completeness import complete_cells, find_missing_tables, report_editions
from pipelines.parsing.editions import choose_editions
from pipelines.parsing.leftovers import find_unknown_rows, find_unread_tables
from pipelines.parsing.pages import read_pages
from pipelines.parsing.rows import FormRows
from pipelines.parsing.sections import assign_sections, find_sections
from pipelines.parsing.tables import place_values


@dataclass(frozen=True)
class Tables:
    """The tables of a batch of reports.

    Attributes:
        reports: `doc`, `form_version`, `form_basis`, a row a report.
        editions: `doc`, `table_key`, `form_version`, `n_votes` of each table of a national form.
        cells: every cell of each report's form, in its order.
        found: findings on rows, values and tables.
        unread: those of them that count figures outside of any table region.
    """

    reports: pl.DataFrame
    editions: pl.DataFrame
    cells: pl.DataFrame
    found: pl.DataFrame
    unread: pl.DataFrame


def read_tables(form: FormRows, prose: pl.DataFrame, is_report: pl.Series) -> Tables:
    """Read the tables of reports; `prose`: `doc`, `line`, `text`, `section_key`, `is_heading` of the same documents."""
    return _no_tables() if is_report.is_empty() else _read_tables(form, prose, is_report)


@cache
def _no_tables() -> Tables:
    pages = read_pages(pl.DataFrame(schema={"doc": pl.UInt32, "text": pl.String}))
    prose = assign_sections(pages.prose, find_sections(pages.prose))
    return _read_tables(pages.form, prose, pl.Series("doc", [], dtype=pl.UInt32))


def _read_tables(form: FormRows, prose: pl.DataFrame, is_report: pl.Series) -> Tables:
    editions = choose_editions(form)
    placed = place_values(form, editions)
    unknown, unread = find_unknown_rows(form.leftovers), find_unread_tables(prose)
    reports = report_editions(editions, form.rows, is_report)
    unplaced = pl.concat([unknown, unread], how="diagonal_relaxed")
    cells = complete_cells(placed.cells, reports, editions, unplaced)
    last_lines = prose.group_by("doc").agg(last_line=pl.col("line").max())
    missing = find_missing_tables(cells, last_lines)
    found = pl.concat([placed.findings, unknown, unread, missing], how="diagonal_relaxed")
    return Tables(reports, editions, cells, found, unread)
