"""The dbt project as assets: seeds (group reference) and models (group warehouse), dbt tests as asset checks.

Belongs here: running dbt on the build database of a run. What the models compute stands in dbt_project.
"""

import importlib.metadata
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from packaging.version import Version

from pipelines.defs.failed_tests import told_events
from pipelines.defs.manifest import ensure_manifest
from pipelines.defs.metadata import OWNERS, preview, published_column_schema
from pipelines.defs.overviews import overview
from pipelines.defs.unchanged import IF_CHANGED, tell_kept
from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest.unchanged import keep_unchanged
from pipelines.places import is_address
from pipelines.publishing.basis import loaded_code
from pipelines.publishing.database import begin_build
from pipelines.publishing.dbt_environment import STAGING, dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.publishing.duckdb_extensions import connect_object_storage
from pipelines.publishing.inputs import take_inputs
from pipelines.publishing.staging import remove_dead_parts, remove_gone
from pipelines.schemas.published import PUBLISHED_TABLES
from pipelines.settings import DBT_PROJECT_DIR, load_settings

_LAYERS = ("staging", "intermediate", "marts", "reports")
# dbt source -> group and first part of the key of the assets that write it.
_SOURCES = {
    "staging_frames": "staging",
    "reference_data": "reference",
    "curation": "curation",
    "dictionary": "reference",
}


def set_dbt_environment(database: Path, **folders: str) -> None:
    """Tell dbt, through its environment, where to read and where to build; `folders` stand in for those of the settings."""
    os.environ.update({**dbt_environment(load_settings(), database), **folders})
    # dbt stands beside the Python that runs us, which need not be on the PATH (.venv/bin/python without activation).
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])


class WarehouseTranslator(DagsterDbtTranslator):
    """Keys, groups, owners and kinds of dbt resources in the asset graph."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Sources are the assets that write them; seeds and the reference folder lie under reference, models under warehouse."""
        return dg.AssetKey([_group_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Seeds and the reference folder are reference data, all models the warehouse."""
        return _group_of(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """One team owns all."""
        return OWNERS

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """What dagster-dbt tells, with the column schema of published tables from the dictionary and their keys."""
        metadata = super().get_metadata(dbt_resource_props)
        if dbt_resource_props["resource_type"] != "model" or dbt_resource_props["name"] not in PUBLISHED_TABLES:
            return metadata
        return {**metadata, "dagster/column_schema": published_column_schema(dbt_resource_props["name"])}

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """The dbt layer of a model."""
        layer = next((part for part in dbt_resource_props.get("fqn", []) if part in _LAYERS), "reference")
        return {"gid/layer": layer}


def _group_of(dbt_resource_props: Mapping[str, Any]) -> str:
    if dbt_resource_props["resource_type"] == "source":
        return _SOURCES[dbt_resource_props["source_name"]]
    return "reference" if dbt_resource_props["resource_type"] == "seed" else "warehouse"


def prepare_project() -> DbtProject:
    """Return the dbt project with its manifest, made now if the project was changed or never parsed."""
    loaded_code()
    set_dbt_environment(DBT_PROJECT_DIR / "target" / "gid.duckdb")
    project = DbtProject(project_dir=DBT_PROJECT_DIR, profiles_dir=DBT_PROJECT_DIR)
    ensure_manifest(project, InstalledDbt(project_dir=str(DBT_PROJECT_DIR), profiles_dir=str(DBT_PROJECT_DIR)))
    return project


class InstalledDbt(DbtCliResource):
    """The dbt that stands beside this Python: its version is known, and no adapter is opened on a file that is built.

    dagster-dbt asks `dbt --version` and opens an adapter before each call, some five seconds of a refresh; it takes
    the adapter for row counts and column lineage, which are not asked for here. Both go on without it.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


dbt_project = prepare_project()
dbt_resource = InstalledDbt(project_dir=str(DBT_PROJECT_DIR), profiles_dir=str(DBT_PROJECT_DIR))


@dbt_assets(
    manifest=dbt_project.manifest_path,
    project=dbt_project,
    name="dbt_warehouse",
    dagster_dbt_translator=WarehouseTranslator(
        settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True, enable_code_references=False)
    ),
    op_tags={"gid/writes": "warehouse"},
)
def dbt_warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build all models from all staging parquet into this run's own database, and test them."""
    settings = load_settings()
    kept = keep_unchanged(settings) if IF_CHANGED.items() <= context.run.tags.items() else None
    if kept is not None:
        # What is not yielded is skipped, and so is the publication that rests on it.
        context.log.info(kept.text)
        tell_kept(context.instance, kept, bool(settings.ducklake))
        return
    ensure_sources(settings)
    remove_dead_parts(settings)
    gone = remove_gone(settings, {delivery.name for delivery in find_deliveries(settings.raw_dir)})
    if gone:
        context.log.info(f"removed the staging of deliveries that are gone: {gone}")
    database = begin_build(settings, context.run_id)
    set_dbt_environment(database, **take_inputs(settings, database.parent))
    # Unit tests try the SQL on made-up rows: they are for who changes it (`tests/integration/test_dbt_units.py`).
    # Nothing reads the manifest and the results that dbt would write beside its events, nor every query in its own log.
    command = ["--no-write-json", "--log-level-file", "info", "build", "--exclude-resource-type", "unit_test"]
    # dbt imports models in Python from the folder of temporary files, where a killed build would leave them.
    with _temporary_files_in(database.parent):
        invocation = dbt.cli(command, context=context, target_path=database.parent / "dbt")
    events: list[Any] = []
    try:
        # Row counts and previews can be read only when dbt has let go of the file.
        events.extend(events_of(invocation))
    except BaseException:
        # dbt's own error is what counts, also where it left no database that can be read.
        yield from previews_or_bare(events, database)
        raise
    yield from _with_previews(events, database)


def events_of(invocation: DbtCliInvocation) -> Iterator[Any]:
    """Read what dbt tells; should that fail, dbt is ended: at work without us, it would hold the file of the build."""
    try:
        yield from told_events(invocation)
    finally:
        if invocation.process.poll() is None:
            invocation.process.kill()
            invocation.process.wait()


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Have processes that are started meanwhile write their temporary files into a folder."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def previews_or_bare(events: list[Any], database: Path) -> list[Any]:
    """Return the events of a dbt that failed, with previews where its database can be read."""
    try:
        return list(_with_previews(events, database)) if database.is_file() else events
    except (duckdb.Error, OSError):
        return events


def _with_previews(events: list[Any], database: Path) -> Iterator[Any]:
    with duckdb.connect(str(database), read_only=True) as connection:
        if is_address(os.environ[STAGING]):
            connect_object_storage(connection)
        tables = {
            name: f'"{schema}"."{name}"'
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal "
                "union all select schema_name, view_name from duckdb_views() where not internal and schema_name = 'main'"
            ).fetchall()
        }
        for event in events:
            table = tables.get(_asset_name(event))
            if table is None:
                yield event
                continue
            rows = connection.execute(f"select count(*) from {table}").fetchone()
            head = connection.execute(f"select * from {table} limit 5").pl()
            yield event.with_metadata(
                {
                    **event.metadata,
                    **overview(_asset_name(event), connection),
                    "dagster/row_count": rows[0] if rows else 0,
                    "preview": preview(head),
                }
            )


def _asset_name(event: Any) -> str:
    """The name of the dbt resource that an event materialises; nothing for the results of tests."""
    if isinstance(event, dg.Output):
        return event.output_name.split("__", 1)[-1] if event.output_name else ""
    key = getattr(event, "asset_key", None)
    return key.path[-1] if key is not None and isinstance(event, dg.AssetMaterialization) else ""
