"""Real servers of a test's own on 127.0.0.1: PostgreSQL for a catalogue, an S3-compatible store. They end with the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "geheim-V4tq81Lm"
BUCKET = "gid"
_NOBODY = "nobody"


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start PostgreSQL in a temporary folder; yield the connection to its database `postgres`, without the password."""
    programs = _postgres_programs()
    folder, port, process = Path(tempfile.mkdtemp(prefix="gid-pg-")), free_port(), None
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        is_root = os.geteuid() == 0  # the server refuses to run as root
        if is_root:
            shutil.chown(folder, _NOBODY)
            shutil.chown(secret, _NOBODY)
        user = ["setpriv", f"--reuid={_NOBODY}", "--clear-groups", "--"] if is_root else []
        initdb = [programs / "initdb", "-D", folder / "data", "-U", "gid", "--auth=scram-sha-256", "--no-sync"]
        subprocess.run([*user, *initdb, f"--pwfile={secret}"], cwd=folder, check=True, capture_output=True)
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*user, programs / "postgres", "-D", folder / "data", *given], cwd=folder, stdout=log, stderr=log
            )
        ready = [programs / "pg_isready", "--host=127.0.0.1", f"--port={port}", "--quiet"]
        _wait(lambda: subprocess.run(ready, check=False).returncode == 0, process, folder / "log")
        yield f"host=127.0.0.1 port={port} user=gid dbname=postgres"
    finally:
        _end(process)
        shutil.rmtree(folder, ignore_errors=True)


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
            "AWS_SECRET_ACCESS_KEY": f"{PASSWORD}/s3",
            "AWS_REGION": "us-east-1",
        }
    finally:
        _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for folder in [*folders, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]:
        if (folder / "postgres").is_file():
            return folder
    raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")


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
