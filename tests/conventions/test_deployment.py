"""The units, the instance and the proxy of deploy/: each is hardened, nothing listens to the world, names agree."""

from __future__ import annotations

import re
import shutil
import subprocess

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
    storage = yaml.safe_load((DEPLOY / "dagster-postgres.yaml").read_text(encoding="utf-8"))
    fields = storage["storage"]["postgres"]["postgres_db"]
    assert {name for name, value in fields.items() if not isinstance(value, dict)} == {"scheme"}


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
