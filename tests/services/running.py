"""The three services, started by exactly the lines of their units, in folders of their own, and ended again."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.curation.reading import ensure_files
from pipelines.settings import PROJECT_DIR, Settings
from tests.services.units import command_of, environment_of, read_unit

SERVICES = ("gid-code.service", "gid-webserver.service", "gid-daemon.service")
HOLDING = "/var/lib/gid-warehouse"


@dataclass
class Services:
    """What runs: folders, environment, and the processes by unit."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Settings of the warehouse that the services work on."""
        return Settings(self.folder / "raw", self.folder / "warehouse", 1 << 26, curation_dir=self.folder / "curation")

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.environment['GID_WEB_PORT']}"

    def start(self) -> None:
        """Start all, the code server first; each is waited for."""
        for name in SERVICES:
            command = command_of(read_unit(name), "ExecStart", self.environment)
            with (self.folder / f"{name}.log").open("wb") as log:
                self.processes[name] = subprocess.Popen(
                    command, cwd=PROJECT_DIR, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )
        self.wait_for("the project on the page", self._is_loaded, 600)

    def stop(self) -> None:
        """End all as systemd does: every process of the unit is told to end, and killed if it does not."""
        for process in self.processes.values():
            _signal(process, 15)
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            _signal(process, 9)
            process.wait()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the page's GraphQL."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            data: dict[str, Any] = json.load(reply)["data"]
        return data

    def wait_for(self, what: str, look: Callable[[], Any], seconds: float) -> Any:
        """Look until there is something; a service that has died, or the end of the time, is an error with its log."""
        deadline, last = time.monotonic() + seconds, "nothing"
        while time.monotonic() < deadline:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} has ended:\n{self.log(name)}"
            try:
                if found := look():
                    return found
            except OSError as error:
                last = str(error)
            time.sleep(0.5)
        logs = "\n".join(self.log(name) for name in self.processes)
        raise AssertionError(f"no sign of {what} after {seconds} seconds ({last}):\n{logs}")

    def _is_loaded(self) -> bool:
        found = self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")
        return bool(found["repositoriesOrError"].get("nodes"))

    def log(self, name: str) -> str:
        """Return the end of what a service has printed."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    prepare: Callable[[Services], None], postgres: dict[str, str] | None = None, **more: str
) -> Iterator[Services]:
    """Start the services in a folder of their own; the name of a socket must be short, so it lies in /tmp itself."""
    folder = Path(tempfile.mkdtemp(prefix="gid-"))
    services = Services(folder, {})
    try:
        unit = environment_of(read_unit("gid-code.service"))
        ours = {name: value.replace(HOLDING, str(folder)) for name, value in unit.items()}
        ours |= {"GID_CODE_SOCKET": str(folder / "code.sock"), "GID_WEB_PORT": str(free_port())}
        ours |= {"GID_BACKUP_DIR": str(folder / "backups")}
        services.environment = {**os.environ, **ours, **(postgres or {}), **more}
        for name in ("raw", "warehouse", "dagster"):
            (folder / name).mkdir()
        ensure_files(services.settings)
        write_instance(folder / "dagster", bool(postgres))
        prepare(services)
        services.start()
        yield services
    finally:
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)


def write_instance(home: Path, postgres: bool) -> None:
    """Write dagster.yaml as the Makefile does."""
    parts = ["dagster.yaml", *(["deploy/dagster-postgres.yaml"] if postgres else [])]
    text = "".join((PROJECT_DIR / part).read_text(encoding="utf-8") for part in parts)
    (home / "dagster.yaml").write_text(text, encoding="utf-8")
