"""The floor: the least that reading such documents can cost on this machine, measured in the same run.

Belongs here: polars splitting and stripping the lines of texts, selectolax taking the cells of pages. Every stage is given
as a multiple of it, so that figures of different machines can be compared.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from selectolax.lexbor import LexborHTMLParser

_BATCH = 5_000


def pass_over(path: Path) -> int:
    """Read a delivery once and cut it into lines or cells; return the number of documents."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        for start in range(0, len(files), _BATCH):
            _cut([file.read_bytes() for file in files[start : start + _BATCH]])
        return len(files)
    n = 0
    with pq.ParquetFile(path) as shard:
        for batch in shard.iter_batches(batch_size=_BATCH):
            column = pl.DataFrame(pl.from_arrow(batch)).to_series()
            n += len(column)
            if batch.schema.names == ["text"]:
                _cut_lines(column)
            else:
                _cut([value.encode() if isinstance(value, str) else value for value in column])
    return n


def _cut(contents: list[bytes]) -> int:
    """Cut pages into cells and all others into lines; return how many there were."""
    pages = [content for content in contents if content.lstrip()[:1] == b"<"]
    texts = [content.decode("utf-8", "replace") for content in contents if content.lstrip()[:1] != b"<"]
    cells = sum(len([cell.text() for cell in LexborHTMLParser(page).css("td, th")]) for page in pages)
    return cells + _cut_lines(pl.Series(texts, dtype=pl.String))


def _cut_lines(texts: pl.Series) -> int:
    lines = texts.str.split("\n").explode(empty_as_null=False, keep_nulls=False).str.strip_chars()
    return len(lines.filter(lines != ""))
