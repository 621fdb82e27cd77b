"""The published tables as dbt's marts and reports declare them: names, columns in order, keys.

Belongs here: reading the models' yml files. What a table or a column means stands in the dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class DeclaredColumn:
    """A column as the contract of its table declares it: name, DuckDB type, accepted values (empty: any), never null."""

    name: str
    data_type: str
    accepted: tuple[str, ...]
    is_required: bool


@cache
def load_columns() -> dict[str, tuple[DeclaredColumn, ...]]:
    """Return published table -> its columns in the order of the contract."""
    return {
        model["name"]: tuple(_declared(column, _never_null(model)) for column in model["columns"])
        for _, model in read_models()
    }


def read_models() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the yml file and the entry of every published model, in the order of files and entries."""
    for layer in _LAYERS:
        for path in sorted((DBT_PROJECT_DIR / "models" / layer).glob("*.yml")):
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
            for model in content.get("models", []):
                yield path, model


def _never_null(model: dict[str, Any]) -> set[str]:
    tests = [test["columns_not_null"] for test in model.get("data_tests", []) if "columns_not_null" in test]
    return {column for test in tests for column in test["arguments"]["columns"]}


def _declared(column: dict[str, Any], never_null: set[str]) -> DeclaredColumn:
    tests = column.get("data_tests", [])
    accepted = [
        str(value)
        for test in tests
        if "accepted_values" in test
        for value in test["accepted_values"]["arguments"]["values"]
    ]
    return DeclaredColumn(column["name"], column["data_type"], tuple(accepted), column["name"] in never_null)


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
