"""What a data test of dbt returned: in the metadata of its asset check, and in the error of a run that fails by it.

Belongs here: joining the lines that dbt tells (`told_tests.sql`: it has the database open, with all that is attached to
it) to the results of the tests. The log of the run has the lines from dbt itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation
from dagster_dbt.core.dbt_cli_event import DbtCliEventMessage
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.publishing.markdown import code_span
from pipelines.publishing.workbook.texts import show_hidden

RETURNED = "returned"
_LINE_WIDTH = 300
# In the error of a run; each test tells ten rows at most.
_LINES_IN_ERROR = 30


def told_events(invocation: DbtCliInvocation) -> Iterator[Any]:
    """Yield what `invocation.stream()` yields, with the rows that a test returned; dbt's error tells those of tests that failed."""
    told: dict[str, list[str]] = {}
    failed: list[str] = []
    try:
        for message in invocation.stream_raw_events():
            test = _test_of(message)
            if test and message.raw_event["info"]["name"] == "JinjaLogInfo":
                told.setdefault(test, []).append(show_hidden(message.raw_event["info"]["msg"]))
                continue
            lines = told.get(test, [])
            if message.is_result_event and message.raw_event["data"]["node_info"]["node_status"] == "fail":
                failed.extend(lines)
            for event in message.to_default_asset_events(
                manifest=invocation.manifest,
                dagster_dbt_translator=invocation.dagster_dbt_translator,
                context=invocation.context,
                target_path=invocation.target_path,
                project=invocation.project,
            ):
                yield with_rows(event, lines)
    except DagsterDbtCliRuntimeError as error:
        if failed:
            more = len(failed) - _LINES_IN_ERROR
            shown = [*failed[:_LINES_IN_ERROR], *([f"… and {more} more lines in the log"] if more > 0 else [])]
            error.add_note("\n".join(["", "What the failed tests returned:", *shown]))
        raise


def with_rows(event: Any, lines: list[str]) -> Any:
    """Return the result of a test with the rows that it returned; any other event as it is."""
    if not lines or not isinstance(event, dg.AssetCheckResult | dg.AssetObservation):
        return event
    rows = "\n".join(f"- {code_span(line, _LINE_WIDTH)}" for line in lines)
    return event.with_metadata({**event.metadata, RETURNED: dg.MetadataValue.md(rows)})


def _test_of(message: DbtCliEventMessage) -> str:
    """The data test that an event of dbt is about; nothing where it is about none."""
    node = str(message.raw_event["data"].get("node_info", {}).get("unique_id") or "")
    return node if node.startswith("test.") else ""
