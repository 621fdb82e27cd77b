"""What a release rests on beside deliveries and curation: code, reference data, installed packages, settings; and its own files.

Belongs here: digests that tell whether any of it is another one now. What is decided by them stands in `ingest.unchanged`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pipelines.places import files_below, is_remote
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_DIR, REFERENCE_DIR, STAGING_FRAMES, Settings

# Made by Python and dbt from the rest.
_MADE = {"__pycache__", "target", "logs", ".user.yml"}


def basis_now(settings: Settings) -> dict[str, str]:
    """Return digests of code, reference data, packages and settings as they are on disk now, by what they are of."""
    return {
        "code": _code(),
        "reference data": _digest_of_files(PROJECT_DIR, [REFERENCE_DIR]),
        "packages": _digest([sys.version, *_installed()]),
        "settings": _digest([json.dumps({"workbook_rows": settings.workbook_rows})]),
    }


@cache
def loaded_code() -> str:
    """Return the digest of the code as it was when this was first asked: asked while it is loaded, it is that of what runs."""
    return _code()


def staged_files(settings: Settings) -> str:
    """Return a digest of the staged files, by size, time and inode: a file that was replaced by hand is another one."""
    if is_remote(settings.staging_dir):
        tags = [entry for frame in STAGING_FRAMES for entry in files_below(settings.staging_dir / frame).items()]
        return _digest(sorted(f"{path}\0{tag}" for path, tag in tags))
    return _digest(f"{frame}/{line}" for frame in STAGING_FRAMES for line in _stamps(settings.staging_dir / frame))


def files_of(folder: Path) -> dict[str, list[int]]:
    """Return size, time of content and inode of each file below a folder, by its path there."""
    return {name: list(stamp) for name, stamp in _walk(folder)}


def differing(noted: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name what is not the same."""
    return [name for name in now if noted.get(name) != now[name]]


def _code() -> str:
    return _digest_of_files(PROJECT_DIR, [PROJECT_DIR / "pipelines", DBT_PROJECT_DIR])


def _stamps(folder: Path) -> list[str]:
    return [f"{name}\0{stamp}" for name, stamp in sorted(_walk(folder))]


def _walk(folder: Path) -> Iterable[tuple[str, tuple[int, int, int]]]:
    """The time of the inode is left out: links come and go as a build takes its inputs, and as releases share files."""
    above = len(str(folder)) + 1
    for path, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(path, name)  # noqa: PTH118 - thousands of files
            stat = os.stat(file)  # noqa: PTH116
            yield file[above:], (stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _digest_of_files(above: Path, folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            part = path.relative_to(above)
            if not _MADE.intersection(part.parts) and path.is_file():
                digest.update(f"{part.as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _installed() -> list[str]:
    """Names and versions of what is installed beside this program, as their folders say them."""
    places = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    return sorted(path.name for place in places for path in Path(place).glob("*.dist-info"))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
