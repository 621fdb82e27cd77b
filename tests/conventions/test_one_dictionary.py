"""One dictionary: every column and table has one entry that holds, and all that describe one take it from there."""

from __future__ import annotations

import re
from datetime import date

import dagster as dg
import polars as pl
import pytest
import yaml

from pipelines.definitions import defs
from pipelines.defs.metadata import frame_column_schema
from pipelines.schemas.curation import CURATION_MODELS
from pipelines.schemas.descriptions import column_entry, describe, load_dictionary, table_entry
from pipelines.schemas.published import PUBLISHED_TABLES, load_columns, load_primary_keys, read_models
from pipelines.schemas.staging import STAGING_MODELS
from pipelines.settings import DBT_PROJECT_DIR, SEEDS_DIR

FRAMES = {**STAGING_MODELS, **CURATION_MODELS}
COLUMNS = {name: entry for name, entry in load_dictionary().items() if not entry.is_table}
ASSETS = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
CELL = re.compile(r"\b(t2|t3|t4|channels|statistics|provincial)\.(\w+)\.(\w+)")


def seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS_DIR / f"{name}.csv", infer_schema=False)


def test_every_published_column_has_an_entry_of_its_name():
    assert sorted(load_columns()) == PUBLISHED_TABLES
    for path, model in read_models():
        assert model["description"] == f"{{{{ doc('table_{model['name']}') }}}}", f"{path.name}: {model['name']}"
        assert table_entry(model["name"])
        for column in model["columns"]:
            place = f"{path.name}: {model['name']}.{column['name']}"
            assert column["description"] == f"{{{{ doc('{column['name']}') }}}}", place
            assert column_entry(column["name"]), place


def test_no_entry_describes_nothing():
    columns = {column.name for declared in load_columns().values() for column in declared}
    columns |= {name for model in FRAMES.values() for name in model.to_schema().columns}
    assert sorted(set(COLUMNS) - columns) == []
    tables = {*PUBLISHED_TABLES, "seed_dictionary_columns", *(f"seed_{path.stem}" for path in SEEDS_DIR.glob("*.csv"))}
    tables |= {f"staging_{name}" for name in STAGING_MODELS} | {f"curation_{name}" for name in CURATION_MODELS}
    assert sorted(set(load_dictionary()) - set(COLUMNS) - {f"table_{name}" for name in tables}) == []


@pytest.mark.parametrize("frame", FRAMES)
def test_pandera_and_dagster_take_the_words_of_the_dictionary(frame):
    fields = FRAMES[frame].to_schema().columns
    assert {name: field.description for name, field in fields.items()} == {name: describe(name) for name in fields}
    assert {c.name: c.description for c in frame_column_schema(frame).columns} == {n: describe(n) for n in fields}


@pytest.mark.parametrize("table", PUBLISHED_TABLES)
def test_dagster_has_the_columns_of_published_tables(table):
    shown = ASSETS[dg.AssetKey(["warehouse", table])].metadata["dagster/column_schema"].columns
    assert [(c.name, c.type) for c in shown] == [(c.name, c.data_type) for c in load_columns()[table]]
    assert {c.name: c.description for c in shown} == {c.name: describe(c.name) for c in load_columns()[table]}
    key = load_primary_keys()[table]
    assert [c.name for c in shown if "key" in c.tags] == [c.name for c in load_columns()[table] if c.name in key]


def test_frames_and_seeds_take_their_tables_from_the_dictionary():
    files = sorted(SEEDS_DIR.glob("*.yml"))
    seeds = [entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["seeds"]]
    assert {entry["name"] for entry in seeds} == {path.stem for path in SEEDS_DIR.glob("*.csv")}
    described = {entry["name"]: ("seed", entry["description"]) for entry in seeds}
    for file, kind in (("_sources.yml", "staging"), ("_curation_sources.yml", "curation")):
        (source,) = yaml.safe_load((DBT_PROJECT_DIR / "models" / "staging" / file).read_text("utf-8"))["sources"]
        described |= {entry["name"]: (kind, entry["description"]) for entry in source["tables"]}
    for name, (kind, description) in described.items():
        assert description == f"{{{{ doc('table_{kind}_{name}') }}}}"
        if kind != "seed":
            assert ASSETS[dg.AssetKey([kind, name])].description == table_entry(f"{kind}_{name}").short


def test_cells_that_entries_name_are_cells_of_the_form():
    rows = seed("form_rows").filter(pl.col("row_kind") != "heading")
    cells = rows.join(seed("form_columns"), on=["form_version", "table_key", "block_key"])
    known = set(cells.select("table_key", "row_key", "column_key").unique().rows())
    for name, entry in load_dictionary().items():
        named = CELL.findall(entry.source or "")
        assert [cell for cell in named if cell not in known] == [], name
        editions = {
            version
            for version, *cell in cells.select("form_version", "table_key", "row_key", "column_key").rows()
            if tuple(cell) in named and version in ("F2019", "F2021")
        }
        if entry.since and editions:
            expected = f"{min(editions)} only" if editions == {"F2019"} else min(editions)
            assert entry.since == expected, name


def test_editions_that_entries_name_are_editions():
    editions = set(seed("form_editions")["form_version"])
    since = {name: entry.since.split()[0] for name, entry in load_dictionary().items() if entry.since}
    assert {name: s for name, s in since.items() if s.startswith("F") and s not in editions} == {}


def test_what_may_be_added_up_has_a_unit():
    assert [n for n, e in COLUMNS.items() if re.match(r"(sum|mean|median)\b", e.aggregate or "") and not e.unit] == []


@pytest.mark.parametrize("table", PUBLISHED_TABLES)
def test_examples_are_values_that_the_column_can_have(table):
    for column in load_columns()[table]:
        example = COLUMNS[column.name].example
        kind = column.data_type.split("(")[0].lower()
        # A name such as `value` has a text in one table and a figure in another: the example is of one of them.
        kinds = {
            c.data_type.split("(")[0].lower() for cs in load_columns().values() for c in cs if c.name == column.name
        }
        if kinds == {"boolean"}:
            assert example in ("true", "false"), column.name
        elif kinds <= {"double", "integer", "bigint", "decimal"}:
            assert float(example) is not None, column.name
            assert kind not in ("integer", "bigint") or "." not in example, column.name
        elif kinds == {"date"}:
            assert date.fromisoformat(example), column.name
        accepted = {v for cs in load_columns().values() for c in cs if c.name == column.name for v in c.accepted}
        if accepted:
            assert example in accepted, column.name
