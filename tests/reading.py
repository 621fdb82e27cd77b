"""Reading texts in tests: a delivery folder in, validated staging frames out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.documents.deliveries import find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.schemas.staging import validate_frame
from pipelines.settings import Settings


def settings_of(folder: Path, max_file_bytes: int = 1 << 26) -> Settings:
    """Settings of a warehouse below a folder of the test's own."""
    return Settings(raw_dir=folder / "raw", warehouse_dir=folder / "warehouse", max_file_bytes=max_file_bytes)


def write_delivery(folder: Path, files: dict[str, bytes | str], name: str = "delivery") -> Path:
    """Write files into a delivery of the raw folder; texts as UTF-8, line ends as they are."""
    target = folder / "raw" / name
    target.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (target / path).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return target


def read_folder(folder: Path, max_file_bytes: int = 1 << 26) -> dict[str, pl.DataFrame]:
    """Parse every delivery below a folder and check the frames; pandera raises where one is invalid."""
    settings = settings_of(folder, max_file_bytes)
    parsed = [parse_delivery(delivery, settings) for delivery in find_deliveries(settings.raw_dir)]
    return {name: validate_frame(name, pl.concat([frames[name] for frames in parsed])) for name in parsed[0]}


def named_cells(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The cells with the file name of their document."""
    names = (
        frames["documents"]
        .filter(~pl.col("is_duplicate"))
        .select("document_id", file=pl.col("source_path").str.extract(r"([^/]+)$"))
    )
    return frames["cells"].join(names, on="document_id")
