"""Corrections and overrides as assets: read and checked before dbt builds, so that a wrong row stops the run.

Belongs here: the assets `curation/*`. The files are checked by curation and written for dbt by publishing.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.curation.faults import CurationError
from pipelines.curation.reading import read_curation
from pipelines.defs.metadata import OWNERS, frame_column_schema, preview
from pipelines.documents.deliveries import find_deliveries
from pipelines.gazetteer.divisions import load_divisions
from pipelines.publishing.curation import curation_digest, write_curated
from pipelines.publishing.staging import ensure_staging_folders, remove_gone
from pipelines.schemas.curation import CURATION_MODELS
from pipelines.schemas.descriptions import table_entry
from pipelines.settings import STAGING_FRAMES, load_settings


@dg.multi_asset(
    name="curation",
    specs=[
        dg.AssetSpec(
            ["curation", frame],
            deps=[dg.AssetKey(["staging", staged]) for staged in STAGING_FRAMES if staged in ("reports", "cells")],
            group_name="curation",
            description=table_entry(f"curation_{frame}").short,
            owners=OWNERS,
            kinds={"csv", "pandera", "parquet"},
            tags={"gid/layer": "curation"},
            metadata={"dagster/column_schema": frame_column_schema(frame)},
        )
        for frame in CURATION_MODELS
    ],
    op_tags={"gid/writes": "warehouse"},
)
def curation(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Check what people wrote against all that is staged, and write it for dbt; nothing is written where a row is wrong."""
    settings = load_settings()
    ensure_staging_folders(settings)
    # What is gone from the raw folder will not be built: rows on it wait, as they do for any document that is not here.
    remove_gone(settings, {delivery.name for delivery in find_deliveries(settings.raw_dir)})
    digest = curation_digest(settings)
    try:
        frames = read_curation(settings, load_divisions())
    except CurationError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"faults": dg.MetadataValue.md("\n".join(f"- {fault}" for fault in error.faults))},
            allow_retries=False,
        ) from None
    write_curated(settings, frames, digest)
    context.log.info(
        f"{', '.join(f'{data.height} {name}' for name, data in frames.items())} from {settings.curation_dir}"
    )
    for name, data in frames.items():
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey(["curation", name]),
            metadata={
                "dagster/row_count": data.height,
                "file": dg.MetadataValue.path(settings.curation_dir / f"{name}.csv"),
                "preview": preview(data),
            },
        )
