"""What a person writes into `corrected_value`: a value as a report would print it, or the name of a state without one.

Belongs here: reading it with the parser's own rules, and refusing what no cell of that kind can hold.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from pipelines.curation.fields import Problem
from pipelines.forms.dictionary import form_cells, load_seed
from pipelines.parsing.values import parse_values
from pipelines.schemas.staging import VALUE_STATES

# `number` and `zero` are told by the figure itself.
STATE_WORDS = tuple(state for state in VALUE_STATES if state not in ("number", "zero"))
HOW_TO_WRITE = f"Write a figure as a report prints it (12, 1234.50, 251000元), or one of {', '.join(STATE_WORDS)}"


def read_values(table: pl.DataFrame) -> pl.DataFrame:
    """Add `value`, `value_state`, `printed_unit` (of money alone), `value_type` and `n_numbers` of `corrected_value`.

    Needs `table_key`, `row_key`, `column_key`; the names of cells that no form has get no `value_type`.
    """
    parsed = parse_values(table["corrected_value"].fill_null("")).rename({"text": "corrected_value"})
    kinds = form_cells().select("table_key", "row_key", "column_key", "value_type").unique(maintain_order=True)
    is_word = pl.col("corrected_value").is_in(STATE_WORDS)
    return (
        table.join(parsed, on="corrected_value", how="left", maintain_order="left")
        .join(kinds, on=["table_key", "row_key", "column_key"], how="left", maintain_order="left")
        .with_columns(
            value_state=pl.when(is_word).then("corrected_value").otherwise("value_state"),
            is_state_word=is_word,
        )
    )


def check_value(row: dict[str, Any]) -> Problem | None:
    """Tell what is wrong with a corrected value, given a row of `read_values`; its cell must be one of a form."""
    text = row["corrected_value"]
    if not text:
        return "corrected_value is empty", f"{HOW_TO_WRITE}; for an empty cell write blank"
    if row["is_state_word"]:
        return None
    if row["value_state"] in ("ambiguous", "text"):
        return f"corrected_value {text!r} is no single figure", HOW_TO_WRITE
    if row["value"] is None:
        return None
    wrong = _wrong_for_money(row) if row["value_type"] == "money" else _wrong_for_count(row)
    return (f"corrected_value {text!r} {wrong[0]}", wrong[1]) if wrong is not None else None


def _wrong_for_money(row: dict[str, Any]) -> Problem | None:
    if row["printed_unit"] == "count":
        return "has the unit of a count in a cell for money", f"Take one of {', '.join(money_units())}"
    if not row["n_numbers"]:
        return "is a word in a cell for money", "Write 0, blank or not_applicable"
    return ("is below 0 in a cell for money", HOW_TO_WRITE) if row["value"] < 0 else None


def _wrong_for_count(row: dict[str, Any]) -> Problem | None:
    if row["printed_unit"] not in (None, "count"):
        return "has a unit of money in a cell for a count", "Write the figure alone"
    if row["value"] % 1:
        return "is no whole number in a cell for a count", HOW_TO_WRITE
    if row["value"] < 0 and row["value_type"] != "signed":
        return "is below 0 in a cell for a count", HOW_TO_WRITE
    return None


@cache
def money_units() -> tuple[str, ...]:
    """Return the units of money as reports print them: 元, 万元, 亿元."""
    return tuple(load_seed("units").filter(pl.col("yuan_factor").is_not_null())["name_zh"])
