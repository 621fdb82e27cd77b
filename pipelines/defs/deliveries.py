"""Raw deliveries and their staging frames: one dynamic partition a delivery.

Belongs here: the assets `raw/deliveries` and `staging/*` with their checks. The work is done by documents and parsing.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from pipelines.defs.metadata import OWNERS, frame_column_schema, preview
from pipelines.documents.deliveries import Delivery, find_deliveries
from pipelines.documents.fingerprints import content_fingerprint
from pipelines.ingest.deliveries import STATUSES, ingest
from pipelines.ingest.totals import COUNTED, add_totals, shown_columns
from pipelines.publishing.staging import hashes_path
from pipelines.schemas.descriptions import table_entry
from pipelines.schemas.staging import STAGING_MODELS, staging_schema
from pipelines.settings import STAGING_FRAMES, Settings, load_settings

deliveries_partitions = dg.DynamicPartitionsDefinition(name="delivery")
SCHEMA_CHECK = "pandera_schema"
# A run of thousands of deliveries names the first ones, and counts all.
_NAMED = 100
_ONE_RUN = dg.BackfillPolicy.single_run()
_RETRY = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL)
_KEYS = {frame: dg.AssetKey(["staging", frame]) for frame in STAGING_FRAMES}


@dg.asset(
    key=["raw", "deliveries"],
    group_name="raw",
    partitions_def=deliveries_partitions,
    backfill_policy=_ONE_RUN,
    description="What was dropped into the raw folder, one partition a delivery: a folder of files, or one file. "
    "Bytes are never changed.\n\n原始交付：每个批次一个分区，原始字节从不改动。",
    owners=OWNERS,
    kinds={"file"},
    tags={"gid/layer": "raw"},
    retry_policy=_RETRY,
)
def raw_deliveries(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Take the inventory of each delivery: files, bytes, fingerprint."""
    settings = load_settings()
    found = _selected(context, settings)
    fingerprints = [content_fingerprint(delivery, hashes_path(settings, delivery.name)) for delivery in found]
    inventory = pl.DataFrame(
        [
            {
                "delivery": delivery.name,
                "files": len(delivery.files),
                "bytes": sum(_size(file) for file in delivery.files),
                "fingerprint": fingerprint[:12],
            }
            for delivery, fingerprint in zip(found, fingerprints, strict=True)
        ],
        schema={"delivery": pl.String, "files": pl.Int64, "bytes": pl.Int64, "fingerprint": pl.String},
    )
    return dg.MaterializeResult(
        metadata={
            "deliveries": inventory.height,
            "files": int(inventory["files"].sum()),
            "bytes": int(inventory["bytes"].sum()),
            "folder": dg.MetadataValue.path(str(settings.raw_dir)),
            "inventory": preview(inventory),
        },
        data_version=dg.DataVersion("+".join(own[:12] for own in fingerprints)[:512] or "none"),
    )


def _specs() -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            _KEYS[frame],
            deps=[dg.AssetKey(["raw", "deliveries"])],
            group_name="staging",
            partitions_def=deliveries_partitions,
            description=table_entry(f"staging_{frame}").short,
            owners=OWNERS,
            kinds={"polars", "pandera", "parquet"},
            tags={"gid/layer": "staging"},
            metadata={"dagster/column_schema": frame_column_schema(frame)},
        )
        for frame in STAGING_MODELS
    ]


@dg.multi_asset(
    name="staging_frames",
    specs=_specs(),
    check_specs=[
        dg.AssetCheckSpec(
            SCHEMA_CHECK,
            asset=_KEYS[frame],
            blocking=True,
            description="The pandera model of the frame holds for every row; a violation is an error of the pipeline.",
        )
        for frame in STAGING_FRAMES
    ]
    + [
        dg.AssetCheckSpec(
            "documents_read",
            asset=_KEYS["documents"],
            description="Every file could be read as text (warns; such files are rows in documents and findings).",
        ),
        dg.AssetCheckSpec(
            "source_findings",
            asset=_KEYS["findings"],
            description="No finding of severity error (warns; the source is wrong, not the pipeline).",
        ),
    ],
    backfill_policy=_ONE_RUN,
    retry_policy=_RETRY,
)
def staging_frames(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Parse each delivery that changed, in chunks and side by side; keep the staging of those that did not."""
    settings = load_settings()
    ingested = ingest(_selected(context, settings), settings, say=context.log.info)
    of_status = {status: [own.delivery for own in ingested if own.status == status] for status in STATUSES}
    context.log.info(f"parsed {len(of_status['parsed'])} deliveries, {len(of_status['unchanged'])} unchanged")
    for name in of_status["changing"]:
        context.log.warning(
            f"{name} changed each time while it was read; nothing of it is new, the next run reads it again"
        )
    cases = {f"{own.delivery}: {where}": found for own in ingested for where, found in own.cases.items()}
    yield from _results(add_totals(own.manifest for own in ingested if own.manifest), of_status, cases)
    if cases:
        raise dg.Failure(
            description="Staging frames violate their pandera models; nothing of these deliveries was written: "
            + ", ".join(sorted(cases)),
            metadata={where: preview(found) for where, found in cases.items()},
            allow_retries=False,
        )


def _selected(context: dg.AssetExecutionContext, settings: Settings) -> list[Delivery]:
    """The deliveries of this run's partitions that are still in the raw folder."""
    wanted = set(context.partition_keys)
    found = [delivery for delivery in find_deliveries(settings.raw_dir) if delivery.name in wanted]
    for gone in sorted(wanted - {delivery.name for delivery in found}):
        context.log.warning(f"delivery {gone} is no longer in {settings.raw_dir}; its staging goes with the next build")
    return found


def _results(totals: dict[str, Any], of_status: dict[str, list[str]], cases: dict[str, pl.DataFrame]) -> Iterator[Any]:
    for frame in STAGING_FRAMES:
        if not cases:
            yield _materialized(frame, totals, of_status)
    for frame in STAGING_FRAMES:
        own = [found for where, found in cases.items() if frame in where.rpartition(": ")[2].split(",")]
        yield dg.AssetCheckResult(
            asset_key=_KEYS[frame],
            check_name=SCHEMA_CHECK,
            passed=not own,
            metadata={"failures": sum(found.height for found in own), **({"cases": preview(own[0])} if own else {})},
        )
    counts = totals["counts"]
    statuses, severities = counts["documents"]["read_status"], counts["findings"]["severity"]
    unread = sum(n for status, n in statuses.items() if status != "read")
    yield _warning("documents", "documents_read", unread, statuses)
    yield _warning("findings", "source_findings", severities.get("error", 0), severities)


def _materialized(frame: str, totals: dict[str, Any], of_status: dict[str, list[str]]) -> dg.MaterializeResult[None]:
    columns = shown_columns(staging_schema(frame))
    shown = pl.DataFrame(totals["preview"][frame], schema=dict.fromkeys(columns, pl.String), orient="row")
    return dg.MaterializeResult(
        asset_key=_KEYS[frame],
        metadata={
            "dagster/row_count": totals["rows"][frame],
            **{status: names[:_NAMED] for status, names in of_status.items() if status != "invalid"},
            **{f"{status}_deliveries": len(names) for status, names in of_status.items() if status != "invalid"},
            "preview": preview(shown),
            **(totals["counts"][frame][COUNTED[frame][0]] if frame in COUNTED else {}),
        },
    )


def _warning(frame: str, check: str, n: int, counts: dict[str, int]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=_KEYS[frame],
        check_name=check,
        passed=n == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"count": n, **counts},
    )


def _size(file: Any) -> int:
    try:
        return int(file.stat().st_size)
    except OSError:
        return 0
