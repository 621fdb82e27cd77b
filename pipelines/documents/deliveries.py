"""Deliveries: what somebody drops into the raw folder at one go.

Belongs here: finding deliveries and their files, and telling whether they changed. Reading their content does not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Delivery:
    """One top-level entry of the raw folder: a folder of files, or one file."""

    name: str
    path: Path
    files: tuple[Path, ...]

    def source_path(self, file: Path) -> str:
        """Return the file's path below the raw folder, with `/` on every system."""
        return file.relative_to(self.path.parent).as_posix()


def find_deliveries(raw_dir: Path) -> list[Delivery]:
    """Return the deliveries of a raw folder, sorted by name; hidden entries and README files are no deliveries."""
    if not raw_dir.is_dir():
        return []
    entries = sorted(entry for entry in raw_dir.iterdir() if _is_delivered(entry))
    return [Delivery(entry.name, entry, tuple(_files_of(entry))) for entry in entries]


def stat_signature(delivery: Delivery) -> str:
    """Return a digest of names, sizes and modification times: cheap, for noticing that something changed."""
    digest = hashlib.sha256()
    for file in delivery.files:
        try:
            stat = file.stat()
            facts = f"{stat.st_size}:{stat.st_mtime_ns}"
        except OSError as error:
            facts = f"unreadable:{error.errno}"
        digest.update(f"{delivery.source_path(file)}\0{facts}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def content_fingerprint(delivery: Delivery) -> str:
    """Return a digest of names and bytes: equal exactly when nothing has to be read again."""
    digest = hashlib.sha256()
    for file in delivery.files:
        digest.update(f"{delivery.source_path(file)}\0{_file_digest(file)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _file_digest(file: Path) -> str:
    if not file.is_file():
        return "unreadable:not a regular file"
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable:{error.errno}"


def _is_delivered(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.upper().startswith("README")


def _files_of(entry: Path) -> list[Path]:
    """Everything below a delivery that is no ordinary folder; what is no readable file is reported by the reader.

    A delivery may be a link to a folder elsewhere; links to folders within it are not followed, they may run in circles.
    """
    try:
        children = sorted(child for child in entry.iterdir() if _is_delivered(child)) if entry.is_dir() else None
    except OSError:
        children = None
    if children is None:
        return [entry]
    found: list[Path] = []
    for child in children:
        found.extend(_files_of(child) if child.is_dir() and not child.is_symlink() else [child])
    return sorted(found)
