"""A small warehouse for tests of publications: the tables that counts and differences read, a few rows each."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.publishing.database import hold_lock
from pipelines.publishing.releasing import Published, draft_release, publish_release
from pipelines.publishing.state import Inputs, write_state
from pipelines.settings import Settings

TABLES = """
    create table dim_document (document_key varchar, read_status varchar);
    create table dim_report (report_key varchar, body_key varchar, body_name varchar, report_year integer,
        form_version varchar, title varchar, delivery varchar, source_path varchar, record bigint);
    create table dim_body (body_key varchar, resolution varchar, division_code varchar, division_full_name varchar);
    create table fct_reported_cell (report_key varchar, body_key varchar, report_year integer, table_key varchar,
        row_key varchar, column_key varchar, value double, value_state varchar, line_start integer);
    create table fct_finding (finding_key varchar, report_key varchar, rule_key varchar, severity varchar, line_start integer);
    create table fct_rule_result (report_key varchar, rule_key varchar, status varchar);
    create table fct_coverage (division_code varchar, report_year integer, status varchar);
    create table dim_activity (activity varchar, activity_order integer);
    create schema reference;
    create table reference.units (unit varchar, yuan_factor decimal(20, 2));
    insert into dim_activity values ('permits', 1), ('fees', 2);
    insert into reference.units values ('yuan', 1), ('ten_thousand_yuan', 10000);
"""

_KEPT: dict[float | None, Path] = {}


def keep(folder: Path, *figures: float) -> None:
    """Build and export these figures once: whoever publishes one of them hundreds of times then takes copies."""
    for figure in figures:
        built = build(folder / f"{figure}" / "gid.duckdb", figure)
        export(built, built.parent / "exports")
        _KEPT[figure] = built.parent


def settings_in(folder: Path, releases_kept: int = 5) -> Settings:
    """Settings of a warehouse in a folder of its own."""
    settings = Settings(
        folder / "raw", folder / "warehouse", 1 << 20, releases_kept=releases_kept, curation_dir=folder / "curation"
    )
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    return settings


def build(path: Path, figure: float | None, *more: str) -> Path:
    """Build a database of two reports; the figure is the one cell of report r1, and stands in its title as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if figure in _KEPT and not more:
        shutil.copyfile(_KEPT[figure] / "gid.duckdb", path)
        return path
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for number in (1, 2):
            connection.execute(
                "insert into dim_report values (?, ?, ?, 2020, 'F2019', ?, 'd', ?, null)",
                [f"r{number}", f"b{number}", f"第{number}镇", f"{figure}", f"d/{number}.txt"],
            )
            connection.execute(
                "insert into dim_body values (?, 'unique_name', ?, '某县')", [f"b{number}", f"c{number}"]
            )
            connection.execute(
                "insert into fct_reported_cell values (?, ?, 2020, 't2', 'permit', 'decisions', ?, ?, 34)",
                [f"r{number}", f"b{number}", figure if number == 1 else 7, "blank" if figure is None else "number"],
            )
        connection.execute("insert into dim_document values ('k1', 'read'), ('k2', 'read')")
        connection.execute("insert into fct_finding values ('f1', 'r1', 'title_missing', 'info', 1)")
        for statement in more:
            connection.execute(statement)
    return path


def export(database: Path, folder: Path, kept: Path | None = None) -> None:
    """Write a parquet file a table, sorted, as the exports do; these tables have no descriptions, which those must have."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text("# exports\n", encoding="utf-8")
    if kept is not None:
        for file in (kept / "exports").glob("*.parquet"):
            shutil.copyfile(file, folder / file.name)
        return
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
        for (table,) in tables:
            query = f"select * from {table} order by all"
            pq.write_table(connection.execute(query).to_arrow_table(), folder / f"{table}.parquet")


def publish(settings: Settings, figure: float | None, *more: str, inputs: Inputs | None = None) -> Published:
    """Build and publish, as the asset does; `inputs` is what the build took."""
    built = build(settings.build_dir / "run" / "gid.duckdb", figure, *more)
    with hold_lock(settings.lock_path, 10):
        with draft_release(settings, built) as draft:
            export(draft.database, draft.exports, None if more else _KEPT.get(figure))
            published = publish_release(settings, draft, inputs)
        write_state(settings, published.version, published.is_new, inputs)
    return published


def publish_older_layout(settings: Settings, figure: float) -> None:
    """Publish as it was before there were releases: a real file and a real folder."""
    build(settings.database_path, figure)
    export(settings.database_path, settings.exports_dir)


def published_figure(settings: Settings) -> tuple[float | None, float | None]:
    """Return the figure of report r1 in the published database, and in the published parquet file."""
    query = "select value from {} where report_key = 'r1'"
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        database = connection.execute(query.format("fct_reported_cell")).fetchone()
    file = settings.exports_dir / "fct_reported_cell.parquet"
    exported = duckdb.sql(query.format(f"'{file}'")).fetchone()
    assert database is not None
    assert exported is not None
    return database[0], exported[0]
