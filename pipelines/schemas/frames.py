"""What all pandera models share: strict frames, keys of documents and reports, a column's one description.

Belongs here: bases alone. The models stand in `staging`, `bodies`, `deliveries` and `curation`.
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines.schemas.descriptions import describe

DIVISION_CODE = r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$"
SHA256 = r"^[0-9a-f]{64}$"


def field(column: str, **checks: Any) -> Any:
    """A pandera field that carries the column's one description."""
    return pa.Field(description=describe(column), **checks)


class Frame(pa.DataFrameModel):
    class Config:
        strict = True
        ordered = True
        coerce = False


class OfDocument(Frame):
    document_id: str = field("document_id", nullable=True, str_matches=SHA256)
    delivery: str = field("delivery")
    source_path: str = field("source_path")
    record: pl.Int64 = field("record", nullable=True, ge=0)


class OfReport(Frame):
    document_id: str = field("document_id", str_matches=SHA256)
    delivery: str = field("delivery")
