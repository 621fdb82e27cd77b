"""A build reads staging and curation as they were at one moment, whole, whatever is staged meanwhile."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import polars as pl
import pytest

from pipelines.publishing.curation import ensure_curated
from pipelines.publishing.database import PublishingError
from pipelines.publishing.inputs import read_inputs, take_inputs
from pipelines.publishing.staging import ensure_staging_folders, remove_gone, write_staging
from pipelines.publishing.staging_parts import install_parts, write_part
from pipelines.publishing.state import inputs_now
from pipelines.schemas.staging import STAGING_MODELS, staging_schema
from tests.publications.small import settings_in


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path)
    ensure_staging_folders(settings)
    ensure_curated(settings)
    return settings


def stage(settings, delivery: str, parser: str) -> None:
    """Stage a delivery whose one document names the parser."""
    frames = {frame: pl.DataFrame(schema=staging_schema(frame)) for frame in STAGING_MODELS}
    document = {"document_id": "k", "delivery": delivery, "source_path": f"{delivery}/a.txt", "parser_version": parser}
    frames["documents"] = pl.DataFrame([document], schema=staging_schema("documents"))
    write_staging(settings, delivery, frames, "fingerprint", parser)


def stage_chunks(settings, delivery: str, parsers: list[str]) -> None:
    """Stage a delivery of several chunks, each of one document that names a parser."""
    for number, parser in enumerate(parsers):
        frames = {frame: pl.DataFrame(schema=staging_schema(frame)) for frame in STAGING_MODELS}
        document = {"document_id": str(number), "delivery": delivery, "source_path": "s", "parser_version": parser}
        frames["documents"] = pl.DataFrame([document], schema=staging_schema("documents"))
        write_part(settings, delivery, number, frames, {})
    manifest = {"delivery": delivery, "fingerprint": "f", "parser_version": "1", "chunks": len(parsers)}
    install_parts(settings, manifest)


def parsers(folder) -> list[str]:
    return sorted(pl.read_parquet(f"{folder}/documents/**/*.parquet")["parser_version"].to_list())


def test_what_is_staged_meanwhile_is_not_in_the_build(settings, tmp_path):
    stage(settings, "一", "1")
    build = tmp_path / "build"
    build.mkdir()
    folders = take_inputs(settings, build)
    then = inputs_now(settings)
    stage(settings, "一", "2")
    stage(settings, "two", "2")
    remove_gone(settings, {"two"})
    assert parsers(folders["GID_STAGING_DIR"]) == ["1"]
    noted = read_inputs(settings, build)
    assert replace(noted, basis={}) == then
    assert set(noted.basis) == {"code", "reference data", "packages", "settings", "staged files"}
    assert then.parser_versions == ("1",)
    assert inputs_now(settings).parser_versions == ("2",)
    assert inputs_now(settings).staging != then.staging
    assert {path.name for path in (build / "inputs" / "curation").iterdir()} == {
        "corrections.parquet",
        "overrides.parquet",
    }


def test_a_delivery_of_several_chunks_is_a_folder(settings, tmp_path):
    stage(settings, "one", "1")
    stage_chunks(settings, "many", ["2", "3"])
    build = tmp_path / "build"
    build.mkdir()
    staging = take_inputs(settings, build)["GID_STAGING_DIR"]
    assert parsers(staging) == ["1", "2", "3"]
    query = f"from read_parquet('{staging}/documents/**/*.parquet', union_by_name = true) select parser_version"
    assert sorted(duckdb.sql(query).fetchall()) == [("1",), ("2",), ("3",)]


def test_half_a_delivery_is_not_built_from(settings, tmp_path):
    """A run that is killed while it puts frames in place leaves some of the new and some of the old."""
    stage(settings, "d", "1")
    next((settings.staging_dir / "_manifest").glob("*.json")).unlink()
    (tmp_path / "build").mkdir()
    with pytest.raises(PublishingError, match=r"staging of d in .*staging was not finished.*make warehouse"):
        take_inputs(settings, tmp_path / "build")
    stage(settings, "d", "1")
    assert parsers(take_inputs(settings, tmp_path / "build")["GID_STAGING_DIR"]) == ["1"]


def test_a_build_that_noted_nothing_rests_on_what_is_staged_now(settings, tmp_path):
    stage(settings, "d", "1")
    assert read_inputs(settings, tmp_path / "nowhere") == inputs_now(settings)
