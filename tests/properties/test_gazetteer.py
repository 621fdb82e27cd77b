"""All divisions of today by their own names: each is itself by its full name, and none is another by its county's."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from pipelines.gazetteer.divisions import load_divisions
from pipelines.gazetteer.reading import read_name
from pipelines.parsing.resolution import resolve_body

# Hong Kong, Macau and Taiwan do not report under the regulation.
TODAY = load_divisions().filter(
    pl.col("valid_to").is_null() & ~pl.col("division_code").str.slice(0, 2).is_in(["71", "81", "82"])
)
TOWNSHIPS = TODAY.filter(pl.col("level") == "township")
YEAR = 2023


def place_of(name: str) -> tuple[str, str | None]:
    """The resolution of a name alone."""
    resolved = resolve_body([read_name(name)], [], YEAR)
    return resolved.resolution, resolved.division_code


@pytest.mark.parametrize("ending", ["", "人民政府"])
def test_every_township_is_itself_by_its_full_name(ending):
    assert TOWNSHIPS.height == 41_352
    for code, full_name in TOWNSHIPS.select("division_code", "full_name").iter_rows():
        assert place_of(full_name + ending)[1] == code, full_name


def test_every_division_above_is_itself_by_its_full_name():
    townships = set(TOWNSHIPS["full_name"])
    above = TODAY.filter(pl.col("level") != "township")
    carried = Counter(above["full_name"])
    for code, full_name in above.select("division_code", "full_name").iter_rows():
        # Pseudo levels (市辖区) have the name of the one above; a county that is one unit has the unit's code (金门县).
        if carried[full_name] == 1 and full_name not in townships:
            assert place_of(full_name)[1] == code, full_name


def test_no_name_with_its_county_is_another_unit():
    names = dict(TODAY.select("division_code", "division_name").iter_rows())
    resolved = 0
    for code, name in TOWNSHIPS.select("division_code", "division_name").iter_rows():
        _, found = place_of(names[code[:6]] + name)
        assert found in (None, code), name
        resolved += found == code
    assert resolved > 41_300


@pytest.mark.parametrize("digits", [4, 2])
def test_no_name_with_a_division_further_above_is_another_place(digits):
    """蚌埠市高新技术开发区管委会 is the zone and its one unit: one lies in the other."""
    names = dict(TODAY.select("division_code", "division_name").iter_rows())
    wrong = 0
    for code, name in TOWNSHIPS.select("division_code", "division_name").iter_rows():
        _, found = place_of(names[code[:digits]] + name)
        wrong += found is not None and not code.startswith(found)
    # 随州市经济开发区: the zone of the city, and a zone of its county 广水 that the list calls 广水市经济开发区.
    assert wrong <= 1


def test_a_bare_name_is_no_other_unit():
    carried = Counter(TOWNSHIPS["division_name"])
    for code, name in TOWNSHIPS.select("division_code", "division_name").iter_rows():
        resolution, found = place_of(name)
        assert found in (None, code), name
        if carried[name] > 1:
            assert resolution == "ambiguous", name
