"""Second copies of documents across the chunks of a delivery: marked as if the delivery had been read in one piece.

Belongs here: finding them when all chunks are parsed, and the rows that change. Copies within a chunk are marked as it is read.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.parsing.findings import fill_finding
from pipelines.schemas.staging import staging_schema

COPY_COLUMNS = ["document_id", "source_path", "record", "is_report"]
_OF_REPORT = ("reports", "cells", "prose_counts", "body_evidence", "body_candidates", "signatures")
_PLACE = pl.when(pl.col("record").is_null()).then("source_path").otherwise(pl.format("{}#{}", "source_path", "record"))


def find_copies(documents: Iterable[pl.DataFrame]) -> dict[int, pl.DataFrame]:
    """Return for chunks that hold copies of documents of earlier chunks: `document_id`, `first`, `is_report`.

    Args:
        documents: `COPY_COLUMNS` of the frame `documents` of each chunk, in order.
    """
    numbered = pl.concat(
        frame.lazy()
        .filter(pl.col("document_id").is_not_null())
        .unique("document_id", keep="first", maintain_order=True)
        .select("document_id", _PLACE.alias("first"), "is_report", chunk=pl.lit(number, dtype=pl.UInt32))
        .collect()
        for number, frame in enumerate(documents)
    )
    firsts = numbered.unique("document_id", keep="first", maintain_order=True)
    later = numbered.select("document_id", "chunk").filter(pl.col("document_id").is_duplicated())
    found = later.join(firsts, on="document_id", suffix="_of_first", maintain_order="left").filter(
        pl.col("chunk") > pl.col("chunk_of_first")
    )
    return {
        int(number): of_chunk.select("document_id", "first", "is_report")
        for (number,), of_chunk in found.group_by("chunk", maintain_order=True)
    }


def mark_copies(
    frames: dict[str, pl.DataFrame], read_rows: list[int], copies: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], list[int]]:
    """Return the frames of a chunk with the copies marked, and where the findings of reading stand now.

    Args:
        frames: all frames of the chunk.
        read_rows: rows of `findings` that came from reading, not from parsing: they stay.
        copies: from `find_copies`.
    """
    known = copies["document_id"].implode()
    is_copy = pl.col("document_id").is_in(known)
    documents = frames["documents"].join(
        copies.select("document_id", of_first="is_report"), on="document_id", how="left", maintain_order="left"
    )
    documents = documents.with_columns(
        is_duplicate=pl.col("is_duplicate") | pl.col("of_first").is_not_null(),
        is_report=pl.coalesce(pl.col("of_first") & pl.col("text").is_not_null(), "is_report"),
    ).drop("of_first")
    kept = {name: frames[name].filter(is_copy.not_()) for name in _OF_REPORT}
    findings, rows = _findings(documents, frames["findings"], read_rows, copies)
    return {**frames, **kept, "documents": documents, "findings": findings}, rows


def _findings(
    documents: pl.DataFrame, findings: pl.DataFrame, read_rows: list[int], copies: pl.DataFrame
) -> tuple[pl.DataFrame, list[int]]:
    """Of a copy only what reading found stays, then comes the finding that it is one."""
    is_copy = pl.col("document_id").is_in(copies["document_id"].implode()).fill_null(False)
    order = documents.select("source_path", "record", doc=pl.int_range(pl.len(), dtype=pl.UInt32))
    read = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(pl.lit(pl.Series(read_rows, dtype=pl.UInt32)).implode())
    placed = findings.with_columns(is_read=read).join(
        order, on=["source_path", "record"], how="left", nulls_equal=True, maintain_order="left"
    )
    placed = placed.with_columns(pl.col("doc").fill_null(documents.height))
    stays = is_copy.not_() | (pl.col("is_read") & (pl.col("rule_key") != "duplicate_document"))
    said = _said(documents.with_row_index("doc").filter(is_copy), copies)
    joined = pl.concat([placed.filter(stays), said.select(placed.columns)])
    joined = joined.sort("doc", pl.col("line_start").fill_null(0), maintain_order=True).with_columns(
        finding_seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("doc")
    )
    rows = joined.select(pl.arg_where(pl.col("is_read"))).to_series().to_list()
    return joined.select(list(staging_schema("findings"))), rows


def _said(documents: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    firsts = dict(copies.select("document_id", "first").iter_rows())
    rows = []
    for row in documents.select("document_id", _PLACE.alias("place"), "n_lines").iter_rows(named=True):
        lines = None if row["n_lines"] is None else max(row["n_lines"], 1)
        values = {"rule_key": "duplicate_document", "path": row["place"], "first": firsts[row["document_id"]]}
        rows.append(fill_finding({**values, "line_start": lines and 1, "line_end": lines}))
    schema = {k: v for k, v in staging_schema("findings").items() if k not in documents.columns}
    said = pl.DataFrame(rows, schema={k: v for k, v in schema.items() if k != "finding_seq"}, orient="row")
    places = documents.select("doc", "document_id", "delivery", "source_path", "record")
    extra = {"finding_seq": pl.lit(0, dtype=pl.Int32), "is_read": pl.lit(True)}
    return said.hstack(places).with_columns(**extra)
