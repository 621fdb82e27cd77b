"""Golden bodies: which body, which year, which division a person read in each page of `bodies/` (truth.csv, see README.md)."""

from __future__ import annotations

import pytest

from tests.accuracy.golden_bodies import BODIES, compare_body, read_bodies, read_truth

TRUTH = read_truth()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return read_bodies(TRUTH, tmp_path_factory.mktemp("bodies"))


@pytest.mark.parametrize("number", range(len(TRUTH)), ids=[row["file"] for row in TRUTH])
def test_body_of_a_page(number, reports):
    row = TRUTH[number]
    assert number in reports, f"{row['file']} was not taken for a report"
    problems = compare_body(row, reports[number])
    assert not problems, "\n".join([f"{row['file']} ({row['note'] or row['rests_on']})", *problems])


def test_every_page_has_a_truth_and_every_truth_a_page():
    assert {row["file"] for row in TRUTH} == {path.name for path in BODIES.iterdir()} - {"truth.csv"}
    assert all(row["resolution"] for row in TRUTH)
