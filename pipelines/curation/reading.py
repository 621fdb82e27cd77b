"""Both curation files, read and checked against all that is staged: typed frames, or every fault at once.

Belongs here: the order of the checks, and which staged documents and cells they need.
"""

from __future__ import annotations

import polars as pl

from pipelines.curation.corrections import CORRECTION_COLUMNS, check_corrections, match_corrections
from pipelines.curation.csv_files import ensure_file, read_table
from pipelines.curation.faults import CurationError, Fault
from pipelines.curation.overrides import OVERRIDE_COLUMNS, check_overrides, match_overrides
from pipelines.places import http_options, is_remote
from pipelines.publishing.staging import frame_files
from pipelines.schemas.curation import validate_curation
from pipelines.schemas.staging import staging_schema
from pipelines.settings import CORRECTIONS_FILE, OVERRIDES_FILE, Settings


def read_curation(settings: Settings, divisions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the frames `corrections` and `overrides`, checked against the staged documents.

    Args:
        settings: where the files and the staging are; the staging folders must be there.
        divisions: `division_code`, `division_name`, `short_name` of the gazetteer.

    Raises:
        CurationError: a row cannot be applied; lists every fault of both files with its row and remedy.
    """
    _check_folder(settings)
    written, faults = read_table(settings.curation_dir / CORRECTIONS_FILE, CORRECTION_COLUMNS)
    corrections, more = check_corrections(written)
    faults += more
    written, more = read_table(settings.curation_dir / OVERRIDES_FILE, OVERRIDE_COLUMNS)
    faults += more
    overrides, more = check_overrides(written, divisions)
    faults += more
    ids = pl.concat([corrections["document_id"], overrides["document_id"].drop_nulls()]).unique()
    documents = staged_documents(settings, ids)
    corrections, more = match_corrections(corrections, documents, _staged_cells(settings, documents))
    faults += more
    faults += match_overrides(overrides, documents)
    if faults:
        raise CurationError(settings.curation_dir, faults)
    frames = {"corrections": corrections, "overrides": overrides}
    return {name: validate_curation(name, frame) for name, frame in frames.items()}


def ensure_files(settings: Settings) -> None:
    """Begin the files that are not there with their header lines.

    Raises:
        CurationError: the folder is no place for them.
    """
    _check_folder(settings)
    ensure_file(settings.curation_dir / CORRECTIONS_FILE, CORRECTION_COLUMNS)
    ensure_file(settings.curation_dir / OVERRIDES_FILE, OVERRIDE_COLUMNS)


def staged_documents(settings: Settings, ids: pl.Series) -> pl.DataFrame:
    """Return `document_id`, `delivery`, `form_version` (null: no report) of the staged ones of some documents.

    Of a document that several deliveries hold, the delivery that carries its report: the first by name.
    """
    wanted = pl.col("document_id").is_in(ids.implode())
    paths = ("delivery", "source_path")
    found = {
        frame: _scan(settings, frame)
        .filter(wanted)
        .select("document_id", *paths, *columns)
        .collect()
        .sort(*paths)
        .unique("document_id", keep="first", maintain_order=True)
        .drop("source_path")
        for frame, columns in (("documents", ()), ("reports", ("form_version",)))
    }
    reports = found["reports"]
    rest = found["documents"].join(reports, on="document_id", how="anti")
    return pl.concat([reports, rest.with_columns(form_version=pl.lit(None, pl.String))])


def _check_folder(settings: Settings) -> None:
    if settings.curation_dir.is_relative_to(settings.warehouse_dir):
        problem = f"the folder lies in the warehouse {settings.warehouse_dir}, where `make clean` removes everything"
        raise CurationError(
            settings.curation_dir, [Fault("GID_CURATION_DIR", 0, problem, "Put it beside the warehouse, not into it")]
        )


def _staged_cells(settings: Settings, documents: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of some documents, each from the delivery that carries its report; no other file is opened."""
    columns = ("document_id", "table_key", "row_key", "column_key", "raw_value", "value_state", "printed_unit_basis")
    parts = [pl.DataFrame(schema=staging_schema("cells")).select(columns)]
    for (delivery,), of_delivery in documents.filter(pl.col("form_version").is_not_null()).group_by("delivery"):
        wanted = pl.col("document_id").is_in(of_delivery["document_id"].implode())
        parts.append(_scan(settings, "cells", str(delivery)).filter(wanted).select(columns).collect())
    return pl.concat(parts)


def _scan(settings: Settings, frame: str, delivery: str | None = None) -> pl.LazyFrame:
    files = frame_files(settings, frame, delivery)
    if files and is_remote(files[0]):
        return pl.scan_parquet(
            [str(file) for file in files], glob=False, storage_options=http_options("aws_allow_http")
        )
    return pl.scan_parquet(files, glob=False)
