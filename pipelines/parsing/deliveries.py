"""One delivery to its staging frames in one piece: for deliveries that fit into memory, and for tests.

Belongs here: the shortest way. The pipeline parses chunks, whose rows are the same.
"""

from __future__ import annotations

import polars as pl

from pipelines.documents.deliveries import Delivery
from pipelines.parsing.chunks import parse_chunk, whole_delivery
from pipelines.settings import Settings


def parse_delivery(delivery: Delivery, settings: Settings) -> dict[str, pl.DataFrame]:
    """Return the staging frames of a delivery, typed and sorted, by name (see `schemas.staging`)."""
    return parse_chunk(whole_delivery(delivery), settings)
