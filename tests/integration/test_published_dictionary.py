"""What a published warehouse says of itself: comments, dim_column, parquet and datapackage, held against the one dictionary."""

from __future__ import annotations

import json
import re

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.schemas.descriptions import column_entry, table_entry
from pipelines.schemas.published import PUBLISHED_TABLES, load_columns, load_primary_keys
from pipelines.settings import PROJECT_DIR


def test_comments_are_the_blocks_of_the_dictionary(founding):
    rows = founding.query(
        "select table_name, comment from duckdb_tables() where schema_name = 'main' "
        "union all select view_name, comment from duckdb_views() where schema_name = 'main' and not internal"
    )
    assert dict(rows) == {table: table_entry(table).text for table in PUBLISHED_TABLES}
    rows = founding.query("select table_name, comment from duckdb_tables() where schema_name = 'reference'")
    assert dict(rows) == {table: table_entry(f"seed_{table}").text for table, _ in rows}
    rows = founding.query(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' and not internal"
    )
    assert {(table, column): comment for table, column, comment in rows} == {
        (table, column.name): column_entry(column.name).text
        for table, columns in load_columns().items()
        for column in columns
    }


def test_the_dictionary_can_be_asked_as_tables(founding):
    rows = founding.query(
        "select table_name, column_name, column_position, data_type, is_key, name_zh, meaning_en, column_unit, aggregate, "
        "column_source, example from dim_column order by table_name, column_position"
    )
    expected = []
    for table, columns in sorted(load_columns().items()):
        for position, column in enumerate(columns, start=1):
            entry = column_entry(column.name)
            is_key = column.name in load_primary_keys()[table]
            expected.append(
                (table, column.name, position, column.data_type, is_key, entry.name_zh, entry.meaning_en, entry.unit,
                 entry.aggregate, entry.source, entry.example)
            )  # fmt: skip
    assert rows == expected
    assert founding.query("select column_unit, aggregate like 'never%', column_source from dim_column where "
                          "table_name = 'fct_procurement' and column_name in ('amount', 'amount_yuan') order by 1") == [
        ("as amount_unit says", True, "t2.procurement.amount"), ("yuan", False, "t2.procurement.amount")
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_queries_of_the_readme_give_what_it_prints(founding, page):
    """Each query with the table behind it; one without a table gives no row."""
    text = (PROJECT_DIR / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n([^`]+);\n```\n(?:\n((?:\|.*\n)+))?", text)
    assert len(blocks) >= 11
    for query, table in blocks:
        printed = [tuple(line.strip("| ").split(" | ")) for line in table.splitlines()]
        with duckdb.connect(str(founding.settings.database_path), read_only=True) as connection:
            found = connection.execute(f"select coalesce(columns(*)::varchar, 'NULL') from ({query})")
            names = tuple(column[0] for column in found.description)
            rows = found.fetchall()
        assert rows == printed[2:], query
        assert not table or names == printed[0], query


@pytest.mark.parametrize("table", [table for table in PUBLISHED_TABLES if table_entry(table).example])
def test_every_example_query_runs(founding, table):
    assert isinstance(founding.query(table_entry(table).example or ""), list)


def test_parquet_and_datapackage_carry_every_part_of_an_entry(founding):
    folder = founding.settings.exports_dir
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        table = resource["name"]
        of_table = table_entry(table)
        assert (resource["title"], resource["description"]) == (of_table.title, of_table.description)
        schema = pq.read_schema(folder / resource["path"])
        assert (schema.metadata or {})[b"name_zh"].decode() == of_table.name_zh
        for field in resource["schema"]["fields"]:
            entry = column_entry(field["name"])
            words = {"title": entry.title, "description": entry.description, **entry.facts}
            assert {key: value for key, value in field.items() if key not in ("name", "type")} == words
            carried = {key.decode(): value.decode() for key, value in schema.field(field["name"]).metadata.items()}
            assert carried == {
                "name_zh": entry.name_zh, "name_en": entry.name_en, "description": entry.description, **entry.facts
            }  # fmt: skip
        key = list(load_primary_keys()[table])
        assert resource["schema"].get("primaryKey", resource["schema"].get("uniqueKeys")) in (key, [key])
    keys = {resource["name"]: resource["schema"].get("primaryKey") for resource in package["resources"]}
    assert keys["dim_report"] == ["report_key"]
    assert keys["dim_division_name"] is None
