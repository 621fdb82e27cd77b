"""One document's whole way: file, text, header, tables, prose, findings, and the facts that rest on it.

Belongs here: `python -m pipelines.publishing.trace DOC`, which reads the published database and prints.
"""

from __future__ import annotations

import argparse
import sys

import duckdb

from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import load_settings

_WIDTH = 100


def find_document(connection: duckdb.DuckDBPyConnection, wanted: str) -> list[tuple[str, str | None]]:
    """Return (source_path, document_id) of the files whose path ends with, or whose id begins with, what was given."""
    name = wanted.removeprefix("data/raw/").removeprefix("./")
    return connection.execute(
        "select source_path, document_id from dim_document where source_path = ? or ends_with(source_path, '/' || ?) "
        "or ends_with(source_path, ?) or starts_with(document_id, ?) order by source_path",
        [name, name, name, name.lower() if len(name) >= 4 else "?"],
    ).fetchall()


def trace_document(connection: duckdb.DuckDBPyConnection, source_path: str, document_id: str | None) -> list[str]:
    """Return the lines of a trace, one hop after the other."""
    lines = [f"document {source_path}"]
    lines += _section("1 file (dim_document)", _pairs(connection, "dim_document", "source_path = ?", source_path))
    report = _pairs(connection, "dim_report", "report_key = ?", document_id)
    placed = _rows(connection, _OVERRIDE, document_id) if report else []
    lines += _section("2 report (dim_report)", [*report, *placed] or ["is no report"])
    if report:
        lines += _section("3 sections (dim_report_section)", _rows(connection, _SECTIONS, document_id))
        lines += _section("4 cells by table and state (fct_reported_cell)", _rows(connection, _CELLS, document_id))
        lines += _section("5 figures other than 0, with their lines", _figures(connection, document_id))
        lines += _section("6 prose (fct_prose_count)", _rows(connection, _PROSE, document_id))
        lines += _section("7 rules (fct_rule_result)", _rows(connection, _RULES, document_id))
    lines += _section("8 findings (fct_finding)", _rows(connection, _FINDINGS, source_path))
    if report:
        lines += _section("9 facts: procurement", _pairs(connection, "fct_procurement", "report_key = ?", document_id))
        lines += _section("10 facts: activities (fct_zero_activity)", _rows(connection, _ACTIVITIES, document_id))
        version = _pairs(connection, "fct_report_version", "report_key = ?", document_id)
        lines += _section("11 versions (fct_report_version)", version)
        lines += _section("12 differences from the current version", _rows(connection, _DIFFERENCES, document_id))
    return lines


_OVERRIDE = (
    "select 'placed by row ' || csv_row || ' of overrides.csv: ' || fct_override.division_code, division_name, unit_name, "
    "'decided by ' || decided_by || ', ' || decided_on || ': ' || reason "
    "from fct_override join dim_report on override_row = csv_row where report_key = ?"
)
_SECTIONS = (
    "select 'line ' || line_start, coalesce(section_number, ''), section_title, section_key from dim_report_section "
    "where report_key = ? order by section_order"
)
_CELLS = (
    "select table_key, form_version, value_state, count(*), 'lines ' || min(line_start) || '-' || max(line_end) "
    "from fct_reported_cell where report_key = ? group by all order by all"
)
_PROSE = (
    "select 'line ' || line_start, quantity, regexp_replace(cast(value as varchar), '\\.0$', ''), "
    "case when is_approximate then 'about' else '' end, quote from fct_prose_count where report_key = ? order by prose_seq"
)
_RULES = (
    "select rule_key, status, count(*), coalesce(min(missing), '') from fct_rule_result where report_key = ? "
    "group by rule_key, status order by all"
)
_FINDINGS = (
    "select severity, rule_key, coalesce('line ' || line_start, ''), message, message_en from fct_finding "
    "where source_path = ? order by line_start nulls first, finding_key"
)
_DIFFERENCES = (
    "select coalesce(table_key || '.' || row_key || '.' || column_key, quantity), difference_kind, "
    "coalesce(raw_value, value_state) || ' -> ' || coalesce(current_raw_value, current_value_state) "
    "from fct_version_difference where report_key = ? order by all"
)
_ACTIVITIES = (
    "select activity, status, case when has_stock then 'has a stock' else '' end, "
    "coalesce('prose: ' || regexp_replace(cast(prose_value as varchar), '\\.0$', ''), '') "
    "from fct_zero_activity join dim_activity using (activity) where report_key = ? order by activity_order"
)


def _section(title: str, content: list[str]) -> list[str]:
    return ["", title, *(f"    {line}" for line in content or ["none"])]


def _pairs(connection: duckdb.DuckDBPyConnection, table: str, where: str, value: str | None) -> list[str]:
    result = connection.execute(f"select * from {table} where {where}", [value])
    names = [column[0] for column in result.description or []]
    return [
        f"{name:<20} {cell}"
        for row in result.fetchall()
        for name, cell in zip(names, row, strict=True)
        if cell is not None
    ]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, value: str | None) -> list[str]:
    rows = connection.execute(query, [value]).fetchall()
    return ["  ".join(_short(cell) for cell in row if cell not in (None, "")) for row in rows]


def _figures(connection: duckdb.DuckDBPyConnection, document_id: str | None) -> list[str]:
    text = connection.execute("select text from dim_document_text where document_id = ?", [document_id]).fetchone()
    source = text[0].split("\n") if text else []
    cells = connection.execute(
        "select cell.table_key, cell.row_key, cell.column_key, cell.value, cell.value_state, cell.line_start, "
        "'corrected by ' || corrected_by || ', ' || corrected_on || ': ' || reason "
        "from fct_reported_cell as cell left join fct_correction using (report_key, table_key, row_key, column_key) "
        "where report_key = ? and (cell.value_state not in ('zero', 'absent') or cell.value_basis = 'corrected') "
        "order by cell.line_start nulls last, row_key, column_key",
        [document_id],
    ).fetchall()
    return [
        f"{table}.{row}.{column} = {value if value is not None else state}   "
        + (f"line {line}: {source[line - 1].strip()!r}" if line else "")
        + (f"   {correction}" if correction else "")
        for table, row, column, value, state, line, correction in cells
    ]


def _short(cell: object) -> str:
    text = str(cell)
    return text if len(text) <= _WIDTH else text[:_WIDTH] + "…"


def main() -> int:
    """Print the trace of every document that the argument names; 1 where there is none, 2 without a warehouse."""
    parser = argparse.ArgumentParser(prog="make trace", description="Print one document's whole way.")
    parser.add_argument("document", help="path of the file, its end, or the beginning of its sha256")
    wanted = parser.parse_args().document
    settings = load_settings()
    if not settings.database_path.is_file():
        print(f"There is no warehouse at {settings.database_path} yet: run `make warehouse` first.", file=sys.stderr)
        return 2
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        found = find_document(connection, wanted)
        if not found:
            print(f"No document of the warehouse is named {wanted!r}: try the end of its path.", file=sys.stderr)
            return 1
        for source_path, document_id in found:
            print(show_hidden("\n".join(trace_document(connection, source_path, document_id))), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
