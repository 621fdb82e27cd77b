"""The rows of divisions.csv: every code and name period of all editions, with what became of it.

Belongs here: putting editions, history, successors and names together. Pure: listings in, a frame out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import polars as pl

from pipelines.reference.earlier import UNKNOWN, Change, add_earlier
from pipelines.reference.editions import Listing
from pipelines.reference.history import Period, bridge_gaps, find_periods, tidy_listing
from pipelines.reference.names import shorten_name, spell_name
from pipelines.reference.successors import Step, chain_to_last, find_successors
from pipelines.reference.units import find_unit_codes

COLUMNS = (
    "division_code",
    "division_name",
    "short_name",
    "pinyin",
    "valid_from",
    "valid_to",
    "successor_codes",
    "unit_code",
)


def shape_divisions(listings: Sequence[Listing], changes: Iterable[Change] = ()) -> pl.DataFrame:
    """One row a code and name period, sorted by code and year; `listings` are all editions, the oldest first.

    `unit_code` is empty where it is the row's own code. `changes` are those of counties and prefectures before the first edition.
    """
    editions = {listing.year: tidy_listing(dict(listing.divisions.iter_rows())) for listing in listings}
    bridge_gaps(editions)
    periods = find_periods(editions)
    steps = {
        old.year: find_successors(Step(editions[old.year], editions[new.year], old.villages, new.villages))
        for old, new in pairwise(listings)
    }
    first, last = listings[0].year, listings[-1].year
    heirs = add_earlier(periods, chain_to_last(periods, steps, last), changes, first)
    rows = [_row(period, codes, last) for period, codes in heirs.items()]
    units = find_unit_codes(rows)
    listed = [
        {**row, "unit_code": None if unit == row["division_code"] else unit}
        for row, unit in zip(rows, units, strict=True)
    ]
    return pl.DataFrame(listed, schema=dict.fromkeys(COLUMNS, pl.String))


def _row(period: Period, heirs: Sequence[str], last: int) -> dict[str, str | None]:
    short = shorten_name(period.code, period.name)
    return {
        "division_code": period.code,
        "division_name": period.name,
        "short_name": short or None,
        "pinyin": spell_name(short) or None,
        "valid_from": None if period.first == UNKNOWN else str(period.first),
        "valid_to": None if period.last == last else str(period.last),
        "successor_codes": ";".join(heirs) or None,
    }
