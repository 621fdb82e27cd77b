"""Findings of a batch to rows of the staging frame: severity and the words of the message from the dictionary.

Belongs here: filling in messages and numbering findings. What is a finding is decided where it is found.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.forms.dictionary import load_seed
from pipelines.parsing.values import NUMBER_TOKEN, clean_value

_COLUMNS = ("expected", "actual", "table_key", "row_key", "column_key", "line_start", "line_end")
_MAX_QUOTED = 400


def join_numbers(text: pl.Expr) -> pl.Expr:
    """Return all numbers of the texts of a group, in order, joined by a comma and a space."""
    return clean_value(text).str.extract_all(NUMBER_TOKEN).explode().drop_nulls().str.join(", ")


def fill_finding(finding: dict[str, Any]) -> dict[str, Any]:
    """Return the staging columns of one finding: `rule_key` and the values of its message in, words out.

    Raises:
        KeyError: the rule is not in the seed `finding_rules`, or its message names a value that is not given.
    """
    rule = _rules()[finding["rule_key"]]
    values = {key: _quoted(value) for key, value in finding.items() if value is not None}
    filled = {
        "rule_key": finding["rule_key"],
        "severity": rule["severity"],
        "message": _fill(rule["message_zh"], values),
        "message_en": _fill(rule["message_en"], values),
        "n_numbers": int(finding.get("n_numbers") or 0),
    }
    for column in _COLUMNS:
        value = finding.get(column)
        filled[column] = value if value is None or column.startswith("line") else str(value)
    return filled


def _fill(template: str, values: dict[str, str]) -> str:
    return template.format_map(_Blank(values))


class _Blank(dict[str, str]):
    """A value that a finding does not have reads as nothing in its message."""

    def __missing__(self, key: str) -> str:
        return ""


def _quoted(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…"


def _rules() -> dict[str, dict[str, Any]]:
    return {rule["rule_key"]: rule for rule in load_seed("finding_rules").iter_rows(named=True)}
