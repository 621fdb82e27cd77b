"""Moments of a refresh, told from outside by the files that appear: to aim a kill at one, and to say where one struck."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.recorded_dbt import ENDED


@dataclass(frozen=True)
class Signs:
    """What tells of the moments of one refresh of a warehouse, beside what was there when it began."""

    warehouse: Path
    current: str | None
    before: frozenset[tuple[Path, int]]

    def has_begun(self) -> bool:
        """Dagster has begun the run."""
        return bool(self._new(".runs"))

    def builds(self) -> bool:
        """The folder of the build is there."""
        return bool(self._new("build"))

    def runs_dbt(self) -> bool:
        """dbt builds models."""
        return any((folder / "gid.duckdb").exists() for folder in self._new("build"))

    def built(self) -> bool:
        """dbt has ended, and Dagster is told of every model and test."""
        return any((folder / "dbt" / ENDED).exists() for folder in self._new("build"))

    def publishes(self) -> bool:
        """The draft of a release is there."""
        return bool(self._drafts())

    def exports(self) -> bool:
        """Parquet files are written."""
        return any((folder / "exports").exists() for folder in self._drafts())

    def writes_workbook(self) -> bool:
        """The workbook is written."""
        return any((folder / "exports" / "datapackage.json").exists() for folder in self._drafts())

    def compares(self) -> bool:
        """The record is written, the difference comes."""
        return any((folder / "release.json").exists() for folder in self._drafts())

    def stands_finished(self) -> bool:
        """The release has its name."""
        return any(not path.name.startswith(".") for path in self._new("releases"))

    def is_switched(self) -> bool:
        """Readers are led to the new release."""
        return link_of(self.warehouse) != self.current

    def removes(self) -> bool:
        """Earlier releases are being removed."""
        return any(path.name.endswith(".old") for path in self._new("releases"))

    def _drafts(self) -> list[Path]:
        return [path for path in self._new("releases") if path.name.endswith(".part")]

    def _new(self, name: str) -> list[Path]:
        return [path for path, number in entries(self.warehouse / name) if (path, number) not in self.before]


def signs_of(warehouse: Path) -> Signs:
    """Look before a refresh begins."""
    there = frozenset(entry for name in (".runs", "build", "releases") for entry in entries(warehouse / name))
    return Signs(warehouse, link_of(warehouse), there)


# In their order; seconds after the sign within which the kill comes at random, on an idle machine.
MOMENTS: list[tuple[str, Callable[[Signs], bool], float]] = [
    ("start", lambda signs: True, 6.0),
    ("ingest", Signs.has_begun, 2.0),
    ("build", Signs.builds, 4.0),
    ("dbt", Signs.runs_dbt, 20.0),
    ("events", Signs.built, 8.0),
    ("publish", Signs.publishes, 0.5),
    ("exports", Signs.exports, 1.0),
    ("workbook", Signs.writes_workbook, 0.5),
    ("compare", Signs.compares, 0.4),
    ("finished", Signs.stands_finished, 0.01),
    ("switch", Signs.is_switched, 0.02),
    ("retention", Signs.removes, 0.01),
    ("after", Signs.is_switched, 3.0),
]


def moment_of(signs: Signs) -> str:
    """Name the moment that a refresh has come to, as far as files tell."""
    if signs.removes():
        return "retention"
    if signs.is_switched():
        return "after"
    if signs.publishes():
        passed = [name for name, sign, _ in MOMENTS[5:9] if sign(signs)]
        return passed[-1]
    if signs.stands_finished():
        return "finished"
    passed = [name for name, sign, _ in MOMENTS[:5] if sign(signs)]
    return passed[-1]


def link_of(warehouse: Path) -> str | None:
    """Return the version that readers are led to."""
    try:
        return (warehouse / "current").readlink().name
    except OSError:
        return None


def entries(folder: Path) -> list[tuple[Path, int]]:
    """Return what is in a folder, each with its inode: a folder that was made anew under the same name is another."""
    try:
        with os.scandir(folder) as found:
            return [(folder / entry.name, entry.inode()) for entry in found]
    except OSError:
        return []
