"""How tests are run: the longest files are given out first, so that workers side by side end together; little is collected."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
# Files that take a minute or more, the longest first. Of the first three, one alone needs the warehouse that is shared.
_LONGEST = (
    "integration/test_refresh.py",
    "integration/test_coverage.py",
    "integration/test_planted_errors.py",
    "integration/test_killed_refreshes.py",
    "integration/test_curation.py",
    "cluster/test_engines.py",
    "cluster/test_lake.py",
    "integration/test_killed_publications.py",
    "integration/test_metrics.py",
    "integration/test_versions.py",
)
# Folders after these; what stands in neither comes last.
_FOLDERS = ("integration", "cluster", "properties", "golden", "conventions")


def pytest_configure(config: pytest.Config) -> None:
    # pytest-xdist would give out the files with many tests first: those with few are the ones that take minutes.
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path))


def pytest_collection_finish() -> None:
    # What has been imported stays to the end: looking through it for garbage, again and again, takes a tenth of the time.
    gc.collect()
    gc.freeze()


def _rank(path: Path) -> tuple[int, int]:
    file = path.relative_to(_TESTS)
    name, folder = file.as_posix(), file.parts[0]
    return (
        _LONGEST.index(name) if name in _LONGEST else len(_LONGEST),
        _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS),
    )
