"""Files of releases: links switched by one rename, files shared between releases, folders written to the disk.

Belongs here: what the file system does. Which file belongs where stands in `releases`.
"""

from __future__ import annotations

import ctypes
import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.publishing.database import PublishingError
from pipelines.publishing.held import remove_path

_AT_FDCWD, _EXCHANGE = -100, 2


def check_links(folder: Path) -> None:
    """Make and remove a symbolic link.

    Raises:
        PublishingError: the file system knows none; the message says what to do.
    """
    probe = folder / f".link.{os.getpid()}.part"
    try:
        probe.unlink(missing_ok=True)
        probe.symlink_to("nothing")
    except (OSError, NotImplementedError) as error:
        raise PublishingError(
            f"the file system of {folder} makes no symbolic links ({error}): releases are switched by one; "
            "set GID_WAREHOUSE_DIR to a folder on a file system that has them (ext4, xfs, btrfs, apfs)"
        ) from error
    probe.unlink()


def switch_link(link: Path, target: str) -> None:
    """Make a symbolic link point at a target by one rename, whatever stood in its place; nothing to do where it does.

    Who opens the path sees the old target or the new one. A folder in its place is exchanged for the link, then removed.
    """
    if link.is_symlink() and str(link.readlink()) == target:
        return
    part = link.with_name(f".{link.name}.{os.getpid()}.part")
    remove_path(part)
    part.symlink_to(target)
    if link.is_dir() and not link.is_symlink():
        _exchange(part, link)
        remove_path(part)
    else:
        part.replace(link)
    sync(link.parent)


def _exchange(link: Path, folder: Path) -> None:
    """Exchange two names in one step; where the system has no such step, in two."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(link), os.fsencode(folder)
    if renameat2 is not None and renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0:
        return
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    folder.replace(old)
    link.replace(folder)
    old.replace(link)


def share_file(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system cannot, a copy."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def share_equal_files(folder: Path, earlier: Path) -> int:
    """Replace the files of a folder by those of an earlier one that have the same name and bytes; return how many."""
    shared = 0
    for path in sorted(folder.glob("*.parquet")):
        other = earlier / path.name
        if other.is_file() and filecmp.cmp(path, other, shallow=False):
            part = path.with_name(f".{path.name}.part")
            try:
                part.hardlink_to(other)
            except OSError:
                continue  # no second names here: the file that was written is as good
            part.replace(path)
            shared += 1
    return shared


def protect_files(folder: Path) -> None:
    """Take away the right to write a release's database and parquet files.

    Who edits the database would have it differ from its record; other releases may hold the same parquet file.
    """
    for path in [*folder.glob("*.duckdb"), *folder.rglob("*.parquet")]:
        path.chmod(0o444)


def sync_tree(folder: Path) -> None:
    """Have all files and folders of a tree written to the disk."""
    for path in [*files_of(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        sync(path)


def sync(path: Path) -> None:
    """Have one file, or the names in a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of a tree."""
    return (path for path in folder.rglob("*") if path.is_file())


def size_of(folder: Path) -> tuple[int, int]:
    """Return the bytes of a folder's files, and of those among them that no other folder shares."""
    sizes = [(stat.st_size, stat.st_nlink) for stat in (path.stat() for path in files_of(folder))]
    return sum(size for size, _ in sizes), sum(size for size, links in sizes if links == 1)
