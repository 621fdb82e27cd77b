"""`python -m pipelines.defs.refresh`: the whole refresh from the command line, the same job that Dagster schedules.

Belongs here: what a person at the terminal waits for and reads. The run itself stands in `whole_run`, which is loaded only
where there is something to build: the asset graph with dbt's part of it takes most of the time of a refresh that builds nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.defs.event_log import open_instance
from pipelines.defs.runs import end_dead_runs
from pipelines.defs.unchanged import tell_kept
from pipelines.ingest.unchanged import Kept, keep_unchanged
from pipelines.publishing.database import hold_lock, remove_dead_builds
from pipelines.publishing.releases import current_folder
from pipelines.publishing.room import explain_full_disk, lacks_room, texts_of
from pipelines.publishing.summary import format_summary
from pipelines.settings import DBT_PROJECT_DIR, Settings, load_settings

_LOCK_WAIT_SECONDS = 24 * 3600


@contextmanager
def output_to(log: Path, mode: str = "w") -> Iterator[None]:
    """Send what this process and its children print to a file, so that the terminal keeps what a person reads."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with log.open(mode, encoding="utf-8") as stream:
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


def _say(text: str) -> None:
    print(f"{text[0].upper()}{text[1:]} …", flush=True)


def _say_why(reason: str) -> None:
    print(f"Building anew: {reason}.", flush=True)


def main() -> int:
    """Refresh once; 0 where the warehouse was published, 1 where it stayed as it was."""
    settings = load_settings()
    log = settings.warehouse_dir / "refresh.log"
    print(f"Refreshing {settings.warehouse_dir} from {settings.raw_dir} …", flush=True)
    lines: list[str] = []
    before = current_folder(settings)
    try:
        # A second command line waits here for the first, rather than racing it for Dagster's own files.
        with hold_lock(settings.refresh_lock_path, _LOCK_WAIT_SECONDS, _say):
            before = current_folder(settings)
            remove_dead_builds(settings)
            kept = keep_unchanged(settings, say=_say_why)
            if kept is not None:
                _tell(kept, settings, log)
                return _end_well(settings, lake_lines([kept.lake_problem] if kept.lake_problem else []))
            full = lacks_room(settings)
            if full is None:
                lines, warnings = _run(settings, log)
                if not lines:
                    return _end_well(settings, lake_lines(warnings))
                full = explain_full_disk(_written_folders(settings), lines)
    except Exception as error:
        full = explain_full_disk(_written_folders(settings), texts_of(error))
        if full is None:
            raise
    print(f"The refresh failed: {what_is_published(before, current_folder(settings))}.", file=sys.stderr)
    print("\n".join([*lines, *([full] if full else [])]), file=sys.stderr)
    if log.is_file():
        print(f"  The whole log: {log}", file=sys.stderr)
    return 1


def what_is_published(before: Path | None, now: Path | None) -> str:
    """Return what readers have after a refresh that failed: it may have failed after it had published."""
    if now is None or now == before:
        return "the published warehouse is as it was"
    return f"readers have release {now.name} now"


def _tell(kept: Kept, settings: Settings, log: Path) -> None:
    print(f"{kept.text[0].upper()}{kept.text[1:]}.", flush=True)
    with output_to(log, "a"), open_instance() as instance:
        end_dead_runs(instance, settings)
        tell_kept(instance, kept, bool(settings.ducklake))


def _run(settings: Settings, log: Path) -> tuple[list[str], list[str]]:
    """Run the refresh; return why it failed, a line a step, and why the release is not in the lake."""
    with output_to(log):
        from pipelines.defs.whole_run import failure_lines, lake_problems, run_refresh  # noqa: PLC0415

        with open_instance() as instance:
            result = run_refresh(instance, settings)
    return ([], lake_problems(result)) if result.success else (failure_lines(result), [])


def lake_lines(problems: list[str]) -> str:
    """Return the lines on why the release is not in the lake."""
    return "".join(f"  not in the lake: {problem}\n" for problem in problems)


def _end_well(settings: Settings, warnings: str) -> int:
    print(format_summary(settings))
    print(warnings, end="", file=sys.stderr)
    return 0


def _written_folders(settings: Settings) -> list[Path]:
    home = os.environ.get("DAGSTER_HOME")
    return [settings.warehouse_dir, *([Path(home)] if home else []), Path(tempfile.gettempdir()), DBT_PROJECT_DIR]


if __name__ == "__main__":
    sys.exit(main())
