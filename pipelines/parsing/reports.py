"""A batch of texts to reports, cells, prose counts and findings, keyed by the number of the document in its delivery.

Belongs here: which texts are reports, and joining what tables, headers and prose gave. Files are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from pipelines.forms.dictionary import load_seed
from pipelines.parsing.editions import NATIONAL
from pipelines.parsing.filling import in_order
from pipelines.parsing.headers import Header, read_header
from pipelines.parsing.identity import identify
from pipelines.parsing.identity_frames import candidate_frame, evidence_frame, identity_frame, place_findings
from pipelines.parsing.limits import excess_of
from pipelines.parsing.pages import read_pages
from pipelines.parsing.places import find_mentions
from pipelines.parsing.placing import fill_texts
from pipelines.parsing.prose import read_prose
from pipelines.parsing.sections import assign_sections, find_sections
from pipelines.parsing.signatures import sign_reports
from pipelines.parsing.table_reading import read_tables
from pipelines.parsing.titles import Line
from pipelines.parsing.worded_figures import find_worded_figures
from pipelines.schemas.staging import SECTION

_MIN_SIGNS = 2
_TABLE_SIGNS = ("t2", "t3", "t4", "channels", "statistics")


@dataclass(frozen=True)
class ParsedReports:
    """What a batch gave: frames with the column `doc`, and findings as (doc, rule key and values of its message)."""

    reports: pl.DataFrame
    cells: pl.DataFrame
    prose_counts: pl.DataFrame
    body_evidence: pl.DataFrame
    body_candidates: pl.DataFrame
    signatures: pl.DataFrame
    findings: list[tuple[int, dict[str, Any]]]


def parse_texts(
    texts: dict[int, str], titles: dict[int, str] | None = None, urls: dict[int, str] | None = None
) -> ParsedReports:
    """Parse texts by ascending document number; a text that is no report, or beyond the limits, gives a finding and nothing else.

    Args:
        titles: the titles that pages or records give beside their text, used where the text itself has none.
        urls: the addresses of pages, as clues to the place of a body.
    """
    excess = {doc: reason for doc, text in texts.items() if (reason := excess_of(text)) is not None}
    within = {doc: text for doc, text in texts.items() if doc not in excess}
    filled, rest = fill_texts(within)
    docs = pl.Series("doc", list(within), dtype=pl.UInt32)
    pages = read_pages(pl.DataFrame(list(rest.items()), schema={"doc": pl.UInt32, "text": pl.String}, orient="row"))
    prose = in_order(filled.prose, pages.prose)
    sections = find_sections(prose)
    prose = assign_sections(prose, sections)
    lines = _lines_of(docs, prose)
    headers = {doc: read_header(*lines[doc], (titles or {}).get(doc)) for doc in docs}

    signs = _count_signs(docs, sections, pages.form.rows, filled.docs, headers)
    is_report = signs.filter("is_report")["doc"]
    prose = prose.filter(pl.col("doc").is_in(is_report.implode()))
    mentions = find_mentions({doc: headers[doc].lines for doc in is_report})
    identities = {doc: identify(headers[doc], mentions.get(doc, ()), (urls or {}).get(doc)) for doc in is_report}

    cared_for = is_report.filter(~is_report.is_in(filled.docs.implode()))
    tables = read_tables(pages.form.only(cared_for), prose.filter(pl.col("doc").is_in(cared_for.implode())), cared_for)
    reports = in_order(filled.reports, tables.reports)
    all_cells = in_order(filled.cells, tables.cells)
    regions = _count_region_numbers(pl.concat([filled.numbers, pages.numbers]), tables.unread)
    reports = _reports_frame(
        reports.join(identity_frame(identities), on="doc", maintain_order="left"),
        headers=headers,
        sections=sections,
        regions=regions,
        in_cells=pl.concat([filled.in_cells, _count_cell_numbers(tables.cells)]),
        found=tables.found,
    )
    prose_counts = _prose_frame(is_report, lines, headers)
    return ParsedReports(
        reports=reports,
        body_evidence=evidence_frame(identities),
        body_candidates=candidate_frame(identities),
        cells=all_cells,
        prose_counts=prose_counts,
        signatures=sign_reports(reports, prose, all_cells, prose_counts, texts),
        findings=[
            *((doc, {"rule_key": "too_complex", "reason": reason}) for doc, reason in excess.items()),
            *_as_findings(signs.filter(~pl.col("is_report")).select("doc", "n", rule_key=pl.lit("not_a_report"))),
            *((doc, finding) for doc in is_report for finding in headers[doc].findings),
            *((doc, finding) for doc, identity in identities.items() for finding in place_findings(identity)),
            *_as_findings(_edition_findings(reports, tables.editions)),
            *_as_findings(tables.found),
            *((worded.pop("doc"), worded) for worded in find_worded_figures(texts, sections, tables.cells, cared_for)),
        ],
    )


def _count_region_numbers(numbers: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    """`doc`, `n_table_numbers`: in table regions, and in lines of figures that no region took."""
    counted = pl.concat([numbers, unread.select("doc", n=pl.col("n_numbers").cast(pl.UInt32))])
    return counted.group_by("doc").agg(n_table_numbers=pl.col("n").sum().cast(pl.Int32))


def _count_cell_numbers(cells: pl.DataFrame) -> pl.DataFrame:
    is_figure = pl.col("value_state").is_in(["number", "zero"])
    return cells.filter(is_figure).group_by("doc").agg(n_cell_numbers=pl.col("n_numbers").sum())


def _lines_of(docs: pl.Series, prose: pl.DataFrame) -> dict[int, tuple[list[Line], list[Line]]]:
    """The lines of each document before its first section heading, and from there on; headings are left out."""
    lines: dict[int, tuple[list[Line], list[Line]]] = {doc: ([], []) for doc in docs}
    said = prose.filter(~pl.col("is_heading"))
    in_section = said["section_key"].is_not_null().to_list()
    columns = (said[name].to_list() for name in ("doc", "line", "text"))
    for doc, line, text, is_body in zip(*columns, in_section, strict=True):
        lines[doc][is_body].append((line, text))
    return lines


def _count_signs(
    docs: pl.Series, sections: pl.DataFrame, rows: pl.DataFrame, filled: pl.Series, headers: dict[int, Header]
) -> pl.DataFrame:
    """A text is a report if it has the title, or two of the form's headings or tables: `doc`, `n`, `is_report`.

    One that was filled in has three tables.
    """
    named = sections.group_by("doc").agg(sections=pl.col("section_key").n_unique())
    tables = (
        rows.filter(pl.col("table_key").is_in(_TABLE_SIGNS)).group_by("doc").agg(tables=pl.col("table_key").n_unique())
    )
    titled = docs.to_frame("doc").with_columns(has_title=pl.Series([headers[doc].title is not None for doc in docs]))
    joined = titled.join(named, on="doc", how="left", maintain_order="left").join(
        tables, on="doc", how="left", maintain_order="left"
    )
    n = pl.col("sections").fill_null(0) + pl.col("tables").fill_null(0)
    is_filled = pl.col("doc").is_in(filled.implode())
    return joined.select("doc", n=n, is_report=pl.col("has_title").fill_null(False) | (n >= _MIN_SIGNS) | is_filled)


def _reports_frame(
    reports: pl.DataFrame,
    *,
    headers: dict[int, Header],
    sections: pl.DataFrame,
    regions: pl.DataFrame,
    in_cells: pl.DataFrame,
    found: pl.DataFrame,
) -> pl.DataFrame:
    names = [field.name for field in fields(Header) if field.name not in _NO_COLUMNS]
    facts = [(doc, *(getattr(headers[doc], name) for name in names)) for doc in reports["doc"]]
    header_schema = {name: _HEADER_TYPES.get(name, pl.String) for name in ("doc", *names)}
    listed = sections.group_by("doc", maintain_order=True).agg(
        sections=pl.struct("number", "section_key", "title", "line")
    )
    in_findings = found.group_by("doc").agg(n_finding_numbers=pl.col("n_numbers").sum())
    joined = reports.join(pl.DataFrame(facts, schema=header_schema, orient="row"), on="doc", maintain_order="left")
    for frame in (listed, regions, in_cells, in_findings):
        joined = joined.join(frame, on="doc", how="left", maintain_order="left")
    counts = ("n_table_numbers", "n_cell_numbers", "n_finding_numbers")
    return joined.with_columns(
        pl.col("sections").fill_null(pl.lit([], dtype=pl.List(SECTION))),
        *(pl.col(count).fill_null(0) for count in counts),
    )


_NO_COLUMNS = ("findings", "names", "crumb_divisions", "crumb_townships", "lines")
_HEADER_TYPES: dict[str, Any] = {
    "doc": pl.UInt32,
    "title_line_start": pl.Int32,
    "title_line_end": pl.Int32,
    "body_name_line": pl.Int32,
    "report_year": pl.Int32,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "published_on": pl.Date,
}


def _prose_frame(
    reports: pl.Series, lines: dict[int, tuple[list[Line], list[Line]]], headers: dict[int, Header]
) -> pl.DataFrame:
    rows = [
        (doc, count.quantity, count.value, count.is_approximate, count.quote, count.line_start, count.line_end)
        for doc in reports.sort()
        for count in read_prose([*lines[doc][0], *lines[doc][1]], headers[doc].report_year)
    ]
    names = ["doc", "quantity", "value", "is_approximate", "quote", "line_start", "line_end"]
    types = [pl.UInt32, pl.String, pl.Float64, pl.Boolean, pl.String, pl.Int32, pl.Int32]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _edition_findings(reports: pl.DataFrame, editions: pl.DataFrame) -> pl.DataFrame:
    """A form of other years than the report's, and tables of two editions in one report."""
    years = load_seed("form_editions").select(
        "form_version", pl.col("first_report_year", "last_report_year").cast(pl.Int32)
    )
    outside = (pl.col("report_year") < pl.col("first_report_year")) | (
        pl.col("report_year") > pl.col("last_report_year").fill_null(9999)
    )
    mismatch = (
        reports.filter(pl.col("form_version").is_in(NATIONAL))
        .join(years, on="form_version")
        .filter(outside)
        .select(
            "doc",
            rule_key=pl.lit("form_mismatch"),
            expected="form_version",
            actual=pl.col("report_year").cast(pl.String),
        )
    )
    wide = (
        editions.filter(pl.col("table_key").is_in(["t2", "t3"]))
        .group_by("doc")
        .agg(
            expected=pl.col("form_version").filter(pl.col("table_key") == "t2").first(),
            actual=pl.col("form_version").filter(pl.col("table_key") == "t3").first(),
        )
    )
    hybrid = wide.filter(pl.col("expected") != pl.col("actual")).with_columns(rule_key=pl.lit("form_hybrid"))
    return pl.concat([mismatch, hybrid], how="diagonal_relaxed")


def _as_findings(found: pl.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in found.iter_rows(named=True):
        yield row.pop("doc"), row
