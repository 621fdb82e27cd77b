"""The one place that knows the project's own steps: each stage called as the assets in `pipelines/defs` call it.

Belongs here: what a stage runs, and what of it is counted. Where the project changes its steps, this module follows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

import pipelines.parsing.deliveries
from benchmarks import floor
from benchmarks.measure import Clock
from pipelines.curation.reading import read_curation
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.fingerprints import content_fingerprint
from pipelines.documents.reading import Document, read_delivery
from pipelines.gazetteer.divisions import load_divisions
from pipelines.parsing.deliveries import parse_delivery
from pipelines.parsing.version import parser_version
from pipelines.publishing.curation import curation_digest, write_curated
from pipelines.publishing.database import begin_build, build_path, finish_build, hold_lock
from pipelines.publishing.dbt_environment import dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.publishing.exports import write_exports
from pipelines.publishing.releasing import draft_release, publish_release
from pipelines.publishing.staging import ensure_staging_folders, read_staging, write_staging
from pipelines.publishing.state import write_state
from pipelines.publishing.unresolved import read_unresolved
from pipelines.publishing.workbook.writing import write_workbook
from pipelines.schemas.staging import validate_frame
from pipelines.settings import DBT_PROJECT_DIR, STAGING_FRAMES, Settings

_RUN = "bench"
_FINISHED = "finished_exports"
Frames = dict[str, pl.DataFrame]


def floor_of_reading(settings: Settings, clock: Clock) -> int:
    """What no reader of these documents can go below; repeated until it is long enough to be measured."""
    (delivery,) = find_deliveries(settings.raw_dir)
    n = 0
    floor.pass_over(delivery.path)
    while clock.cpu < 1.0:
        with clock.running():
            n += floor.pass_over(delivery.path)
    return n


def read(settings: Settings, clock: Clock) -> int:
    """Files and records to documents: bytes, encoding, HTML to text."""
    with clock.running():
        return sum(1 for delivery in find_deliveries(settings.raw_dir) for _ in read_delivery(delivery, settings))


def parse(settings: Settings, clock: Clock) -> int:
    """Documents to staging frames; the clock stands still while the next document is read."""
    n = 0
    with _unclocked_reading(clock):
        for delivery in find_deliveries(settings.raw_dir):
            with clock.running():
                n += parse_delivery(delivery, settings)["documents"].height
    return n


def ingest(settings: Settings, clock: Clock) -> int:
    """Read, parse, validate and write, as the asset of the staging frames does."""
    n = 0
    for delivery in find_deliveries(settings.raw_dir):
        with clock.running():
            fingerprint = content_fingerprint(delivery)
            frames = parse_delivery(delivery, settings)
            _validate(frames)
            write_staging(settings, delivery.name, frames, fingerprint, parser_version())
            n += frames["documents"].height
    return n


def validate(settings: Settings, clock: Clock) -> int:
    """The pandera models over what `ingest` has staged."""
    n = 0
    for _, frames in _staged(settings):
        with clock.running():
            _validate(frames)
        n += frames["documents"].height
    return n


def write(settings: Settings, clock: Clock) -> int:
    """What `ingest` has staged, written once more beside it."""
    n = 0
    with tempfile.TemporaryDirectory(dir=settings.warehouse_dir) as folder:
        beside = replace(settings, warehouse_dir=Path(folder))
        for delivery, frames in _staged(settings):
            with clock.running():
                write_staging(beside, delivery, frames, "bench", parser_version())
            n += frames["documents"].height
    return n


def curation(settings: Settings, clock: Clock) -> int:
    """Corrections and overrides against all that is staged."""
    with clock.running():
        ensure_staging_folders(settings)
        digest = curation_digest(settings)
        write_curated(settings, read_curation(settings, load_divisions()), digest)
    return _n_documents(settings)


def dbt(settings: Settings, clock: Clock) -> int:
    """All models and their tests, into a database of this run's own."""
    with clock.running():
        ensure_sources(settings)
        database = begin_build(settings, _RUN)
        with tempfile.TemporaryDirectory(dir=settings.warehouse_dir) as target:
            parsed = DBT_PROJECT_DIR / "target" / "partial_parse.msgpack"
            if parsed.is_file():
                shutil.copy(parsed, target)
            command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build", "--profiles-dir", "."]
            command += ["--exclude-resource-type", "unit_test", "--target-path", target, "--log-path", target]
            environment = {**os.environ, **dbt_environment(settings, database)}
            subprocess.run(command, cwd=DBT_PROJECT_DIR, env=environment, check=True)
    return _n_documents(settings)


def finish(settings: Settings, clock: Clock) -> int:
    """The built database made ready: helper tables dropped, written into one file."""
    with clock.running():
        built = build_path(settings, _RUN)
        finish_build(built)
        read_unresolved(built)
    return _n_documents(settings)


def export(settings: Settings, clock: Clock) -> int:
    """One parquet file a published table, with the datapackage."""
    with clock.running():
        write_exports(build_path(settings, _RUN), settings.warehouse_dir / _FINISHED)
    return _n_documents(settings)


def workbook(settings: Settings, clock: Clock) -> int:
    """The workbook of all."""
    with clock.running():
        write_workbook(build_path(settings, _RUN), settings.warehouse_dir / _FINISHED, settings)
    return _n_documents(settings)


def publish(settings: Settings, clock: Clock) -> int:
    """The release: database and exports hashed, recorded, synced to disk, switched to."""
    with (
        clock.running(),
        hold_lock(settings.lock_path, 1),
        draft_release(settings, build_path(settings, _RUN)) as draft,
    ):
        (settings.warehouse_dir / _FINISHED).replace(draft.exports)
        published = publish_release(settings, draft)
        write_state(settings, published.version, published.is_new)
    return _n_documents(settings)


@contextmanager
def _unclocked_reading(clock: Clock) -> Iterator[None]:
    """Let `parse_delivery` read documents while the clock stands still."""
    module: Any = pipelines.parsing.deliveries
    original = module.read_delivery
    module.read_delivery = lambda *arguments: _paused(original(*arguments), clock)
    try:
        yield
    finally:
        module.read_delivery = original


def _paused(documents: Iterable[Document], clock: Clock) -> Iterator[Document]:
    waiting = iter(documents)
    while True:
        with clock.paused():
            document = next(waiting, None)
        if document is None:
            return
        yield document


def _validate(frames: Frames) -> None:
    for frame in STAGING_FRAMES:
        validate_frame(frame, frames[frame])


def _staged(settings: Settings) -> Iterator[tuple[str, Frames]]:
    for delivery in find_deliveries(settings.raw_dir):
        yield delivery.name, read_staging(settings, delivery.name)


def _n_documents(settings: Settings) -> int:
    files = str(settings.staging_dir / "documents" / "**" / "*.parquet")
    return int(pl.scan_parquet(files, glob=True).select(pl.len()).collect().item())


# In the order in which they run; each rests on those before it.
STEPS: dict[str, Callable[[Settings, Clock], int]] = {
    "floor": floor_of_reading,
    "read": read,
    "parse": parse,
    "ingest": ingest,
    "validate": validate,
    "write": write,
    "curation": curation,
    "dbt": dbt,
    "finish": finish,
    "export": export,
    "workbook": workbook,
    "publish": publish,
}
