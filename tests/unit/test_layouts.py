"""Marks between cells: which cells the lines of a text hold."""

from __future__ import annotations

import pytest

from pipelines.documents.layouts import split_pieces

# Eight rows make a layout of a mark that prose uses, too.
ROWS = [f"第{name}项,{n},0" for n, name in enumerate("一二三四五六七八")]


def cells_of(line: str, separator: str = ",") -> list[str]:
    lines = [row.replace(",", separator) for row in ROWS]
    return [piece.text for piece in split_pieces([*lines, line]) if piece.line_start == len(ROWS) + 1]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('行政许可,"12,345",6', ["行政许可", "12,345", "6"]),
        ('行政许可, "1,234,567" ,"0"', ["行政许可", "1,234,567 ", "0"]),
        ('"行政许可","12,345",', ["行政许可", "12,345", ""]),
        ('"他说""好""",5,"6"', ['他说"好"', "5", "6"]),
        ('行政许可,"12,345', ["行政许可", '"12', "345"]),
        ('"",5,6', ["", "5", "6"]),
        ("行政许可,12,345", ["行政许可", "12", "345"]),
    ],
)
def test_a_comma_between_quotation_marks_belongs_to_its_cell(line, cells):
    assert cells_of(line) == cells


def test_a_semicolon_between_quotation_marks_belongs_to_its_cell():
    assert cells_of('行政许可;"1;2";3', ";") == ["行政许可", "1;2", "3"]
