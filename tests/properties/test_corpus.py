"""What must hold for a document in any layout, with any damage: no wrong cell without a flag, and no number lost.

Belongs here: a small sample of the corpus. The large one is measured by `make accuracy`.
"""

from __future__ import annotations

import polars as pl
import pytest

from tests.accuracy.comparison import compare
from tests.accuracy.measure import collect_readings, find_violations, parse_documents
from tests.accuracy.tally import Tally
from tests.rendering.corpus import DAMAGES, LAYOUTS, RenderedDocument, generate

N_DRAWN = 250
HEAVY = ("docx", "pdf")


def draw_sample() -> list[RenderedDocument]:
    """Documents as they are drawn, and then each layout and each damage for certain."""
    seeds = iter(range(1, 1_000_000))
    sample = [generate(seed) for seed, _ in zip(seeds, range(N_DRAWN), strict=False)]
    for layout in LAYOUTS:
        sample += [generate(next(seeds), layout=layout) for _ in range(2 if layout in HEAVY else 4)]
    for damage in DAMAGES:
        sample += [generate(next(seeds), layout=layout, damage=damage) for layout in ("tabbed", "bars4", "html")]
    return sample


@pytest.fixture(scope="module")
def sample() -> list[RenderedDocument]:
    return draw_sample()


@pytest.fixture(scope="module")
def frames(sample, tmp_path_factory) -> dict[str, pl.DataFrame]:
    return parse_documents(tmp_path_factory.mktemp("corpus"), {d.name: d.content for d in sample})


@pytest.fixture(scope="module")
def tally(sample, frames) -> Tally:
    readings = collect_readings(frames)
    counted = Tally()
    for document in sample:
        compare(document, readings[document.name], counted)
    return counted


def test_every_layout_and_damage_is_in_the_sample(sample):
    assert {document.layout for document in sample} == set(LAYOUTS)
    assert {name for document in sample for name in document.damages} == set(DAMAGES)


def test_the_same_seed_gives_the_same_bytes(sample):
    assert [generate(seed).content for seed in range(1, 40)] == [document.content for document in sample[:39]]
    for layout in LAYOUTS:
        assert generate(7, layout=layout).content == generate(7, layout=layout).content


def test_the_sums_of_the_form_hold_in_the_truth_unless_broken_at_source(sample):
    for document in sample:
        if document.truth.broken_at_source or document.truth.style.odd:
            continue
        for (table, row, column), cell in document.truth.cells.items():
            if table != "t3" or column != "total" or cell.state == "absent":
                continue
            parts = [c.value or 0 for k, c in document.truth.cells.items() if k[:2] == (table, row) and k[2] != "total"]
            assert sum(parts) == (cell.value or 0), (document.name, row)


def test_the_frames_are_valid(frames):
    assert find_violations(frames) == []


def test_every_document_is_taken_for_a_report(tally):
    assert tally.examples.get("not_read", []) == []


def test_no_cell_is_wrong_without_a_flag(tally):
    assert tally.examples.get("wrong", []) == []


def test_numbers_are_conserved(tally):
    assert tally.examples.get("unbalanced", []) == []
    assert tally.examples.get("lost_numbers", []) == []


def test_undamaged_documents_are_read_whole(tally):
    assert tally.examples.get("missed", []) == []
