"""Alerts: told once, told later where they could not be, without secrets; what is told of failed runs and units."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster import DagsterEventType, DagsterInstance, DagsterRunStatus
from dagster._core.events import DagsterEvent, JobFailureData, RunFailureReason
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.test_utils import create_run_for_test

from pipelines.defs import health, operations, refresh
from pipelines.operations import alerts
from pipelines.operations.secrets import is_secret, redact
from pipelines.settings import PROJECT_DIR
from tests.publications import small


def alerting(settings, folder: Path, ends_with: int = 0):
    """Settings whose alert command writes down what it is given."""
    script = folder / "alert"
    script.write_text(
        f"#!/bin/sh\ncat >> '{folder}/told'\necho \"$1\" >> '{folder}/argument'\nexit {ends_with}\n", encoding="utf-8"
    )
    script.chmod(0o755)
    return replace(settings, alert_command=f"{script} 'a b;touch {folder}/pwned'")


def test_an_alert_is_told_once_again_when_it_changes_and_when_it_is_over(tmp_path):
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    told = tmp_path / "told"

    def count() -> int:
        return told.read_text(encoding="utf-8").count("GID Warehouse: data")

    assert alerts.alert_once(settings, "data", "old", "age")
    assert not alerts.alert_once(settings, "data", "older by an hour", "age")
    assert count() == 1
    assert alerts.alert_once(settings, "data", "old, and full", "age disk")
    assert alerts.alert_once(settings, "data", None)
    assert not alerts.alert_once(settings, "data", None)
    assert told.read_text(encoding="utf-8").endswith("GID Warehouse: data: well again\n")
    assert count() == 3
    assert (tmp_path / "argument").read_text(encoding="utf-8").splitlines()[0] == f"a b;touch {tmp_path}/pwned"
    assert not (tmp_path / "pwned").exists(), "a shell has read the command"
    assert not alerts.send_alert(replace(settings, alert_command=""), "x")


def test_an_alert_that_cannot_be_told_is_tried_again_and_names_no_secret(tmp_path):
    failing = alerting(small.settings_in(tmp_path), tmp_path, ends_with=3)
    for settings, reason in [
        (failing, "ended with 3"),
        (replace(failing, alert_command="/nowhere/geheim-key"), "could not be run: FileNotFoundError"),
        (replace(failing, alert_command="'"), "could not be run: ValueError"),
    ]:
        with pytest.raises(alerts.AlertFailed, match=reason) as raised:
            alerts.alert_once(settings, "data", "old")
        assert "geheim" not in str(raised.value)
    assert alerts.alert_once(alerting(failing, tmp_path), "data", "old")


def test_what_is_told_holds_no_secret_and_steers_no_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    alerts.send_alert(settings, "postgresql://gid:geheim@db/x wJalrXUtnFEMI \x1b[31m\u202egnp.exe")
    assert (tmp_path / "told").read_text(encoding="utf-8") == "postgresql://***@db/x *** ␛[31m[U+202E]gnp.exe"
    names = {"GID_PG_PASSWORD", "AWS_SECRET_ACCESS_KEY", "S3_KEY", "API_TOKEN", "PGPASSFILE", "SENTRY_DSN"}
    plain = {"PWD", "OLDPWD", "PATH", "KEYBOARD", "GID_RAW_DIR", "MONKEY", "DAGSTER_HOME"}
    assert {name for name in names | plain if is_secret(name)} == names
    assert redact("the key is ab", {"S3_KEY": "ab"}) == "the key is ab", "a word of two letters tells nothing"


def told_in(folder: Path) -> list[str]:
    """The first lines of what the alert command was told, without those on the time."""
    text = (folder / "told").read_text(encoding="utf-8") if (folder / "told").exists() else ""
    return [line for line in text.splitlines() if line and not line.startswith("as of ")]


def test_what_could_not_be_told_is_kept_and_told_later_the_oldest_first(tmp_path, monkeypatch):
    monkeypatch.setenv("S3_SECRET_KEY", "wJalrXUtnFEMI")
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    failing = replace(settings, alert_command="false")
    assert not alerts.tell(replace(settings, alert_command=""), "nobody is there")
    for text in ("first wJalrXUtnFEMI", "second"):
        with pytest.raises(alerts.AlertFailed, match="ended with 1"):
            alerts.tell(failing, text)
    assert b"wJalr" not in (settings.warehouse_dir / ".alerts-unsent.json").read_bytes()
    with pytest.raises(alerts.AlertFailed):
        alerts.send_kept(failing)
    assert alerts.tell(settings, "third")
    assert alerts.send_kept(settings) == 2
    assert alerts.send_kept(settings) == 0
    assert told_in(tmp_path) == ["third", "first ***", "second"]


def test_a_text_that_the_command_never_takes_does_not_hold_up_the_others(tmp_path):
    settings = small.settings_in(tmp_path)
    choosy = replace(settings, alert_command=f"sh -c 'grep -v bad >> {tmp_path}/told'")  # grep finds no other line: 1
    kept = settings.warehouse_dir / ".alerts-unsent.json"
    kept.write_text(json.dumps(["bad\n", "good\n"]), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(alerts.AlertFailed):
            alerts.send_kept(choosy)
    assert told_in(tmp_path) == ["good"]
    assert json.loads(kept.read_text(encoding="utf-8")) == ["bad\n"]


def test_an_alert_is_told_where_nothing_can_be_written(tmp_path):
    """A full disk is what there is most to tell of."""
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    shutil.rmtree(settings.warehouse_dir)
    settings.warehouse_dir.write_text("no folder", encoding="utf-8")
    assert alerts.tell(settings, "full")
    assert told_in(tmp_path) == ["full"]
    with pytest.raises(alerts.AlertFailed, match=r"(?s)ended with 1: .*; nor could the alert be kept.*lost"):
        alerts.tell(replace(settings, alert_command="false"), "lost")


def test_a_failed_unit_is_told_with_how_it_ended(tmp_path, monkeypatch):
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    for name, value in {
        "GID_WAREHOUSE_DIR": str(settings.warehouse_dir),
        "GID_ALERT_COMMAND": settings.alert_command,
        "MONITOR_SERVICE_RESULT": "exit-code",
        "MONITOR_EXIT_STATUS": "3",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["alerts", "--unit", "gid-backup"])
    assert alerts.main() == 0
    assert told_in(tmp_path) == [
        "GID Warehouse: gid-backup has failed (exit-code, exit status 3)",
        "Look at `journalctl -u gid-backup`: its last lines name the cause and the remedy.",
    ]
    monkeypatch.setenv("GID_ALERT_COMMAND", "false")
    assert alerts.main() == 1
    monkeypatch.setattr("pipelines.defs.health.ask_dagster", list)
    monkeypatch.setattr("sys.argv", ["health", "--alert"])
    monkeypatch.setenv("GID_ALERT_COMMAND", settings.alert_command)
    assert health.main() == 1, "nothing is published"
    assert told_in(tmp_path).count("GID Warehouse: gid-backup has failed (exit-code, exit status 3)") == 2


def failed(instance: DagsterInstance, reason: RunFailureReason | None, **of_run: Any) -> dg.RunFailureSensorContext:
    """What the sensor is given of a run that has failed for a reason, by Dagster's own records."""
    run = create_run_for_test(instance, "refresh", status=DagsterRunStatus.STARTED, **of_run)
    data = JobFailureData(error=None, failure_reason=reason)
    event = DagsterEvent(DagsterEventType.RUN_FAILURE.value, "refresh", event_specific_data=data, message="lost")
    instance.report_dagster_event(event, run.run_id)
    stored = instance.get_run_by_id(run.run_id)
    assert stored is not None
    return dg.build_run_status_sensor_context("alert", event, instance, stored).for_run_failure()


def test_a_failed_run_is_told_with_whether_it_is_tried_again_and_what_is_published(tmp_path, monkeypatch):
    settings = alerting(small.settings_in(tmp_path), tmp_path)
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(settings.warehouse_dir))
    small.publish(settings, 1)
    release = settings.current_path.readlink().name
    served = RegisteredCodeLocationOrigin("gid_warehouse")
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(served, "__repository__"), "refresh")
    retries = yaml.safe_load((PROJECT_DIR / "dagster.yaml").read_text(encoding="utf-8"))["run_retries"]
    with dg.instance_for_test(overrides={"run_retries": retries}) as instance:
        of_server = {"remote_job_origin": origin}
        lost, stepped = RunFailureReason.RUN_EXCEPTION, RunFailureReason.STEP_FAILURE
        contexts = [
            failed(instance, lost, **of_server),
            failed(instance, stepped, **of_server),
            failed(instance, lost),
            failed(instance, lost, **of_server, tags={"dagster/max_retries": "0"}),
        ]
        first_lines = [operations.failure_text(context, settings).splitlines()[0] for context in contexts]
        tried_again, final = (
            "GID Warehouse: refresh has failed, and is tried again by itself",
            "GID Warehouse: refresh has failed",
        )
        assert first_lines == [tried_again, final, final, final]
        # Read between the event and the mark that Dagster puts on the run after it.
        runs = [context.dagster_run for context in contexts[:2]]
        unmarked = [run.with_tags({k: v for k, v in run.tags.items() if k != "dagster/will_retry"}) for run in runs]
        assert unmarked != runs
        assert [operations.is_tried_again(instance, run) for run in unmarked] == [True, False]
        # The second try may be there, and may have failed, before anybody looks at the first.
        first = runs[0].run_id
        tags = {"dagster/root_run_id": first, "dagster/parent_run_id": first}
        second = failed(instance, lost, **of_server, root_run_id=first, parent_run_id=first, tags=tags).dagster_run
        assert [operations.is_tried_again(instance, run) for run in (runs[0], second)] == [True, False]
        monkeypatch.setenv("GID_ALERT_COMMAND", "false")
        with pytest.raises(alerts.AlertFailed):
            operations.alert_on_failure(contexts[1])
        monkeypatch.setenv("GID_ALERT_COMMAND", settings.alert_command)
        operations.alert_on_stale_data(dg.build_sensor_context())
    run_id = contexts[1].dagster_run.run_id
    expected = [final, "lost", f"run: {run_id} (Dagster's page, /runs/{run_id})"]
    assert told_in(tmp_path) == [*expected, f"published now: release {release}, 2 reports"]


@pytest.mark.parametrize("publishes", [False, True])
def test_a_refresh_that_fails_says_what_readers_have(tmp_path, monkeypatch, capsys, publishes):
    settings = small.settings_in(tmp_path)
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(settings.warehouse_dir))
    monkeypatch.setattr(refresh, "keep_unchanged", lambda *_, **__: None)
    monkeypatch.setattr(refresh, "lacks_room", lambda _: None)
    small.publish(settings, 1)

    def run(*_: object) -> tuple[list[str], list[str]]:
        if publishes:
            small.publish(settings, 2)
        return ["  a step: no luck"], []

    monkeypatch.setattr(refresh, "_run", run)
    assert refresh.main() == 1
    release = settings.current_path.readlink().name
    have = f"readers have release {release} now" if publishes else "the published warehouse is as it was"
    assert capsys.readouterr().err.splitlines() == [f"The refresh failed: {have}.", "  a step: no luck"]
