"""Which code of today a division of former years has: made-up rows of divisions.csv."""

from __future__ import annotations

import pytest

from pipelines.reference.units import find_unit_codes

ROWS = [
    # code, name, from, to, successors -> unit
    ("220112001", "云山街道办事处", None, "2018", "220112001", "220112001"),
    ("220112001", "云山街道", "2019", None, None, "220112001"),
    # Another code.
    ("220112101", "太平镇", None, "2020", "220112105", "220112105"),
    ("220112105", "太平镇", "2021", None, None, "220112105"),
    # 甲乡 and 乙乡 became 丙镇.
    ("220112201", "甲乡", None, "2017", "220112110", "220112201"),
    ("220112202", "乙乡", None, "2017", "220112110", "220112202"),
    ("220112110", "丙镇", "2018", None, None, "220112110"),
    # 丁乡 became 丁镇; 戊乡 became a town of another name.
    ("220112209", "丁乡", None, "2017", "220112111", "220112111"),
    ("220112111", "丁镇", "2018", None, None, "220112111"),
    ("220112206", "戊乡", None, "2017", "220112114", "220112206"),
    ("220112114", "新城镇", "2018", None, None, "220112114"),
    # 己乡 went into 庚镇, which was there before.
    ("220112204", "己乡", None, "2017", "220112112", "220112204"),
    ("220112112", "庚镇", None, None, None, "220112112"),
    # Split among two, one of which has its name.
    ("220112205", "辛乡", None, "2017", "220112112;220112113", "220112113"),
    ("220112113", "辛乡", "2018", None, None, "220112113"),
    # The name was printed with a zone in brackets.
    ("220112270", "双营子回族乡（产业经济开发区）（省级）", None, "2018", "220112203", "220112203"),
    ("220112270", "双营子回族乡", "2019", "2020", "220112203", "220112203"),
    ("220112203", "双营子回族乡", "2021", None, None, "220112203"),
    # A code that changed hands: 人和路街道 has moved to another code, 侯寨街道 has its code now.
    ("410103015", "人和路街道", None, "2022", "410103014", "410103014"),
    ("410103014", "人和路街道", "2023", None, None, "410103014"),
    ("410103015", "侯寨街道", "2023", None, None, "410103015"),
]
COLUMNS = ("division_code", "division_name", "valid_from", "valid_to", "successor_codes")


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row[1]} {row[0]}" for row in ROWS])
def test_the_code_of_today(number):
    rows = [dict(zip(COLUMNS, row[:5], strict=True)) for row in ROWS]
    assert find_unit_codes(rows)[number] == ROWS[number][5]
