"""The editions of the official list of divisions as one package version each holds them: fetching and reading.

Belongs here: `npm pack`, the check of the bytes, reading a package into two frames (divisions, villages).
Does not belong here: what the editions say together (history.py) and names (names.py).
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

EDITIONS_CSV = Path(__file__).parent / "editions.csv"
WIDTHS = {"provinces": 2, "cities": 4, "areas": 6, "streets": 9}


@dataclass(frozen=True)
class Edition:
    """One edition of the list and the package version that carries it."""

    year: int
    package: str
    version: str
    as_of: str
    published: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name that npm gives to the packed file."""
        return f"{self.package}-{self.version}.tgz"


@dataclass(frozen=True)
class Listing:
    """What one edition lists: `code, name` of all four levels, and `street, village` where it has villages."""

    year: int
    divisions: pl.DataFrame
    villages: pl.DataFrame


def list_editions() -> list[Edition]:
    """All editions, the oldest first."""
    with EDITIONS_CSV.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    editions = [
        Edition(
            int(row["edition"]),
            row["package"],
            row["package_version"],
            row["as_of"],
            row["published"],
            row["sha256"],
        )
        for row in rows
    ]
    return sorted(editions, key=lambda edition: edition.year)


def fetch_package(edition: Edition, folder: Path) -> Path:
    """The packed file of an edition in `folder`; fetched with npm where it is not there, its bytes checked always."""
    path = folder / edition.file_name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{edition.package}@{edition.version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != edition.sha256:
        raise ValueError(
            f"{path}: sha256 {digest}, but {EDITIONS_CSV.name} says {edition.sha256} for edition {edition.year}. "
            "Delete the file and fetch again; if it stays so, the published package was changed."
        )
    return path


def read_listing(edition: Edition, path: Path) -> Listing:
    """Read the packed file of an edition. The oldest has JSON with padded codes and no villages, the others CSV."""
    with tarfile.open(path) as package:
        names = set(package.getnames())
        if "package/dist/villages.csv" not in names:
            return Listing(edition.year, _read_json(package), _no_villages())
        divisions = pl.concat([_read_csv(package, kind) for kind in WIDTHS])
        villages = _read_csv(package, "villages")
    streets = villages.select(street=pl.col("code").str.head(9), village="name")
    return Listing(edition.year, divisions.sort("code"), streets)


def _read_csv(package: tarfile.TarFile, kind: str) -> pl.DataFrame:
    return pl.read_csv(_member(package, f"{kind}.csv"), columns=["code", "name"], infer_schema=False)


def _read_json(package: tarfile.TarFile) -> pl.DataFrame:
    codes, names = [], []
    for kind, width in WIDTHS.items():
        for row in json.loads(_member(package, f"{kind}.json")):
            codes.append(row["code"][:width])
            names.append(row["name"])
    return pl.DataFrame({"code": codes, "name": names}).unique(["code", "name"]).sort("code")


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(f"package/dist/{name}")
    if file is None:
        raise ValueError(f"package/dist/{name} is no file in the package")
    return file.read()


def _no_villages() -> pl.DataFrame:
    return pl.DataFrame(schema={"street": pl.String, "village": pl.String})
