"""The rows of postcodes.csv: which divisions the beginning of a postcode belongs to.

Belongs here: reading the package china-region and holding it against the postcodes of cities in the package phone.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.reference.area_codes import CityRecord
from pipelines.reference.places import Places

_POSTCODE = re.compile(r"\d{6}")
_COLUMNS = ("province", "city", "county", "zipCode", "longitude", "latitude")
# Some counties are served from a city beyond their province's border; a slip lies farther off than any of them.
NEAR_DEGREES = 2.0


@dataclass(frozen=True)
class CountyRecord:
    """One county of the package china-region."""

    province: str
    city: str
    county: str
    postcode: str
    longitude: float
    latitude: float


def read_county_records(content: bytes) -> list[CountyRecord]:
    """The rows of region.csv with a postcode of six digits (it has 999999 and such where it knows none)."""
    rows = pl.read_csv(content.replace(b"\r\n", b"\n"), infer_schema=False).select(_COLUMNS).rows()
    return [
        CountyRecord(province, city, county, postcode, float(longitude), float(latitude))
        for province, city, county, postcode, longitude, latitude in rows
        if _POSTCODE.fullmatch(postcode)
    ]


def shape_postcodes(counties: Iterable[CountyRecord], cities: Iterable[CityRecord], places: Places) -> pl.DataFrame:
    """`prefix, division_code`: two digits to provinces, three digits to prefectures, all that have these digits.

    A county's postcode is trusted where the other package, too, has its first two digits in that province, or where a
    trusted county with the same three digits lies near. Three digits are left out where the other package gives them to
    cities that have them nowhere here.
    """
    here = [(record, places.provinces[record.province]) for record in counties if record.province in places.provinces]
    there = [(record, places.provinces[record.province]) for record in cities]
    agreed = {(record.postcode[:2], code) for record, code in there}
    trusted = [(record, code) for record, code in here if (record.postcode[:2], code) in agreed]
    anchors: dict[str, list[CountyRecord]] = defaultdict(list)
    for record, _ in trusted:
        anchors[record.postcode[:3]].append(record)
    trusted += [(r, code) for r, code in here if (r, code) not in trusted and _is_near(r, anchors[r.postcode[:3]])]
    zones: dict[str, set[str]] = defaultdict(set)
    for record, code in trusted:
        zones[record.postcode[:2]].add(code)
        found = places.find_county(code, record.city, record.county) or places.find_in(code, record.city)
        zones[record.postcode[:3]] |= found
    elsewhere: dict[str, list[bool]] = defaultdict(list)
    for city, code in there:
        elsewhere[city.postcode[:3]].append(places.find_in(code, city.city).isdisjoint(zones[city.postcode[:3]]))
    kept = {zone: codes for zone, codes in zones.items() if not elsewhere[zone] or not all(elsewhere[zone])}
    rows = sorted((zone, code) for zone, codes in kept.items() for code in codes)
    return pl.DataFrame(rows, schema={"prefix": pl.String, "division_code": pl.String}, orient="row")


def _is_near(record: CountyRecord, others: Sequence[CountyRecord]) -> bool:
    narrowing = math.cos(math.radians(record.latitude))
    return any(
        math.hypot(record.latitude - other.latitude, (record.longitude - other.longitude) * narrowing) <= NEAR_DEGREES
        for other in others
    )
