"""The units of deploy/systemd as they are written: what systemd would merge, and the lines that it would run."""

from __future__ import annotations

import re
import shlex

from pipelines.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "deploy" / "systemd"
INSTALLED_AT = "/opt/gid-warehouse"


def read_unit(name: str) -> dict[str, list[str]]:
    """Return `Section.Key` -> values of a unit, with what holds for all units of its prefix."""
    found: dict[str, list[str]] = {}
    drop_ins = (
        sorted((FOLDER / f"{name.split('-', maxsplit=1)[0]}-.service.d").glob("*.conf"))
        if name.endswith(".service")
        else []
    )
    for path in [FOLDER / name, *drop_ins]:
        section = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            if heading := re.fullmatch(r"\[(\w+)\]", line):
                section = heading.group(1)
                continue
            key, mark, value = line.partition("=")
            assert mark, f"{path.name}:{number}: {line}"
            assert section, f"{path.name}:{number}: no section"
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


def environment_of(unit: dict[str, list[str]]) -> dict[str, str]:
    """Return the environment that the unit itself sets."""
    words = [word for line in unit.get("Service.Environment", []) for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def command_of(unit: dict[str, list[str]], key: str, environment: dict[str, str]) -> list[str]:
    """Return the words of an Exec line as systemd would run them, from this checkout instead of /opt."""
    (line,) = unit[f"Service.{key}"]
    words = shlex.split(line.replace(INSTALLED_AT, str(PROJECT_DIR)))
    return [re.sub(r"\$\{(\w+)\}", lambda found: environment[found.group(1)], word) for word in words]
