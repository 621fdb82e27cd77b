"""Each form of a value in a cell: state, figure, unit."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parsing.tables import header_unit
from pipelines.parsing.values import count_numbers, parse_values

CASES = [
    ("0", "zero", 0, None),
    ("0.00", "zero", 0, None),
    ("０", "zero", 0, None),
    ("零", "zero", 0, None),
    ("无", "zero", 0, None),
    ("-0", "zero", 0, None),
    ("", "blank", None, None),
    ("\u3000 ", "blank", None, None),
    ("\u00a0", "blank", None, None),
    ("/", "not_applicable", None, None),
    ("——", "not_applicable", None, None),
    ("不适用", "not_applicable", None, None),
    ("+18", "number", 18, None),
    ("-11", "number", -11, None),
    ("－11", "number", -11, None),
    ("减少22", "number", -22, None),
    ("增加3", "number", 3, None),
    ("1,234", "number", 1234, None),
    ("1，234", "number", 1234, None),
    ("２５", "number", 25, None),
    ("10\u00a0", "number", 10, None),
    ("12.345678", "number", 12.345678, None),
    ("25件", "number", 25, "count"),
    ("251000元", "number", 251000, "yuan"),
    ("1767.06万元", "number", 1767.06, "wan_yuan"),
    ("0 元", "zero", 0, "yuan"),
    ("3 4", "ambiguous", None, None),
    ("1\n2", "ambiguous", None, None),
    ("012", "ambiguous", None, None),
    ("1,23", "ambiguous", None, None),
    ("50%", "ambiguous", None, None),
    ("5(3)", "ambiguous", None, None),
    ("约5万元", "ambiguous", None, None),
    ("2020年1月", "ambiguous", None, None),
    ("见附件", "text", None, None),
    # Marks of notes are no digits of the figure.
    ("12①", "ambiguous", None, None),
    ("5²", "ambiguous", None, None),
    ("12¹", "ambiguous", None, None),
    ("7₃", "ambiguous", None, None),
]


@pytest.mark.parametrize(("text", "state", "value", "unit"), CASES)
def test_a_value(text, state, value, unit):
    (row,) = parse_values(pl.Series([text])).iter_rows(named=True)
    assert (row["value_state"], row["value"], row["printed_unit"]) == (state, value, unit)


@given(st.integers(min_value=0, max_value=10**12 - 1), st.sampled_from(["{}", " {} ", "{:,}", "\u00a0{}", "+{}"]))
def test_any_whole_number_is_read_as_printed(number, form):
    (row,) = parse_values(pl.Series([form.format(number)])).iter_rows(named=True)
    assert row["value"] == number
    assert row["n_numbers"] == 1


@given(st.text(max_size=20))
def test_any_text_has_one_state_and_a_value_only_with_a_figure(text):
    (row,) = parse_values(pl.Series([text])).iter_rows(named=True)
    assert (row["value"] is not None) == (row["value_state"] in ("number", "zero"))
    assert row["n_numbers"] == pl.select(count_numbers(pl.lit(text))).item()


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("采购总金额（万元）", "wan_yuan"),
        ("采购总金额(单位：元)", "yuan"),
        ("本年收费金额\n（单位：万元）", "wan_yuan"),
        ("采购总金额", None),
        ("采购项目数量", None),
    ],
)
def test_the_unit_of_a_header(header, unit):
    assert pl.select(header_unit(pl.lit(header))).item() == unit


def test_a_figure_beyond_all_counting_is_none():
    parsed = parse_values(pl.Series(["9" * 35, "999999999999", "-" + "9" * 13]))
    read = {row["text"]: (row["value_state"], row["value"]) for row in parsed.iter_rows(named=True)}
    assert read == {
        "9" * 35: ("ambiguous", None),
        "999999999999": ("number", 999999999999),
        "-" + "9" * 13: ("ambiguous", None),
    }
