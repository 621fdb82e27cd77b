"""The published files: `warehouse/gid_duckdb` and `exports/*`, published together as one release.

Belongs here: the asset that publishes, and its checks. How files are written and swapped stands in publishing.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import get_asset_key_for_model

from pipelines.defs.metadata import OWNERS
from pipelines.defs.operations import PUBLISHED_FRESHNESS
from pipelines.defs.overviews import bodies_overview, coverage_overview
from pipelines.defs.unchanged import DATABASE_KEY
from pipelines.defs.warehouse import dbt_warehouse
from pipelines.publishing.database import build_path, finish_build, hold_lock
from pipelines.publishing.exports import write_exports
from pipelines.publishing.inputs import read_inputs
from pipelines.publishing.markdown import code_span
from pipelines.publishing.releasing import Published, draft_release, publish_release
from pipelines.publishing.state import write_state
from pipelines.publishing.summary import count_published
from pipelines.publishing.unresolved import Comparison, compare_unresolved, read_unresolved
from pipelines.publishing.workbook.writing import WORKBOOK_FILE, write_workbook
from pipelines.schemas.published import PUBLISHED_TABLES
from pipelines.settings import Settings, load_settings

PARQUET_KEY = dg.AssetKey(["exports", "parquet"])
DATAPACKAGE_KEY = dg.AssetKey(["exports", "datapackage"])
WORKBOOK_KEY = dg.AssetKey(["exports", "workbook"])
_TAGS = {"gid/layer": "published"}
# A holder lives as long as the lock is held: to compare two releases of a million reports may take it long.
_LOCK_WAIT_SECONDS = 24 * 3600
_MAX_NAMES = 30
_MAX_NAME = 80


@dg.multi_asset(
    name="publish",
    specs=[
        dg.AssetSpec(
            DATABASE_KEY,
            deps=[get_asset_key_for_model([dbt_warehouse], table) for table in PUBLISHED_TABLES],
            group_name="warehouse",
            description="The published DuckDB file: a release is built beside the old ones and switched to, with its exports, after "
            "every blocking check has passed. Readers see the old release or the new one, whole.\n\n"
            "发布的数据库文件，与导出文件一起整体切换。",
            owners=OWNERS,
            kinds={"duckdb"},
            tags=_TAGS,
            freshness_policy=PUBLISHED_FRESHNESS,
        ),
        dg.AssetSpec(
            PARQUET_KEY,
            deps=[DATABASE_KEY],
            group_name="exports",
            description="One parquet file a published table (zstd, sorted, column descriptions as field metadata).\n\n"
            "每张发布表一个 parquet 文件。",
            owners=OWNERS,
            kinds={"parquet"},
            tags=_TAGS,
        ),
        dg.AssetSpec(
            DATAPACKAGE_KEY,
            deps=[PARQUET_KEY],
            group_name="exports",
            description="Frictionless datapackage.json: fields, types, descriptions, sha256, bytes, rows.\n\n数据包说明。",
            owners=OWNERS,
            kinds={"json"},
            tags=_TAGS,
        ),
        dg.AssetSpec(
            WORKBOOK_KEY,
            deps=[DATABASE_KEY],
            group_name="exports",
            description="gid.xlsx: the published tables for people with Excel, one sheet a subject, with why a figure is "
            "empty. `make workbook DIVISION=…` gives one county.\n\n供 Excel 使用的工作簿。",
            owners=OWNERS,
            kinds={"excel"},
            tags=_TAGS,
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "reports_loaded",
            asset=DATABASE_KEY,
            description="The published warehouse holds at least one report: a refresh that loaded nothing is not silent.",
        ),
        dg.AssetCheckSpec(
            "source_findings",
            asset=DATABASE_KEY,
            description="No finding of severity error in the published warehouse (warns; the source is wrong).",
        ),
        dg.AssetCheckSpec(
            "bodies_resolved",
            asset=DATABASE_KEY,
            description="The share of bodies that are ambiguous or unknown is not above that of the warehouse published "
            "before by more than GID_UNRESOLVED_TOLERANCE (warns; the first publication passes).\n\n"
            "归属不明的机关所占比例没有比上次发布时上升。",
        ),
    ],
    op_tags={"gid/writes": "warehouse"},
)
def publish(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Finish this run's database, write its exports, publish both as one release."""
    settings = load_settings()
    built = build_path(settings, context.run_id)
    inputs = read_inputs(settings, built.parent)
    with hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS, context.log.info):
        finish_build(built)
        before, now = read_unresolved(settings.database_path), read_unresolved(built)
        with draft_release(settings, built) as draft:
            resources = write_exports(draft.database, draft.exports)
            workbook = write_workbook(draft.database, draft.exports, settings)
            published = publish_release(settings, draft, inputs)
        write_state(settings, published.version, published.is_new, inputs)
    counts = count_published(settings)
    rows = {resource["name"]: resource["rows"] for resource in resources}
    yield dg.MaterializeResult(
        asset_key=DATABASE_KEY,
        metadata={
            "path": dg.MetadataValue.path(settings.database_path),
            "bytes": settings.database_path.stat().st_size,
            **_release(published),
            "tables": dg.MetadataValue.md(_counted("table", rows)),
            **{name: dg.MetadataValue.md(_counted(name, values)) for name, values in counts.items()},
            **_overviews(settings),
        },
    )
    yield dg.MaterializeResult(
        asset_key=PARQUET_KEY,
        metadata={
            "path": dg.MetadataValue.path(settings.exports_dir),
            "files": len(resources),
            "bytes": sum(resource["bytes"] for resource in resources),
            "dagster/row_count": sum(rows.values()),
        },
    )
    yield dg.MaterializeResult(
        asset_key=DATAPACKAGE_KEY,
        metadata={
            "path": dg.MetadataValue.path(settings.exports_dir / "datapackage.json"),
            "resources": len(resources),
        },
    )
    yield dg.MaterializeResult(
        asset_key=WORKBOOK_KEY,
        metadata={
            "path": dg.MetadataValue.path(settings.exports_dir / WORKBOOK_FILE),
            "sheets": dg.MetadataValue.md(_counted("sheet", workbook.rows)),
            "rows_left_out": sum(workbook.left_out.values()),
            "dagster/row_count": sum(workbook.rows.values()),
        },
    )
    reports = sum(counts["reports"].values())
    yield dg.AssetCheckResult(
        asset_key=DATABASE_KEY, check_name="reports_loaded", passed=reports > 0, metadata={"reports": reports}
    )
    errors = counts["findings"].get("error", 0)
    yield dg.AssetCheckResult(
        asset_key=DATABASE_KEY,
        check_name="source_findings",
        passed=errors == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"errors": errors},
    )
    yield _bodies_resolved(compare_unresolved(before, now, settings.unresolved_tolerance))


def _bodies_resolved(compared: Comparison) -> dg.AssetCheckResult:
    names = [
        f"{code_span(name, _MAX_NAME)} ({n})" if n > 1 else code_span(name, _MAX_NAME)
        for name, n in compared.new_names()
    ]
    more = [f"… and {len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    return dg.AssetCheckResult(
        asset_key=DATABASE_KEY,
        check_name="bodies_resolved",
        passed=not compared.has_risen,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "share_now": round(compared.now.share, 4),
            **({} if compared.before is None else {"share_before": round(compared.before.share, 4)}),
            "tolerance": compared.tolerance,
            "unresolved_now": compared.now.n_unresolved,
            "bodies_now": compared.now.n_bodies,
            "new_unresolved_names": dg.MetadataValue.md("\n".join(f"- {name}" for name in names[:_MAX_NAMES] + more)),
        },
    )


def _release(published: Published) -> dict[str, Any]:
    """Version and what moved; where nothing did, the release that stays with what had moved when it was made."""
    moved = published.headline["zh"] + "\n\n" + published.headline["en"]
    return {
        "version": published.version,
        **({} if published.previous is None else {"previous_version": published.previous}),
        "is_new_release": published.is_new,
        "moved": dg.MetadataValue.md(
            moved if published.is_new else f"没有变动\n\nnothing changed: still {published.version}"
        ),
        "diff": dg.MetadataValue.md(published.page),
    }


def _overviews(settings: Settings) -> dict[str, Any]:
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        return {**bodies_overview(connection), **coverage_overview(connection)}


def _counted(title: str, counts: dict[str, int]) -> str:
    return "\n".join([f"|{title}|n|", "|---|---:|", *(f"|{name}|{n:,}|" for name, n in counts.items())])
