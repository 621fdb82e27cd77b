"""The one place that knows the project's own steps: each stage called as the assets in `pipelines/defs` call it.

Belongs here: what a stage runs, and what of it is counted. Where the project changes its steps, this module follows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from benchmarks import floor
from benchmarks.measure import Clock
from pipelines.curation.reading import read_curation
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.reading import read_pieces
from pipelines.gazetteer.divisions import load_divisions
from pipelines.ingest.deliveries import ingest
from pipelines.parsing.batches import Care, parse_all, read_texts
from pipelines.parsing.chunks import Chunk, iter_chunks
from pipelines.parsing.staging_frames import build_frames
from pipelines.publishing.curation import curation_digest, write_curated
from pipelines.publishing.database import begin_build, build_path, finish_build, hold_lock
from pipelines.publishing.dbt_environment import dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.publishing.exports import write_exports
from pipelines.publishing.releasing import draft_release, publish_release
from pipelines.publishing.staging import ensure_staging_folders, frame_files, write_frame
from pipelines.publishing.state import write_state
from pipelines.publishing.unresolved import read_unresolved
from pipelines.publishing.workbook.writing import write_workbook
from pipelines.schemas.staging import validate_frame
from pipelines.settings import DBT_PROJECT_DIR, STAGING_FRAMES, Settings

RUN = "bench"
_FINISHED = "finished_exports"


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
        return sum(1 for chunk in _chunks(settings) for _ in read_pieces(chunk.pieces, settings))


def parse(settings: Settings, clock: Clock) -> int:
    """Documents to staging frames, in as many processes as parse them in a refresh; reading is not counted."""
    chunks = list(_chunks(settings))
    if min(settings.workers, len(chunks)) < 2:
        parsed = [parse_one(chunk, settings) for chunk in chunks]
    else:
        os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // settings.workers)))
        with ProcessPoolExecutor(settings.workers, get_context("spawn")) as pool:
            parsed = list(pool.map(parse_one, chunks, repeat(settings)))
    # Processes read and parse in turns of their own: what parsing takes is what it takes the busiest of them.
    by_process: dict[int, float] = {}
    for one in parsed:
        by_process[one.process] = by_process.get(one.process, 0.0) + one.wall
    clock.add(max(by_process.values()), sum(one.cpu for one in parsed))
    return sum(one.documents for one in parsed)


@dataclass(frozen=True)
class ParsedOne:
    """What parsing one chunk took, and in which process."""

    process: int
    documents: int
    wall: float
    cpu: float


def parse_one(chunk: Chunk, settings: Settings) -> ParsedOne:
    """Parse a chunk whose documents are read before the clock starts."""
    own = Clock()
    texts = [read_texts(chunk.pieces, chunk.delivery, settings, first=0, care=Care(), note=_note_nothing)]
    with own.running():
        build_frames(texts, parse_all(texts, Care(), _note_nothing))
    return ParsedOne(os.getpid(), len(texts[0].documents), own.wall, own.cpu)


def _note_nothing(_: str) -> None:
    """Nobody wants to know what is parsed next."""


def ingest_all(settings: Settings, clock: Clock) -> int:
    """Read, parse, validate and write, as the asset of the staging frames does."""
    with clock.running():
        ingest(find_deliveries(settings.raw_dir), settings, say=_note_nothing)
    return _n_documents(settings)


def validate(settings: Settings, clock: Clock) -> int:
    """The pandera models over what `ingest` has staged."""
    for frame in STAGING_FRAMES:
        for file in _staged_files(settings, frame):
            data = pl.read_parquet(file)
            with clock.running():
                validate_frame(frame, data)
    return _n_documents(settings)


def write(settings: Settings, clock: Clock) -> int:
    """What `ingest` has staged, written once more beside it."""
    with tempfile.TemporaryDirectory(dir=settings.warehouse_dir) as folder:
        for frame in STAGING_FRAMES:
            for file in _staged_files(settings, frame):
                data = pl.read_parquet(file)
                with clock.running():
                    write_frame(data, Path(folder) / "frame.parquet")
    return _n_documents(settings)


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
        database = begin_build(settings, RUN)
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
        built = build_path(settings, RUN)
        finish_build(built)
        read_unresolved(built)
    return _n_documents(settings)


def export(settings: Settings, clock: Clock) -> int:
    """One parquet file a published table, with the datapackage."""
    with clock.running():
        write_exports(build_path(settings, RUN), settings.warehouse_dir / _FINISHED)
    return _n_documents(settings)


def workbook(settings: Settings, clock: Clock) -> int:
    """The workbook of all."""
    with clock.running():
        write_workbook(build_path(settings, RUN), settings.warehouse_dir / _FINISHED, settings)
    return _n_documents(settings)


def publish(settings: Settings, clock: Clock) -> int:
    """The release: database and exports hashed, recorded, synced to disk, switched to."""
    with (
        clock.running(),
        hold_lock(settings.lock_path, 1),
        draft_release(settings, build_path(settings, RUN)) as draft,
    ):
        (settings.warehouse_dir / _FINISHED).replace(draft.exports)
        published = publish_release(settings, draft)
        write_state(settings, published.version, published.is_new)
    return _n_documents(settings)


def _chunks(settings: Settings) -> Iterator[Chunk]:
    for delivery in find_deliveries(settings.raw_dir):
        yield from iter_chunks(delivery, settings)


def _staged_files(settings: Settings, frame: str) -> list[Path]:
    deliveries = find_deliveries(settings.raw_dir)
    return [file for delivery in deliveries for file in frame_files(settings, frame, delivery.name)]


def _n_documents(settings: Settings) -> int:
    files = _staged_files(settings, "documents")
    return int(pl.scan_parquet(files, glob=False).select(pl.len()).collect().item())


# In the order in which they run; each rests on those before it.
STEPS: dict[str, Callable[[Settings, Clock], int]] = {
    "floor": floor_of_reading,
    "read": read,
    "parse": parse,
    "ingest": ingest_all,
    "validate": validate,
    "write": write,
    "curation": curation,
    "dbt": dbt,
    "finish": finish,
    "export": export,
    "workbook": workbook,
    "publish": publish,
}
