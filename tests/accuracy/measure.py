"""Measuring: batches of generated documents go through the parser as folder deliveries, each compared with its truth.

Belongs here: writing, parsing, collecting the rows of each document. What is right stands in `comparison`.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pandera.errors import SchemaErrors

from pipelines.documents.deliveries import find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.schemas.staging import validate_frame
from tests.accuracy.comparison import Reading, compare
from tests.accuracy.tally import Example, Tally
from tests.reading import settings_of, write_delivery
from tests.rendering.binaries import BINARY_LAYOUTS
from tests.rendering.corpus import RenderedDocument, generate

BATCH = 1_000


@dataclass(frozen=True)
class Batch:
    """Seeds of one delivery, and what is asked of them."""

    seeds: range
    layout: str | None = None
    damage: str | None = None
    keep: Path | None = None


def measure(
    documents: int,
    seed: int,
    layout: str | None = None,
    damage: str | None = None,
    keep: Path | None = None,
    processes: int = 2,
) -> Tally:
    """Measure `documents` documents from `seed` on, in two processes."""
    end = seed + documents
    batches = [Batch(range(start, min(start + BATCH, end)), layout, damage, keep) for start in range(seed, end, BATCH)]
    tally = Tally()
    for part in _run(batches, processes):
        tally.add(part)
    return tally


def _run(batches: list[Batch], processes: int) -> Iterator[Tally]:
    if processes < 2 or len(batches) < 2:
        yield from map(measure_batch, batches)
        return
    # The engine of the frames has threads of its own: a process must be spawned, and not take all processors.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 2) // processes)))
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(measure_batch, batches)


def measure_batch(batch: Batch) -> Tally:
    """Render, parse and compare the documents of one delivery."""
    documents = [generate(seed, batch.layout, batch.damage) for seed in batch.seeds]
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        frames = parse_documents(Path(folder), {d.name: d.content for d in documents})
        if batch.keep is not None:
            batch.keep.mkdir(parents=True, exist_ok=True)
            for document in documents:
                shutil.copy(Path(folder) / "raw" / "delivery" / document.name, batch.keep)
    readings = collect_readings(frames)
    for document in documents:
        compare(document, readings.get(document.name, Reading()), tally)
    first, last = documents[0].name, documents[-1].name
    for violation in find_violations(frames):
        tally.count(["all"], "violations")
        tally.keep("violations", Example(f"{first} to {last}", "all", "", "", "schema", "valid frames", violation))
    return tally


def parse_documents(folder: Path, files: dict[str, bytes]) -> dict[str, pl.DataFrame]:
    """Parse files as one delivery below a folder: the staging frames."""
    write_delivery(folder, dict(files))
    settings = settings_of(folder)
    (delivery,) = find_deliveries(settings.raw_dir)
    return parse_delivery(delivery, settings)


def find_violations(frames: dict[str, pl.DataFrame]) -> list[str]:
    """What the schemas of the staging frames find wrong: frame, column and check."""
    found: set[str] = set()
    for name, data in frames.items():
        try:
            validate_frame(name, data)
        except SchemaErrors as error:
            failures = error.failure_cases.select("column", "check").unique()
            found |= {f"{name}: {column} {check}" for column, check in failures.iter_rows()}
    return sorted(found)


def collect_readings(frames: dict[str, pl.DataFrame]) -> dict[str, Reading]:
    """What was read, by file name; the single records of a shard also by `name#record`."""
    readings: dict[str, Reading] = {}
    names: dict[str, list[str]] = {}
    for row in frames["reports"].iter_rows(named=True):
        names[row["document_id"]] = _names_of(row)
        for name in names[row["document_id"]]:
            readings.setdefault(name, Reading()).report = row
    for frame in ("cells", "prose_counts"):
        for row in frames[frame].iter_rows(named=True):
            for name in names[row["document_id"]]:
                reading = readings[name]
                (reading.cells if frame == "cells" else reading.prose).append(row)
    for row in frames["findings"].iter_rows(named=True):
        for name in _names_of(row):
            readings.setdefault(name, Reading()).findings.append(row)
    return readings


def _names_of(row: dict[str, Any]) -> list[str]:
    name = row["source_path"].split("/")[-1]
    return [name] if row["record"] is None else [name, f"{name}#{row['record']}"]


def describe(document: RenderedDocument) -> str:
    """A document and its truth, for reading by eye."""
    truth = document.truth
    head = [
        f"name        {document.name}",
        f"layout      {document.layout}",
        f"variations  {' '.join(document.variations)}",
        f"damages     {' '.join(document.damages)}",
        f"header      {truth.body_name} {truth.year} {truth.form_version}",
        *(
            f"prose       {quantity} = {value:g}{' or so' if near else ''}"
            for quantity, (value, near) in truth.prose.items()
        ),
    ]
    cells = []
    for key, cell in truth.cells.items():
        marks = [mark for mark, keys in (("lost", document.lost), ("uncertain", document.uncertain)) if key in keys]
        if cell.state != "zero" or marks:
            cells.append(
                f"  {'/'.join(key)}: {cell.raw!r} {cell.state} {cell.value} line {cell.line} {' '.join(marks)}"
            )
    text = "" if document.layout in BINARY_LAYOUTS else decode(document.content)
    return "\n".join([*head, "cells other than 0", *cells, "", text])


def decode(content: bytes) -> str:
    """The text of a document that is one."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")
