"""One process at a time works on a delivery; others work on others, or wait.

Belongs here: the lock of a delivery. It ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pipelines.places import is_remote
from pipelines.settings import Settings

_FILE = "_locks"
_WAIT_SECONDS = 12 * 3600
_LOOK_SECONDS = 0.2


@contextmanager
def hold_delivery(settings: Settings, delivery: str, is_waiting: bool = False) -> Iterator[bool]:
    """Hold the lock of a delivery; the value is False where another process holds it and is not waited for.

    A byte of one file is a delivery's lock, so that a thousand deliveries leave no thousand files behind.

    Raises:
        TimeoutError: another process works on it for half a day.
    """
    # Object storage has no locks: there those of the one machine that plans are enough.
    folder = settings.warehouse_dir if is_remote(settings.staging_dir) else settings.staging_dir
    stream = _open(folder / _FILE)
    byte = int.from_bytes(hashlib.sha256(delivery.encode("utf-8", "surrogateescape")).digest()[:6], "big")
    deadline = time.monotonic() + _WAIT_SECONDS
    while not (is_held := _try(stream, byte)) and is_waiting:
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process has been at work on {delivery} for long: end it, then run again")
        time.sleep(_LOOK_SECONDS)
    try:
        yield is_held
    finally:
        if is_held:
            fcntl.lockf(stream, fcntl.LOCK_UN, 1, byte)


@cache
def _open(path: Path) -> int:
    """Opened once and never closed: closing any handle of the file would end all locks of the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _try(stream: int, byte: int) -> bool:
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):
        return False
    return True
