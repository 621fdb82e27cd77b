"""The places where rules are evaluated, with their terms: what `int_rule_places` made of the seed.

Belongs here: reading them, and numbering what they ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.evaluation.operands import EDITIONS, Asked


@dataclass(frozen=True)
class Term:
    """An operand of a place: its row among the operands of a slice (`in_last_year`: of the last years), or none."""

    operand: str
    kind: str
    sign: int
    is_left: bool
    row: int
    cell_no: int | None
    in_last_year: bool
    in_yuan: bool


@dataclass(frozen=True)
class Place:
    """Where one rule is evaluated in one edition of the form (None: whatever the edition)."""

    result_no: int
    form_version: str | None
    form_versions: tuple[str, ...] | None
    body_levels: tuple[str, ...] | None
    per_table: bool
    comparison: str
    left_constant: float
    right_constant: float
    tolerance: float
    terms: tuple[Term, ...]


_PLACES = """
    select
        result_no, form_version, form_versions, body_levels, result_per, comparison,
        left_constant, right_constant, tolerance, terms
    from ({places}) order by result_no
"""


def read_places(connection: duckdb.DuckDBPyConnection, places: str) -> tuple[list[Place], Asked]:
    """Return the places in the order of their numbers, and what their terms ask for."""
    result = connection.execute(_PLACES.format(places=places))
    names = [name for name, *_ in result.description or ()]
    asked: dict[str, dict[Any, Any]] = {"places": {}, "amounts": {}, "quantities": {}, "last_places": {}}
    found = [_place(dict(zip(names, row, strict=True)), asked) for row in result.fetchall()]
    return found, Asked(**asked)


def _place(row: dict[str, Any], asked: dict[str, dict[Any, Any]]) -> Place:
    return Place(
        int(row["result_no"]),
        row["form_version"],
        _names(row["form_versions"]),
        _names(row["body_levels"]),
        row["result_per"] == "table",
        row["comparison"],
        float(row["left_constant"]),
        float(row["right_constant"]),
        float(row["tolerance"]),
        tuple(_term(term, row["form_version"], asked) for term in row["terms"]),
    )


def _names(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _term(term: dict[str, Any], form_version: str | None, asked: dict[str, dict[Any, Any]]) -> Term:
    in_last_year = term["years_back"] == 1
    return Term(
        term["operand"],
        term["operand_kind"],
        int(term["sign"]),
        term["side"] == "left",
        _row(term, form_version, asked, in_last_year),
        term["cell_no"],
        in_last_year,
        term["in_yuan"],
    )


def _row(term: dict[str, Any], form_version: str | None, asked: dict[str, dict[Any, Any]], in_last_year: bool) -> int:
    n_rows = sum(len(asked[name]) for name in ("places", "amounts", "quantities"))
    if term["operand_kind"] == "quantity":
        return int(asked["quantities"].setdefault(term["quantity"], n_rows))
    place = term["cell_no"] // EDITIONS
    if in_last_year and term["in_yuan"]:
        raise ValueError(
            f"{term['operand']}: amounts in yuan are those of this year; the seed rules.csv cannot ask for last year's"
        )
    if in_last_year:
        return int(asked["last_places"].setdefault(place, len(asked["last_places"])))
    if term["in_yuan"]:
        key = (form_version, term["table_key"], term["row_key"], term["column_key"])
        return int(asked["amounts"].setdefault(key, (term["cell_no"], n_rows))[1])
    return int(asked["places"].setdefault(place, n_rows))
