"""`python -m tests.services [--postgres] [--wait SECONDS]`: the services for real, a delivery dropped in, until it is published.

Some minutes. The tests start the same services without building a warehouse.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import time

from pipelines.publishing.releases import current_release
from pipelines.settings import PROJECT_DIR
from tests.services.postgres import postgres_server
from tests.services.running import Services, running
from tests.services.units import command_of, read_unit


def main() -> int:
    """Start everything, drop the five founding reports in, and wait for the release that holds them."""
    parser = argparse.ArgumentParser(prog="python -m tests.services")
    parser.add_argument("--postgres", action="store_true", help="Dagster's storage in PostgreSQL instead of SQLite")
    parser.add_argument("--wait", type=float, default=900, help="for how many seconds at most")
    given = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(postgres_server()) if given.postgres else None
        services = stack.enter_context(running(lambda _: None, postgres))
        say(f"the page answers: {services.url}")
        shutil.copytree(PROJECT_DIR / "data" / "raw", services.settings.raw_dir, dirs_exist_ok=True)
        say("a delivery was dropped in")
        services.wait_for("the release", lambda: _reports(services) == 5, given.wait)
        release = current_release(services.settings)
        say(f"published by the sensors: release {release.version if release else None}, 5 reports")
        for unit in ("gid-backup.service", "gid-health.service"):
            command = command_of(read_unit(unit), "ExecStart", services.environment)
            done = subprocess.run(command, cwd=PROJECT_DIR, env=services.environment, check=False)
            say(f"{unit}: exit code {done.returncode}")
    return done.returncode


def _reports(services: Services) -> int:
    release = current_release(services.settings)
    return release.record["tables"]["dim_report"]["rows"] if release else 0


if __name__ == "__main__":
    sys.exit(main())
