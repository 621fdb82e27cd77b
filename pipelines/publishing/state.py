"""Which staged deliveries the published warehouse rests on, so that an automatic refresh knows whether to build.

Belongs here: one small file beside the published database.
"""

from __future__ import annotations

import hashlib
import json
import os

from pipelines.publishing.staging import staged_deliveries
from pipelines.settings import Settings


def staging_digest(settings: Settings) -> str:
    """Return a digest of all staged deliveries with their fingerprints and parser versions."""
    return hashlib.sha256(json.dumps(staged_deliveries(settings), sort_keys=True).encode()).hexdigest()


def write_state(settings: Settings) -> None:
    """Note that what is staged now is published."""
    part = settings.warehouse_dir / f".state.{os.getpid()}.part"
    part.write_text(json.dumps({"staging": staging_digest(settings)}) + "\n", encoding="utf-8")
    part.replace(settings.warehouse_dir / "published.json")


def is_published(settings: Settings) -> bool:
    """Tell whether the published warehouse rests on exactly what is staged now."""
    try:
        state = json.loads((settings.warehouse_dir / "published.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return settings.database_path.is_file() and state.get("staging") == staging_digest(settings)
