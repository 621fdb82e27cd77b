"""What every asset tells the Dagster page about itself: column schema, row counts, previews, owners.

Belongs here: turning schemas and frames into Dagster metadata.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
import polars as pl

from pipelines.publishing.markdown import code_span
from pipelines.schemas.curation import CURATION_MODELS
from pipelines.schemas.descriptions import describe
from pipelines.schemas.published import load_columns, load_primary_keys
from pipelines.schemas.staging import STAGING_MODELS

OWNERS = ["team:data-engineering"]
_PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 60


def frame_column_schema(frame: str) -> dg.TableSchema:
    """Return the Dagster column schema of a staging or curation frame, from its pandera model."""
    columns = {**STAGING_MODELS, **CURATION_MODELS}[frame].to_schema().columns
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(column.dtype.type) if column.dtype else "unknown",
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=bool(column.nullable)),
            )
            for name, column in columns.items()
        ]
    )


def published_column_schema(table: str) -> dg.TableSchema:
    """Return the Dagster column schema of a published table: the contract of its model with the dictionary's words."""
    key = load_primary_keys()[table]
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.data_type,
                description=describe(column.name),
                constraints=dg.TableColumnConstraints(nullable=not column.is_required),
                tags={"key": ""} if column.name in key else {},
            )
            for column in load_columns()[table]
        ]
    )


def preview(data: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Return the first rows of a frame as a markdown table, long texts cut."""
    return markdown_table(data, _PREVIEW_ROWS)


def markdown_table(data: pl.DataFrame, rows: int) -> dg.MarkdownMetadataValue:
    """Return the first rows of a frame as a markdown table, long texts cut."""
    head = data.head(rows)
    lines = ["|" + "|".join(head.columns) + "|", "|" + "---|" * head.width]
    lines += ["|" + "|".join(_cell(value) for value in row) + "|" for row in head.iter_rows()]
    return dg.MetadataValue.md("\n".join(lines))


def count_by(data: pl.DataFrame, column: str) -> dict[str, int]:
    """Return value -> rows of a column, sorted by value."""
    counts = data.group_by(column).len().sort(column)
    return {str(value): int(n) for value, n in counts.iter_rows()}


def _cell(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else str(value)
    return code_span(str(value).replace("\n", "⏎"), _PREVIEW_WIDTH)
