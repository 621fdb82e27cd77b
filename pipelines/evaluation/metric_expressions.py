"""The expressions of metrics, term by term: what `int_metric_terms` made of the seed.

Belongs here: reading them, and numbering what they ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from pipelines.evaluation.operands import EDITIONS

_TERMS = """
    select
        metric_no, expression_seq, part, term_seq, any_value(sign) as sign, any_value(operand_kind) as operand_kind,
        list(cell_no) filter (cell_no is not null) as cells, any_value(quantity_no) as quantity_no,
        any_value(literal) as literal, list(form_version) filter (form_version is not null) as form_versions
    from ({terms})
    where metric_grain = 'body'
    group by metric_no, expression_seq, part, term_seq
    order by metric_no, expression_seq, part desc, term_seq
"""
_NATIONAL_FORMS = frozenset(("F2019", "F2021"))


@dataclass(frozen=True)
class Term:
    """An operand: its row among the operands of a slice (none: nobody has it), and the editions that it is looked for in."""

    sign: int
    is_numerator: bool
    row: int | None
    editions: tuple[int, ...]


@dataclass
class Expression:
    """Numerator and denominator of a metric in some editions of the form."""

    terms: list[Term] = field(default_factory=list)
    numerator_literal: float = 0
    denominator_literal: float = 0
    has_denominator: bool = False


@dataclass
class Metric:
    """A metric with its expressions, the first choice first; and what its absence in a report means."""

    metric_no: int
    expressions: dict[int, Expression] = field(default_factory=dict)
    has_no_cell: bool = True
    is_of_national_form: bool = False


@dataclass
class Asked:
    """What metrics ask for, with the number of its row: places of cells, and quantities by number. Quantities stand in no edition: 0."""

    places: dict[int, int] = field(default_factory=dict)
    quantities: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.places) + len(self.quantities)


def read_metrics(connection: duckdb.DuckDBPyConnection, terms: str) -> tuple[list[Metric], Asked]:
    """Return the metrics in the order of their numbers, and what their terms ask for."""
    metrics: dict[int, Metric] = {}
    asked = Asked()
    for metric_no, seq, part, _, sign, kind, cells, quantity_no, literal, forms in connection.execute(
        _TERMS.format(terms=terms)
    ).fetchall():
        metric = metrics.setdefault(metric_no, Metric(metric_no))
        expression = metric.expressions.setdefault(seq, Expression())
        is_numerator = part == "numerator"
        expression.has_denominator |= not is_numerator
        metric.has_no_cell &= kind != "cell"
        metric.is_of_national_form |= not _NATIONAL_FORMS.isdisjoint(forms or ())
        if kind == "literal":
            expression.numerator_literal += sign * literal if is_numerator else 0
            expression.denominator_literal += 0 if is_numerator else sign * literal
            continue
        row, editions = _row(asked, kind, cells or [], quantity_no)
        expression.terms.append(Term(sign, is_numerator, row, editions))
    return list(metrics.values()), asked


def _row(asked: Asked, kind: str, cells: list[int], quantity_no: int | None) -> tuple[int | None, tuple[int, ...]]:
    if kind == "quantity" and quantity_no is not None:
        return asked.quantities.setdefault(quantity_no, len(asked)), (0,)
    if kind == "cell" and cells:
        # A table, row and column is one place in all editions.
        row = asked.places.setdefault(cells[0] // EDITIONS, len(asked))
        return row, tuple(sorted(cell % EDITIONS for cell in cells))
    return None, ()
