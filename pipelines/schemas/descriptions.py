"""The one dictionary of the project: what every column and table means, read once from the dbt doc blocks.

Belongs here: looking entries up. The words stand in `dbt_project/models/columns*.md`, their form in `dictionary`.
"""

from __future__ import annotations

from functools import cache

from pipelines.schemas.dictionary import Entry, read_dictionary
from pipelines.settings import DBT_PROJECT_DIR


@cache
def load_dictionary() -> dict[str, Entry]:
    """Return doc block name -> entry; raise `DictionaryError` with every fault where a block is not of the form."""
    return read_dictionary(DBT_PROJECT_DIR / "models")


def column_entry(column: str) -> Entry:
    """Return the entry of a column; raise `KeyError` naming the column where none is written."""
    return _entry(column, f"no description of column {column!r}")


def table_entry(table: str) -> Entry:
    """Return the entry of a table (`fct_finding`, `seed_units`, `staging_cells`); raise `KeyError` where none is written."""
    return _entry(f"table_{table}", f"no description of table {table!r}")


def describe(column: str) -> str:
    """Return names and meaning of a column; raise `KeyError` naming the column where none is written."""
    return column_entry(column).short


def _entry(block: str, what: str) -> Entry:
    try:
        return load_dictionary()[block]
    except KeyError:
        raise KeyError(f"{what}: add a docs block {block!r} to dbt_project/models/columns*.md") from None
