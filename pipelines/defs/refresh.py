"""`python -m pipelines.defs.refresh`: the whole refresh from the command line, the same job that Dagster schedules.

Belongs here: registering deliveries, running the job in this process, and printing what was built.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg

from pipelines.definitions import defs
from pipelines.defs.automation import all_deliveries_tags, register_deliveries
from pipelines.defs.event_log import open_instance
from pipelines.defs.lake import LAKE_CHECK
from pipelines.defs.runs import end_dead_runs, hold_run
from pipelines.operations.secrets import redact
from pipelines.publishing.database import hold_lock, remove_dead_builds
from pipelines.publishing.room import explain_full_disk, lacks_room, texts_of
from pipelines.publishing.summary import format_summary
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import DBT_PROJECT_DIR, Settings, load_settings

# What a failure that an asset words itself is printed with: not for the person who reads it.
_FAILURE = "dagster._core.definitions.events.Failure: "
_LOCK_WAIT_SECONDS = 24 * 3600


def run_refresh(instance: dg.DagsterInstance, settings: Settings) -> dg.ExecuteInProcessResult:
    """Run the whole refresh; without any delivery, build the empty typed warehouse."""
    end_dead_runs(instance, settings)
    if register_deliveries(instance, settings):
        job, tags = defs.resolve_job_def("refresh"), all_deliveries_tags(instance)
    else:
        job, tags = defs.resolve_job_def("build_warehouse"), {}
    run_id = str(uuid.uuid4())
    with hold_run(settings, run_id):
        return job.execute_in_process(
            # Who calls from a terminal calls again: a daemon that runs beside is not to do it in their place.
            instance=instance,
            tags={**tags, "dagster/max_retries": "0"},
            raise_on_error=False,
            run_id=run_id,
        )


@contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Send what this process and its children print to a file, so that the terminal keeps what a person reads."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with log.open("w", encoding="utf-8") as stream:
        try:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
            yield
        finally:
            for printed in (sys.stdout, sys.stderr):
                # The log's disk may be full: what it did not take comes to the terminal, with what is to be done.
                with suppress(OSError):
                    printed.flush()
            for number, original in enumerate(kept, start=1):
                os.dup2(original, number)
                os.close(original)


def failure_lines(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return a line for each step that failed, with the cause that a person can act on."""
    lines = []
    for event in result.filter_events(lambda e: e.is_step_failure):
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message.strip() if error else "no message"
        lines.append(f"  {event.step_key}: {show_hidden(redact(message.removeprefix(_FAILURE)))}")
    return lines


def lake_warnings(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return why the release is not in the lake, in a line; nothing where it is, or where there is no lake."""
    checks = [check for check in result.get_asset_check_evaluations() if check.check_name == LAKE_CHECK]
    return [f"  not in the lake: {check.metadata['problem'].value}" for check in checks if not check.passed]


def _say(text: str) -> None:
    print(f"{text[0].upper()}{text[1:]} …", flush=True)


def main() -> int:
    """Refresh once; 0 where the warehouse was published, 1 where it stayed as it was."""
    settings = load_settings()
    log = settings.warehouse_dir / "refresh.log"
    print(f"Refreshing {settings.warehouse_dir} from {settings.raw_dir} …", flush=True)
    lines = []
    try:
        # A second command line waits here for the first, rather than racing it for Dagster's own files.
        with hold_lock(settings.refresh_lock_path, _LOCK_WAIT_SECONDS, _say):
            remove_dead_builds(settings)
            full = lacks_room(settings)
            if full is None:
                with output_to(log), open_instance() as instance:
                    result = run_refresh(instance, settings)
                if result.success:
                    print(format_summary(settings))
                    print("".join(f"{line}\n" for line in lake_warnings(result)), end="", file=sys.stderr)
                    return 0
                lines = failure_lines(result)
                full = explain_full_disk(_written_folders(settings), lines)
    except Exception as error:
        full = explain_full_disk(_written_folders(settings), texts_of(error))
        if full is None:
            raise
    print("The refresh failed: the published warehouse is as it was.", file=sys.stderr)
    print("\n".join([*lines, *([full] if full else [])]), file=sys.stderr)
    if log.is_file():
        print(f"  The whole log: {log}", file=sys.stderr)
    return 1


def _written_folders(settings: Settings) -> list[Path]:
    home = os.environ.get("DAGSTER_HOME")
    return [settings.warehouse_dir, *([Path(home)] if home else []), Path(tempfile.gettempdir()), DBT_PROJECT_DIR]


if __name__ == "__main__":
    sys.exit(main())
