"""The dictionary as parquet below the warehouse, one row a published column, for dbt to make tables of.

Belongs here: writing that file. The words stand in the doc blocks, keys and types in the yml files of the models.
"""

from __future__ import annotations

import polars as pl

from pipelines.publishing.held import held_file
from pipelines.schemas.descriptions import column_entry, table_entry
from pipelines.schemas.published import load_columns, load_primary_keys
from pipelines.settings import Settings

_SCHEMA = {
    "table_name": pl.String,
    "table_name_zh": pl.String,
    "table_name_en": pl.String,
    "table_meaning_zh": pl.String,
    "table_meaning_en": pl.String,
    "table_aggregate": pl.String,
    "table_since": pl.String,
    "key_columns": pl.String,
    "example_query": pl.String,
    "column_position": pl.Int32,
    "column_name": pl.String,
    "data_type": pl.String,
    "is_key": pl.Boolean,
    "name_zh": pl.String,
    "name_en": pl.String,
    "meaning_zh": pl.String,
    "meaning_en": pl.String,
    "column_unit": pl.String,
    "aggregate": pl.String,
    "since": pl.String,
    "column_source": pl.String,
    "example": pl.String,
}


def dictionary_frame() -> pl.DataFrame:
    """Return one row a published table and column, in the order of tables by name and columns as declared."""
    keys = load_primary_keys()
    rows = []
    for table, columns in sorted(load_columns().items()):
        of_table = table_entry(table)
        for position, column in enumerate(columns, start=1):
            entry = column_entry(column.name)
            rows.append(
                (
                    table,
                    of_table.name_zh,
                    of_table.name_en,
                    of_table.meaning_zh,
                    of_table.meaning_en,
                    of_table.aggregate,
                    of_table.since,
                    ", ".join(keys[table]),
                    of_table.example,
                    position,
                    column.name,
                    column.data_type,
                    column.name in keys[table],
                    entry.name_zh,
                    entry.name_en,
                    entry.meaning_zh,
                    entry.meaning_en,
                    entry.unit,
                    entry.aggregate,
                    entry.since,
                    entry.source,
                    entry.example,
                )
            )
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def write_dictionary(settings: Settings) -> None:
    """Write `dictionary_columns.parquet` into the dictionary folder of the warehouse, in place of the one before."""
    settings.dictionary_dir.mkdir(parents=True, exist_ok=True)
    path = settings.dictionary_dir / "dictionary_columns.parquet"
    with held_file(path) as part:
        dictionary_frame().write_parquet(part, compression="zstd")
        part.replace(path)
