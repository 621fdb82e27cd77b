"""Expressions of the seeds (rules, metrics) as Python reads them; dbt reads the same by its macro `expression_terms`.

Belongs here: the grammar, and the sums of a table that the rules state. Evaluating rules over reports is dbt's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipelines.forms.dictionary import load_seed

_COMPARISONS = ("=", "<=", ">=", "both_or_neither", "is_whole")
_CHOICE = r"(\*|!?[a-z0-9_]+(?:[|][a-z0-9_]+)*)"
_CELL = re.compile(rf"(t2|t3|t4|channels|statistics|provincial|\*)\.{_CHOICE}\.{_CHOICE}(\[-1\])?(\[yuan\])?")


@dataclass(frozen=True, slots=True)
class Term:
    """One operand of an expression, as the macro `expression_terms` gives it."""

    operand: str
    side: str
    sign: int
    kind: str
    table_key: str | None = None
    row_key: str | None = None
    column_key: str | None = None
    each_table: bool = False
    each_row: bool = False
    each_column: bool = False
    row_choice: str | None = None
    column_choice: str | None = None
    years_back: int = 0
    in_yuan: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """The terms of an expression, and the comparison between its sides, if it has one."""

    terms: tuple[Term, ...]
    comparison: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that a rule demands of a table: the terms with their signs add up to 0, in each column or in each row."""

    terms: tuple[tuple[str, int], ...]
    per: str


def parse_expression(text: str) -> Expression:
    """Return the terms of an expression; an operand that is none has the kind `unknown`."""
    side, comparison, sign, terms = "left", None, 1, []
    for token in text.split():
        if token in _COMPARISONS:
            side, comparison, sign = "right", token, 1
        elif token in "+-":
            sign = -1 if token == "-" else 1
        else:
            terms.append(_term(token, side, sign))
            sign = 1
    return Expression(tuple(terms), comparison)


def _term(token: str, side: str, sign: int) -> Term:
    match = _CELL.fullmatch(token)
    if match is None:
        kind = "quantity" if re.fullmatch(r"(prose|report)\.\S+", token) else "unknown"
        return Term(token, side, sign, "literal" if _is_number(token) else kind)
    table, row, column, back, yuan = match.groups()
    return Term(
        token,
        side,
        sign,
        "cell",
        table_key=None if table == "*" else table,
        row_key=None if _is_wildcard(row) else row,
        column_key=None if _is_wildcard(column) else column,
        each_table=table == "*",
        each_row=_is_wildcard(row),
        each_column=_is_wildcard(column),
        row_choice=row if set(row) & set("!|") else None,
        column_choice=column if set(column) & set("!|") else None,
        years_back=int(back is not None),
        in_yuan=yuan is not None,
    )


def _is_wildcard(key: str) -> bool:
    return bool(set(key) & set("*!|"))


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


@cache
def table_sums(form_version: str, table_key: str) -> tuple[Sum, ...]:
    """Return the sums within one table that the rules state for each of its rows, or each of its columns."""
    found = []
    for versions, text in load_seed("rules").select("form_versions", "expression").iter_rows():
        expression = parse_expression(text)
        if expression.comparison != "=" or (versions and form_version not in versions.split("|")):
            continue
        for per, each in (("row", "each_row"), ("column", "each_column")):
            if all(_is_of_table(term, table_key) and _is_whole_wildcard(term, each) for term in expression.terms):
                signed = [
                    (term.row_key or term.column_key or "", term.sign * (1 if term.side == "right" else -1))
                    for term in expression.terms
                ]
                found.append(Sum(tuple(signed), per))
    return tuple(found)


def _is_of_table(term: Term, table_key: str) -> bool:
    return term.table_key == table_key and not term.years_back and not term.in_yuan


def _is_whole_wildcard(term: Term, each: str) -> bool:
    """One of row and column is `*`, the other a key."""
    is_one = term.each_row != term.each_column
    return is_one and getattr(term, each) and term.row_choice is None and term.column_choice is None
