"""Where what may be imported and read: the layers of the code and of the dbt project."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from pipelines.schemas.published import PUBLISHED_TABLES
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_DIR, SEEDS_DIR

CODE = sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
BENCHMARKS = sorted((PROJECT_DIR / "benchmarks").rglob("*.py"))
_INTERMEDIATE = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["models"][
    "gid_warehouse"
]["intermediate"]
PACKED = {
    name for name, config in _INTERMEDIATE.items() if isinstance(config, dict) and config.get("+schema") == "packed"
}
MODELS = sorted((DBT_PROJECT_DIR / "models").rglob("*.sql"))
# What a folder of pipelines may import of the others; settings and places are open to all.
ALLOWED = {
    "documents": set(),
    "forms": set(),
    "schemas": set(),
    "evaluation": set(),
    "gazetteer": {"forms"},
    "reference": set(),
    "parsing": {"documents", "forms", "gazetteer", "schemas"},
    "publishing": {"schemas"},
    "curation": {"forms", "gazetteer", "parsing", "publishing", "schemas"},
    "ingest": {"documents", "parsing", "publishing", "schemas"},
    "operations": {"publishing"},
    "defs": {
        "operations",
        "curation",
        "documents",
        "ingest",
        "gazetteer",
        "parsing",
        "schemas",
        "publishing",
        "definitions",
    },
}


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_imports_follow_the_layers(path):
    folder = path.relative_to(PROJECT_DIR / "pipelines").parts[0]
    names = imports_of(path)
    if folder not in ("defs", "definitions.py"):
        assert not [name for name in names if name.split(".")[0].startswith("dagster")]
    if folder in ("documents", "forms", "gazetteer", "reference", "schemas", "parsing", "settings.py"):
        assert not [name for name in names if name.split(".")[0] in ("duckdb", "dbt")]
    if folder == "settings.py":
        assert [name for name in names if name.startswith("pipelines")] == ["pipelines.places"]
    if folder in ALLOWED:
        own = {name.split(".")[1] for name in names if name.startswith("pipelines.")} - {"settings", "places", folder}
        assert own <= ALLOWED[folder]


@pytest.mark.parametrize("path", CODE + BENCHMARKS, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_modules_say_what_belongs_in_them_and_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 320
    if text:
        docstring = ast.get_docstring(ast.parse(text))
        assert docstring, "no docstring"
        assert len(docstring.splitlines()) <= 6


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_dbt_layers(path):
    sql = path.read_text(encoding="utf-8")
    refs = re.findall(r"ref\('(\w+)'\)", sql)
    layer = path.parent.name
    # Packed tables are published beside the dimensions: reports unpack them, and they may number what dimensions name.
    assert ("source(" in sql) == (layer == "staging")
    if layer in ("marts", "reports"):
        assert not [ref for ref in refs if ref.startswith("stg_")]
    if layer == "reports":
        assert all(ref.startswith(("dim_", "fct_", "rpt_")) or ref in PACKED for ref in refs)
    if layer == "intermediate":
        assert not [
            ref for ref in refs if ref.startswith(("fct_", "rpt_") if path.stem in PACKED else ("dim_", "fct_", "rpt_"))
        ]


def test_every_alias_says_where_it_was_seen():
    for name in ("label_aliases", "header_captions", "prose_vocabulary", "value_words", "section_titles", "unit_rules"):
        header, *rows = (SEEDS_DIR / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert "seen_in" in header
        assert rows


def test_exposures_rest_on_every_published_table():
    text = (DBT_PROJECT_DIR / "models" / "reports" / "_exposures.yml").read_text(encoding="utf-8")
    for exposure in yaml.safe_load(text)["exposures"]:
        assert exposure["depends_on"] == [f"ref('{table}')" for table in PUBLISHED_TABLES], exposure["name"]
