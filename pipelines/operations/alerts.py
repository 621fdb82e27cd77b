"""Alerts: a short text to the one command that the operator has set, once for each trouble, not at every look.

Belongs here: running GID_ALERT_COMMAND and remembering what it was told. What is a trouble is told by its caller.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import time
from pathlib import Path

from pipelines.operations.secrets import redact
from pipelines.publishing.database import hold_lock
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings

_SECONDS = 60
_LOCK_WAIT_SECONDS = 2 * _SECONDS
_LONGEST = 8_000
_AGAIN_AFTER_SECONDS = 24 * 3600


class AlertFailed(RuntimeError):
    """The alert command could not be run, or said no; the message names neither its arguments nor its output."""


def send_alert(settings: Settings, text: str) -> bool:
    """Give a text to the alert command on standard input; False where none is set.

    Raises:
        AlertFailed: it is not there, ended with an error, or took longer than a minute.
    """
    if not settings.alert_command:
        return False
    safe = show_hidden(redact(text))
    if len(safe) > _LONGEST:
        safe = f"{safe[:_LONGEST]}\n… and {len(safe) - _LONGEST:,} characters more\n"
    try:
        # Words as a shell would split them, and no shell: nothing of a text or a file name is ever run.
        command = shlex.split(settings.alert_command)
        done = subprocess.run(
            command, input=safe.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_SECONDS, check=False
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        # The error itself names the command, in which a key may stand.
        raise AlertFailed(f"the command of GID_ALERT_COMMAND could not be run: {type(error).__name__}") from None
    if done.returncode:
        raise AlertFailed(f"the command of GID_ALERT_COMMAND ended with {done.returncode}: try it by hand")
    return True


def alert_once(settings: Settings, topic: str, text: str | None, what: str = "") -> bool:
    """Tell of a trouble when it begins, when it becomes another one, and once a day while it lasts; tell when it ends.

    Args:
        settings: whose warehouse.
        topic: what is watched.
        text: what is wrong now, None where nothing is.
        what: what makes it another trouble than before (the text may hold times and sizes); the text, unless given.

    Raises:
        AlertFailed: the command said no; the same alert is tried again at the next look.
    """
    with hold_lock(settings.warehouse_dir / ".alerts.lock", _LOCK_WAIT_SECONDS):
        told = _read(settings)
        before = told.get(topic)
        if text is None:
            if before is None:
                return False
            sent = send_alert(settings, f"GID Warehouse: {topic}: well again\n")
            _write(settings, {name: entry for name, entry in told.items() if name != topic})
            return sent
        digest = hashlib.sha256((what or text).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        if before and before[0] == digest and time.time() - before[1] < _AGAIN_AFTER_SECONDS:
            return False
        if sent := send_alert(settings, f"GID Warehouse: {topic}\n\n{text}\n"):
            _write(settings, {**told, topic: (digest, time.time())})
        return sent


def _path(settings: Settings) -> Path:
    return settings.warehouse_dir / ".alerts.json"


def _read(settings: Settings) -> dict[str, tuple[str, float]]:
    try:
        told = json.loads(_path(settings).read_text(encoding="utf-8"))
        return {str(topic): (str(digest), float(at)) for topic, (digest, at) in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(settings: Settings, told: dict[str, tuple[str, float]]) -> None:
    part = settings.warehouse_dir / f".alerts.{os.getpid()}.part"
    part.write_text(json.dumps(told) + "\n", encoding="utf-8")
    part.replace(_path(settings))
