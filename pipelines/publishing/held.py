"""Files and folders that are being made: each is held by a lock as long as its maker lives, and removed when nobody holds it.

Belongs here: telling what a killed process left behind from what a living one is writing. Age tells nothing: a build may
take hours, and clocks jump.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SUFFIX = ".held"
_numbers = itertools.count(1)


class Hold:
    """A lock on a file or a folder; it ends with `end`, or with the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def end(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def try_hold(path: Path) -> Hold | None:
    """Hold a file or folder that nobody holds; None where somebody does, or where it has just been removed.

    Raises:
        OSError: the file system locks nothing, or there is no such path.
    """
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return Hold(descriptor)
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def make_held_folder(folder: Path) -> Hold:
    """Make a folder, empty whatever was there, and hold it: who looks for what nobody holds may look at any moment."""
    while True:
        remove_path(folder)
        folder.mkdir(parents=True)
        try:
            hold = try_hold(folder)
        except FileNotFoundError:
            continue  # somebody who cleans up was faster
        if hold is not None:
            return hold


@contextmanager
def held_file(path: Path) -> Iterator[Path]:
    """Give a hidden empty file beside a path, to be written and renamed to it; what is not renamed is removed at the end."""
    part = _hidden(path)
    hold = None
    try:
        while hold is None:
            part.touch()
            try:
                hold = try_hold(part)
            except FileNotFoundError:
                continue
        yield part
    finally:
        part.unlink(missing_ok=True)
        if hold is not None:
            hold.end()


@contextmanager
def held_folder(path: Path) -> Iterator[Path]:
    """Give a hidden empty folder beside a path, which is removed at the end with what is in it."""
    folder = _hidden(path)
    hold = make_held_folder(folder)
    try:
        yield folder
    finally:
        remove_path(folder)
        hold.end()


def remove_dead(folder: Path, *, below: bool = False) -> list[Path]:
    """Remove the hidden files and folders in a folder, or anywhere below it, that no process holds; return them."""
    pattern = f".*{_SUFFIX}"
    found = sorted(folder.rglob(pattern) if below else folder.glob(pattern))
    return [path for path in found if remove_unheld(path)]


def remove_unheld(path: Path) -> bool:
    """Remove a file or folder unless somebody holds it, or that cannot be told; return whether it was removed."""
    try:
        hold = try_hold(path)
    except OSError:
        return False
    if hold is None:
        return False
    try:
        remove_path(path)
    finally:
        hold.end()
    return True


def remove_path(path: Path) -> None:
    """Remove a file, a link or a folder; what is not there is removed already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{next(_numbers)}{_SUFFIX}")
