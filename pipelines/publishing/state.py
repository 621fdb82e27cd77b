"""Which staged deliveries and curation files the published warehouse rests on, so that an automatic refresh knows whether to build.

Belongs here: one small file beside the published database.
"""

from __future__ import annotations

import hashlib
import json
import os

from pipelines.publishing.curation import applied_digest, curation_digest
from pipelines.publishing.staging import staged_deliveries
from pipelines.settings import Settings


def staging_digest(settings: Settings) -> str:
    """Return a digest of all staged deliveries with their fingerprints and parser versions."""
    return hashlib.sha256(json.dumps(staged_deliveries(settings), sort_keys=True).encode()).hexdigest()


def write_state(settings: Settings) -> None:
    """Note that what is staged now is published, with the curation that was applied to it."""
    state = {"staging": staging_digest(settings), "curation": applied_digest(settings)}
    part = settings.warehouse_dir / f".state.{os.getpid()}.part"
    part.write_text(json.dumps(state) + "\n", encoding="utf-8")
    part.replace(settings.warehouse_dir / "published.json")


def is_published(settings: Settings) -> bool:
    """Tell whether the published warehouse rests on exactly what is staged and written in the curation files now."""
    try:
        state = json.loads((settings.warehouse_dir / "published.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = {"staging": staging_digest(settings), "curation": curation_digest(settings)}
    return settings.database_path.is_file() and all(state.get(name) == digest for name, digest in now.items())


def build_key(settings: Settings) -> str:
    """Return what a build would rest on and what it would replace: the same build is not asked for twice in vain.

    Files that come back to what they once were are another build, for what is published by then is another one.
    """
    try:
        published = settings.database_path.stat().st_mtime_ns
    except OSError:
        published = 0
    return f"{staging_digest(settings)[:16]}+{curation_digest(settings)[:16]}@{published}"
