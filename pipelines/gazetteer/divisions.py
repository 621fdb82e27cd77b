"""The divisions of China as the reference folder holds them, with level, parent and full name.

Belongs here: loading divisions.csv. Does not belong here: matching what a report prints, and how the file is made
(pipelines/reference).
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from pipelines.settings import REFERENCE_DIR

DIVISIONS_CSV = REFERENCE_DIR / "divisions.csv"
LAST_EDITION = 2023
LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township"}
# Levels that the list needs for its codes and nobody prints: 市辖区 and 县 below a municipality, 省直辖县级行政区划 …
_UNPRINTED = r"^(?:市辖区|县|.*直辖县级行政区划)$"


@lru_cache(maxsize=1)
def load_divisions() -> pl.DataFrame:
    """One row a code and name period, sorted by code and period.

    Columns: division_code, division_name, level, parent_code (null for provinces), full_name, short_name, pinyin (null
    below counties and where no short name is), valid_from (null: from the first edition, 2015), valid_to (null: stands
    in the last, 2023), successor_codes (joined with `;`, null where not known), unit_code (the code of today of the same
    place, see `pipelines/reference/units.py`).
    """
    return add_full_names(_read_divisions())


def _read_divisions() -> pl.DataFrame:
    code = pl.col("division_code")
    width = code.str.len_bytes()
    frame = pl.read_csv(DIVISIONS_CSV, infer_schema=False)
    return frame.select(
        "division_code",
        "division_name",
        level=width.replace_strict(LEVELS, return_dtype=pl.String),
        parent_code=pl.when(width == 9).then(code.str.head(6)).when(width > 2).then(code.str.head(width - 2)),
        short_name="short_name",
        pinyin="pinyin",
        valid_from=pl.col("valid_from").cast(pl.Int16),
        valid_to=pl.col("valid_to").cast(pl.Int16),
        successor_codes="successor_codes",
        unit_code=pl.col("unit_code").fill_null(code),
    )


def add_full_names(divisions: pl.DataFrame) -> pl.DataFrame:
    """`full_name`: the names of all levels above as they were in the period's last year, then the division's own.

    Left out: levels that nobody prints (市辖区 and such); a name that the one above already has (东莞市, its only
    "county" 东莞市), also where a township's name begins with its county's (召陵区老窝镇).
    """
    frames: list[pl.DataFrame] = []
    parents: pl.DataFrame | None = None
    for level in LEVELS.values():
        named = _name_level(divisions.filter(pl.col("level") == level), parents)
        parents = named.select(
            parent_code="division_code",
            parent_name="division_name",
            parent_full_name="full_name",
            parent_from=pl.col("valid_from").fill_null(0),
            parent_to=pl.col("valid_to").fill_null(LAST_EDITION),
        )
        frames.append(named)
    names = pl.concat(frames).sort("division_code", pl.col("valid_from").fill_null(0))
    return names.select(*divisions.columns[:4], "full_name", *divisions.columns[4:])


def _name_level(rows: pl.DataFrame, parents: pl.DataFrame | None) -> pl.DataFrame:
    name = pl.col("division_name")
    if parents is None:
        return rows.with_columns(full_name=name)
    year = pl.col("valid_to").fill_null(LAST_EDITION)
    above, above_name = pl.col("parent_full_name"), pl.col("parent_name")
    repeated = name.str.starts_with(above_name) & (name.str.len_chars() >= above_name.str.len_chars() + 3)
    return (
        rows.join(parents, on="parent_code", how="left")
        .filter(pl.col("parent_from").is_null() | year.is_between("parent_from", "parent_to"))
        .with_columns(
            full_name=pl.when(name.str.contains(_UNPRINTED) | (name == above_name))
            .then(above)
            .when(repeated)
            .then(above + name.str.strip_prefix(above_name))
            .otherwise(above + name)
        )
        .select(*rows.columns, "full_name")
    )
