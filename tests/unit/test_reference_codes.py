"""Area codes and postcodes: what two sources must say before it is told; and packages that are not the reviewed ones."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import replace

import polars as pl
import pytest

from pipelines.reference.area_codes import CityRecord, read_city_records, read_listed_names, shape_area_codes
from pipelines.reference.packages import fetch_package, list_packages, read_member
from pipelines.reference.places import Places
from pipelines.reference.postcodes import CountyRecord, shape_postcodes

NAMES = {
    "22": "吉林省", "2201": "长春市", "220103": "宽城区", "2203": "四平市", "220303": "铁东区", "2202": "吉林市",
    "41": "河南省", "4190": "省直辖县级行政区划", "419001": "济源市", "4108": "焦作市", "410811": "山阳区",
    "63": "青海省", "6301": "西宁市", "630102": "城东区",
}  # fmt: skip
PLACES = Places(
    pl.DataFrame(
        [
            {"division_code": code, "division_name": name, "short_name": name[:-1], "valid_to": None, "successor_codes": None}
            for code, name in NAMES.items()
        ],
        schema_overrides={"valid_to": pl.String, "successor_codes": pl.String},
    )
)  # fmt: skip


def area_codes(records: list[tuple[str, str, str]], listed: dict[str, list[str]]) -> list[tuple[str, str]]:
    cities = [CityRecord(province, city, "000000", area) for province, city, area in records]
    return shape_area_codes(cities, listed, PLACES).rows()


def test_a_place_that_two_sources_name_is_told():
    assert area_codes([("河南", "济源", "0391")], {"0391": ["焦作", "济源"]}) == [("0391", "4108"), ("0391", "419001")]


def test_a_place_that_one_source_names_is_not_told():
    assert area_codes([("吉林", "四平", "0431")], {"0431": ["长春"]}) == [("0431", "2201")]


def test_a_code_whose_list_of_places_is_disputed_is_left_out():
    assert area_codes([("吉林", "长春", "0431")], {"0431": ["长春", "四平"]}) == []


def test_the_province_of_a_city_that_is_named_alike_is_not_taken_for_it():
    assert area_codes([("吉林", "吉林", "0432")], {"0432": ["吉林"]}) == [("0432", "2202")]


def test_city_records_and_listed_names_are_read():
    body = "吉林|长春|130000|0431\0内蒙古|包头|14000|0472\0".encode()
    content = b"2312" + struct.pack("<i", 8 + len(body)) + body + b"index"
    assert read_city_records(content)[1] == CityRecord("内蒙古", "包头", "014000", "0472")
    source = "def f(p):\n    data_carry = {\n '010' : '北京',\n '0371' : ['郑州', '开封'],\n }\n    return data_carry.has_key(p)\n"
    assert read_listed_names(source.encode()) == {"010": ["北京"], "0371": ["郑州", "开封"]}


CITIES = [CityRecord("吉林", "长春", "130000", "0431"), CityRecord("青海", "西宁", "810000", "0971")]


def county(province: str, city: str, name: str, postcode: str, latitude: float = 43.9) -> CountyRecord:
    return CountyRecord(province, city, name, postcode, 125.3, latitude)


def test_all_prefectures_that_have_the_three_digits_are_told():
    counties = [county("吉林省", "长春市", "宽城区", "130051"), county("吉林省", "四平市", "铁东区", "130700")]
    rows = shape_postcodes(counties, CITIES, PLACES).rows()
    assert rows == [("13", "22"), ("130", "2201"), ("130", "2203")]


def test_a_postcode_of_another_province_is_a_slip_unless_it_lies_near():
    counties = [county("吉林省", "长春市", "宽城区", "130051")]
    slip = county("青海省", "西宁市", "城东区", "130007", latitude=36.6)
    assert shape_postcodes([*counties, slip], CITIES, PLACES).rows() == [("13", "22"), ("130", "2201")]
    beside = replace(slip, latitude=43.0)
    assert ("130", "6301") in shape_postcodes([*counties, beside], CITIES, PLACES).rows()


def test_three_digits_that_the_sources_give_to_different_cities_are_left_out():
    counties = [county("吉林省", "四平市", "铁东区", "130700")]
    assert shape_postcodes(counties, CITIES, PLACES).rows() == [("13", "22")]


def test_a_package_with_other_bytes_than_the_reviewed_ones_is_refused(tmp_path):
    package = list_packages()[-1]
    (tmp_path / package.file_name).write_bytes(b"something else")
    with pytest.raises(ValueError, match="Delete the file and fetch again"):
        fetch_package(package, tmp_path)


def test_a_member_is_found_by_the_end_of_its_path(tmp_path):

    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.writestr("some/region.csv", "x")
    assert read_member(tmp_path / "a.whl", "region.csv") == b"x"
    assert read_member(tmp_path / "a.whl", "other.csv") is None
