"""Alerts: a short text to the one command that the operator has set, once for each trouble, not at every look.

Belongs here: running GID_ALERT_COMMAND, remembering what it was told, and keeping what it was not. What is a trouble is told
by its caller; `python -m pipelines.operations.alerts --unit gid-backup` is called by systemd, of a unit that has failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from pipelines.operations.secrets import redact
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings, load_settings

_SECONDS = 60
_LOCK_WAIT_SECONDS = 2 * _SECONDS
_LONGEST = 8_000
_AGAIN_AFTER_SECONDS = 24 * 3600
# What is kept of alerts that could not be sent, and how long one look sends them: whoever looks is waited for.
_MOST_KEPT = 100
_LONGEST_LOOK_SECONDS = 20


class AlertFailed(RuntimeError):
    """The alert command could not be run, or said no; the message names neither its arguments nor its output."""


def send_alert(settings: Settings, text: str) -> bool:
    """Give a text to the alert command on standard input; False where none is set.

    Raises:
        AlertFailed: it is not there, ended with an error, or took longer than a minute.
    """
    if not settings.alert_command:
        return False
    _send(settings, _safe(text))
    return True


def _send(settings: Settings, safe: str) -> None:
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


def _safe(text: str) -> str:
    """Return a text as it may be told and kept: without secrets, without what steers a terminal, not too long."""
    safe = show_hidden(redact(text))
    more = len(safe) - _LONGEST
    return f"{safe[:_LONGEST]}\n… and {more:,} characters more\n" if more > 0 else safe


def tell(settings: Settings, text: str) -> bool:
    """Tell of something that has happened now; where the command fails, keep the text (the newest hundred) for `send_kept`.

    Raises:
        AlertFailed: the command said no; the text is kept, unless the message says otherwise.
    """
    if not settings.alert_command:
        return False
    safe = _safe(f"{text.rstrip()}\nas of {datetime.now().astimezone():%Y-%m-%d %H:%M %z}\n")
    try:
        _send(settings, safe)
    except AlertFailed as error:
        try:
            with _locked(settings):
                _write_kept(settings, [*_read_kept(settings), safe])
        except (OSError, PublishingError) as reason:
            raise AlertFailed(f"{error}; nor could the alert be kept ({reason}): {safe}") from None
        raise
    return True


def send_kept(settings: Settings) -> int:
    """Tell what could not be told before, the oldest first; return how many were told.

    Raises:
        AlertFailed: the command said no; what it was not told stays. One that it never takes does not hold up the others.
    """
    if not settings.alert_command or not _kept_path(settings).exists():
        return 0
    told, failed, until = 0, None, time.monotonic() + _LONGEST_LOOK_SECONDS
    with _locked(settings):
        for text in _read_kept(settings):
            try:
                _send(settings, text)
            except AlertFailed as error:
                failed = error
            else:
                told += 1
                kept = _read_kept(settings)
                kept.remove(text)
                _write_kept(settings, kept)
            if time.monotonic() > until:
                break
    if failed is not None:
        raise failed
    return told


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
    with _locked(settings):
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


def unit_text(unit: str, environment: Mapping[str, str]) -> str:
    """Return what a person needs to know of a unit that has failed; systemd says in the environment how it ended."""
    result, status = environment.get("MONITOR_SERVICE_RESULT", ""), environment.get("MONITOR_EXIT_STATUS", "")
    how = f" ({result}, exit status {status})" if result and status else ""
    return f"GID Warehouse: {unit} has failed{how}\n\nLook at `journalctl -u {unit}`: its last lines name the cause and the remedy.\n"


def _locked(settings: Settings) -> AbstractContextManager[None]:
    return hold_lock(settings.warehouse_dir / ".alerts.lock", _LOCK_WAIT_SECONDS)


def _path(settings: Settings) -> Path:
    return settings.warehouse_dir / ".alerts.json"


def _kept_path(settings: Settings) -> Path:
    return settings.warehouse_dir / ".alerts-unsent.json"


def _read(settings: Settings) -> dict[str, tuple[str, float]]:
    try:
        told = json.loads(_path(settings).read_text(encoding="utf-8"))
        return {str(topic): (str(digest), float(at)) for topic, (digest, at) in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _read_kept(settings: Settings) -> list[str]:
    try:
        kept = json.loads(_kept_path(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(text) for text in kept] if isinstance(kept, list) else []


def _write(settings: Settings, told: dict[str, tuple[str, float]]) -> None:
    _put(settings, _path(settings), told)


def _write_kept(settings: Settings, kept: list[str]) -> None:
    if kept:
        _put(settings, _kept_path(settings), kept[-_MOST_KEPT:])
    else:
        _kept_path(settings).unlink(missing_ok=True)


def _put(settings: Settings, path: Path, content: object) -> None:
    part = settings.warehouse_dir / f".alerts.{os.getpid()}.part"
    part.write_text(json.dumps(content) + "\n", encoding="utf-8")
    part.replace(path)


def main() -> int:
    """Tell of a unit that has failed; 1 where nobody could be told."""
    parser = argparse.ArgumentParser(prog="gid-alert@.service", description="Tell GID_ALERT_COMMAND of a failed unit.")
    parser.add_argument("--unit", required=True, help="its name")
    unit: str = parser.parse_args().unit
    try:
        if not tell(load_settings(), unit_text(unit, os.environ)):
            print(f"{unit} has failed, and GID_ALERT_COMMAND is not set: nobody is told", file=sys.stderr)
    except AlertFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
