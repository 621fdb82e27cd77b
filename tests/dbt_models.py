"""Models and tests of the dbt project, run on a few made-up rows: rendered as dbt renders them, without dbt's start-up.

Belongs here: rendering SQL and running it. What must come out stands in the tests.
"""

from __future__ import annotations

import re
import runpy
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import polars as pl
import yaml

from pipelines.settings import DBT_PROJECT_DIR, SEEDS_DIR

_PROJECT = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))


def render(sql: str) -> str:
    """Return SQL of the project with its macros and variables filled in; `ref('x')` is the table x."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
    known: dict[str, Any] = {
        "ref": lambda name: name,
        "var": lambda name: _PROJECT["vars"][name],
        "modules": SimpleNamespace(re=re),
    }
    macros = DBT_PROJECT_DIR / "macros"
    # Macros that SQL calls, with those that other macros call before them.
    for path in [*sorted(macros.glob("*.sql")), *sorted((macros / "checks").glob("*.sql"))]:
        text = path.read_text(encoding="utf-8")
        if "generate_schema_name" not in text:
            module = environment.from_string(text, globals=known).make_module(known)
            known |= {name: getattr(module, name) for name in re.findall(r"{%-? macro (\w+)", text)}
    return environment.from_string(sql, globals=known).render()


def render_table_holds(**arguments: Any) -> str:
    """Return the SQL of dbt's test of tables, as dbt gives it the arguments of a yml file."""
    text = (DBT_PROJECT_DIR / "tests" / "generic" / "table_holds.sql").read_text(encoding="utf-8")
    macro = re.sub(r"{% (end)?test", r"{% \1macro", text)
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return render(f"{macro}{{{{ table_holds({given}) }}}}")


def run_file(connection: duckdb.DuckDBPyConnection, path: str) -> pl.DataFrame:
    """Run a model or singular test, given by its path below the dbt project; the result is also a table of its name."""
    file = DBT_PROJECT_DIR / path
    frame = connection.execute(render(file.read_text(encoding="utf-8"))).pl()
    connection.register(file.stem, frame)
    return frame


def run_python_file(connection: duckdb.DuckDBPyConnection, path: str) -> pl.DataFrame:
    """Run a model that is written in Python, as dbt runs it; the result is also a table of its name."""
    file = DBT_PROJECT_DIR / path
    known = runpy.run_path(str(file))
    # Tables as dbt leaves them: what is registered with one connection is not seen by another.
    names = re.findall(r'dbt\.ref\("(\w+)"\)', file.read_text(encoding="utf-8"))
    for name in names:
        connection.execute(f"create schema if not exists built; create table built.{name} as from {name}")
    dbt = SimpleNamespace(
        ref=lambda name: connection.query(f"from built.{name}"), config=SimpleNamespace(get=_PROJECT["vars"].get)
    )
    connection.execute(f"create table built.{file.stem} as from ({known['model'](dbt, connection).sql_query()})")
    frame = connection.execute(f"from built.{file.stem}").pl()
    connection.execute(f"create view {file.stem} as from built.{file.stem}")
    return frame


def load_seeds(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Register seeds as dbt loads them."""
    types = {"tolerance": "double", "gives_finding": "boolean", "row_order": "integer", "column_order": "integer"}
    types["is_total"] = "boolean"
    for name in names:
        header = (SEEDS_DIR / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        columns = {column: types.get(column, "varchar") for column in header}
        connection.execute(f"create table {name} as from read_csv('{SEEDS_DIR / name}.csv', columns = {columns})")
