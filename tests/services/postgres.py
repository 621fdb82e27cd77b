"""A PostgreSQL server of the test's own: on 127.0.0.1, in a temporary folder, run by a user without rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.running import free_port

PASSWORD = "geheim-N7qk2wXz"
_USER = "gid"
_NOBODY = "nobody"


class NoPostgres(RuntimeError):
    """The server's programs are not installed; the message says how to install them."""


def programs() -> Path:
    """Return the folder of initdb and postgres: on the PATH, or where Debian keeps them."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise NoPostgres("PostgreSQL is not installed: apt-get install postgresql (bash .ci/run does it)")


@contextmanager
def postgres_server() -> Iterator[dict[str, str]]:
    """Start a server with an empty database; yield the environment by which Dagster and we reach it."""
    binaries, folder = programs(), Path(tempfile.mkdtemp(prefix="gid-pg-"))
    data, secret, port = folder / "data", folder / "password", free_port()
    process = None
    try:
        secret.write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, _NOBODY)
            shutil.chown(secret, _NOBODY)
        as_user = ["setpriv", f"--reuid={_NOBODY}", "--clear-groups", "--"] if os.geteuid() == 0 else []
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            _USER,
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--no-sync",
        ]
        subprocess.run(
            [*as_user, *initdb, "--encoding=UTF8", "--locale=C.UTF-8"], cwd=folder, check=True, capture_output=True
        )
        options = [
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"port={port}",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=off",
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*as_user, binaries / "postgres", "-D", data, *options], cwd=folder, stdout=log, stderr=log
            )
        environment = {
            "GID_DAGSTER_STORAGE": "postgres",
            "GID_PG_HOST": "127.0.0.1",
            "GID_PG_PORT": str(port),
            "GID_PG_DATABASE": "gid_dagster",
            "GID_PG_USER": _USER,
            "GID_PG_PASSWORD": PASSWORD,
        }
        ready = [binaries / "pg_isready", "--host=127.0.0.1", f"--port={port}", "--quiet"]
        deadline = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        make_database(environment, "gid_dagster")
        yield environment
    finally:
        if process is not None:
            process.send_signal(2)  # fast shutdown
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def make_database(environment: dict[str, str], name: str) -> None:
    """Make an empty database."""
    run_client(environment, "createdb", name)


def query(environment: dict[str, str], sql: str, database: str | None = None) -> str:
    """Return what psql prints for a query."""
    name = database or environment["GID_PG_DATABASE"]
    return run_client(environment, "psql", "-XAt", "-d", name, "-c", sql)


def run_client(environment: dict[str, str], program: str, *arguments: str) -> str:
    """Run a client program against the server."""
    ours = {
        "PGHOST": environment["GID_PG_HOST"],
        "PGPORT": environment["GID_PG_PORT"],
        "PGUSER": environment["GID_PG_USER"],
        "PGPASSWORD": environment["GID_PG_PASSWORD"],
    }
    done = subprocess.run(
        [programs() / program, *arguments], env={**os.environ, **ours}, check=True, capture_output=True, text=True
    )
    return done.stdout
