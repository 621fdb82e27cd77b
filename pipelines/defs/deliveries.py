"""Raw deliveries and their staging frames: one dynamic partition a delivery.

Belongs here: the assets `raw/deliveries` and `staging/*` with their checks. The work is done by documents and parsing.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from pandera.errors import SchemaErrors

from pipelines.defs.metadata import OWNERS, count_by, frame_column_schema, preview
from pipelines.documents.deliveries import Delivery, content_fingerprint, find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.parsing.version import parser_version
from pipelines.publishing.staging import is_current, read_staging, write_staging
from pipelines.schemas.descriptions import table_entry
from pipelines.schemas.staging import STAGING_MODELS, validate_frame
from pipelines.settings import STAGING_FRAMES, Settings, load_settings

deliveries_partitions = dg.DynamicPartitionsDefinition(name="delivery")
SCHEMA_CHECK = "pandera_schema"
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
    inventory = pl.DataFrame(
        [
            {
                "delivery": delivery.name,
                "files": len(delivery.files),
                "bytes": sum(_size(file) for file in delivery.files),
                "fingerprint": content_fingerprint(delivery)[:12],
            }
            for delivery in found
        ],
        schema={"delivery": pl.String, "files": pl.Int64, "bytes": pl.Int64, "fingerprint": pl.String},
    )
    return dg.MaterializeResult(
        metadata={
            "deliveries": inventory.height,
            "files": int(inventory["files"].sum()),
            "bytes": int(inventory["bytes"].sum()),
            "folder": dg.MetadataValue.path(settings.raw_dir),
            "inventory": preview(inventory),
        },
        data_version=dg.DataVersion("+".join(content_fingerprint(delivery)[:12] for delivery in found)[:512] or "none"),
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
    """Parse each delivery that changed; keep the staging of those that did not."""
    settings = load_settings()
    parsed: list[str] = []
    kept: list[str] = []
    frames: dict[str, list[pl.DataFrame]] = {frame: [] for frame in STAGING_FRAMES}
    failures: dict[str, pl.DataFrame] = {}
    for delivery in _selected(context, settings):
        fingerprint = content_fingerprint(delivery)
        if is_current(settings, delivery.name, fingerprint, parser_version()):
            kept.append(delivery.name)
            data = read_staging(settings, delivery.name)
        else:
            data = parse_delivery(delivery, settings)
            invalid = _invalid_frames(data)
            if invalid:
                failures.update(invalid)
                continue
            write_staging(settings, delivery.name, data, fingerprint, parser_version())
            parsed.append(delivery.name)
        for frame in STAGING_FRAMES:
            frames[frame].append(data[frame])
    context.log.info(f"parsed {len(parsed)} deliveries, {len(kept)} unchanged")
    yield from _results(frames, failures, parsed, kept)
    if failures:
        raise dg.Failure(
            description="Staging frames violate their pandera models; nothing of these deliveries was written: "
            + ", ".join(sorted(failures)),
            metadata={frame: preview(cases) for frame, cases in failures.items()},
            allow_retries=False,
        )


def _selected(context: dg.AssetExecutionContext, settings: Settings) -> list[Delivery]:
    """The deliveries of this run's partitions that are still in the raw folder."""
    wanted = set(context.partition_keys)
    found = [delivery for delivery in find_deliveries(settings.raw_dir) if delivery.name in wanted]
    for gone in sorted(wanted - {delivery.name for delivery in found}):
        context.log.warning(f"delivery {gone} is no longer in {settings.raw_dir}; its staging goes with the next build")
    return found


def _invalid_frames(data: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    invalid: dict[str, pl.DataFrame] = {}
    for frame in STAGING_FRAMES:
        try:
            validate_frame(frame, data[frame])
        except SchemaErrors as error:
            invalid[frame] = error.failure_cases
    return invalid


def _results(
    frames: dict[str, list[pl.DataFrame]], failures: dict[str, pl.DataFrame], parsed: list[str], kept: list[str]
) -> Iterator[Any]:
    joined = {frame: pl.concat(parts) if parts else None for frame, parts in frames.items()}
    for frame, data in joined.items():
        if data is None or failures:
            continue
        shown = data.drop("text") if "text" in data.columns else data
        yield dg.MaterializeResult(
            asset_key=_KEYS[frame],
            metadata={
                "dagster/row_count": data.height,
                "parsed": parsed,
                "unchanged": kept,
                "preview": preview(shown),
                **_counts(frame, data),
            },
        )
    for frame in STAGING_FRAMES:
        cases = failures.get(frame)
        yield dg.AssetCheckResult(
            asset_key=_KEYS[frame],
            check_name=SCHEMA_CHECK,
            passed=cases is None,
            metadata={
                "failures": 0 if cases is None else cases.height,
                **({} if cases is None else {"cases": preview(cases)}),
            },
        )
    documents, findings = joined["documents"], joined["findings"]
    unread = 0 if documents is None else documents.filter(pl.col("read_status") != "read").height
    errors = 0 if findings is None else findings.filter(pl.col("severity") == "error").height
    yield _warning("documents", "documents_read", unread, documents)
    yield _warning("findings", "source_findings", errors, findings)


def _warning(frame: str, check: str, n: int, data: pl.DataFrame | None) -> dg.AssetCheckResult:
    column = "read_status" if frame == "documents" else "severity"
    return dg.AssetCheckResult(
        asset_key=_KEYS[frame],
        check_name=check,
        passed=n == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"count": n, **({} if data is None else count_by(data, column))},
    )


def _counts(frame: str, data: pl.DataFrame) -> dict[str, int]:
    column = {"documents": "read_status", "cells": "value_state", "findings": "rule_key", "reports": "form_version"}
    return count_by(data, column[frame]) if frame in column else {}


def _size(file: Any) -> int:
    try:
        return int(file.stat().st_size)
    except OSError:
        return 0
