"""A quick proof that a frame fulfils its pandera schema: each check over the distinct values of its column.

Belongs here: saying yes where nothing is in doubt. What is wrong with a frame, and every doubt, is left to pandera.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl

_LARGEST_CODE = 1 << 62


def is_sound(schema: pa.DataFrameSchema, data: pl.DataFrame) -> bool:
    """Tell whether a frame certainly fulfils a strict, ordered schema; false may mean that it is not known."""
    columns = schema.columns
    if list(data.schema.items()) != [(name, column.dtype.type) for name, column in columns.items()]:
        return False
    if not all(_is_sound_column(column, data[name]) for name, column in columns.items()):
        return False
    if schema.unique and not _is_key(data.select(schema.unique)):
        return False
    return all(_holds(check, data) for check in schema.checks)


def _is_sound_column(column: pa.Column, values: pl.Series) -> bool:
    if column.unique or (not column.nullable and values.null_count()):
        return False
    if not column.nullable and values.dtype.is_float() and values.is_nan().any():
        return False
    if not column.checks:
        return True
    distinct = values.unique().drop_nulls().to_frame("value")
    tests = [_TESTS[check.name](**check.statistics) for check in column.checks if check.name in _TESTS]
    if len(tests) < len(column.checks):
        return False
    return all(distinct.select(pl.all_horizontal(tests).all(ignore_nulls=False)).row(0))


def _matches(pattern: str) -> pl.Expr:
    return pl.col("value").str.contains(pattern if pattern.startswith("^") else f"^{pattern}")


def _is_in(allowed_values: Any) -> pl.Expr:
    return pl.col("value").is_in(list(allowed_values))


def _compare(method: str, **limit: Any) -> pl.Expr:
    (value,) = limit.values()
    expression: pl.Expr = getattr(pl.col("value"), method)(value)
    return expression


_TESTS: dict[str | None, Any] = {
    "isin": _is_in,
    "str_matches": _matches,
    "greater_than_or_equal_to": partial(_compare, "ge"),
    "less_than_or_equal_to": partial(_compare, "le"),
}


def _holds(check: pa.Check, data: pl.DataFrame) -> bool:
    passed = check(data.lazy()).check_passed
    return bool(passed.collect().to_series().all(ignore_nulls=False))


def _is_key(keys: pl.DataFrame) -> bool:
    """Tell whether no two rows are equal; texts are compared by their numbers, which is quicker than by their words."""
    codes = keys.select(
        (pl.col(name).cast(pl.Categorical).to_physical() if dtype == pl.String else pl.col(name)).cast(pl.Int64)
        for name, dtype in keys.schema.items()
    )
    code = pl.Series("code", [0], dtype=pl.Int64).new_from_index(0, keys.height)
    largest = 1
    for column in codes.iter_columns():
        lowest = int(column.min() or 0)  # type: ignore[arg-type]
        size = int(column.max() or 0) - lowest + 2  # type: ignore[arg-type]
        largest *= size
        if largest > _LARGEST_CODE:
            return not keys.is_duplicated().any()
        code = code * size + (column - lowest + 1).fill_null(0)
    return code.n_unique() == keys.height
