"""What must hold for the body of any page: no body is taken for another, and nearly all that the text decides are placed."""

from __future__ import annotations

import pytest

from tests.accuracy.bodies import Tally, measure_full_names, measure_heads
from tests.rendering.gazetteer import load_gazetteer
from tests.rendering.head_draft import DECIDED, WEAK
from tests.rendering.heads import KINDS, PLACED, draw_head

N_HEADS = 1_500
EVERY = 60


@pytest.fixture(scope="module")
def tally() -> Tally:
    return measure_heads([draw_head(seed) for seed in range(N_HEADS)])


def shown(tally: Tally, what: str) -> str:
    return "\n".join(tally.failures[what][:25])


def test_no_body_is_taken_for_another(tally):
    assert not tally.failures["wrong"], shown(tally, "wrong")


def test_nine_in_ten_that_the_text_decides_are_placed(tally):
    decided = tally.counts[DECIDED]
    assert decided["unresolved"] + decided["not_read"] <= 0.1 * decided["heads"], shown(tally, "unresolved")


@pytest.mark.parametrize("what", ["name", "year"])
def test_names_and_years(tally, what):
    assert len(tally.failures[what]) <= 0.02 * N_HEADS, shown(tally, what)


def test_every_head_is_taken_for_a_report(tally):
    assert not tally.failures["not_read"], shown(tally, "not_read")


def test_whether_it_is_a_government(tally):
    assert not tally.failures["government"], shown(tally, "government")


def test_full_names_of_townships_are_their_own():
    counts, failures = measure_full_names(EVERY)
    assert [f for f in failures if f.startswith("full ")] == []
    assert [f for f in failures if "wrong" in f and not f.startswith(("full, zones", "county, zones"))] == []
    assert counts["full right"] > 500


def test_the_same_seed_gives_the_same_page():
    assert draw_head(7) == draw_head(7)
    assert {draw_head(seed).kind for seed in range(400)} == set(KINDS)


def test_a_head_that_is_decided_fits_one_division_alone():
    gazetteer = load_gazetteer()
    for head in (draw_head(seed, "title_with_county") for seed in range(200)):
        assert bool(head.codes) == (head.verdict in PLACED)
        if head.verdict in (DECIDED, WEAK):
            assert all(gazetteer.by_code[code] for code in head.codes)
