"""Fees in yuan: what a unit in the cell, in the header or none at all makes of an amount."""

from __future__ import annotations

import duckdb

from tests.dbt_models import load_seeds, run_file


def test_an_amount_is_converted_by_its_unit_and_a_zero_needs_none():
    connection = duckdb.connect()
    load_seeds(connection, "units")
    connection.execute(
        "create table int_cells as from (values ('wan', 5.0, 'number', 'wan_yuan'), ('yuan', 50000.0, 'number', 'yuan'), "
        "('corrected', 0.0, 'zero', null), ('unknown', 5.0, 'number', null), ('blank', null, 'blank', 'wan_yuan')) "
        "as t(report_key, value, value_state, printed_unit), "
        "(select 't2' as table_key, 'fee' as row_key, 'amount' as column_key)"
    )
    rows = run_file(connection, "models/intermediate/int_fees.sql").sort("report_key")
    assert rows.select("report_key", "amount_yuan").rows() == [
        ("blank", None),
        ("corrected", 0),
        ("unknown", None),
        ("wan", 50000),
        ("yuan", 50000),
    ]
