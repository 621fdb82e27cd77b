"""One delivery to its five staging frames: reading, parsing, and putting the pieces together.

Belongs here: the order of the steps. Each step's own work stands in the module that is named after it.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.documents.deliveries import Delivery
from pipelines.documents.reading import Document, read_delivery
from pipelines.parsing.findings import fill_finding
from pipelines.parsing.reports import ParsedReports, parse_texts
from pipelines.parsing.version import parser_version
from pipelines.schemas.staging import staging_schema
from pipelines.settings import Settings

_BATCH = 2_000


def parse_delivery(delivery: Delivery, settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the staging frames of a delivery, typed and sorted, by name (see `schemas.staging`).

    Never raises for what is wrong with a file: that is a row in `documents` and one in `findings`.
    """
    documents = list(read_delivery(delivery, settings))
    readable = [i for i, d in enumerate(documents) if d.text is not None and not d.is_duplicate]
    parsed = [
        _parse_batch(documents, readable[start : start + _BATCH]) for start in range(0, max(len(readable), 1), _BATCH)
    ]
    report_docs = {doc for batch in parsed for doc in batch.reports["doc"]}
    places = _places(documents, delivery.name)
    return {
        "documents": _documents_frame(documents, report_docs, delivery.name),
        "reports": _frame("reports", [batch.reports for batch in parsed], places),
        "cells": _frame("cells", [batch.cells for batch in parsed], places),
        "prose_counts": _frame("prose_counts", [batch.prose_counts for batch in parsed], places),
        "findings": _findings_frame(documents, parsed, places),
    }


def _parse_batch(documents: list[Document], numbers: list[int]) -> ParsedReports:
    texts = {i: documents[i].text or "" for i in numbers}
    return parse_texts(texts, {i: title for i in numbers if (title := documents[i].title)})


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


def _documents_frame(documents: list[Document], reports: set[int], delivery: str) -> pl.DataFrame:
    by_id = {documents[i].document_id for i in reports}
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
            "is_report": d.text is not None and d.document_id in by_id,
            "is_duplicate": d.is_duplicate,
            "source_url": d.url,
            "source_title": d.title,
            "text": d.text,
            "parser_version": parser_version(),
        }
        for d in documents
    ]
    return pl.DataFrame(rows, schema=staging_schema("documents"), orient="row")


def _count_lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _set_lines(finding: dict[str, Any], text: str | None) -> None:
    """What is missing from a text rests on the whole of it."""
    if text is not None and finding.get("line_start") is None:
        finding["line_start"], finding["line_end"] = 1, max(_count_lines(text), 1)


def _frame(name: str, parts: list[pl.DataFrame], places: pl.DataFrame) -> pl.DataFrame:
    schema = staging_schema(name)
    data = pl.concat(parts, how="diagonal_relaxed").join(places, on="doc", how="left", maintain_order="left")
    return data.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _findings_frame(documents: list[Document], parsed: list[ParsedReports], places: pl.DataFrame) -> pl.DataFrame:
    found: list[tuple[int, dict[str, Any]]] = [
        (doc, {"rule_key": finding.rule_key, **finding.values})
        for doc, document in enumerate(documents)
        for finding in document.findings
    ]
    for batch in parsed:
        found.extend((doc, {"path": documents[doc].source_path, **finding}) for doc, finding in batch.findings)
    for doc, finding in found:
        _set_lines(finding, documents[doc].text)
    found.sort(key=lambda item: (item[0], item[1].get("line_start") or 0))
    counts: dict[int, int] = {}
    rows = []
    for doc, finding in found:
        counts[doc] = counts.get(doc, 0) + 1
        rows.append({"doc": doc, "finding_seq": counts[doc], **fill_finding(finding)})
    schema = {"doc": pl.UInt32, **{k: v for k, v in staging_schema("findings").items() if k not in places.columns}}
    return _frame("findings", [pl.DataFrame(rows, schema=schema, orient="row")], places)
