"""What publications compute of finished databases, computed once for the same bytes, whichever of the processes did it.

Belongs here: results alone. Every change of the file system on the way to them is still made, so that a kill finds it.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.publishing import comparison, releasing
from pipelines.publishing.release_record import file_digest, read_record

# What differs in the record of a release that is made anew from the same bytes; a comparison shows no other names of it.
_NAMES = ("version", "published_at", "previous")


def remember(folder: Path) -> None:
    """Have this process, and those that it forks, keep results in a folder and take them from there."""
    folder.mkdir()
    hash_database, count_database = releasing.hash_database, releasing.count_database
    compare_releases = releasing.compare_releases

    def compare(a: Path, b: Path, scratch: Path | None = None) -> dict[str, Any]:
        kept = folder / _key("compared", *(_of_release(side) for side in (a, b)))
        if not kept.exists():
            return _keep(kept, compare_releases(a, b, scratch))
        # The folder for what does not fit into memory comes and goes.
        with comparison.open_comparison(scratch):
            found: dict[str, Any] = pickle.loads(kept.read_bytes())
        for name, side in (("a", a), ("b", b)):
            record = read_record(side) or {}
            found[name] = {
                "label": str(record["version"]),
                "version": record["version"],
                "published_at": record["published_at"],
            }
        return found

    def once(compute: Callable[[Path], Any]) -> Callable[[Path], Any]:
        def computed(database: Path) -> Any:
            kept = folder / _key(compute.__name__, file_digest(database))
            return pickle.loads(kept.read_bytes()) if kept.exists() else _keep(kept, compute(database))

        return computed

    for name, instead in (
        ("hash_database", once(hash_database)),
        ("count_database", once(count_database)),
        ("compare_releases", compare),
    ):
        setattr(releasing, name, instead)


def _of_release(folder: Path) -> object:
    """All that a comparison reads of a release, but its names; a release without a record is like no other."""
    record = read_record(folder)
    if record is None:
        return str(folder)
    return file_digest(folder / "gid.duckdb"), {name: value for name, value in record.items() if name not in _NAMES}


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _keep(file: Path, result: Any) -> Any:
    file.write_bytes(pickle.dumps(result))
    return result
