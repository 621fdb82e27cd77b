"""What the sensor of deliveries saw last time, in a file that its cursor names.

Belongs here: keeping it out of the cursor, which Dagster writes into each of thousands of ticks a day and keeps for a week.
"""

from __future__ import annotations

import hashlib
import json
import re

from pipelines.publishing.held import remove_dead
from pipelines.publishing.staging import write_text
from pipelines.settings import Settings

_FOLDER = ".seen"
_NAME = re.compile("[0-9a-f]{24}")


def keep_seen(settings: Settings, signatures: dict[str, str], before: str) -> str:
    """Keep delivery -> signature; return its name for the cursor. The one `before` stays, for this tick may yet fail."""
    text = json.dumps(signatures, ensure_ascii=False, sort_keys=True)
    name = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    folder = settings.warehouse_dir / _FOLDER
    if not (folder / name).is_file():
        write_text(folder / name, text)
    remove_dead(folder)
    for path in folder.iterdir():
        if path.name not in (name, before) and not path.name.startswith("."):
            path.unlink(missing_ok=True)
    return name


def read_seen(settings: Settings, name: str) -> dict[str, str] | None:
    """Return delivery -> signature as they were kept; None where that is not known, or the name is none of ours."""
    if not _NAME.fullmatch(name):
        return None
    try:
        signatures = json.loads((settings.warehouse_dir / _FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return signatures if isinstance(signatures, dict) else None
