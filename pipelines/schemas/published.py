"""The published tables as dbt's marts and reports declare them: names, columns in order, keys.

Belongs here: reading the models' yml files. What a table or a column means stands in the dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.settings import DBT_PROJECT_DIR

_LAYERS = ("marts", "reports")

PUBLISHED_TABLES = sorted(path.stem for layer in _LAYERS for path in (DBT_PROJECT_DIR / "models" / layer).glob("*.sql"))


@cache
def load_primary_keys() -> dict[str, tuple[str, ...]]:
    """Return published table -> columns of its key: those of its `unique_key` test, else the column with a `unique` test.

    A column of a key may be null (two nulls are the same then), and `rpt_body_year` may have several rows without a year.

    Raises:
        ValueError: a published table has no key test; the message names its yml file.
    """
    return {model["name"]: _key_of(model, path) for path, model in read_models()}


def read_models() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the yml file and the entry of every published model, in the order of files and entries."""
    for layer in _LAYERS:
        for path in sorted((DBT_PROJECT_DIR / "models" / layer).glob("*.yml")):
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
            for model in content.get("models", []):
                yield path, model


def _key_of(model: dict[str, Any], path: Path) -> tuple[str, ...]:
    for test in model.get("data_tests", []):
        if isinstance(test, dict) and "unique_key" in test:
            return tuple(test["unique_key"]["arguments"]["columns"])
    for column in model.get("columns", []):
        tests = [next(iter(test)) if isinstance(test, dict) else test for test in column.get("data_tests", [])]
        if "unique" in tests:
            return (column["name"],)
    raise ValueError(
        f"{path}: model {model['name']} has no key: add a unique_key test with its columns, or a unique test to one column"
    )
