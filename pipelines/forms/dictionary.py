"""The form dictionary as polars frames, loaded from the CSV seeds that dbt also reads.

Belongs here: loading and typing the seeds, and facts that follow from them alone. Matching printed text does not.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from pipelines.settings import SEEDS_DIR

_TYPES: dict[str, pl.DataType] = {
    "row_order": pl.Int32(),
    "column_order": pl.Int32(),
    "section_order": pl.Int32(),
    "value": pl.Float64(),
    "is_total": pl.Boolean(),
}


@cache
def load_seed(name: str) -> pl.DataFrame:
    """Return a seed as text columns; orders, values and flags typed, empty fields null."""
    frame = pl.read_csv(SEEDS_DIR / f"{name}.csv", infer_schema=False)
    return frame.with_columns(
        (pl.col(column) == "true") if dtype == pl.Boolean else pl.col(column).cast(dtype)
        for column, dtype in _TYPES.items()
        if column in frame.columns
    )


@cache
def form_cells() -> pl.DataFrame:
    """Return every cell of every edition: form_version, table_key, row_key, column_key, orders, unit, value_type."""
    rows = load_seed("form_rows").filter(pl.col("row_kind") != "heading")
    columns = load_seed("form_columns").drop("is_total")
    return (
        rows.join(columns, on=["form_version", "table_key", "block_key"])
        .select(
            "form_version",
            "table_key",
            "row_key",
            "column_key",
            "block_key",
            "row_kind",
            "row_order",
            "column_order",
            "row_label",
            "unit",
            "value_type",
        )
        .sort("form_version", "table_key", "row_order", "column_order")
    )


@cache
def table_titles() -> dict[str, str]:
    """Return table key -> Chinese title of the table, as the newest edition prints it."""
    seed = load_seed("form_tables")
    return dict(zip(seed["table_key"], seed["title_zh"], strict=True))
