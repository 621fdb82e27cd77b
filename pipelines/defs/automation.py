"""Jobs, schedule and sensors: the whole refresh, deliveries as they arrive, the build that follows.

Belongs here: when something runs and with which partitions. What it does stands with the assets.
"""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from sqlalchemy.exc import IntegrityError

from pipelines.defs.deliveries import deliveries_partitions
from pipelines.defs.runs import end_dead_runs
from pipelines.defs.seen import keep_seen, read_seen
from pipelines.defs.unchanged import IF_CHANGED, tell_kept
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.fingerprints import stat_signature
from pipelines.ingest.unchanged import changed_deliveries, keep_unchanged
from pipelines.publishing.staging import staged_deliveries
from pipelines.publishing.state import build_key, is_published
from pipelines.settings import Settings, load_settings

_PARTITIONS = deliveries_partitions.name or ""
_INGEST = dg.AssetSelection.groups("raw", "staging")
_BUILD = dg.AssetSelection.groups("curation", "reference", "warehouse", "exports")
_WRITES = {"gid/writes": "warehouse"}
_UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
]

ingest_delivery = dg.define_asset_job(
    "ingest_delivery",
    selection=_INGEST,
    description="Read and parse one delivery into staging parquet. 读取并解析一个批次。",
    tags={"gid/job": "ingest"},
)
build_warehouse = dg.define_asset_job(
    "build_warehouse",
    selection=_BUILD,
    description="Build the warehouse from all staging parquet, check it, publish it, export it. 由全部暂存文件建库并发布。",
    tags={"gid/job": "build", **_WRITES},
)
refresh = dg.define_asset_job(
    "refresh",
    selection=_INGEST | _BUILD,
    description="The whole way in one run: every delivery (unchanged ones are not parsed again), models, checks, "
    "publication, exports. 全程刷新。",
    tags={"gid/job": "refresh", **_WRITES},
)


def register_deliveries(instance: DagsterInstance, settings: Settings) -> list[str]:
    """Make the dynamic partitions equal to the deliveries in the raw folder; return their names, sorted."""
    names = [delivery.name for delivery in find_deliveries(settings.raw_dir)]
    for gone in set(instance.get_dynamic_partitions(_PARTITIONS)) - set(names):
        instance.delete_dynamic_partition(_PARTITIONS, gone)
    known = set(instance.get_dynamic_partitions(_PARTITIONS))
    new = [name for name in names if name not in known]
    try:
        if new:
            instance.add_dynamic_partitions(_PARTITIONS, new)
    except IntegrityError:
        for name in new:
            _register(instance, name)
    return names


def _register(instance: DagsterInstance, name: str) -> None:
    """Add one partition; another refresh may add the same one between our look and our write."""
    if instance.has_dynamic_partition(_PARTITIONS, name):
        return
    try:
        instance.add_dynamic_partitions(_PARTITIONS, [name])
    except IntegrityError:
        if not instance.has_dynamic_partition(_PARTITIONS, name):
            raise


def deliveries_tags(instance: DagsterInstance, settings: Settings, *, may_read: bool = True) -> dict[str, str]:
    """Return the run tags that make one run cover every delivery that changed, and those registered between them.

    Dagster notes eleven assets for each delivery of a run: those that stay as they are would cost more than a new one.
    """
    names = list(instance.get_dynamic_partitions(_PARTITIONS))
    registered = set(names)
    found = [delivery for delivery in find_deliveries(settings.raw_dir) if delivery.name in registered]
    changed = {delivery.name for delivery in changed_deliveries(found, settings, may_read=may_read)}
    covered = [name for name in names if name in changed] or names[:1]
    return {ASSET_PARTITION_RANGE_START_TAG: covered[0], ASSET_PARTITION_RANGE_END_TAG: covered[-1]}


@dg.schedule(
    name="refresh_schedule",
    job=refresh,
    # Reports come out from January to April (statute, article 49: 31 January and 31 March, townships by local notice).
    cron_schedule=["0 3 * 1-4 *", "0 3 1 5-12 *"],
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Refresh daily at 03:00 from January to April, when reports come out, and monthly otherwise. "
    "一月至四月每日、其余月份每月一日三时刷新（北京时间）。",
)
def refresh_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request one refresh of everything, unless nothing changed."""
    settings = load_settings()
    if not register_deliveries(context.instance, settings):
        return dg.SkipReason(f"there is no delivery in {settings.raw_dir}")
    # A lake is asked by a run, not here: it may be slow to answer. So is a file whose times changed, and not its bytes.
    kept = keep_unchanged(settings, may_read=False)
    if kept is not None:
        tell_kept(context.instance, kept, has_lake=False)
        return dg.SkipReason(kept.text)
    when = context.scheduled_execution_time
    return dg.RunRequest(
        run_key=f"refresh@{when:%Y-%m-%dT%H:%M%z}",
        tags={**deliveries_tags(context.instance, settings, may_read=False), **IF_CHANGED},
    )


@dg.sensor(
    name="new_deliveries",
    job=ingest_delivery,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Notice new and changed deliveries in the raw folder, register them, request their ingestion. "
    "发现新的或改动的批次。",
)
def new_deliveries(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Compare cheap signatures (names, sizes, times) with those of the last evaluation, or with what is staged."""
    settings = load_settings()
    cursor: dict[str, Any] = json.loads(context.cursor or "{}")
    before = str(cursor.get("seen", ""))
    evaluation: int = cursor.get("evaluation", 0) + 1
    deliveries = find_deliveries(settings.raw_dir)
    now = {delivery.name: stat_signature(delivery) for delivery in deliveries}
    seen = read_seen(settings, before)
    if seen is None:
        changed = {delivery.name for delivery in changed_deliveries(deliveries, settings, may_read=False)}
        seen = {name: signature for name, signature in now.items() if name not in changed}
    known = set(context.instance.get_dynamic_partitions(_PARTITIONS))
    added, gone = sorted(set(now) - known), sorted(known - set(now))
    staged = staged_deliveries(settings)
    # A change is requested once, however often the same files come and go; staging that is lost, once as well.
    reasons = {name: f"{evaluation}" for name, signature in now.items() if seen.get(name) != signature}
    reasons |= {name: "restage" for name in now if name not in staged and name not in reasons}
    requests: list[Any] = []
    if added:
        requests.append(deliveries_partitions.build_add_request(added))
    if gone:
        requests.append(deliveries_partitions.build_delete_request(gone))
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"{name}@{now[name]}@{reason}",
                partition_key=name,
                tags={"gid/delivery": name},
            )
            for name, reason in reasons.items()
        ],
        dynamic_partitions_requests=requests,
        cursor=json.dumps({"seen": keep_seen(settings, now, before), "evaluation": evaluation}, sort_keys=True),
    )


@dg.sensor(
    name="staging_changed",
    job=build_warehouse,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Build and publish once every requested ingestion has ended and the staging, or a curation file, differs "
    "from what is published. 批次都解析完、或人工更正有变时建库发布。",
)
def staging_changed(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Wait for ingestion to come to rest, so that a thousand deliveries make one build."""
    settings = load_settings()
    end_dead_runs(context.instance, settings)
    for job in (ingest_delivery.name, refresh.name, build_warehouse.name):
        if context.instance.get_runs_count(RunsFilter(job_name=job, statuses=_UNFINISHED)):
            yield dg.SkipReason(f"a run of {job} has not ended yet")
            return
    present = {delivery.name for delivery in find_deliveries(settings.raw_dir)}
    if is_published(settings) and set(staged_deliveries(settings)) <= present:
        yield dg.SkipReason("the published warehouse rests on all that is staged and curated")
        return
    yield dg.RunRequest(run_key=f"build@{build_key(settings)}@{len(present)}")
