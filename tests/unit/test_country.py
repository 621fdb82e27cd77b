"""The sums for the whole country: worked out by hand here, and the page says what the inputs give."""

from __future__ import annotations

import pytest

from benchmarks.country import PAGE, Machines, documents, fill_page, hour_table, hours, load_inputs, sizes

VALUES = {
    "townships": 3.0,
    "other_bodies": 7.0,
    "years": 2.0,
    "cells": 201.0,
    "raw_html_bytes": 30_000.0,
    "raw_text_bytes": 6_000.0,
    "staging_bytes": 500.0,
    "database_bytes": 4_000.0,
    "database_fixed_bytes": 1_000_000.0,
    "export_bytes": 900.0,
    "ingest_us": 3_600_000_000.0,
    "parallel_share": 0.5,
    "build_us": 7_200_000_000.0,
    "build_fixed_s": 3_600.0,
    "build_cores": 4.0,
}


def test_sums_by_hand():
    assert documents(VALUES, 2) == 20
    assert sizes(VALUES, 2) == {
        "documents": 20,
        "cells": 4_020,
        "raw_html_bytes": 600_000,
        "raw_text_bytes": 120_000,
        "staging_bytes": 10_000,
        "database_bytes": 1_080_000,
        "export_bytes": 18_000,
    }
    # 20 documents of an hour each over 5 machines of 2 cores, half of whose time is used: 4 hours. Then one hour, and 20
    # documents of two hours each on the 2 cores of one machine: 21 hours.
    own = hours(VALUES, 2, Machines("five", 5, 2))
    assert own == {"staging_h": pytest.approx(4), "build_h": pytest.approx(21), "machine_h": pytest.approx(41)}
    # More cores than the build can use are no help: 1 hour and 40 hours on 4 cores.
    assert hours(VALUES, 2, Machines("big", 1, 64))["build_h"] == pytest.approx(11)


def test_a_price_is_the_readers_own():
    assert "cost" not in hour_table(VALUES)
    assert "| cost |" in hour_table(VALUES, 1.5)


def test_inputs_say_where_they_come_from_and_the_page_is_worked_out_from_them():
    inputs = load_inputs()
    assert set(inputs) == set(VALUES)
    for own in inputs.values():
        assert own.kind in ("measured", "given", "assumed"), own.input_key
        assert own.source, own.input_key
        assert own.kind != "measured" or "`" in own.source, f"{own.input_key}: no command"
    page = PAGE.read_text(encoding="utf-8")
    assert page == fill_page(page, inputs), "run: python -m benchmarks.country --page"
