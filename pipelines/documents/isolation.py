"""Conversion in a process of its own, with limits of time and memory: a file that breaks it is one finding.

Belongs here: starting, feeding and ending that process (`python -m pipelines.documents.isolation`). Formats do not.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import IO, Any

from pipelines.documents.conversion import Converted, ReadFinding, UnreadableDocument
from pipelines.settings import PROJECT_DIR

if sys.platform != "win32":
    import resource

DEFAULT_SECONDS = 60.0
_MEMORY_BYTES = 2 << 30
_PASSED = {
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
}
_LENGTH = struct.Struct(">Q")
_MAX_REPLY = 1 << 30


def end_child(process: subprocess.Popen[bytes]) -> None:
    """End a child process and the pipes to it, whatever it is doing."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()


class IsolatedConverter:
    """Converts documents one by one in a child process, which starts with the first and is replaced when it dies.

    One thread uses it at a time; close it, or use it in `with`.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def convert(self, data: bytes, kind: str, declared: str | None = None) -> Converted:
        """Convert the bytes of a format.

        Raises:
            UnreadableDocument: what the format's converter raised, or `conversion_failed` after a crash or the limit.
        """
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        expired = threading.Event()
        timer = threading.Timer(self.seconds, _kill, (process, expired))
        timer.daemon = True
        timer.start()
        try:
            send(process.stdin, json.dumps({"kind": kind, "declared": declared}).encode())
            send(process.stdin, data)
            reply = json.loads(receive(process.stdout))
        except (OSError, EOFError, ValueError):
            self.close()
            reason = f"no result after {self.seconds:g} seconds" if expired.is_set() else "the reader crashed"
            raise UnreadableDocument("conversion_failed", reason=reason, detected=kind) from None
        finally:
            timer.cancel()
        if reply.get("rule_key") == "conversion_failed":
            self.close()  # what it was left with, memory above all, is not for the next document
        return _read_reply(reply)

    def close(self) -> None:
        """End the child process."""
        process, self._process = self._process, None
        if process is not None:
            end_child(process)

    def __enter__(self) -> IsolatedConverter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.documents.isolation", str(self.seconds)],
                cwd=PROJECT_DIR,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


def _environment() -> dict[str, str]:
    """What the child needs of our environment: a reader that is broken into finds no password and no key in it."""
    return {name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(("PYTHON", "LC_"))}


def _kill(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    process.kill()


def _read_reply(reply: dict[str, Any]) -> Converted:
    if "rule_key" in reply:
        raise UnreadableDocument(reply["rule_key"], **reply["values"])
    findings = tuple(ReadFinding(**finding) for finding in reply.pop("findings"))
    return Converted(**reply, findings=findings)


def send(stream: IO[bytes], payload: bytes) -> None:
    """Write one message to another process."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read one message of another process.

    Raises:
        EOFError: it has ended.
    """
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    if length > _MAX_REPLY:
        raise ValueError("a message above the limit")
    return _read_exactly(stream, length)


def _read_exactly(stream: IO[bytes], n: int) -> bytes:
    data = stream.read(n)
    if len(data) < n:
        raise EOFError
    return data


def _answer(kind: str, declared: str | None, data: bytes) -> dict[str, Any]:
    """Convert in the child; a format's library is loaded with its first document."""
    try:
        converter = getattr(importlib.import_module(f"pipelines.documents.{kind}"), f"convert_{kind}")
        return asdict(converter(data, declared) if kind == "html" else converter(data))
    except UnreadableDocument as error:
        return {"rule_key": error.rule_key, "values": error.values}
    except MemoryError:
        return {"rule_key": "conversion_failed", "values": {"reason": "more memory than allowed", "detected": kind}}
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        return {"rule_key": "conversion_failed", "values": {"reason": reason, "detected": kind}}


def _limit_process(seconds: float) -> None:
    """Bound memory where the system can; end the process by itself should its parent be gone."""
    if sys.platform != "win32":
        with suppress(OSError, ValueError):  # macOS has no such limit of memory
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it answers through a pipe and has nothing to write
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        signal.setitimer(signal.ITIMER_REAL, seconds + 5 if seconds else 0)


def main() -> None:
    """Answer requests on standard input until it ends."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    seconds = float(sys.argv[1])
    while True:
        try:
            request = json.loads(receive(requests))
            _limit_process(seconds)
            reply = _answer(request["kind"], request["declared"], receive(requests))
            send(replies, json.dumps(reply).encode())
        except (EOFError, OSError):
            return
        _limit_process(0)


if __name__ == "__main__":
    main()
