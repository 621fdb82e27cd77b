"""The published release in the lake: `exports/ducklake`, an asset only where GID_DUCKLAKE names one.

Belongs here: the asset and its check. A lake that cannot be reached warns and fails nothing: the files are published.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.defs.metadata import OWNERS
from pipelines.defs.unchanged import DATABASE_KEY, LAKE_CHECK, LAKE_KEY
from pipelines.publishing.database import hold_lock
from pipelines.publishing.lake import InLake, publish_to_lake
from pipelines.publishing.lake_connection import LakeError
from pipelines.publishing.releases import current_release
from pipelines.settings import Settings, load_settings

_LOCK_WAIT_SECONDS = 600


def lake_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the asset of the lake, none where no lake is configured."""
    return [ducklake] if settings.ducklake else []


@dg.asset(
    key=LAKE_KEY,
    deps=[DATABASE_KEY],
    group_name="exports",
    description="The published tables in a DuckLake, one snapshot a release: `at (version => …)` reads an earlier one. What "
    "could not be written is caught up with the next release.\n\n发布的各表写入 DuckLake，每次发布一个快照，可按版本回看。",
    owners=OWNERS,
    kinds={"ducklake"},
    tags={"gid/layer": "published"},
    check_specs=[
        dg.AssetCheckSpec(
            LAKE_CHECK,
            asset=LAKE_KEY,
            description="The newest snapshot of the lake is the current release (warns; the release's files are published "
            "all the same).\n\n数据湖的最新快照即当前发布版本。",
        )
    ],
    op_tags={"gid/writes": "warehouse"},
)
def ducklake(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Bring the lake to the current release, whatever it holds now."""
    settings = load_settings()
    try:
        with hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS):
            release = current_release(settings)
            if release is None:
                raise LakeError("there is no release that the lake could hold: see the publication of this run")
            held = publish_to_lake(settings, release)
    except LakeError as error:
        context.log.warning(str(error))
        yield dg.MaterializeResult(metadata={"catalogue": settings.ducklake, "not_in_lake": str(error)})
        yield _checked(False, {"problem": str(error)})
        return
    yield dg.MaterializeResult(metadata=_described(settings, held), data_version=dg.DataVersion(held.version))
    yield _checked(not held.left, {"problem": f"not cleaned: {held.left}"} if held.left else {"release": held.version})


def _checked(passed: bool, metadata: dict[str, str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=LAKE_KEY, check_name=LAKE_CHECK, passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )


def _described(settings: Settings, held: InLake) -> dict[str, Any]:
    lines = [f"|{name}|{move.written:,}|{move.deleted:,}|" for name, move in sorted(held.moves.items())]
    return {
        "catalogue": settings.ducklake,
        "data": settings.ducklake_data,
        "version": held.version,
        "snapshot": held.snapshot,
        "is_new_snapshot": held.is_new,
        "tables": dg.MetadataValue.md("\n".join(["|table|rows written|rows deleted|", "|---|---:|---:|", *lines])),
        "expired_snapshots": len(held.expired),
    }
