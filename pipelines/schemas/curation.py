"""One pandera model a curation frame: corrections and overrides as they are handed to dbt.

Belongs here: what must hold for a frame that has passed all checks. The checks of what people wrote stand in curation.
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines.schemas.frames import DIVISION_CODE, SHA256, field
from pipelines.schemas.staging import VALUE_STATES


class _Curated(pa.DataFrameModel):
    csv_row: pl.Int32 = field("csv_row", ge=2, unique=True)

    class Config:
        strict = True
        ordered = True
        coerce = False


class Corrections(_Curated):
    """One row a row of corrections.csv: a cell, what a person found there, and what it should be.

    corrections.csv 每行一行：人工更正的一格。
    """

    document_id: str = field("document_id", str_matches=SHA256)
    table_key: str = field("table_key")
    row_key: str = field("row_key")
    column_key: str = field("column_key")
    expected_raw_value: str = field("expected_raw_value", nullable=True)
    raw_value: str = field("raw_value", nullable=True)
    corrected_value: str = field("corrected_value")
    value: float = field("value", nullable=True)
    value_state: str = field("value_state", isin=VALUE_STATES)
    printed_unit: str = field("printed_unit", nullable=True)
    reason: str = field("reason", str_length={"min_value": 1})
    corrected_by: str = field("corrected_by", str_length={"min_value": 1})
    corrected_on: pl.Date = field("corrected_on")

    class Config:
        unique = ["document_id", "table_key", "row_key", "column_key"]


class Overrides(_Curated):
    """One row a row of overrides.csv: a document or a printed name, and the body that it stands for.

    overrides.csv 每行一行：人工指定的机关归属。
    """

    document_id: str = field("document_id", nullable=True, str_matches=SHA256)
    body_name: str = field("body_name", nullable=True)
    printed_parent: str = field("printed_parent", nullable=True)
    parent_pattern: str = field("parent_pattern")
    division_code: str = field("division_code", str_matches=DIVISION_CODE)
    division_name: str = field("division_name")
    unit_name: str = field("unit_name", nullable=True)
    reason: str = field("reason", str_length={"min_value": 1})
    decided_by: str = field("decided_by", str_length={"min_value": 1})
    decided_on: pl.Date = field("decided_on")


CURATION_MODELS: dict[str, type[pa.DataFrameModel]] = {"corrections": Corrections, "overrides": Overrides}


def curation_schema(frame: str) -> dict[str, Any]:
    """Return column -> polars type of a curation frame, in order."""
    return {name: column.dtype.type for name, column in CURATION_MODELS[frame].to_schema().columns.items()}


def validate_curation(frame: str, data: pl.DataFrame) -> pl.DataFrame:
    """Check a collected curation frame; raise `pandera.errors.SchemaErrors` that lists every failure."""
    return CURATION_MODELS[frame].validate(data, lazy=True)
