"""What is told of the frames of a delivery without reading them again: rows, counts by state, the first rows.

Belongs here: taking these numbers of a chunk, and adding them up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import compress
from typing import Any

import polars as pl

from pipelines.settings import STAGING_FRAMES

COUNTED = {
    "documents": ("read_status",),
    "cells": ("value_state",),
    "findings": ("rule_key", "severity"),
    "reports": ("form_version",),
}
_PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 60
_FEW_ROWS = 1_000
# A text is for reading in the warehouse, not in a preview.
_NOT_SHOWN = "text"


def count_frames(frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return `rows`, `counts` and `preview` by frame, of values that JSON can hold."""
    counts = {
        frame: {column: _count(frames[frame], column) for column in columns}
        for frame, columns in COUNTED.items()
        if frame in frames
    }
    return {
        "rows": {frame: frames[frame].height if frame in frames else 0 for frame in STAGING_FRAMES},
        "counts": counts,
        "preview": {frame: _preview(frames[frame]) if frame in frames else [] for frame in STAGING_FRAMES},
    }


def add_totals(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the totals of several chunks or deliveries, whose previews follow in their order."""
    rows = dict.fromkeys(STAGING_FRAMES, 0)
    counts = {frame: {column: Counter[str]() for column in columns} for frame, columns in COUNTED.items()}
    shown: dict[str, list[list[str]]] = {frame: [] for frame in STAGING_FRAMES}
    for part in parts:
        for frame in STAGING_FRAMES:
            rows[frame] += part["rows"][frame]
            if len(shown[frame]) < _PREVIEW_ROWS:
                shown[frame] = [*shown[frame], *part["preview"][frame]][:_PREVIEW_ROWS]
        for frame, columns in counts.items():
            for column, counter in columns.items():
                counter.update(part["counts"].get(frame, {}).get(column, {}))
    sorted_counts = {
        frame: {column: dict(sorted(counter.items())) for column, counter in columns.items()}
        for frame, columns in counts.items()
    }
    return {"rows": rows, "counts": sorted_counts, "preview": shown}


def shown_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns that a preview shows."""
    return [column for column in columns if column != _NOT_SHOWN]


def _count(data: pl.DataFrame, column: str) -> dict[str, int]:
    if data.height < _FEW_ROWS:
        return dict(sorted(Counter(str(value) for value in data[column]).items()))
    return {str(value): int(n) for value, n in data[column].value_counts().sort(column).iter_rows()}


def _preview(data: pl.DataFrame) -> list[list[str]]:
    shown = [name in shown_columns(data.columns) for name in data.columns]
    return [[_shown(value) for value in compress(row, shown)] for row in data.head(_PREVIEW_ROWS).rows()]


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _PREVIEW_WIDTH else text[:_PREVIEW_WIDTH] + "…"
