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
    """Return published table -> columns of its key: the `key` of its `table_holds` test.

    A column of a key may be null (two nulls are the same then), and `rpt_body_year` may have several rows without a year.

    Raises:
        ValueError: a published table has no tested key; the message names its yml file.
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
        model["name"]: tuple(_declared(column, arguments_of(model)) for column in model["columns"])
        for _, model in read_models()
    }


def read_models() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the yml file and the entry of every published model, in the order of files and entries."""
    for layer in _LAYERS:
        for path in sorted((DBT_PROJECT_DIR / "models" / layer).glob("*.yml")):
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
            for model in content.get("models", []):
                yield path, model


def arguments_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the arguments of each `table_holds` test of a model, in the order of the yml file."""
    tests = [test for test in model.get("data_tests", []) if isinstance(test, dict)]
    return [test["table_holds"]["arguments"] for test in tests if "table_holds" in test]


def accepted_values(tests: list[dict[str, Any]], column: str) -> tuple[str, ...]:
    """Return the values that tests accept in a column, in the table itself or in its packed rows; empty: any."""
    lists = [test[kind].get(column, []) for test in tests for kind in ("accepted", "packed_accepted") if kind in test]
    return tuple(str(value) for values in lists for value in values)


def _declared(column: dict[str, Any], tests: list[dict[str, Any]]) -> DeclaredColumn:
    name = column["name"]
    is_required = any(name in test.get("not_null", []) for test in tests)
    return DeclaredColumn(name, column["data_type"], accepted_values(tests, name), is_required)


def _key_of(model: dict[str, Any], path: Path) -> tuple[str, ...]:
    for test in arguments_of(model):
        if "key" in test:
            return tuple(test["key"])
    raise ValueError(f"{path}: model {model['name']} has no key: add a table_holds test with the columns of its `key`")
