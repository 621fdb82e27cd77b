"""Room on the disk: what a refresh needs at least, whether an error came from a full disk, and what to say then.

Belongs here: these three. A full disk is met in many words (of Python, DuckDB, SQLite, polars, dbt); a person needs one.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.publishing.release_files import size_of
from pipelines.publishing.releases import current_folder
from pipelines.settings import Settings

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What a refresh writes beside database and exports: its log, Dagster's records, dbt's.
_BESIDE = 32 << 20
_FULL = 2 << 20
_WORDS = (
    "no space left on device",
    "database or disk is full",
    "disk quota exceeded",
    "file too large",
    "os error 28",
    "could not write all bytes",
)


def lacks_room(settings: Settings) -> str | None:
    """Return what to say where a refresh would certainly not find room; None where it may."""
    current = current_folder(settings)
    needed = _BESIDE + (size_of(current)[0] if current else 0)
    free = _free(settings.warehouse_dir)
    if free >= needed:
        return None
    return f"{_needs_room(settings.warehouse_dir, free)}: a refresh needs at least {_shown(needed)} there. {_REMEDY}"


def explain_full_disk(folders: Iterable[Path], errors: Iterable[str]) -> str | None:
    """Return what to say where errors came from a full disk, or a disk is full now; None where neither is so.

    Args:
        folders: where is written; the first is named where none of them is full any more.
        errors: what was said.
    """
    places = list(folders)
    full = [(folder, free) for folder in places if (free := _free(folder)) < _FULL]
    said = any(word in error.lower() for error in errors for word in _WORDS)
    if not full and not said:
        return None
    folder, free = full[0] if full else (places[0], _free(places[0]))
    return f"{_needs_room(folder, free)}. {_REMEDY}"


def texts_of(error: BaseException | None) -> Iterator[str]:
    """Yield what an error says, and those that it came from."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            yield _WORDS[0]
        yield str(error)
        error = error.__cause__ or error.__context__


_REMEDY = (
    "Make room there, keep fewer releases (GID_RELEASES_KEPT) or build on another disk (GID_WAREHOUSE_DIR), "
    "then run `make warehouse` again: it goes on with what has been read."
)


def _needs_room(folder: Path, free: int) -> str:
    return f"The disk of {folder} is full ({_shown(free)} free)"


def _free(folder: Path) -> int:
    """Free bytes of the disk that a folder, which need not be there yet, lies on."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _shown(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB"
