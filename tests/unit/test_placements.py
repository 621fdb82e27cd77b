"""Where the values of a row with too few of them may stand."""

from __future__ import annotations

import pytest

from pipelines.parsing.placements import Value, placements


def value(text: str) -> Value:
    bare = text.replace(",", "")
    number = float(bare) if bare.isdigit() and len(bare) <= 12 else None
    return Value(text, number, "ambiguous" if number is None else "number", None, 1, 1, 1)


def placed(texts: list[str], n: int) -> set[tuple[float | None, ...]]:
    found = placements([value(text) for text in texts], n)
    assert found is not None
    return {tuple(None if own is None else own.number for own in placement) for placement in found}


def test_a_space_between_thousands_may_be_one_between_figures():
    """1 234 and 4806 of three columns are 1, 234 and 4806, or 1234 and 4806 with a cell lost somewhere."""
    assert placed(["1 234", "4806"], 3) == {
        (1, 234, 4806),
        (None, 1234, 4806),
        (1234, None, 4806),
        (1234, 4806, None),
    }
    # 12 34 is printed so by nobody who means 1234.
    assert placed(["12 34", "4806"], 3) == {(12, 34, 4806)}
    assert placed(["0 234", "4806"], 3) == {(0, 234, 4806)}


@pytest.mark.parametrize("n_digits", [13, 35])
def test_more_digits_than_a_report_counts_are_no_figure(n_digits):
    assert placed([f"0 {'1' * n_digits}", "4806"], 3) == set()
    assert placed([f"0 {'1' * 12}", "4806"], 3) == {(0, 111111111111, 4806)}
