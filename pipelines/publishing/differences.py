"""What moved in one table between two sides: columns, rows, values, each counted, with some keys as samples.

Belongs here: the SQL over sets of rows. What it means for reports stands in `difference_summary`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.publishing.contents import quoted, row_hash
from pipelines.publishing.sides import Side

SAMPLES_OF_COLUMN = 5
SAMPLES_OF_ROWS = 10
_MAX_COLUMNS = 60
_MAX_TEXT = 200
# Types of whole numbers, with the digits that they may have.
_WHOLE = {
    "TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19, "HUGEINT": 39,
    "UTINYINT": 3, "USMALLINT": 5, "UINTEGER": 10, "UBIGINT": 20,
}  # fmt: skip
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_MAX_DIGITS, _DIGITS_OF_DOUBLE = 38, 15
_ZERO_AND_NULL = {
    "null_to_value": "{a} is null",
    "value_to_null": "{b} is null",
    "null_to_zero": "{a} is null and {b} = 0",
    "zero_to_null": "{a} = 0 and {b} is null",
}


@dataclass(frozen=True)
class _Shape:
    """What two tables of one name have in common: columns with the type in which they are compared, and the key."""

    columns: dict[str, str]
    numbers: frozenset[str]
    key: tuple[str, ...]

    @property
    def values(self) -> list[str]:
        return [column for column in self.columns if column not in self.key]

    @property
    def group(self) -> str | None:
        """The column by whose values rows are told apart first: the report, else what the key begins with."""
        return "report_key" if "report_key" in self.columns else next(iter(self.key), None)

    def cast(self, column: str) -> str:
        return f"cast({quoted(column)} as {self.columns[column]})"

    def hash(self) -> str:
        return row_hash([self.cast(column) for column in self.columns])


def note_report_moves(connection: duckdb.DuckDBPyConnection, a: Side, b: Side) -> None:
    """Note of every report whether both sides have it (`kept`), or only the new or the old one (`new`, `gone`)."""
    connection.execute("create temp table report_moves (report_key varchar, move varchar)")
    if a.has("dim_report", "report_key") and b.has("dim_report", "report_key"):
        connection.execute(
            "insert into report_moves select coalesce(a.report_key, b.report_key), "
            "case when a.report_key is null then 'new' when b.report_key is null then 'gone' else 'kept' end "
            f"from (select distinct report_key from {a.view('dim_report')}) as a "
            f"full join (select distinct report_key from {b.view('dim_report')}) as b on a.report_key = b.report_key"
        )


def compare_table(
    connection: duckdb.DuckDBPyConnection, a: Side, b: Side, table: str, key: tuple[str, ...]
) -> dict[str, Any]:
    """Compare a table that both sides have; `status` is `unchanged` or `changed`.

    A table without a key, or whose key columns are not on both sides, is compared as rows that are there so many times.
    """
    contents = a.contents.get(table), b.contents.get(table)
    found: dict[str, Any] = {"status": "unchanged", "columns": _compare_columns(a, b, table)}
    if contents[0] is not None and contents[0] == contents[1]:
        return {**found, "rows": {"a": contents[0].rows, "b": contents[0].rows}}
    shape = _shape_of(a, b, table, key)
    found["rows"] = {side.schema: _count(connection, side.view(table)) for side in (a, b)}
    found["key"] = list(shape.key)
    found |= _compare_rows(connection, a, b, table, shape) if shape.columns else {}
    moved = any(found[name] for name in ("rows_added", "rows_removed", "rows_changed") if name in found)
    if moved or any(found["columns"].values()):
        found["status"] = "changed"
    return found


def _compare_columns(a: Side, b: Side, table: str) -> dict[str, Any]:
    old, new = a.columns[table], b.columns[table]
    both = [column for column in old if column in new]
    told = a.descriptions.get(table, {}), b.descriptions.get(table, {})
    return {
        "added": [{"column": column, "type": dtype} for column, dtype in new.items() if column not in old],
        "removed": [{"column": column, "type": dtype} for column, dtype in old.items() if column not in new],
        "retyped": [{"column": c, "from": old[c], "to": new[c]} for c in both if old[c] != new[c]],
        "described_anew": [c for c in both if told[0] and told[1] and told[0].get(c) != told[1].get(c)],
        "reordered": both != [column for column in new if column in old],
    }


def _shape_of(a: Side, b: Side, table: str, key: tuple[str, ...]) -> _Shape:
    old, new = a.columns[table], b.columns[table]
    both = {column: _common_type(old[column], new[column]) for column in old if column in new}
    numbers = {column for column, dtype in both.items() if _is_number(dtype)}
    return _Shape(both, frozenset(numbers), key if all(column in both for column in key) else ())


def _common_type(old: str, new: str) -> str:
    """The type that holds both types of a column exactly: whole numbers, decimals, else numbers; or as text."""
    if old == new:
        return old
    if old in _WHOLE and new in _WHOLE:
        return "HUGEINT"
    one, other = _digits(old), _digits(new)
    if one and other:
        before, after = max(one[0], other[0]), max(one[1], other[1])
        return f"DECIMAL({before + after}, {after})" if before + after <= _MAX_DIGITS else "VARCHAR"
    numbers = _is_number(old) and _is_number(new)
    # Two decimals of more digits than a DOUBLE keeps would become one number in it.
    return "DOUBLE" if numbers and not any(_is_long_decimal(dtype) for dtype in (old, new)) else "VARCHAR"


def _digits(dtype: str) -> tuple[int, int] | None:
    """Digits before and after the point that a whole or decimal type may have."""
    if dtype in _WHOLE:
        return _WHOLE[dtype], 0
    found = _DECIMAL.fullmatch(dtype)
    return (int(found[1]) - int(found[2]), int(found[2])) if found else None


def _is_long_decimal(dtype: str) -> bool:
    found = _DECIMAL.fullmatch(dtype)
    return found is not None and int(found[1]) > _DIGITS_OF_DOUBLE


def is_whole_number(dtype: str) -> bool:
    """Tell whether a type is one of whole numbers."""
    return dtype in _WHOLE


def _is_number(dtype: str) -> bool:
    return dtype in (*_WHOLE, "DOUBLE", "FLOAT") or dtype.startswith("DECIMAL")


def _compare_rows(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, table: str, shape: _Shape) -> dict[str, Any]:
    """Drop all rows that both sides have, first those of whole reports, then match what is left by key.

    Rows of one key that is there several times are matched in the order of their hashes: as many as there are on both sides.
    """
    _note_moved_groups(connection, a, b, table, shape)
    each = f"select {shape.hash()} as hashed, {{}} as sign from {{}}{_in_moved_groups(shape)}"
    connection.execute(
        "create or replace temp table differing as select hashed from "
        f"({each.format(1, b.view(table))} union all {each.format(-1, a.view(table))}) group by hashed having sum(sign) <> 0"
    )
    # Without a key all columns are the key: rows are there or not, none is changed.
    key = [quoted(column) for column in shape.key or shape.columns]
    for side in (a, b):
        _gather_moved(connection, side, table, shape, key)
    # A key is the same on both sides of a pair, so that it is kept once.
    kept = [f"coalesce(b.{column}, a.{column}) as {column}" for column in key]
    kept += [
        f"{s}.{quoted(c)} as {quoted(f'{s}:{c}')}" for c in shape.columns if quoted(c) not in key for s in ("a", "b")
    ]
    on = " and ".join(f"a.{column} is not distinct from b.{column}" for column in key)
    report = "coalesce(b.report_key, a.report_key)" if "report_key" in shape.columns else "null"
    connection.execute(
        f"create or replace temp table pairs as select {', '.join(kept)}, coalesce(m.move, 'none') as _move, "
        "case when a._nth is null then 'added' when b._nth is null then 'removed' else 'changed' end as _kind "
        f"from moved_a as a full join moved_b as b on {on} and a._nth = b._nth "
        f"left join report_moves as m on m.report_key = {report} where a._hash is distinct from b._hash"
    )
    found = _counted(connection)
    found["values"] = _changed_values(connection, shape) if found["rows_changed"] else []
    found["samples"] = {
        f"rows_{kind}": _sampled_rows(connection, shape, kind, side)
        for kind, side in (("added", "b"), ("removed", "a"))
        if found[f"rows_{kind}"]
    }
    return found


def _note_moved_groups(connection: duckdb.DuckDBPyConnection, a: Side, b: Side, table: str, shape: _Shape) -> None:
    """Note the reports, or first parts of the key, whose rows differ: a sum of hashes each, where all rows would not fit."""
    if shape.group is None:
        return
    each = f"select {shape.cast(shape.group)} as grouped, {shape.hash()}::hugeint as hashed, {{0}} as sign from {{1}}"
    connection.execute(
        "create or replace temp table moved_groups as select grouped from "
        f"({each.format(1, b.view(table))} union all {each.format(-1, a.view(table))}) "
        "group by grouped having sum(sign) <> 0 or sum(sign * hashed) <> 0"
    )


def _in_moved_groups(shape: _Shape) -> str:
    if shape.group is None:
        return ""
    return f" semi join moved_groups on {shape.cast(shape.group)} is not distinct from moved_groups.grouped"


def _gather_moved(connection: duckdb.DuckDBPyConnection, side: Side, table: str, shape: _Shape, key: list[str]) -> None:
    """Gather the rows of a side that are not on the other one as often, numbered within their key."""
    moved, columns = (
        f"moved_{side.schema}",
        ", ".join(f"{shape.cast(column)} as {quoted(column)}" for column in shape.columns),
    )
    connection.execute(
        f"create or replace temp table {moved} as select {columns}, {shape.hash()} as _hash, 1 as _nth "
        f"from {side.view(table)}{_in_moved_groups(shape)} where {shape.hash()} in (select hashed from differing)"
    )
    # As many hashes of keys as rows: no key is there twice, and nothing has to be sorted to number its rows.
    (twice,) = connection.execute(
        f"select count(*) > count(distinct hash({', '.join(key)})) from {moved}"
    ).fetchone() or (False,)
    if twice:
        connection.execute(
            f"create or replace temp table {moved} as select * replace "
            f"(row_number() over (partition by {', '.join(key)} order by _hash) as _nth) from {moved}"
        )


def _counted(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    counts = connection.execute("select _kind, _move, count(*) from pairs group by all order by all").fetchall()
    of_reports: dict[str, dict[str, int]] = {}
    for kind, move, n in counts:
        of_reports.setdefault(move, {})[kind] = n
    totals = {f"rows_{kind}": sum(n for k, _, n in counts if k == kind) for kind in ("added", "removed", "changed")}
    return {
        **totals,
        "of_reports": {move: of_reports[move] for move in ("kept", "new", "gone", "none") if move in of_reports},
    }


def _changed_values(connection: duckdb.DuckDBPyConnection, shape: _Shape) -> list[dict[str, Any]]:
    """Count the changed values of every column, and take some of them, those of reports that both sides have first."""
    counted = connection.execute(
        f"select {', '.join(_counts_of(shape, column) for column in shape.values)} from pairs where _kind = 'changed'"
    ).fetchone()
    columns = [
        {"column": column, **{name: n for name, n in counts.items() if n or name in ("changed", "of_kept_reports")}}
        for column, counts in zip(shape.values, counted or (), strict=True)
        if counts["changed"]
    ]
    columns.sort(key=lambda found: (-found["changed"], found["column"]))
    sampled = columns[:_MAX_COLUMNS]
    if sampled:
        chosen = ", ".join(_samples_of(shape, found["column"]) for found in sampled)
        samples = connection.execute(f"select {chosen} from pairs where _kind = 'changed'").fetchone() or ()
        for found, rows in zip(sampled, samples, strict=True):
            found["samples"] = rows
    return columns


def _counts_of(shape: _Shape, column: str) -> str:
    a, b = quoted(f"a:{column}"), quoted(f"b:{column}")
    differs = f"{a} is distinct from {b}"
    conditions = {"changed": "true", "of_kept_reports": "_move = 'kept'"}
    for name, condition in _ZERO_AND_NULL.items():
        if column in shape.numbers or "zero" not in name:
            conditions[name] = condition.format(a=a, b=b)
    counts = (f"'{name}': count(*) filter ({differs} and {condition})" for name, condition in conditions.items())
    return f"{{{', '.join(counts)}}}"


def _samples_of(shape: _Shape, column: str) -> str:
    a, b = quoted(f"a:{column}"), quoted(f"b:{column}")
    parts = {"old": _as_text(a), "new": _as_text(b), **_place(shape, "b")}
    if "line_start" in shape.values:
        parts["line_before"] = quoted("a:line_start")
    return (
        f"arg_min({_struct({'key': _key_struct(shape), **parts})}, {_order(shape)}, {SAMPLES_OF_COLUMN}) "
        f"filter ({a} is distinct from {b})"
    )


def _sampled_rows(connection: duckdb.DuckDBPyConnection, shape: _Shape, kind: str, side: str) -> list[dict[str, Any]]:
    parts = {"key": _key_struct(shape), **_place(shape, side)}
    row = connection.execute(
        f"select arg_min({_struct(parts)}, {_order(shape)}, {SAMPLES_OF_ROWS}) from pairs where _kind = '{kind}'"
    ).fetchone()
    return list(row[0]) if row and row[0] else []


def _key_struct(shape: _Shape) -> str:
    return _struct({c: _as_text(quoted(c)) for c in shape.key or shape.columns})


def _place(shape: _Shape, side: str) -> dict[str, str]:
    """What tells a reader whose row it is and where it stands in the text."""
    names = {name: name for name in ("report_key", "body_key", "report_year", "source_path")} | {"line_start": "line"}
    keys = shape.key or tuple(shape.columns)
    return {
        shown: quoted(column if column in keys else f"{side}:{column}")
        for column, shown in names.items()
        if column in shape.columns
    }


def _order(shape: _Shape) -> str:
    return f"row(_move <> 'kept', {', '.join(quoted(column) for column in shape.key or shape.columns)})"


def _struct(parts: dict[str, str]) -> str:
    return "{" + ", ".join(f"'{name}': {expression}" for name, expression in parts.items()) + "}"


def _as_text(expression: str) -> str:
    return f"left(cast({expression} as varchar), {_MAX_TEXT})"


def _count(connection: duckdb.DuckDBPyConnection, view: str) -> int:
    row = connection.execute(f"select count(*) from {view}").fetchone()
    return int(row[0]) if row else 0
