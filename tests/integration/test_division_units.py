"""Coverage looks for a report under the code that the resolver gives it: one rule, in SQL and in Python."""

from __future__ import annotations

import duckdb

from pipelines.gazetteer.divisions import DIVISIONS_CSV
from pipelines.gazetteer.index import load_gazetteer
from pipelines.settings import DBT_PROJECT_DIR


def model(path: str, reference: str, table: str) -> str:
    sql = (DBT_PROJECT_DIR / "models" / path).read_text(encoding="utf-8")
    assert reference in sql
    return sql.replace(reference, table)


def test_units_are_the_places_of_the_resolver():
    divisions = model(
        "staging/stg_divisions.sql",
        "{{ source('reference_data', 'divisions') }}",
        f"read_csv('{DIVISIONS_CSV}', all_varchar = true)",
    )
    units = model("intermediate/int_division_units.sql", "{{ ref('stg_divisions') }}", "divisions")
    with duckdb.connect() as connection:
        connection.execute(f"create table divisions as {divisions}")
        rows = connection.execute(f"select division_code, division_name, unit_code from ({units})").fetchall()
    gazetteer = load_gazetteer()
    differing = []
    for code, name, unit in rows:
        place = gazetteer.current(code, name.removesuffix("办事处") if name.endswith("街道办事处") else name)
        # A county that is one unit has the unit's code there; it is the county's own here.
        if place != unit and not (len(code) == 6 and len(place) == 9):
            differing.append((code, name, unit, place))
    assert len(rows) > 60_000
    assert differing == []
