"""A folder copied as it stands: what vanishes or cannot be read is left out and told; what cannot be written ends the copy.

Belongs here: how one tree is copied. Which trees a backup holds is decided in backup.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.publishing.release_files import share_file

_CHUNK = 1 << 20
_MOST_LISTED = 10


class _Unreadable(Exception):
    """A file could be opened or read no further; the message is the system's reason."""


def copy_tree(source: Path, target: Path, *, skip_hidden: bool = False) -> dict[str, str]:
    """Copy a folder; files with two names have two names again, links are copied as links, nothing is followed.

    Returns what was left out, by its path below `source` (`.` is the folder itself), with the reason. With `skip_hidden`, hidden
    names at the top are passed over, for nobody has delivered them yet.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied: dict[tuple[int, int], Path] = {}
    left_out: dict[str, str] = {}

    def leave_out(path: str | Path, reason: str | None) -> None:
        left_out[Path(path).relative_to(source).as_posix()] = reason or "it cannot be read"

    for folder, names, files in os.walk(source, onerror=lambda error: leave_out(error.filename, error.strerror)):
        if skip_hidden and Path(folder) == source:
            names[:] = [name for name in names if not name.startswith(".")]
            files[:] = [name for name in files if not name.startswith(".")]
        here = target / Path(folder).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in [*files, *(name for name in names if (Path(folder) / name).is_symlink())]:
            _copy(Path(folder) / name, here / name, copied, leave_out)
    return left_out


def listed(names: list[str]) -> str:
    """Return the first names, a line each, and how many there are more."""
    more = [f"  … and {len(names) - _MOST_LISTED} more"] if len(names) > _MOST_LISTED else []
    return "\n".join([f"  {name}" for name in names[:_MOST_LISTED]] + more)


def _copy(
    path: Path, target: Path, copied: dict[tuple[int, int], Path], leave_out: Callable[[Path, str | None], None]
) -> None:
    try:
        status = path.lstat()
        leads_to = path.readlink() if stat.S_ISLNK(status.st_mode) else None
    except OSError as error:
        leave_out(path, error.strerror)
        return
    identity = (status.st_dev, status.st_ino)
    if leads_to is not None:
        target.symlink_to(leads_to)
    elif not stat.S_ISREG(status.st_mode):
        leave_out(path, "neither a file, nor a folder, nor a link")
    elif identity in copied:
        share_file(copied[identity], target)
    else:
        try:
            _copy_file(path, target)
        except _Unreadable as error:
            target.unlink(missing_ok=True)
            leave_out(path, str(error))
            return
        # The copy is read again, for its sha256, by whoever owns it.
        target.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRUSR)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        if status.st_nlink > 1:
            copied[identity] = target


def _copy_file(path: Path, target: Path) -> None:
    with target.open("xb") as copy:
        for chunk in _chunks(path):
            copy.write(chunk)


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file; an error in reading it is told from one in writing its copy."""
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise _Unreadable(error.strerror) from error
