"""One pandera model a staging frame: types, nullability, accepted values, keys, descriptions.

Belongs here: what must hold for a frame of any delivery. A violation is an error of the pipeline, never of the source.
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines.schemas.bodies import BodyCandidates, BodyEvidence, Signatures
from pipelines.schemas.deliveries import Deliveries, DeliveryScopes
from pipelines.schemas.frames import DIVISION_CODE, OfDocument, OfReport, field
from pipelines.schemas.soundness import is_sound

READ_STATUSES = ["read", "empty", "binary", "image_only", "unreadable", "oversized"]
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"]
FORM_VERSIONS = ["F2008", "F2014", "F2019", "F2021", "none"]
CELL_FORM_VERSIONS = ["F2014", "F2019", "F2021", "provincial"]
VALUE_STATES = ["number", "zero", "blank", "not_applicable", "text", "ambiguous", "absent"]
VALUE_BASES = ["read", "realigned", "corrected"]
TEXT_RESOLUTIONS = ["name_and_parent", "unique_name", "ambiguous", "unknown"]
SEVERITIES = ["error", "warning", "info"]
SECTION = pl.Struct({"number": pl.String, "section_key": pl.String, "title": pl.String, "line": pl.Int32})


class Documents(OfDocument):
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


class Reports(OfReport):
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


class Cells(OfReport):
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


class ProseCounts(OfReport):
    """One row a figure that the prose of a report states.

    正文给出的每个数字一行。
    """

    quantity: str = field("quantity", str_matches=r"^([a-z_]+|(channel|category):.+)$")
    value: float = field("value", ge=0)
    is_approximate: bool = field("is_approximate")
    quote: str = field("quote")
    line_start: pl.Int32 = field("line_start", ge=1)
    line_end: pl.Int32 = field("line_end", ge=1)


class Findings(OfDocument):
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
    model = STAGING_MODELS[frame]
    return data if is_sound(model.to_schema(), data) else model.validate(data, lazy=True)
