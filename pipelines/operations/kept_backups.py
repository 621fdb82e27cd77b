"""The backups of a folder: which are whole, how old, what they lack, which are removed for newer ones.

Belongs here: what can be told by their names and small files. What is in a backup, and how it is made, stands in backup.
"""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

from pipelines.publishing.held import remove_path

MANIFEST = "backup.json"
# Beside the manifest, which names every file and may be large: what could not be copied, with the reason.
LEFT_OUT = "left-out.json"
LOCK = ".gid-backup.lock"
_PREFIX = "gid-backup-"
_TIME = "%Y-%m-%dT%H%M%S"


def backup_name(now: datetime) -> str:
    """Return the name of a backup that begins now."""
    return f"{_PREFIX}{now:{_TIME}}"


def begun_at(backup: Path) -> datetime | None:
    """Return when a backup began, by its name; None where it is not the name of a backup."""
    try:
        begun = datetime.strptime(backup.name, f"{_PREFIX}{_TIME}").astimezone()
    except ValueError:
        return None
    return begun if backup_name(begun) == backup.name else None


def list_backups(target: Path) -> list[Path]:
    """Return the finished backups of a folder, the oldest first; one that somebody renamed is theirs, and not among them.

    Raises:
        OSError: the folder is there and cannot be read.
    """
    found = target.iterdir() if target.exists() else ()
    return sorted(path for path in found if begun_at(path) and (path / MANIFEST).is_file())


def has_release(backup: Path) -> bool:
    """Tell whether there is a release in a backup."""
    releases = backup / "warehouse" / "releases"
    return releases.is_dir() and any(releases.iterdir())


def left_out_of(backup: Path) -> dict[str, str]:
    """Return what could not be copied into a backup, with the reasons."""
    try:
        found = json.loads((backup / LEFT_OUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(name): str(reason) for name, reason in found.items()}


def remove_old_backups(target: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups; return what was removed.

    The newest that has a release stays, and the newest of those that nothing was left out of, however many came after them.
    """
    found = list_backups(target) if keep > 0 else []
    with_release = [backup for backup in found if has_release(backup)]
    complete = [backup for backup in with_release if not (backup / LEFT_OUT).exists()]
    kept = {*found[-keep:], *with_release[-1:], *complete[-1:]}
    old = [backup for backup in found if backup not in kept]
    for backup in old:
        # Half of it is never seen under its name; what a kill leaves of it is removed by the next backup.
        hidden = backup.with_name(f".{backup.name}.old")
        backup.replace(hidden)
        shutil.rmtree(hidden)
    return old


def remove_dead_parts(target: Path) -> None:
    """Remove what killed processes left of backups; whoever calls holds the lock of the folder, so that nobody makes one."""
    for path in (*target.glob(f".{_PREFIX}*.part"), *target.glob(f".{_PREFIX}*.old")):
        remove_path(path)
