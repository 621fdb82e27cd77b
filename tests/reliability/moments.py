"""Moments of a refresh, told from outside by the files that appear: to aim a kill at one, and to say where one struck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Signs:
    """What tells of the moments of one refresh of a warehouse; `current` is what was current when it began."""

    warehouse: Path
    current: str | None

    def has_begun(self) -> bool:
        """Dagster has begun the run."""
        return _any(self.warehouse / ".runs")

    def builds(self) -> bool:
        """The folder of the build is there."""
        return _any(self.warehouse / "build")

    def runs_dbt(self) -> bool:
        """dbt builds models."""
        return any(path.name == "gid.duckdb" for path in _below(self.warehouse / "build"))

    def built(self) -> bool:
        """dbt has ended, and Dagster is told of every model and test."""
        return any((folder / "dbt" / "run_results.json").exists() for folder in _entries(self.warehouse / "build"))

    def publishes(self) -> bool:
        """The draft of a release is there."""
        return any(name.endswith(".part") for name in _names(self.warehouse / "releases"))

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
        return any(name > (self.current or "") for name in _names(self.warehouse / "releases") if name[0] != ".")

    def is_switched(self) -> bool:
        """Readers are led to the new release."""
        return link_of(self.warehouse) != self.current

    def removes(self) -> bool:
        """Earlier releases are being removed."""
        return any(name.endswith(".old") for name in _names(self.warehouse / "releases"))

    def _drafts(self) -> list[Path]:
        return [path for path in _entries(self.warehouse / "releases") if path.name.endswith(".part")]


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


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []


def _entries(folder: Path) -> list[Path]:
    return [folder / name for name in _names(folder)]


def _any(folder: Path) -> bool:
    return bool(_names(folder))


def _below(folder: Path) -> list[Path]:
    return [path for entry in _entries(folder) for path in _entries(entry)]
