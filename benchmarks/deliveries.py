"""Deliveries of documents on disk: drawn in parallel, kept in the bench folder, laid out as one shard or as loose files.

Belongs here: blocks, shards, folders. What a document says stands in `documents`.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import documents
from benchmarks.documents import FOUNDING_DIR, KINDS, draw_document
from pipelines.settings import PROJECT_DIR, REFERENCE_DIR, SEEDS_DIR

FORMS = ("shard", "files")
BLOCK = 5_000
_ROW_GROUP = 2_500
_FILES_A_FOLDER = 1_000
_COLUMNS = {"text": "text", "html": "html", "mixed": "content"}


@dataclass(frozen=True)
class Case:
    """What is measured: a kind of document, in one parquet shard or as a file each."""

    kind: str
    form: str

    @property
    def name(self) -> str:
        """As it stands in tables and results: `text-shard`."""
        return f"{self.kind}-{self.form}"


@dataclass(frozen=True)
class Block:
    """Documents by number, and the parquet file that keeps them."""

    kind: str
    start: int
    n: int
    path: Path


def parse_case(name: str) -> Case:
    """Return the case of a name such as `text-shard`.

    Raises:
        ValueError: there is no such case; the message lists them.
    """
    kind, _, form = name.partition("-")
    if kind not in KINDS or form not in FORMS:
        known = ", ".join(f"{kind}-{form}" for kind in KINDS for form in FORMS)
        raise ValueError(f"BENCH_CASES: {name} is none of {known}")
    return Case(kind, form)


def corpus_version() -> str:
    """A digest of all that the documents are drawn from: kept documents are used again only where none of it changed."""
    digest = hashlib.sha256()
    files = [Path(documents.__file__), REFERENCE_DIR / "divisions.csv", *sorted(FOUNDING_DIR.glob("*.txt"))]
    files += sorted((PROJECT_DIR / "tests" / "rendering").glob("*.py"))
    files += [SEEDS_DIR / "form_rows.csv", SEEDS_DIR / "form_columns.csv"]
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def deliver(case: Case, numbers: range, raw_dir: Path, bench_dir: Path, processes: int) -> Path:
    """Put a delivery of the documents of these numbers into a raw folder; return its path there."""
    start, n = numbers.start, len(numbers)
    shard = _shard(case.kind, numbers, _kept(bench_dir), processes)
    raw_dir.mkdir(parents=True, exist_ok=True)
    target = raw_dir / f"bench-{case.name}-{start}-{n}{'.parquet' if case.form == 'shard' else ''}"
    if case.form == "shard":
        os.link(shard, target)
        return target
    for number, content in enumerate(_contents(shard, _COLUMNS[case.kind])):
        folder = target / f"{number // _FILES_A_FOLDER:05}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:07}{_extension(content)}").write_bytes(content)
    return target


def deliver_founding(raw_dir: Path) -> Path:
    """Put the five founding reports into a raw folder: what a refresh costs apart from its documents."""
    return Path(shutil.copytree(FOUNDING_DIR, raw_dir / FOUNDING_DIR.name))


def _kept(bench_dir: Path) -> Path:
    """The folder of this version's documents; those of other versions are removed."""
    folder = bench_dir / "corpus" / corpus_version()
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder


def _shard(kind: str, numbers: range, kept: Path, processes: int) -> Path:
    """One parquet file of all documents, put together from blocks that larger deliveries share."""
    start, n = numbers.start, len(numbers)
    path = kept / f"{kind}-{start}-{n}.parquet"
    if path.exists():
        return path
    ends = range(start, start + n, BLOCK)
    sizes = [(first, min(BLOCK, start + n - first)) for first in ends]
    blocks = [Block(kind, first, size, kept / f"block-{kind}-{first}-{size}.parquet") for first, size in sizes]
    missing = [block for block in blocks if not block.path.exists()]
    if processes > 1 and len(missing) > 1:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            pool.map(write_block, missing, chunksize=1)
    else:
        for block in missing:
            write_block(block)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with pq.ParquetWriter(part, _schema(kind), compression="zstd") as writer:
        for block in blocks:
            writer.write_table(pq.read_table(block.path), row_group_size=_ROW_GROUP)
    part.replace(path)
    return path


def write_block(block: Block) -> None:
    """Draw the documents of a block into its file, whole or not at all."""
    drawn = [draw_document(block.kind, number) for number in range(block.start, block.start + block.n)]
    schema = _schema(block.kind)
    is_text = pa.types.is_string(schema.field(0).type)
    values: list[str] | list[bytes] = [_as_text(content) for content in drawn] if is_text else drawn
    part = block.path.with_name(f".{block.path.name}.{os.getpid()}.part")
    pq.write_table(pa.table([pa.array(values, schema.field(0).type)], schema=schema), part, compression="zstd")
    part.replace(block.path)


def _schema(kind: str) -> pa.Schema:
    return pa.schema([(_COLUMNS[kind], pa.binary() if kind == "mixed" else pa.string())])


def _as_text(content: bytes) -> str:
    """Who gathers pages into a column of text has decoded them."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _contents(shard: Path, column: str) -> Iterator[bytes]:
    with pq.ParquetFile(shard) as file:
        for batch in file.iter_batches(batch_size=500, columns=[column]):
            for value in batch.column(0).to_pylist():
                yield value.encode() if isinstance(value, str) else value


def _extension(content: bytes) -> str:
    return ".html" if content.lstrip()[:1] == b"<" else ".txt"
