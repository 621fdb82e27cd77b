"""A real S3-compatible store of a test's own on 127.0.0.1, which ends with the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.running import free_port

SECRET = "geheim-V4tq81Lm/s3"
BUCKET = "gid"


@contextmanager
def object_storage() -> Iterator[dict[str, str]]:
    """Start an S3-compatible store with an empty bucket; yield the environment by which everybody reaches it."""
    folder, port = Path(tempfile.mkdtemp(prefix="gid-s3-")), free_port()
    process = None
    try:
        with (folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
            process = subprocess.Popen(command, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(f"{url}/moto-api/"), process, folder / "log")
        urllib.request.urlopen(urllib.request.Request(f"{url}/{BUCKET}", method="PUT"), timeout=10).close()
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "AKIAGIDGIDGIDGIDGID0",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }
    finally:
        _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _wait(is_ready, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while not is_ready():
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.send_signal(2)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
