"""The rows of area_codes.csv: which divisions a telephone area code serves, where two of three packages say so.

Belongs here: reading the three packages and their vote. Pure but for the data that phonenumbers carries in itself.
"""

from __future__ import annotations

import ast
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from phonenumbers.geodata import GEOCODE_DATA

from pipelines.reference.places import Places

AGREED = 2
_AREA_CODE = re.compile(r"0(?:10|2\d|[3-9]\d\d)")

Votes = set[tuple[str, str]]


@dataclass(frozen=True)
class CityRecord:
    """One city of the package phone: its area code and the postcode of its centre."""

    province: str
    city: str
    postcode: str
    area_code: str


def read_city_records(content: bytes) -> list[CityRecord]:
    """The records of phone.dat: a version, the offset of the index, then `province|city|postcode|area code`, each ended
    by a zero byte. Postcodes have lost the zeros that they begin with."""
    (end,) = struct.unpack_from("<i", content, 4)
    records = [record.decode().split("|") for record in content[8:end].split(b"\0") if record]
    return [CityRecord(province, city, code.zfill(6), area) for province, city, code, area in records]


def shape_area_codes(records: Iterable[CityRecord], listed: Mapping[str, list[str]], places: Places) -> pl.DataFrame:
    """`area_code, division_code`; `listed` are the names that the package py-cn-phone-area-code gives."""
    by_city = {
        (record.area_code, code)
        for record in records
        for code in places.find_in(places.provinces[record.province], record.city)
    }
    by_name = {(area, code) for area, names in listed.items() for name in names for code in places.find_anywhere(name)}
    areas = {area for area, _ in by_city | by_name if _AREA_CODE.fullmatch(area)}
    by_number = {(area, code) for area in areas for code in _find_number(area, places)}
    sources = (by_city, by_name, by_number)
    agreed = {vote for vote, n in Counter(vote for votes in sources for vote in votes).items() if n >= AGREED}
    whole = _whole_provinces(by_name, set().union(*sources) - by_name)
    kept = {(area, code) for area, code in agreed if (area, code[:2]) not in whole} | whole
    doubtful = _doubtful_areas(by_name, kept)
    rows = sorted((area, code) for area, code in kept if area in areas - doubtful)
    return pl.DataFrame(rows, schema={"area_code": pl.String, "division_code": pl.String}, orient="row")


def read_listed_names(source: bytes) -> dict[str, list[str]]:
    """Area code -> names, from the dictionary in the module of py-cn-phone-area-code (Python 2, so it is parsed only)."""
    start = source.decode().index("data_carry = {") + len("data_carry = ")
    text = source.decode()[start:]
    found = ast.literal_eval(text[: text.index("}") + 1])
    return {area: names if isinstance(names, list) else [names] for area, names in found.items()}


def _find_number(area: str, places: Places) -> set[str]:
    """The places that phonenumbers names for numbers of an area code, by the longest beginning that it knows."""
    digits = f"86{area.removeprefix('0')}"
    known = (GEOCODE_DATA[digits[:n]].get("zh", "") for n in range(len(digits), 3, -1) if digits[:n] in GEOCODE_DATA)
    text = next(known, "")
    province = max((name for name in places.provinces if text.startswith(name)), key=len, default="")
    if not province:
        return set()
    code = places.provinces[province]
    names = [name for name in text.removeprefix(province).split("、") if name]
    return {found for name in names for found in places.find_in(code, name)} if names else places.lift(code)


def _doubtful_areas(by_name: Votes, kept: Votes) -> set[str]:
    """Area codes for which the one source that lists all places of a code names a place more: what would be told of them
    may be half of the truth (0992 serves parts of three prefectures)."""
    places: dict[str, set[str]] = defaultdict(set)
    for area, code in kept:
        places[area].add(code)
    return {
        area
        for area, code in by_name
        if not any(place.startswith(code) or code.startswith(place) for place in places[area])
        # A name may be another province's too (海南藏族自治州 beside 海南省): that is no doubt.
        if code[:2] in {place[:2] for place in places[area]}
    }


def _whole_provinces(by_name: Votes, others: Votes) -> Votes:
    """A source names a province; the others name parts of it alone, and no other area code has any part of it."""
    areas: dict[str, set[str]] = defaultdict(set)
    for area, code in others:
        areas[code[:2]].add(area)
    return {(area, code) for area, code in by_name if len(code) == 2 and areas[code] == {area}}
