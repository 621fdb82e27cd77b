"""The reference folder on disk: CSV files that always come out in the same bytes, and the datapackage beside them.

Belongs here: writing files and saying of each where it is from. Does not belong here: what stands in them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Resource:
    """One file of the reference folder: its rows, what it is and the sources that it is made from."""

    file_name: str
    title: str
    frame: pl.DataFrame
    key: tuple[str, ...]
    sources: list[dict[str, Any]]

    @property
    def content(self) -> bytes:
        """The file's bytes: comma separated, LF, quotes only where needed, empty for no value."""
        return self.frame.write_csv(line_terminator="\n").encode()


def write_reference(folder: Path, resources: list[Resource]) -> None:
    """Write all files and datapackage.json, which describes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for resource in resources:
        (folder / resource.file_name).write_bytes(resource.content)
    package = {
        "name": "gid-reference",
        "title": "行政区划参考数据 / Reference data on administrative divisions",
        "description": "Divisions: official statistics of the National Bureau of Statistics of China (国家统计局), as the "
        "named packages carry them. What each column means and how the files are made: docs/gazetteer.md.",
        "resources": [_describe(resource) for resource in resources],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


def _describe(resource: Resource) -> dict[str, Any]:
    content = resource.content
    return {
        "name": resource.file_name.removesuffix(".csv"),
        "path": resource.file_name,
        "title": resource.title,
        "format": "csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": resource.frame.height,
        "sources": resource.sources,
        "schema": {
            "fields": [{"name": name, "type": "string"} for name in resource.frame.columns],
            "primaryKey": list(resource.key),
        },
    }
