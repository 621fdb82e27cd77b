"""The inputs that a fuzzer starts from: golden documents and generated ones.

Belongs here: which document is a seed of which target. What the fuzzer makes of them does not.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from tests.rendering.corpus import generate

GOLDEN = Path(__file__).parents[1] / "golden" / "documents"
N_GENERATED = 150
_SUFFIXES = {
    "html": (".html",),
    "markdown": (".md",),
    "docx": (".docx",),
    "pdf": (".pdf",),
    "gzip": (".gz",),
    "jsonl": (".jsonl",),
    "parquet": (".parquet",),
    "decoding": (".txt", ".html", ".md"),
    "layouts": (".txt",),
    "parser": (".txt", ".md"),
}


def seeds(target: str) -> Iterator[bytes]:
    """Give the seeds of a target, in order and always the same."""
    if target == "warc":
        yield from _warc_files()
        return
    wanted = _SUFFIXES[target]
    documents = [(path.name, path.read_bytes()) for path in sorted(GOLDEN.iterdir())]
    documents += [(document.name, document.content) for document in map(generate, range(N_GENERATED))]
    for name, content in documents:
        if name.endswith(wanted):
            # A byte behind a text chooses the way in which `fragments.build_text` takes it.
            yield content + b"\x00" if target in ("parser", "layouts") else content
    if target == "gzip":
        yield gzip.compress(b"1") + gzip.compress(b"2" * 1000)


def _warc_files() -> Iterator[bytes]:
    for packed in (False, True):
        stream = io.BytesIO()
        writer = WARCWriter(stream, gzip=packed)
        for path in sorted(GOLDEN.glob("*.html"))[:3]:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.0")
            payload = io.BytesIO(path.read_bytes()[:3000])
            writer.write_record(
                writer.create_warc_record("http://a.test/", "response", payload=payload, http_headers=headers)
            )
        yield stream.getvalue()
