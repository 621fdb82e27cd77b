"""Which staged deliveries and curation files the published warehouse rests on, so that an automatic refresh knows whether to build.

Belongs here: one small file beside the published database.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.publishing.curation import applied_digest, curation_digest
from pipelines.publishing.staging import staged_deliveries
from pipelines.settings import Settings


def staging_digest(settings: Settings) -> str:
    """Return a digest of all staged deliveries with their fingerprints and parser versions."""
    return hashlib.sha256(json.dumps(staged_deliveries(settings), sort_keys=True).encode()).hexdigest()


def write_state(settings: Settings, version: str | None = None, is_new: bool = True) -> None:
    """Note that what is staged now is published, with the curation that was applied to it, as which release, and when.

    Args:
        settings: whose warehouse.
        version: the release that is current now.
        is_new: whether it was made now; if not, this was a check that found nothing changed.
    """
    state = {
        "staging": staging_digest(settings),
        "curation": applied_digest(settings),
        "version": version,
        "checked_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "is_new": is_new,
    }
    part = settings.warehouse_dir / f".state.{os.getpid()}.part"
    part.write_text(json.dumps(state) + "\n", encoding="utf-8")
    part.replace(_state_path(settings))


def read_state(settings: Settings) -> dict[str, Any]:
    """Return what was noted at the last publication, empty where nothing was."""
    try:
        state = json.loads(_state_path(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def is_published(settings: Settings) -> bool:
    """Tell whether the published warehouse rests on exactly what is staged and written in the curation files now."""
    state = read_state(settings)
    now = {"staging": staging_digest(settings), "curation": curation_digest(settings)}
    return settings.database_path.is_file() and all(state.get(name) == digest for name, digest in now.items())


def build_key(settings: Settings) -> str:
    """Return what a build would rest on and what it would replace: the same build is not asked for twice in vain.

    Files that come back to what they once were are another build, for another one was published or checked by then.
    """
    published = [_changed_at(path) for path in (settings.database_path, _state_path(settings))]
    return f"{staging_digest(settings)[:16]}+{curation_digest(settings)[:16]}@{max(published)}"


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _state_path(settings: Settings) -> Path:
    return settings.warehouse_dir / "published.json"
