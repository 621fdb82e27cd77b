"""What a workbook is about: the whole country or one division, and the reports that belong to it.

Belongs here: finding a division by code or name, and the temporary tables (wb_*) that the queries of sheets rest on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

_MOST_LISTED = 15
_TOWNSHIP = 4
_LEVELS = {"province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"}


class UnknownDivision(ValueError):
    """No division, or more than one, has that name; the message lists the candidates with their codes."""


@dataclass(frozen=True)
class Division:
    """A division that a workbook is made for."""

    code: str
    name: str
    level: str


def find_division(connection: duckdb.DuckDBPyConnection, wanted: str) -> Division:
    """Return the one division that a code, a name, or a name with those above it stands for.

    Divisions that still stand go before those that are gone, and a county, prefecture or province before a township.

    Raises:
        UnknownDivision: there is none, or there are several.
    """
    text = re.sub(r"\s", "", wanted)
    if re.fullmatch(r"\d{2,12}", text):
        codes = [text, *(text[:n] for n in (9, 6, 4, 2) if len(text) > n and set(text[n:]) == {"0"})]
        found = connection.execute(f"{_FIND} where division_code in (select unnest($1))", [codes]).fetchall()
        if not found:
            raise UnknownDivision(f"没有代码为 {text} 的区划。No division has the code {text} (2, 4, 6 or 9 digits).")
        return Division(*max(found, key=lambda row: len(row[0]))[:3])
    found = connection.execute(
        f"{_FIND} where ({_NAMED} or short_name = $1) and not {_PLACEHOLDER} order by 1", [text]
    ).fetchall()
    preferred = max((_preference(row, text) for row in found), default=None)
    best = [row for row in found if _preference(row, text) == preferred]
    if len(best) > 1:
        raise UnknownDivision(
            f"“{wanted}”有 {len(best)} 个，请用代码或全名。"
            f"{len(best)} divisions have that name, give the code of one:\n{_listed(best)}"
        )
    if best and not best[0][4] and best[0][5]:
        raise UnknownDivision(
            f"“{wanted}”已撤销或更名，请用今天的代码（或该区划自己的代码 {best[0][0]}）。"
            f"It is gone, give the code of today:\n    {best[0][5]}"
        )
    if best:
        return Division(*best[0][:3])
    near = connection.execute(f"{_FIND} where {_LIKE} order by 4, 1", [text]).fetchall() if text else []
    listed = f"\n名称相近的 Names like it:\n{_listed(near)}" if near else ""
    raise UnknownDivision(
        f"没有名为“{wanted}”的区划：用代码（220112）、名称（双阳区）或全名（吉林省长春市双阳区）。No division has that name.{listed}"
    )


# A name may stand alone, with all above it, or with some of them left out from the left or in the middle.
_FIND = (
    "select division_code, full_name, level, case level when 'province' then 1 when 'prefecture' then 2 "
    "when 'county' then 3 else 4 end as level_order, is_current, successor_codes from dim_division"
)
_NAMED = (
    "$1 in (division_name, full_name, coalesce(county_name, '') || division_name, "
    "coalesce(prefecture_name, '') || division_name, coalesce(province_name, '') || division_name, "
    "coalesce(prefecture_name, '') || coalesce(county_name, '') || division_name, "
    "coalesce(province_name, '') || coalesce(county_name, '') || division_name)"
)
# 市辖区 and 省直辖县级行政区划 stand between a province and its counties in codes alone.
_PLACEHOLDER = "(division_name = '市辖区' or level = 'prefecture' and full_name = province_name)"
_LIKE = "is_current and (contains(full_name, $1) or (short_name <> '' and contains($1, short_name)) and level <> 'township')"


_Row = tuple[str, str, str, int, bool, str | None]


def _preference(row: _Row, text: str) -> tuple[bool, bool, bool]:
    """What still stands first, then what is above a township, then a name in full before a short one."""
    return row[4], row[3] < _TOWNSHIP, row[1].endswith(text)


def _listed(rows: list[_Row]) -> str:
    lines = [
        f"    {code:<12} {_LEVELS[level]}  {name}{'' if current else '（已撤销或更名）'}"
        for code, name, level, _, current, _ in rows[:_MOST_LISTED]
    ]
    return "\n".join([*lines, *([f"    … {len(rows) - _MOST_LISTED} more"] if len(rows) > _MOST_LISTED else [])])


def make_scope(connection: duckdb.DuckDBPyConnection, division: Division | None) -> None:
    """Make the temporary tables: bodies, divisions and current reports of the scope, and the addresses of documents.

    A report belongs to a division if its body is placed in it or below it. A division that was re-coded is the same
    place, under its code of today.
    """
    connection.execute("create temp table wb_scope as select ? as is_whole", [division is None])
    inside = inside_body = "true"
    if division is not None:
        connection.execute(
            "create temp table wb_inside as select division_code from dim_division where $1 in "
            "(division_code, unit_code, county_code, prefecture_code, province_code)",
            [division.code],
        )
        inside = "division_code in (select division_code from wb_inside)"
        inside_body = f"body.{inside}"
    for statement in _TABLES:
        connection.execute(statement.format(inside=inside, inside_body=inside_body))


def count_cells(connection: duckdb.DuckDBPyConnection, empty: bool) -> None:
    """Make `wb_cells`: of each current report, its cells by state, and the state of every cell that has no value.

    It is made empty where no sheet of reports lists rows, for it reads every cell of the scope.
    """
    connection.execute(_CELLS.format(condition="false" if empty else "true"))


_TABLES = (
    "create temp table wb_division as select * from dim_division where {inside}",
    """
    create temp table wb_body as
    select body.*, division.county_code, division.prefecture_code, division.province_code
    from dim_body as body
    left join dim_division as division on body.division_code = division.division_code
    where {inside_body}
    """,
    """
    create temp table wb_address as
    select document_id, min(source_url) as source_url, min(source_path) as source_path
    from dim_document where document_id is not null group by document_id
    """,
    """
    create temp table wb_all_reports as
    select report.report_key from dim_report as report inner join wb_body as body on report.body_key = body.body_key
    """,
    """
    create temp table wb_report as
    select
        report.report_key, report.body_key, report.report_year, report.form_version, report.title, report.published_on,
        report.source_path, body.body_name, body.resolution, body.province_name, body.prefecture_name, body.county_name,
        body.county_code, body.division_code, address.source_url
    from dim_report as report
    inner join wb_body as body on report.body_key = body.body_key
    left join wb_address as address on report.report_key = address.document_id
    where report.is_current
    """,
)
_STATES = ("number", "zero", "blank", "not_applicable", "text", "ambiguous", "absent")
_CELLS = f"""
    create temp table wb_cells as
    select
        cell.report_key,
        {", ".join(f"count(*) filter (cell.value_state = '{state}') as n_{state}" for state in _STATES)},
        map_from_entries(
            list({{{{'k': cell.table_key || '.' || cell.row_key || '.' || cell.column_key, 'v': cell.value_state}}}})
            filter (cell.value is null)
        ) as states
    from fct_reported_cell as cell
    inner join wb_report as report on cell.report_key = report.report_key
    where {{condition}}
    group by cell.report_key
"""
