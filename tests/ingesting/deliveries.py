"""Deliveries for tests of ingestion: one of every kind of shard, and what is staged of them."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest.deliveries import Ingested, ingest
from pipelines.publishing.staging import read_staging
from pipelines.settings import Settings
from tests.reading import settings_of
from tests.rendering.tabbed import render_report

REPORTS = [render_report(seed, edition).text for seed, edition in ((1, "F2019"), (2, "F2021"), (3, "F2019"))]
WEATHER = [f"第{n}天的天气" for n in range(9)]


def small_chunks(folder: Path, documents: int = 2, n_bytes: int = 1 << 20) -> Settings:
    """Settings with chunks of few documents."""
    return replace(settings_of(folder), chunk_documents=documents, chunk_bytes=n_bytes)


def lines_of(texts: list[str]) -> bytes:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n\n" for text in texts).encode()


def parquet_of(texts: list[str], group: int) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), sink, row_group_size=group)
    return sink.getvalue()


def warc_of(texts: list[str]) -> bytes:
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=True)
    for n, text in enumerate(texts):
        kind, media = ("response", "text/plain") if n % 3 != 1 else ("warcinfo", "application/warc-fields")
        headers = StatusAndHeaders("200 OK", [("Content-Type", media)], protocol="HTTP/1.1") if n % 3 != 1 else None
        body = io.BytesIO(text.encode())
        writer.write_record(writer.create_warc_record(f"http://a/{n}", kind, body, http_headers=headers))
    return sink.getvalue()


def every_kind() -> dict[str, bytes | str]:
    """Files and shards of one delivery; documents come again in other files, and some cannot be read."""
    return {
        "0.txt": REPORTS[0],
        "1.txt": WEATHER[0],
        "2.bin": b"\x00\x01" * 50,
        "3.jsonl": lines_of([WEATHER[1], REPORTS[1], " ", REPORTS[0], WEATHER[2]]),
        "4.jsonl.gz": gzip.compress(lines_of([*WEATHER[3:7], REPORTS[1]]))[:-9],
        "5.parquet": parquet_of([WEATHER[0], REPORTS[2], WEATHER[7], WEATHER[0]], 1),
        "6.parquet": parquet_of([WEATHER[8], REPORTS[2], WEATHER[5]], 3),
        "7.warc.gz": warc_of([WEATHER[1], WEATHER[1], WEATHER[8], "又一天", "不读", WEATHER[0]]),
        "8.xyz": WEATHER[2],
        "9.xyz": "最后一份",
    }


def ingest_all(settings: Settings, **options: object) -> dict[str, Ingested]:
    """Ingest the raw folder; what became of each delivery."""
    done = ingest(find_deliveries(settings.raw_dir), settings, say=lambda what: None, **options)
    return {own.delivery: own for own in done}


def staged_frames(settings: Settings, delivery: str = "delivery") -> dict[str, pl.DataFrame]:
    """What readers find of a delivery."""
    return read_staging(settings, delivery)


def files_of(settings: Settings) -> list[str]:
    """Everything below the staging folder but locks and digests, without the empty files of types."""
    found = (path.relative_to(settings.staging_dir).as_posix() for path in settings.staging_dir.rglob("*"))
    return sorted(name for name in found if not name.startswith("_") and "_schema" not in name and "." in name)
