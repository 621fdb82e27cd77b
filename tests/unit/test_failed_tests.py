"""Rows that a data test of dbt returned, as dbt's events tell them: in the check, in the error, and in nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import dagster as dg
import duckdb
import pytest
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.defs.failed_tests import RETURNED, told_events
from pipelines.defs.warehouse import previews_or_bare

KEYS = "test.gid_warehouse.table_holds_a.1"
WARNS = "test.gid_warehouse.every_row_is_applied.2"
SINGULAR = "test.gid_warehouse.assert_b"


def said(node: str, text: str) -> SimpleNamespace:
    """What a macro logged while dbt was at a node."""
    event = {"info": {"name": "JinjaLogInfo", "msg": text}, "data": {"node_info": {"unique_id": node}}}
    return SimpleNamespace(raw_event=event, is_result_event=False, to_default_asset_events=lambda **_: iter(()))


def ended(node: str, status: str, *events: object) -> SimpleNamespace:
    """The result of a node, with the events of Dagster that come of it."""
    info = {"unique_id": node, "node_status": status}
    event = {"info": {"name": "LogTestResult", "msg": status}, "data": {"node_info": info}}
    return SimpleNamespace(raw_event=event, is_result_event=True, to_default_asset_events=lambda **_: iter(events))


def check(name: str, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=passed, asset_key="a", check_name=name, metadata={"status": "known"})


def read(*messages: SimpleNamespace, error: DagsterDbtCliRuntimeError) -> list:
    """All events of an invocation that says these messages and then fails with an error, which has to come through."""

    def stream():
        yield from messages
        raise error

    about = dict.fromkeys(("manifest", "dagster_dbt_translator", "context", "target_path", "project"))
    events = []
    with pytest.raises(DagsterDbtCliRuntimeError) as raised:
        events.extend(told_events(SimpleNamespace(stream_raw_events=stream, **about)))
    assert raised.value is error
    return events


def test_a_check_has_the_rows_of_its_own_test_and_the_error_those_of_failed_ones():
    error = DagsterDbtCliRuntimeError("dbt failed")
    events = read(
        said("model.gid_warehouse.a", "a model's own words"),
        ended("model.gid_warehouse.a", "success", dg.AssetMaterialization("a")),
        said(KEYS, "table_holds_a: unique_key k: `1` | \u202ex (2 rows)"),
        said(WARNS, "every_row_is_applied: accepted_values status: unused (3 rows)"),
        said(KEYS, "table_holds_a: and 4 more"),
        ended(WARNS, "warn", check("every_row_is_applied", False)),
        ended(KEYS, "fail", check("table_holds_a", False)),
        ended("test.gid_warehouse.table_holds_c.3", "pass", check("table_holds_c", True)),
        said(SINGULAR, "assert_b: k=1, n=2"),
        ended(SINGULAR, "fail", dg.AssetObservation("a"), dg.AssetObservation("b")),
        error=error,
    )
    returned = [
        event.metadata[RETURNED].value if RETURNED in event.metadata else None
        for event in events
        if isinstance(event, dg.AssetCheckResult | dg.AssetObservation | dg.AssetMaterialization)
    ]
    assert returned == [
        None,
        "- `every_row_is_applied: accepted_values status: unused (3 rows)`",
        "- `table_holds_a: unique_key k: '1' ¦ [U+202E]x (2 rows)`\n- `table_holds_a: and 4 more`",
        None,
        "- `assert_b: k=1, n=2`",
        "- `assert_b: k=1, n=2`",
    ]
    assert events[2].metadata["status"].value == "known"
    assert error.__notes__ == [
        "\nWhat the failed tests returned:\n"
        "table_holds_a: unique_key k: `1` | [U+202E]x (2 rows)\n"
        "table_holds_a: and 4 more\n"
        "assert_b: k=1, n=2"
    ]


def test_an_error_without_a_failed_test_is_as_dbt_words_it():
    error = DagsterDbtCliRuntimeError("dbt failed")
    assert read(ended(KEYS, "error"), error=error) == []
    assert not hasattr(error, "__notes__")


def test_an_error_tells_thirty_lines():
    error = DagsterDbtCliRuntimeError("dbt failed")
    read(*(said(KEYS, f"row {n}") for n in range(40)), ended(KEYS, "fail"), error=error)
    lines = error.__notes__[0].split("\n")
    assert (lines[-2:], len(lines)) == (["row 29", "… and 10 more lines in the log"], 33)


@pytest.mark.parametrize("content", [None, b"no database"])
def test_events_of_a_failed_dbt_are_told_without_its_database(tmp_path, content, monkeypatch):
    monkeypatch.setenv("GID_STAGING_DIR", str(tmp_path))
    database = tmp_path / "gid.duckdb"
    if content is not None:
        database.write_bytes(content)
        with pytest.raises(duckdb.Error):
            duckdb.connect(str(database), read_only=True)
    events = [dg.AssetMaterialization("a"), check("table_holds_a", False)]
    assert previews_or_bare(events, database) == events
