"""One edition of the official list of divisions, read from the package that carries it.

Belongs here: a package into two frames (divisions, villages). What the editions say together stands in history.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reference.packages import read_member

WIDTHS = {"provinces": 2, "cities": 4, "areas": 6, "streets": 9}


@dataclass(frozen=True)
class Listing:
    """What one edition lists: `code, name` of all four levels, and `street, village` where it has villages."""

    year: int
    divisions: pl.DataFrame
    villages: pl.DataFrame


def read_listing(year: int, path: Path) -> Listing:
    """Read the package of an edition. The oldest has JSON with padded codes and no villages, the others CSV."""
    villages = _read_csv(path, "villages")
    if villages is None:
        nothing = pl.DataFrame(schema={"street": pl.String, "village": pl.String})
        return Listing(year, _read_json(path), nothing)
    divisions = pl.concat([frame for kind in WIDTHS if (frame := _read_csv(path, kind)) is not None])
    streets = villages.select(street=pl.col("code").str.head(9), village="name")
    return Listing(year, divisions.sort("code"), streets)


def _read_csv(path: Path, kind: str) -> pl.DataFrame | None:
    content = read_member(path, f"dist/{kind}.csv")
    return None if content is None else pl.read_csv(content, columns=["code", "name"], infer_schema=False)


def _read_json(path: Path) -> pl.DataFrame:
    codes, names = [], []
    for kind, width in WIDTHS.items():
        for row in json.loads(read_member(path, f"dist/{kind}.json") or b"[]"):
            codes.append(row["code"][:width])
            names.append(row["name"])
    return pl.DataFrame({"code": codes, "name": names}).unique(["code", "name"]).sort("code")
