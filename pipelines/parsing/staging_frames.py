"""Documents as read and what was parsed of them to the rows of the staging frames, for each chunk its own.

Belongs here: columns, types and order of rows. What the columns hold is decided where it is read and parsed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from pipelines.parsing.batches import FRAMES, Found, Texts
from pipelines.parsing.findings import fill_finding
from pipelines.parsing.reports import ParsedReports
from pipelines.parsing.version import parser_version
from pipelines.schemas.staging import staging_schema

_PLACE = ("document_id", "delivery", "source_path", "record")


@dataclass(frozen=True)
class ParsedChunk:
    """The staging frames of a chunk; `read_rows`: rows of `findings` that came from reading, not from parsing."""

    frames: dict[str, pl.DataFrame]
    read_rows: list[int]


def build_frames(read: list[Texts], parsed: list[ParsedReports]) -> list[ParsedChunk]:
    """Return the frames of each chunk: `documents`, what was parsed, and `findings`; `deliveries` is not among them."""
    documents = [_documents_frame(texts) for texts in read]
    places = pl.concat([frame.select(_PLACE) for frame in documents])
    own = {name: _numbered(name, [getattr(batch, name) for batch in parsed], places) for name in FRAMES}
    found = _findings(read, parsed, pl.concat([frame["n_lines"] for frame in documents]))
    own["findings"] = _numbered("findings", [found], places)
    dealt = {name: _dealt(data, numbers, read) for name, (numbers, data) in own.items()}
    is_read = _dealt(found.select("is_read"), found["doc"], read)
    return [
        ParsedChunk(
            {
                "documents": _with_reports(frame, dealt["reports"][n]["document_id"]),
                **{name: frames[n] for name, frames in dealt.items()},
            },
            is_read[n]["is_read"].arg_true().to_list(),
        )
        for n, frame in enumerate(documents)
    ]


def _documents_frame(texts: Texts) -> pl.DataFrame:
    documents = texts.documents
    text = pl.Series("text", [d.text for d in documents], dtype=pl.String)
    data = {
        "document_id": [d.document_id for d in documents],
        "delivery": [texts.delivery] * len(documents),
        "source_path": [d.source_path for d in documents],
        "record": [d.record for d in documents],
        "size_bytes": [d.size_bytes for d in documents],
        "format": [d.format for d in documents],
        "encoding": [d.encoding for d in documents],
        "read_status": [d.read_status for d in documents],
        "n_lines": text.str.count_matches("\n", literal=True) + (~text.str.ends_with("\n")).cast(pl.UInt32),
        "is_report": [False] * len(documents),
        "is_duplicate": [d.is_duplicate for d in documents],
        "source_url": [d.url for d in documents],
        "source_title": [d.title for d in documents],
        "text": text,
        "parser_version": [parser_version()] * len(documents),
    }
    return pl.DataFrame(data, schema_overrides=staging_schema("documents")).select(list(staging_schema("documents")))


def _with_reports(documents: pl.DataFrame, reports: pl.Series) -> pl.DataFrame:
    """A copy of a report is a report, too."""
    is_report = documents["document_id"].is_in(reports.unique().implode()).fill_null(False)
    return documents.with_columns((is_report & documents["text"].is_not_null()).alias("is_report"))


def _numbered(name: str, parts: list[pl.DataFrame], places: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return the numbers of the documents that rows are about, ascending, and the rows."""
    data = pl.concat(parts, how="diagonal_relaxed")
    if not data["doc"].is_sorted():
        data = data.sort("doc", maintain_order=True)
    schema = staging_schema(name)
    placed = data.drop(_PLACE, strict=False).hstack(places[data["doc"]])
    return data["doc"], placed.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _dealt(data: pl.DataFrame, numbers: pl.Series, read: list[Texts]) -> list[pl.DataFrame]:
    """Return the rows of each chunk's own documents; `numbers` are their documents, ascending."""
    ends = [0, *numbers.search_sorted(pl.Series([texts.end for texts in read], dtype=numbers.dtype)).to_list()]
    return [data.slice(begin, end - begin) for begin, end in pairwise(ends)]


def _findings(read: list[Texts], parsed: list[ParsedReports], n_lines: pl.Series) -> pl.DataFrame:
    """All findings, by document and line; what is missing from a text rests on the whole of it."""
    found: list[Found] = [item for texts in read for item in texts.findings]
    n_read = len(found)
    paths = [document.source_path for texts in read for document in texts.documents]
    for batch in parsed:
        found.extend((doc, {"path": paths[doc], **finding}) for doc, finding in batch.findings)
    columns: dict[str, list[Any]] = defaultdict(list)
    for doc, finding in found:
        lines = n_lines[doc]
        is_whole = lines is not None and finding.get("line_start") is None
        placed = {**finding, "line_start": 1, "line_end": max(lines, 1)} if is_whole else finding
        columns["doc"].append(doc)
        for name, value in fill_finding(placed).items():
            columns[name].append(value)
    schema = {"doc": pl.UInt32, **{k: v for k, v in staging_schema("findings").items() if k not in _PLACE}}
    del schema["finding_seq"]
    data = pl.DataFrame({name: columns[name] for name in schema}, schema=schema)
    data = data.with_columns(is_read=pl.int_range(pl.len()) < n_read)
    data = data.sort("doc", pl.col("line_start").fill_null(0), maintain_order=True)
    return data.with_columns(finding_seq=pl.int_range(1, pl.len() + 1).over("doc"))
