"""Which staged deliveries and curation files the published warehouse rests on, so that an automatic refresh knows whether to build.

Belongs here: one small file beside the published database.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.publishing.basis import files_of
from pipelines.publishing.curation import applied_digest, curation_digest
from pipelines.publishing.held import held_file
from pipelines.publishing.staging import staged_deliveries, staged_parsers
from pipelines.settings import Settings


def staging_digest(settings: Settings) -> str:
    """Return a digest of all staged deliveries with their fingerprints and parser versions."""
    return hashlib.sha256(json.dumps(staged_deliveries(settings), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Inputs:
    """What a build rests on: digests of what was staged and curated, the versions of the parser that read it, and `basis`:
    digests of all else, empty where nobody took them."""

    staging: str
    curation: str
    parser_versions: tuple[str, ...]
    basis: dict[str, str] = field(default_factory=dict)


def inputs_now(settings: Settings) -> Inputs:
    """Return what a build that began at this moment would rest on."""
    return Inputs(staging_digest(settings), applied_digest(settings), tuple(staged_parsers(settings)))


def write_state(
    settings: Settings, version: str | None = None, is_new: bool = True, inputs: Inputs | None = None
) -> None:
    """Note which staging and curation the published release was built from, which release that is, and when.

    Args:
        settings: whose warehouse.
        version: the release that is current now.
        is_new: whether it was made now; if not, this was a check that found nothing changed.
        inputs: what it was built from; without it, what is staged now.
    """
    built_from = inputs or inputs_now(settings)
    state = {
        "staging": built_from.staging,
        "curation": built_from.curation,
        "version": version,
        "checked_at": _now(),
        "is_new": is_new,
        "basis": built_from.basis,
        "files": files_of(settings.current_path.resolve()),
    }
    used = read_state(settings).get("last_used")
    _write(settings, state if used is None else {**state, "last_used": used})


def note_last_used(settings: Settings, version: str) -> None:
    """Note a version that a release bore which is going to be removed: it may be in somebody's notes."""
    _write(settings, {**read_state(settings), "last_used": version})


def note_checked(settings: Settings) -> None:
    """Note that the published release was found to be what a build would come to now."""
    _write(settings, {**read_state(settings), "checked_at": _now(), "is_new": False})


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
    published = "+".join(f"{_changed_at(path)}" for path in (settings.database_path, _state_path(settings)))
    return f"{staging_digest(settings)[:16]}+{curation_digest(settings)[:16]}@{published}"


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _write(settings: Settings, state: dict[str, Any]) -> None:
    with held_file(_state_path(settings)) as part:
        part.write_text(json.dumps(state) + "\n", encoding="utf-8")
        part.replace(_state_path(settings))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _state_path(settings: Settings) -> Path:
    return settings.warehouse_dir / "published.json"
