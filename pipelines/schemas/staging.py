"""One pandera model a staging frame: types, nullability, accepted values, keys, descriptions.

Belongs here: what must hold for a frame of any delivery. A violation is an error of the pipeline, never of the source.
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines.schemas.descriptions import describe

READ_STATUSES = ["read", "empty", "binary", "image_only", "unreadable", "oversized"]
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"]
FORM_VERSIONS = ["F2008", "F2014", "F2019", "F2021", "none"]
CELL_FORM_VERSIONS = ["F2014", "F2019", "F2021", "provincial"]
VALUE_STATES = ["number", "zero", "blank", "not_applicable", "text", "ambiguous", "absent"]
VALUE_BASES = ["read", "realigned", "corrected"]
TEXT_RESOLUTIONS = ["name_and_parent", "unique_name", "ambiguous", "unknown"]
DESCRIPTION_STATUSES = ["none", "valid", "invalid"]
LEVELS = ["province", "prefecture", "county", "township"]
SEVERITIES = ["error", "warning", "info"]
SECTION = pl.Struct({"number": pl.String, "section_key": pl.String, "title": pl.String, "line": pl.Int32})
EFFECTS = ["supports", "contradicts", "neutral"]
DIVISION_CODE = r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$"
SHA256 = r"^[0-9a-f]{64}$"


def field(column: str, **checks: Any) -> Any:
    """A pandera field that carries the column's one description."""
    return pa.Field(description=describe(column), **checks)


class _Frame(pa.DataFrameModel):
    class Config:
        strict = True
        ordered = True
        coerce = False


class _OfDocument(_Frame):
    document_id: str = field("document_id", nullable=True, str_matches=SHA256)
    delivery: str = field("delivery")
    source_path: str = field("source_path")
    record: pl.Int64 = field("record", nullable=True, ge=0)


class Documents(_OfDocument):
    """One row a delivery, source path and record: every file that was found, read or not.

    交付批次中的每个文件一行，读不出的也在。
    """

    size_bytes: pl.Int64 = field("size_bytes", nullable=True, ge=0)
    format: str = field("format", nullable=True)
    encoding: str = field("encoding", nullable=True, isin=ENCODINGS)
    read_status: str = field("read_status", isin=READ_STATUSES)
    n_lines: pl.Int32 = field("n_lines", nullable=True, ge=0)
    is_report: bool = field("is_report")
    is_duplicate: bool = field("is_duplicate")
    source_url: str = field("source_url", nullable=True)
    source_title: str = field("source_title", nullable=True)
    text: str = field("text", nullable=True)
    parser_version: str = field("parser_version")

    class Config:
        unique = ["delivery", "source_path", "record"]


class _OfReport(_Frame):
    document_id: str = field("document_id", str_matches=SHA256)
    delivery: str = field("delivery")


class Reports(_OfReport):
    """One row a distinct document of the delivery that is a report: its header facts.

    每份年报一行：页头信息。
    """

    source_path: str = field("source_path")
    record: pl.Int64 = field("record", nullable=True, ge=0)
    title: str = field("title", nullable=True)
    title_line_start: pl.Int32 = field("title_line_start", nullable=True, ge=1)
    title_line_end: pl.Int32 = field("title_line_end", nullable=True, ge=1)
    body_name: str = field("body_name", nullable=True)
    body_name_basis: str = field(
        "body_name_basis", nullable=True, isin=["title", "preamble", "signature", "metadata", "prose"]
    )
    body_name_line: pl.Int32 = field("body_name_line", nullable=True, ge=1)
    unit_name: str = field("unit_name", nullable=True)
    printed_parent: str = field("printed_parent", nullable=True)
    division_code: str = field("division_code", nullable=True, str_matches=DIVISION_CODE)
    is_government: bool = field("is_government", nullable=True)
    resolution: str = field("resolution", isin=TEXT_RESOLUTIONS)
    report_year: pl.Int32 = field("report_year", nullable=True, ge=2000, le=2100)
    report_year_basis: str = field("report_year_basis", nullable=True, isin=["title", "period", "preamble", "prose"])
    form_version: str = field("form_version", isin=FORM_VERSIONS)
    form_basis: pl.Int32 = field("form_basis", ge=0)
    period_start: pl.Date = field("period_start", nullable=True)
    period_end: pl.Date = field("period_end", nullable=True)
    published_on: pl.Date = field("published_on", nullable=True)
    published_on_basis: str = field("published_on_basis", nullable=True, isin=["signature", "header"])
    sections: pl.List(SECTION) = field("sections")  # type: ignore[valid-type]
    n_table_numbers: pl.Int32 = field("n_table_numbers", ge=0)
    n_cell_numbers: pl.Int32 = field("n_cell_numbers", ge=0)
    n_finding_numbers: pl.Int32 = field("n_finding_numbers", ge=0)

    class Config:
        unique = ["document_id"]

    @pa.dataframe_check(name="numbers_are_conserved")
    def numbers_are_conserved(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Every number of a table region stands in one cell or in a finding."""
        return data.lazyframe.select(
            pl.col("n_table_numbers") == pl.col("n_cell_numbers") + pl.col("n_finding_numbers")
        )


class Cells(_OfReport):
    """One row a report and cell of its form (and of each extra table that it prints).

    每份年报每格一行，多印的表也在内。
    """

    form_version: str = field("form_version", isin=CELL_FORM_VERSIONS)
    table_key: str = field("table_key", isin=["t2", "t3", "t4", "channels", "statistics", "provincial"])
    row_key: str = field("row_key")
    column_key: str = field("column_key")
    raw_value: str = field("raw_value", nullable=True)
    value: float = field("value", nullable=True)
    value_state: str = field("value_state", isin=VALUE_STATES)
    value_basis: str = field("value_basis", nullable=True, isin=VALUE_BASES)
    printed_unit: str = field("printed_unit", nullable=True)
    printed_unit_basis: str = field("printed_unit_basis", nullable=True, isin=["cell", "header", "form"])
    matched_label: str = field("matched_label", nullable=True)
    matched_alias: str = field("matched_alias", nullable=True)
    label_distance: pl.Int32 = field("label_distance", nullable=True, ge=0)
    line_start: pl.Int32 = field("line_start", nullable=True, ge=1)
    line_end: pl.Int32 = field("line_end", nullable=True, ge=1)

    class Config:
        unique = ["document_id", "table_key", "row_key", "column_key"]

    @pa.dataframe_check(name="value_fits_its_state")
    def value_fits_its_state(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A figure for number, 0 for zero, null for every other state."""
        state, value = pl.col("value_state"), pl.col("value")
        return data.lazyframe.select(
            pl.when(state == "number")
            .then(value.is_not_null() & (value != 0))
            .when(state == "zero")
            .then(value.is_not_null() & (value == 0))
            .otherwise(value.is_null())
        )


class ProseCounts(_OfReport):
    """One row a figure that the prose of a report states.

    正文给出的每个数字一行。
    """

    quantity: str = field("quantity", str_matches=r"^([a-z_]+|(channel|category):.+)$")
    value: float = field("value", ge=0)
    is_approximate: bool = field("is_approximate")
    quote: str = field("quote")
    line_start: pl.Int32 = field("line_start", ge=1)
    line_end: pl.Int32 = field("line_end", ge=1)


class BodyEvidence(_OfReport):
    """One row a clue that a report gives to the place of its body, and whether it fits the likeliest division.

    年报中指明机关所在地的每条证据一行，及其是否支持最可能的区划。
    """

    evidence_seq: pl.Int32 = field("evidence_seq", ge=1)
    evidence_kind: str = field("evidence_kind")
    words: str = field("words")
    place_code: str = field("place_code", nullable=True, str_matches=DIVISION_CODE)
    n_places: pl.Int32 = field("n_places", ge=0)
    effect: str = field("effect", isin=EFFECTS)
    weight: pl.Int32 = field("weight", ge=0)
    line_start: pl.Int32 = field("line_start", nullable=True, ge=1)
    line_end: pl.Int32 = field("line_end", nullable=True, ge=1)

    class Config:
        unique = ["document_id", "evidence_seq"]


class BodyCandidates(_OfReport):
    """One row a report and division that its body's name may mean, with what speaks for and against it.

    年报机关名称可能所指的每个区划一行，及其得分。
    """

    division_code: str = field("division_code", str_matches=DIVISION_CODE)
    candidate_rank: pl.Int32 = field("candidate_rank", ge=1)
    score: pl.Int32 = field("score")
    n_supporting: pl.Int32 = field("n_supporting", ge=0)
    n_contradicting: pl.Int32 = field("n_contradicting", ge=0)
    is_chosen: bool = field("is_chosen")

    class Config:
        unique = ["document_id", "division_code"]


class Findings(_OfDocument):
    """One row a thing that reading found wrong, unclear or unplaced, with the line that it rests on.

    读取中发现的每个问题一行，附所据的行。
    """

    finding_seq: pl.Int32 = field("finding_seq", ge=1)
    rule_key: str = field("rule_key")
    severity: str = field("severity", isin=SEVERITIES)
    message: str = field("message")
    message_en: str = field("message_en")
    expected: str = field("expected", nullable=True)
    actual: str = field("actual", nullable=True)
    table_key: str = field("table_key", nullable=True)
    row_key: str = field("row_key", nullable=True)
    column_key: str = field("column_key", nullable=True)
    line_start: pl.Int32 = field("line_start", nullable=True, ge=1)
    line_end: pl.Int32 = field("line_end", nullable=True, ge=1)
    n_numbers: pl.Int32 = field("n_numbers", ge=0)

    class Config:
        unique = ["delivery", "source_path", "record", "finding_seq"]


DIGEST = r"^[0-9a-f]{32}$"


class Signatures(_OfReport):
    """One row a report: digests and a sketch of its words, by which copies and versions are told.

    每份年报一行：供比对版本、重复和抄录的文字摘要。
    """

    text_digest: str = field("text_digest", str_matches=DIGEST)
    prose_digest: str = field("prose_digest", nullable=True, str_matches=DIGEST)
    cells_digest: str = field("cells_digest", str_matches=DIGEST)
    n_characters: pl.Int32 = field("n_characters", ge=0)
    n_prose_figures: pl.Int32 = field("n_prose_figures", ge=0)
    n_figures: pl.Int32 = field("n_figures", ge=0)
    n_cells: pl.Int32 = field("n_cells", ge=0)
    n_absent_cells: pl.Int32 = field("n_absent_cells", ge=0)
    n_ambiguous_cells: pl.Int32 = field("n_ambiguous_cells", ge=0)
    sketch: pl.List(pl.UInt64) = field("sketch")  # type: ignore[valid-type]
    bands: pl.List(pl.UInt32) = field("bands")  # type: ignore[valid-type]

    class Config:
        unique = ["document_id"]


class Deliveries(_Frame):
    """One row a delivery: what its description says of it; without one, that there is none.

    每个交付批次一行：说明文件所写的来源、许可和采集日期。
    """

    delivery: str = field("delivery")
    description_path: str = field("description_path", nullable=True)
    description_status: str = field("description_status", isin=DESCRIPTION_STATUSES)
    collected_on: pl.Date = field("collected_on", nullable=True)
    delivery_source: str = field("delivery_source", nullable=True)
    licence: str = field("licence", nullable=True)
    collector: str = field("collector", nullable=True)

    class Config:
        unique = ["delivery"]


class DeliveryScopes(_Frame):
    """One row a division, level of units and span of report years that a delivery claims to cover.

    交付批次声称覆盖的每个行政区划、单位层级和年度区间一行。
    """

    delivery: str = field("delivery")
    scope_seq: pl.Int32 = field("scope_seq", ge=1)
    division_code: str = field("division_code", str_matches=DIVISION_CODE)
    unit_level: str = field("unit_level", isin=LEVELS)
    year_from: pl.Int32 = field("year_from", ge=2000, le=2100)
    year_to: pl.Int32 = field("year_to", ge=2000, le=2100)
    deadline_month: pl.Int32 = field("deadline_month", nullable=True, ge=1, le=12)
    deadline_day: pl.Int32 = field("deadline_day", nullable=True, ge=1, le=31)

    class Config:
        unique = ["delivery", "scope_seq"]

    @pa.dataframe_check(name="years_are_in_order")
    def years_are_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """The first year is not after the last."""
        return data.lazyframe.select(pl.col("year_from") <= pl.col("year_to"))


STAGING_MODELS: dict[str, type[pa.DataFrameModel]] = {
    "documents": Documents,
    "reports": Reports,
    "cells": Cells,
    "prose_counts": ProseCounts,
    "body_evidence": BodyEvidence,
    "body_candidates": BodyCandidates,
    "findings": Findings,
    "signatures": Signatures,
    "deliveries": Deliveries,
    "delivery_scopes": DeliveryScopes,
}


def staging_schema(frame: str) -> dict[str, Any]:
    """Return column -> polars type of a staging frame, in order."""
    return {name: column.dtype.type for name, column in STAGING_MODELS[frame].to_schema().columns.items()}


def validate_frame(frame: str, data: pl.DataFrame) -> pl.DataFrame:
    """Check a collected staging frame; raise `pandera.errors.SchemaErrors` that lists every failure."""
    return STAGING_MODELS[frame].validate(data, lazy=True)
