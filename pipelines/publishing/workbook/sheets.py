"""The sheets as they stand in `sheets/*.yml`: name, query, columns.

Belongs here: reading and checking these files. How a sheet is written stands in `data_sheet`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "sheets"
_SHARED = "shared.yml"
_TABLE = re.compile(r"\b(?:from|join)\s+((?:dim|fct|rpt)_\w+)")
KINDS = (
    "text", "long", "count", "signed", "number", "share", "yuan", "wan", "year", "date", "word", "flag", "link", "figure"
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        key: name in the query.
        header: what stands above it.
        kind: one of `KINDS`: type, number format and default width. `figure` takes its kind from the value.
        doc: `table.column` of the dictionary that says what it means; with `meaning_zh` it is said here.
        cell: the form's cell `table.row.column`; where the value is null, the cell's state shades it.
        state: column of the query that says why the value is null.
        empty: state of every null of the column.
        words: vocabulary of `words.csv` that a `word` is shown in.
        total: whether a sheet that is too long for its rows adds this up by county and year.
    """

    key: str
    header: str
    kind: str = "text"
    width: float | None = None
    doc: str | None = None
    meaning_zh: str | None = None
    meaning_en: str | None = None
    unit: str | None = None
    aggregate: str | None = None
    cell: str | None = None
    state: str | None = None
    empty: str | None = None
    words: str | None = None
    total: bool = False
    from_map: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: what a row is, the query over the published tables, the columns in order.

    Attributes:
        more_columns: a query that gives further columns from the data (key, header, kind, meaning_zh, meaning_en), whose
            values stand in the map `figures` of the query and whose reasons for a null in the map `reasons`.
        tables: published tables that the queries read.
    """

    name: str
    order: int
    row_zh: str
    row_en: str
    query: str
    columns: tuple[Column, ...]
    more_columns: str | None = None
    how_to: str = ""
    nothing: str = ""
    frozen: int = 5
    sort: str = "division_code nulls last, body_key, report_year nulls last, report_key"
    absent_figure: str = "not_in_form"
    tables: tuple[str, ...] = ()
    emphasis: dict[str, Any] = field(default_factory=dict)


def load_sheets() -> list[Sheet]:
    """Read all sheets in their order.

    Raises:
        ValueError: a file has an unknown key or kind; the message names file and column.
    """
    shared = yaml.safe_load((_FOLDER / _SHARED).read_text(encoding="utf-8"))
    paths = sorted(path for path in _FOLDER.glob("*.yml") if path.name != _SHARED)
    return sorted((_read_sheet(path, shared) for path in paths), key=lambda sheet: sheet.order)


def _read_sheet(path: Path, shared: dict[str, list[dict[str, Any]]]) -> Sheet:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    table = content.pop("table", None)
    columns: list[Column] = []
    for entry in content.pop("columns"):
        if isinstance(entry, str):
            columns += [_read_column(path, column, None) for column in shared[entry]]
        else:
            columns.append(_read_column(path, entry, table))
    tables = tuple(sorted(set(_TABLE.findall(content["query"] + content.get("more_columns", "")))))
    try:
        return Sheet(columns=tuple(columns), tables=tables, **content)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error


def _read_column(path: Path, entry: dict[str, Any], table: str | None) -> Column:
    given = dict(entry)
    if table and "doc" not in given and "meaning_zh" not in given:
        given["doc"] = f"{table}.{given['key']}"
    try:
        column = Column(**given)
    except TypeError as error:
        raise ValueError(f"{path}: column {entry}: {error}") from error
    if column.kind not in KINDS or (column.doc is None) == (column.meaning_zh is None):
        raise ValueError(
            f"{path}: column {column.key}: its kind is one of {KINDS}, its meaning a doc or words of its own"
        )
    return column
