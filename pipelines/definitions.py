"""The Dagster entry point: loads what stands in `defs`, nothing else."""

import dagster as dg

from pipelines.defs import automation, curation, deliveries, operations, publication, runs, warehouse
from pipelines.defs.lake import lake_assets
from pipelines.settings import load_settings

defs = dg.Definitions(
    assets=[
        *dg.load_assets_from_modules([deliveries, curation, warehouse, publication]),
        *lake_assets(load_settings()),
    ],
    jobs=[automation.ingest_delivery, automation.build_warehouse, automation.refresh, operations.prune_runs],
    schedules=[automation.refresh_schedule, operations.prune_schedule],
    sensors=[
        automation.new_deliveries,
        automation.staging_changed,
        operations.alert_on_failure,
        operations.alert_on_stale_data,
    ],
    resources={"dbt": warehouse.dbt_resource},
    executor=runs.held_executor,
)
