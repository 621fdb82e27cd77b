"""What several editions of the official list say together: periods, successors, short names; on small made-up editions."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipelines.reference.divisions import shape_divisions
from pipelines.reference.earlier import read_changes
from pipelines.reference.editions import Listing
from pipelines.reference.names import shorten_name, spell_name

ABOVE = {"99": "某省", "9901": "甲市", "990101": "东县", "990102": "西县"}
NO_VILLAGES = pl.DataFrame(schema={"street": pl.String, "village": pl.String})


def listing(year: int, townships: dict[str, tuple[str, str] | str], above: dict[str, str] | None = None) -> Listing:
    """An edition: code -> (name, its villages, one character each)."""
    pairs = {code: (value, "") if isinstance(value, str) else value for code, value in townships.items()}
    names = {**(ABOVE if above is None else above), **{code: name for code, (name, _) in pairs.items()}}
    villages = [
        {"street": code, "village": f"{letter}家庄村委会"} for code, (_, letters) in pairs.items() for letter in letters
    ]
    divisions = pl.DataFrame({"code": list(names), "name": list(names.values())})
    return Listing(year, divisions, pl.DataFrame(villages, schema=NO_VILLAGES.schema))


def rows_of(*listings: Listing) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """Rows that have a period or a successor, of all levels."""
    frame = shape_divisions(listings).select(
        "division_code", "division_name", "valid_from", "valid_to", "successor_codes"
    )
    return [row for row in frame.rows() if any(row[2:])]


def test_a_new_name_of_a_code_is_two_rows_and_the_code_its_own_successor():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅")}), listing(2021, {"990101100": ("安宁镇", "子丑寅")})
    )
    assert rows == [("990101100", "太平镇", None, "2020", "990101100"), ("990101100", "安宁镇", "2021", None, None)]


def test_a_code_that_another_township_has_now_leads_to_where_the_villages_went():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅"), "990101101": ("河口镇", "卯辰")}),
        listing(2021, {"990101100": ("河口镇", "卯辰"), "990101001": ("太平街道", "子丑寅")}),
    )
    successors = {(code, name): heirs for code, name, _, _, heirs in rows}
    assert successors["990101100", "太平镇"] == "990101001"
    assert successors["990101101", "河口镇"] == "990101100"


def test_two_townships_that_merge_have_one_successor():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅"), "990101200": ("河口乡", "卯辰巳")}),
        listing(2021, {"990101100": ("太平镇", "子丑寅卯辰巳")}),
    )
    assert rows == [("990101200", "河口乡", None, "2020", "990101100")]


def test_a_township_that_is_split_has_two_successors():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅卯辰巳")}),
        listing(2021, {"990101001": ("城东街道", "子丑寅"), "990101002": ("城西街道", "卯辰巳")}),
    )
    assert ("990101100", "太平镇", None, "2020", "990101001;990101002") in rows


def test_one_village_of_many_makes_no_successor():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅卯辰巳"), "990101101": ("河口镇", "午未")}),
        listing(2021, {"990101001": ("太平街道", "子丑寅卯辰"), "990101101": ("河口镇", "午未巳")}),
    )
    assert ("990101100", "太平镇", None, "2020", "990101001") in rows


def test_villages_that_stand_nowhere_prove_nothing():
    rows = rows_of(listing(2020, {"990101100": ("太平镇", "子丑寅")}), listing(2021, {"990101102": ("新镇", "午未")}))
    assert ("990101100", "太平镇", None, "2020", None) in rows


def test_a_missing_link_leaves_the_whole_chain_without_successor():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅卯")}),
        listing(2021, {"990101101": ("城东镇", "子丑"), "990101102": ("城西镇", "寅卯")}),
        listing(2022, {"990101101": ("城东镇", "子丑"), "990101103": ("新镇", "午未")}),
    )
    successors = {name: heirs for _, name, _, _, heirs in rows}
    assert successors["太平镇"] is None
    assert successors["城西镇"] is None


def test_a_chain_leads_to_the_last_edition():
    rows = rows_of(
        listing(2020, {"990101100": ("太平镇", "子丑寅")}),
        listing(2021, {"990101001": ("太平街道", "子丑寅")}),
        listing(2022, {"990101009": ("安宁街道", "子丑寅")}),
    )
    assert ("990101100", "太平镇", None, "2020", "990101009") in rows
    assert ("990101001", "太平街道", "2021", "2021", "990101009") in rows


def test_one_edition_that_leaves_a_township_out_is_bridged_two_are_not():
    stands, other = {"990101100": ("太平镇", "子丑")}, {"990101101": ("河口镇", "午未")}
    once = [listing(2020, stands | other), listing(2021, other), listing(2022, stands | other)]
    assert rows_of(*once) == []
    twice = [*once[:2], listing(2022, other), listing(2023, stands | other)]
    assert [row[2:4] for row in rows_of(*twice)] == [(None, "2020"), ("2023", None)]


def test_a_county_that_gets_a_new_code_is_followed_by_its_townships():
    district = {code: name for code, name in ABOVE.items() if code != "990102"} | {"990103": "西区"}
    rows = rows_of(
        listing(2020, {"990102100": ("太平镇", "子丑"), "990102101": ("河口镇", "寅卯")}),
        listing(2021, {"990103100": ("太平镇", "子丑"), "990103101": ("河口镇", "寅卯")}, district),
    )
    assert ("990102", "西县", None, "2020", "990103") in rows
    assert ("990102100", "太平镇", None, "2020", "990103100") in rows


def test_a_prefecture_that_merges_into_another_is_followed_by_its_counties():
    old = {**ABOVE, "9902": "乙市", "990201": "北区"}
    new = {**ABOVE, "990116": "北区"}
    rows = rows_of(
        listing(2020, {"990201100": ("太平镇", "子丑")}, old), listing(2021, {"990116100": ("太平镇", "子丑")}, new)
    )
    assert ("9902", "乙市", None, "2020", "9901") in rows


def test_without_villages_the_same_name_in_the_county_decides_and_nothing_else():
    rows = rows_of(
        listing(2015, {"990101100": "太平镇", "990101200": "河口乡"}),
        listing(2016, {"990101003": "太平街道", "990101105": "太平镇", "990101106": "新镇"}),
    )
    assert ("990101100", "太平镇", None, "2015", "990101105") in rows
    assert ("990101200", "河口乡", None, "2015", None) in rows


def change(year: int, kind: str, old: tuple[str, str] | None, new: tuple[str, str] | None) -> dict[str, object]:
    places = [
        {"code": f"{place[0]:0<12}", "name": place[1]} if place else {"code": None, "name": None}
        for place in (old, new)
    ]
    return {"year": year, "type": kind, "level": 3, "old": places[0], "new": places[1], "curated": False}


def earlier_rows(*events: dict[str, object]) -> list[tuple[str, str, str | None, str | None, str | None]]:
    changes = read_changes(json.dumps({"events": events}).encode(), 2015)
    frame = shape_divisions([listing(2015, {"990101100": "太平镇"}), listing(2016, {"990101100": "太平镇"})], changes)
    return [row for row in frame.drop("short_name", "pinyin", "unit_code").rows() if any(row[2:])]


def test_counties_that_ended_before_the_first_edition_lead_to_what_they_became():
    rows = earlier_rows(change(2012, "撤县设区", ("990121", "东县老县"), ("990101", "东县")))
    assert rows == [("990101", "东县", "2012", None, None), ("990121", "东县老县", None, "2011", "990101")]


def test_a_county_that_went_into_an_older_one_does_not_make_that_one_younger():
    rows = earlier_rows(change(2012, "撤销", ("990121", "北县"), ("990101", "东县")))
    assert rows == [("990121", "北县", None, "2011", "990101")]


def test_a_district_of_another_city_is_no_successor_of_one_that_went():
    rows = earlier_rows(change(2012, "撤销", ("990221", "东县"), ("990101", "东县")))
    assert rows == [("990221", "东县", None, "2011", None)]


def test_changes_before_the_first_reports_are_left_out():
    assert earlier_rows(change(2003, "撤县设区", ("990121", "北县"), ("990101", "东县"))) == []


def test_the_office_of_a_subdistrict_is_the_subdistrict():
    rows = rows_of(listing(2018, {"990101001": "城关街道办事处"}), listing(2019, {"990101001": "城关街道"}))
    assert rows[0] == ("990101001", "城关街道办事处", None, "2018", "990101001")


def test_heads_of_lists_are_no_counties_and_the_three_unlisted_provinces_are_added():
    frame = shape_divisions([listing(2015, {"990101100": "太平镇"}, {**ABOVE, "990100": "市辖区"})])
    assert "990100" not in frame["division_code"].to_list()
    assert {"71", "81", "82"} <= set(frame["division_code"])


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("220112", "双阳区", "双阳"),
        ("2224", "延边朝鲜族自治州", "延边"),
        ("220721", "前郭尔罗斯蒙古族自治县", "前郭尔罗斯"),
        ("22", "吉林省", "吉林"),
        ("45", "广西壮族自治区", "广西"),
        ("15", "内蒙古自治区", "内蒙古"),
        ("6532", "和田地区", "和田"),
        ("1522", "兴安盟", "兴安"),
        ("230208", "梅里斯达斡尔族区", "梅里斯"),
        ("150724", "鄂温克族自治旗", "鄂温克"),
        ("450328", "龙胜各族自治县", "龙胜"),
        ("429021", "神农架林区", "神农架"),
        ("140109", "万柏林区", "万柏林"),
        ("310115", "浦东新区", "浦东"),
        ("441803", "清新区", "清新"),
        ("220106", "绿园区", "绿园"),
        ("623001", "合作市", "合作"),
        ("140502", "城区", ""),
        ("510402", "东区", ""),
        ("370103", "市中区", ""),
        ("371402", "寿县", ""),
        ("1101", "市辖区", ""),
        ("4190", "省直辖县级行政区划", ""),
        ("220171", "长春经济技术开发区", ""),
        ("220112100", "太平镇", ""),
    ],
)
def test_short_names(code, name, short):
    assert shorten_name(code, name) == short


@pytest.mark.parametrize(
    ("short", "pinyin"),
    [
        ("陕西", "shaanxi"), ("山西", "shanxi"), ("厦门", "xiamen"), ("重庆", "chongqing"), ("六安", "luan"),
        ("蚌埠", "bengbu"), ("长治", "changzhi"), ("长子", "zhangzi"), ("朝阳", "chaoyang"), ("漯河", "luohe"),
        ("昌都", "changdu"), ("乐亭", "laoting"), ("乐清", "yueqing"), ("吕梁", "lvliang"), ("", ""),
    ],
)  # fmt: skip
def test_pinyin_is_as_the_place_is_read(short, pinyin):
    assert spell_name(short) == pinyin
