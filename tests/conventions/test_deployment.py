"""The units, the instance and the proxy of deploy/: each is hardened, nothing listens to the world, names agree."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipelines.defs import health, operations, retention
from pipelines.operations import alerts, backup, restore
from pipelines.settings import PROJECT_DIR, Settings, load_settings
from tests.services.units import FOLDER, INSTALLED_AT, command_of, environment_of, read_unit

DEPLOY = PROJECT_DIR / "deploy"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
TIMERS = sorted(path.name for path in FOLDER.glob("*.timer"))
HARDENED = {
    "User": "gid",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0027",
    "IPAddressDeny": "any",
    "IPAddressAllow": "localhost",
    "SystemCallFilter": "@system-service",
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_bounded_and_restarted(name):
    unit = read_unit(name)
    assert {key: unit[f"Service.{key}"][-1] for key in HARDENED} == HARDENED
    assert unit["Service.MemoryMax"]
    if unit["Service.Type"] == ["oneshot"]:
        assert f"{name.removesuffix('.service')}.timer" in TIMERS or name == "gid-alert@.service"
        assert unit["Service.TimeoutStartSec"]
    else:
        assert unit["Service.Restart"] == ["always"]
        assert unit["Install.WantedBy"] == ["multi-user.target"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_runs_is_there(name):
    unit = read_unit(name)
    environment = environment_of(unit)
    program, *words = command_of(unit, "ExecStart", environment)
    assert shutil.which(program), program
    if words[0] == "-m":
        assert words[1] in {module.__name__ for module in (alerts, backup, health, restore, retention)}
    assert environment["GID_WEB_HOST"] == "127.0.0.1", "the page would listen to the world"
    assert {name for name in environment if name.startswith("GID_")} <= knobs()


def test_somebody_is_told_of_a_backup_that_fails():
    assert read_unit("gid-backup.service")["Unit.OnFailure"] == ["gid-alert@%N.service"]
    *_, option, unit = command_of(read_unit("gid-alert@.service"), "ExecStart", {})
    assert (option, unit) == ("--unit", "%i")


def knobs() -> set[str]:
    """Every GID_ variable that the code or the deployment reads."""
    files = [*(PROJECT_DIR / "pipelines").rglob("*.py"), *DEPLOY.rglob("*.yaml"), *FOLDER.glob("*.service")]
    return set(re.findall(r"GID_[A-Z_]+", "".join(path.read_text(encoding="utf-8") for path in files)))


def test_systemd_itself_finds_nothing_wrong(tmp_path):
    """Where systemd is not installed, the tests above are what is known."""
    if shutil.which("systemd-analyze") is None:
        assert SERVICES
        return
    shutil.copytree(FOLDER, tmp_path / "units")
    for path in (tmp_path / "units").rglob("*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace(f"{INSTALLED_AT}/.venv", str(PROJECT_DIR / ".venv"))
            path.write_text(text, encoding="utf-8")
    units = [str(tmp_path / "units" / name) for name in (*SERVICES, *TIMERS)]
    environment = {"SYSTEMD_UNIT_PATH": f"{tmp_path / 'units'}:", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], env=environment, capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "gid-" in line]
    assert ours == []


def test_examples_and_storage_name_variables_that_are_read():
    example = (DEPLOY / "environment.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?(GID_[A-Z_]+)=", example, re.MULTILINE)) <= knobs() | makefile_knobs()
    assert not re.search(r"PASSWORD=\S", example)
    set_for_units = environment_of(read_unit("gid-backup.service"))
    shown = {name: value for name, value in set_for_units.items() if name.startswith(("GID_WEB_", "GID_BACKUP"))}
    assert len(shown) == 4
    assert set(example.splitlines()) >= {f"#{name}={value}" for name, value in shown.items()}
    storage = yaml.safe_load((DEPLOY / "dagster-postgres.yaml").read_text(encoding="utf-8"))
    fields = storage["storage"]["postgres"]["postgres_db"]
    assert {name for name, value in fields.items() if not isinstance(value, dict)} == {"scheme"}


def as_gid(folder: Path, given: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run deploy/as-gid on an environment of our own; nobody becomes another user."""
    shutil.copytree(DEPLOY, folder / "deploy", dirs_exist_ok=True)
    script, file, setpriv = folder / "deploy" / "as-gid", folder / "environment", folder / "setpriv"
    text = script.read_text(encoding="utf-8")
    assert text.count("file=/etc/gid-warehouse/environment\n") == 1
    script.write_text(text.replace("/etc/gid-warehouse/environment", str(file)), encoding="utf-8")
    file.write_text(given, encoding="utf-8")
    setpriv.write_text('#!/bin/sh\necho "$1 $2 $3 $4" >&2\nshift 4\nexec "$@"\n', encoding="utf-8")
    setpriv.chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "GID_RAW_DIR": "/of/root", "HOME": "/root"}
    return subprocess.run([script, *command], env=environment, capture_output=True, text=True, check=False)


def test_by_hand_the_environment_is_that_of_the_units_and_nothing_of_it_is_run(tmp_path):
    given = (
        "# GID_STALE_DAYS=1\n; GID_STALE_DAYS=2\n\n"
        "GID_ALERT_COMMAND=/x/alert --to me $HOME `touch pwned` $(touch pwned) # all of it  \n"
        "GID_PG_PASSWORD='a b$c\"d;e'\n"
        "GID_PG_USER= gid=x=\n"
        "GID_WEB_PORT=4000\n"
        "GID_STALE_DAYS=12"
    )
    done = as_gid(tmp_path, given, "env")
    assert done.returncode == 0, done.stderr
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert {name: found.get(name) for name in (*re.findall(r"^GID_[A-Z_]+", given, re.MULTILINE), "GID_WEB_HOST")} == {
        "GID_ALERT_COMMAND": "/x/alert --to me $HOME `touch pwned` $(touch pwned) # all of it",
        "GID_PG_PASSWORD": 'a b$c"d;e',
        "GID_PG_USER": "gid=x=",
        "GID_WEB_PORT": "4000",
        "GID_STALE_DAYS": "12",
        "GID_WEB_HOST": "127.0.0.1",
    }
    of_units = environment_of(read_unit("gid-health.service"))
    assert {name: found[name] for name in of_units} == {**of_units, "GID_WEB_PORT": "4000"}
    assert done.stderr == "--reuid=gid --regid=gid --init-groups --\n"
    assert list(tmp_path.rglob("pwned")) == []
    assert as_gid(tmp_path, "", "pwd").stdout == f"{tmp_path}\n"


@pytest.mark.parametrize("value", ['"a b"', "a\\b", "'a\\b'", "'a'b'", "'a", "'"])
def test_a_value_that_systemd_would_read_otherwise_is_refused(tmp_path, value):
    done = as_gid(tmp_path, f"GID_PG_PASSWORD={value}\n", "env")
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{tmp_path}/environment: the value of GID_PG_PASSWORD" in done.stderr
    assert "between single quotes" in done.stderr


def makefile_knobs() -> set[str]:
    return set(re.findall(r"GID_[A-Z_]+", (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")))


def test_the_instance_watches_runs_and_freshness():
    instance = yaml.safe_load((PROJECT_DIR / "dagster.yaml").read_text(encoding="utf-8"))
    assert instance["freshness"] == {"enabled": True}
    assert instance["run_monitoring"]["enabled"]
    assert instance["run_monitoring"]["max_runtime_seconds"] > 0
    assert instance["concurrency"]["runs"]["max_concurrent_runs"] > 0
    assert instance["telemetry"] == {"enabled": False}
    policy = operations.PUBLISHED_FRESHNESS
    assert policy.fail_window.to_timedelta().days == load_settings().stale_days == Settings.stale_days


def test_the_proxy_asks_for_a_password_and_passes_web_sockets_to_loopback():
    text = (DEPLOY / "nginx" / "gid-warehouse.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    for words in (
        "auth_basic_user_file",
        "proxy_set_header Upgrade $http_upgrade;",
        'proxy_set_header Authorization "";',
    ):
        assert words in text
    assert re.findall(r"proxy_pass (\S+);", text) == ["http://127.0.0.1:3000"]
    assert re.findall(r"listen (\S+)", text) == ["443"]
