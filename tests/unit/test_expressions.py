"""The grammar of rules and metrics: what Python reads of an expression is what the macro of dbt reads."""

from __future__ import annotations

from dataclasses import asdict

import duckdb
import polars as pl
import pytest

from pipelines.forms.dictionary import load_seed
from pipelines.forms.expressions import Sum, parse_expression, table_sums
from tests.dbt_models import render

WRITTEN = [
    "t3.new.* + t3.carried_in.* = t3.total_results.* + t3.carried_out.*",
    "t2.*.in_force = t2.*.in_force[-1] + t2.*.issued - t2.*.repealed",
    "*.*.!change >= 0",
    "*.*.!amount|change is_whole",
    "channels.gazette|website.count <= channels.all_information.count",
    "prose.channel:website - 3 = t2.fee.amount[yuan] - 0.5",
    "t2.procurement.project_count both_or_neither t2.procurement.amount",
    "report.year_conflict = 0",
    "t3.new.total",
    "t9.new.total = t3.New.total",
    "t3.new = -1 + x",
]


def by_macro(texts: list[str]) -> pl.DataFrame:
    connection = duckdb.connect()
    connection.register("written", pl.DataFrame({"n": range(len(texts)), "text": texts}))
    sql = render("{{ expression_terms('written', ['n'], 'text') }}")
    return connection.execute(f"select * from ({sql}) order by n, term_seq").pl()


def test_python_and_sql_read_the_same():
    texts = [*WRITTEN, *load_seed("rules")["expression"]]
    expected = []
    for n, text in enumerate(texts):
        expression = parse_expression(text)
        for term in expression.terms:
            row = asdict(term)
            expected.append({"n": n, "comparison": expression.comparison, "operand_kind": row.pop("kind"), **row})
    found = by_macro(texts).select(expected[0].keys()).rows(named=True)
    assert found == expected


def test_terms_of_an_expression():
    """Worked out by hand: side, sign, kind and key of each operand."""
    rows = by_macro([WRITTEN[1], WRITTEN[5], WRITTEN[4], WRITTEN[9]])
    told = rows.select("n", "operand", "side", "sign", "operand_kind", "years_back", "in_yuan", "each_row", "literal")
    assert told.rows() == [
        (0, "t2.*.in_force", "left", 1, "cell", 0, False, True, None),
        (0, "t2.*.in_force[-1]", "right", 1, "cell", 1, False, True, None),
        (0, "t2.*.issued", "right", 1, "cell", 0, False, True, None),
        (0, "t2.*.repealed", "right", -1, "cell", 0, False, True, None),
        (1, "prose.channel:website", "left", 1, "quantity", 0, False, False, None),
        (1, "3", "left", -1, "literal", 0, False, False, 3.0),
        (1, "t2.fee.amount[yuan]", "right", 1, "cell", 0, True, False, None),
        (1, "0.5", "right", -1, "literal", 0, False, False, 0.5),
        (2, "channels.gazette|website.count", "left", 1, "cell", 0, False, True, None),
        (2, "channels.all_information.count", "right", 1, "cell", 0, False, False, None),
        (3, "t9.new.total", "left", 1, "unknown", 0, False, False, None),
        (3, "t3.New.total", "right", 1, "unknown", 0, False, False, None),
    ]


@pytest.mark.parametrize(("version", "n_leaves"), [("F2019", 19), ("F2021", 21)])
def test_sums_that_realignment_rests_on(version, n_leaves):
    """Balance, results and total of table three; the three totals of table four; no sum over years, none of table two."""
    three = table_sums(version, "t3")
    assert [(each.per, len(each.terms)) for each in three] == [("column", 4), ("column", n_leaves + 1), ("row", 7)]
    assert three[0].terms == (("new", -1), ("carried_in", -1), ("total_results", 1), ("carried_out", 1))
    four = table_sums(version, "t4")
    parts = tuple((f"review_{result}", 1) for result in ("upheld", "corrected", "other", "pending"))
    assert four[0] == Sum((("review_total", -1), *parts), "row")
    assert len(four) == 3
    assert table_sums(version, "t2") == ()
