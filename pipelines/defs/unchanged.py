"""What Dagster is told of a refresh that found nothing to do: the published release was checked, and stays.

Belongs here: events without a run or within one. It is imported where nothing is built, so it imports no asset.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.ingest.unchanged import Kept

DATABASE_KEY = dg.AssetKey(["warehouse", "gid_duckdb"])
LAKE_KEY = dg.AssetKey(["exports", "ducklake"])
LAKE_CHECK = "lake_holds_release"
# Runs that nobody asked for by hand bear it: they build only if there is something to build.
IF_CHANGED = {"gid/if_changed": "true"}


def tell_kept(instance: dg.DagsterInstance, kept: Kept, has_lake: bool) -> None:
    """Note on the page of the published database, whose freshness counts from it, that it was found to be as it would be made."""
    metadata: dict[str, Any] = {"version": kept.version, "is_new_release": False, "moved": kept.text}
    instance.report_runless_asset_event(dg.AssetMaterialization(DATABASE_KEY, metadata=metadata))
    if has_lake:
        found = {"problem": kept.lake_problem} if kept.lake_problem else {"release": kept.version}
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=LAKE_KEY,
                check_name=LAKE_CHECK,
                passed=not kept.lake_problem,
                severity=dg.AssetCheckSeverity.WARN,
                metadata=found,
            )
        )
