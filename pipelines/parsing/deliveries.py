"""One delivery to its staging frames: reading, parsing, and putting the pieces together.

Belongs here: the order of the steps. Each step's own work stands in the module that is named after it.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import polars as pl

from pipelines.documents.deliveries import Delivery
from pipelines.documents.reading import Document, read_delivery
from pipelines.parsing.findings import fill_finding
from pipelines.parsing.reports import ParsedReports, parse_texts
from pipelines.parsing.scopes import describe_delivery
from pipelines.parsing.version import parser_version
from pipelines.schemas.staging import staging_schema
from pipelines.settings import Settings

# A panic of polars is no Exception.
_FAILURES = (Exception, pl.exceptions.PanicException)
# A batch is parsed at once; it ends with so many documents or characters.
_BATCH = 2_000
_BATCH_CHARACTERS = 20_000_000
_PARSED = [field.name for field in fields(ParsedReports) if field.name != "findings"]


def parse_delivery(delivery: Delivery, settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the staging frames of a delivery, typed and sorted, by name (see `schemas.staging`).

    Never raises for what is wrong with a file: that is a row in `documents` and one in `findings`.
    """
    documents: list[Document] = []
    parsed: list[ParsedReports] = []
    frames: list[pl.DataFrame] = []
    for batch in _batches(read_delivery(delivery, settings)):
        parsed.append(_parse_batch(dict(enumerate(batch, len(documents)))))
        frames.append(_documents_frame(batch, delivery.name))
        # The texts stand in the frame from here on.
        documents.extend(replace(document, text=None) for document in batch)
    read = pl.concat(frames)
    places = _places(documents, delivery.name)
    described = describe_delivery(delivery, dt.date.today())
    findings = _findings_frame(documents, parsed, places, read["n_lines"].to_list())
    return {
        "documents": _with_reports(
            read, {documents[doc].document_id for batch in parsed for doc in batch.reports["doc"]}
        ),
        **{name: _frame(name, [getattr(batch, name) for batch in parsed], places) for name in _PARSED},
        "findings": pl.concat([findings, described["findings"]]),
        "deliveries": described["deliveries"],
        "delivery_scopes": described["delivery_scopes"],
    }


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Split a stream of documents; at least one batch, which may be empty."""
    batch: list[Document] = []
    n_characters = 0
    for document in documents:
        size = len(document.text or "")
        if batch and (len(batch) >= _BATCH or n_characters + size > _BATCH_CHARACTERS):
            yield batch
            batch, n_characters = [], 0
        batch.append(document)
        n_characters += size
    yield batch


def _parse_batch(documents: dict[int, Document]) -> ParsedReports:
    """Parse documents by their number; where the parser itself fails, one by one, so that one document fails alone."""
    readable = {doc: d for doc, d in documents.items() if d.text is not None and not d.is_duplicate}
    try:
        with _no_collections():
            return _parse(readable)
    except _FAILURES:
        parts = [_parse_alone(doc, document) for doc, document in readable.items()]
    joined = {name: pl.concat([getattr(part, name) for part in parts], how="diagonal_relaxed") for name in _PARSED}
    return ParsedReports(**joined, findings=[found for part in parts for found in part.findings])


@contextmanager
def _no_collections() -> Iterator[None]:
    """Put off the search for cycles: parsing makes millions of objects and no cycles that matter within one batch."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _parse_alone(doc: int, document: Document) -> ParsedReports:
    try:
        return _parse({doc: document})
    except _FAILURES as error:
        reason = f"{type(error).__name__}: {error}"
        return replace(_parse({}), findings=[(doc, {"rule_key": "parsing_failed", "reason": reason})])


def _parse(documents: dict[int, Document]) -> ParsedReports:
    texts = {doc: document.text or "" for doc, document in documents.items()}
    return parse_texts(
        texts,
        {doc: document.title for doc, document in documents.items() if document.title},
        {doc: document.url for doc, document in documents.items() if document.url},
    )


def _places(documents: list[Document], delivery: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "doc": range(len(documents)),
            "document_id": [d.document_id for d in documents],
            "delivery": [delivery] * len(documents),
            "source_path": [d.source_path for d in documents],
            "record": [d.record for d in documents],
        },
        schema={
            "doc": pl.UInt32,
            "document_id": pl.String,
            "delivery": pl.String,
            "source_path": pl.String,
            "record": pl.Int64,
        },
    )


def _documents_frame(documents: list[Document], delivery: str) -> pl.DataFrame:
    rows = [
        {
            "document_id": d.document_id,
            "delivery": delivery,
            "source_path": d.source_path,
            "record": d.record,
            "size_bytes": d.size_bytes,
            "format": d.format,
            "encoding": d.encoding,
            "read_status": d.read_status,
            "n_lines": None if d.text is None else _count_lines(d.text),
            "is_report": False,
            "is_duplicate": d.is_duplicate,
            "source_url": d.url,
            "source_title": d.title,
            "text": d.text,
            "parser_version": parser_version(),
        }
        for d in documents
    ]
    return pl.DataFrame(rows, schema=staging_schema("documents"), orient="row")


def _with_reports(read: pl.DataFrame, reports: set[str | None]) -> pl.DataFrame:
    is_report = pl.col("document_id").is_in(sorted(filter(None, reports))).fill_null(False)
    return read.with_columns(is_report=is_report & pl.col("text").is_not_null())


def _count_lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _set_lines(finding: dict[str, Any], n_lines: int | None) -> None:
    """What is missing from a text rests on the whole of it."""
    if n_lines is not None and finding.get("line_start") is None:
        finding["line_start"], finding["line_end"] = 1, max(n_lines, 1)


def _frame(name: str, parts: list[pl.DataFrame], places: pl.DataFrame) -> pl.DataFrame:
    schema = staging_schema(name)
    data = pl.concat(parts, how="diagonal_relaxed").join(places, on="doc", how="left", maintain_order="left")
    return data.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _findings_frame(
    documents: list[Document], parsed: list[ParsedReports], places: pl.DataFrame, n_lines: list[int | None]
) -> pl.DataFrame:
    found: list[tuple[int, dict[str, Any]]] = [
        (doc, {"rule_key": finding.rule_key, **finding.values})
        for doc, document in enumerate(documents)
        for finding in document.findings
    ]
    for batch in parsed:
        found.extend((doc, {"path": documents[doc].source_path, **finding}) for doc, finding in batch.findings)
    for doc, finding in found:
        _set_lines(finding, n_lines[doc])
    found.sort(key=lambda item: (item[0], item[1].get("line_start") or 0))
    counts: dict[int, int] = {}
    rows = []
    for doc, finding in found:
        counts[doc] = counts.get(doc, 0) + 1
        rows.append({"doc": doc, "finding_seq": counts[doc], **fill_finding(finding)})
    schema = {"doc": pl.UInt32, **{k: v for k, v in staging_schema("findings").items() if k not in places.columns}}
    return _frame("findings", [pl.DataFrame(rows, schema=schema, orient="row")], places)
