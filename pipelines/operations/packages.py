"""The locked packages, checked without a network: pinned, hashed, needed, declared, licensed; `make licences` lists them.

Belongs here: requirements.lock against pyproject.toml, the imports and what is installed. Known holes: see audit.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipelines.settings import PROJECT_DIR

PAGE = PROJECT_DIR / "docs" / "licences.md"
# What may be used beside Apache-2.0: permissive, or copyleft of a file or library that is used unchanged.
_ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|Python-2|Zlib|Unlicense|CC0|Public Domain|0BSD|HPND|Mozilla|MPL|LGPL|Lesser General|"
    r"CNRI|BSL|Boost|Artistic",
    re.IGNORECASE,
)  # fmt: skip
# The fuzzer's engine, which who fuzzes installs (tests/fuzzing/README.md); pip, which every environment has in its own version.
_BY_HAND = {"atheris"}
_ANY_VERSION = {"pip"}
_OWN = {"benchmarks", "pipelines", "tests"}
# The tools that `make bench-compare` installs into an environment of its own.
_COMPARED = "bench"
_ENTRY = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")
_TITLE = "# 所用软件包与许可 Packages and licences"


@dataclass
class Locked:
    """An entry of the lock."""

    name: str
    version: str
    marker: str | None
    n_hashes: int = 0

    @property
    def is_for_here(self) -> bool:
        """Whether this system and Python install it."""
        return self.marker is None or bool(Requirement(f"{self.name}; {self.marker}").marker.evaluate())  # type: ignore[union-attr]


def read_lock(text: str) -> tuple[list[Locked], list[str]]:
    """Return the entries of a lock, and the lines that are no pinned package with hashes."""
    entries: list[Locked] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("    --hash=sha256:") and entries:
            entries[-1].n_hashes += 1
        elif found := _ENTRY.match(line):
            entries.append(Locked(canonicalize_name(found["name"]), found["version"], found["marker"]))
        else:
            faults.append(f"requirements.lock:{number}: no package pinned by ==: {line.strip()[:80]}")
    faults += [f"requirements.lock: {entry.name} has no sha256" for entry in entries if not entry.n_hashes]
    return entries, faults


def declared(pyproject: Mapping[str, Any]) -> dict[str, list[Requirement]]:
    """Return group -> requirements of what is locked: `run`, which everybody installs, `dev`, and the groups that it names."""
    project = pyproject["project"]
    own, optional = canonicalize_name(project["name"]), project["optional-dependencies"]
    dev = [Requirement(line) for line in optional.get("dev", [])]
    named = {extra for requirement in dev if canonicalize_name(requirement.name) == own for extra in requirement.extras}
    others = {group: [Requirement(line) for line in optional[group]] for group in sorted(named)}
    return {"run": [Requirement(line) for line in project["dependencies"]], "dev": dev, **others}


def needed_from(requirements: Iterable[Requirement], own: str) -> set[str]:
    """Return the names of all that these requirements need on this system, by what is installed."""
    found: set[str] = set()
    waiting = [(canonicalize_name(r.name), extra) for r in requirements for extra in ("", *r.extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen or name == own:
            continue
        seen.add((name, extra))
        found.add(name)
        for line in _requires(name):
            below = Requirement(line)
            if below.marker is None or below.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(below.name), e) for e in ("", *below.extras)]
    return found


@cache
def _requires(name: str) -> tuple[str, ...]:
    try:
        return tuple(metadata.requires(name) or ())
    except metadata.PackageNotFoundError:
        return ()


def imported(folder: Path) -> set[str]:
    """Return the packages (not modules) that the Python files of a folder import from outside of the project."""
    modules: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    modules -= set(sys.stdlib_module_names) | _OWN
    by_module = metadata.packages_distributions()
    return {canonicalize_name(by_module[module][0]) if module in by_module else module for module in modules}


def licence_of(name: str) -> str:
    """Return the licence that a package states of itself, in few words; empty where it states none."""
    try:
        about = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ""
    if about.get("license_expression"):
        return str(about["license_expression"])
    told = [line.split(" :: ")[-1] for line in about.get("classifier", []) if line.startswith("License ::")]
    named = sorted(set(told) - {"OSI Approved"})
    return " / ".join(named) or str(about.get("license") or "").strip().partition("\n")[0][:60]


def find_faults(lock_text: str, pyproject: Mapping[str, Any], root: Path = PROJECT_DIR) -> list[str]:
    """Return what is wrong with the lock, a line each; nothing where all is well."""
    entries, faults = read_lock(lock_text)
    groups = declared(pyproject)
    own = canonicalize_name(pyproject["project"]["name"])
    everything = [requirement for requirements in groups.values() for requirement in requirements]
    needed = needed_from(everything, own)
    here = {entry.name: entry for entry in entries if entry.is_for_here}
    faults += [f"{name} is needed but not locked: lock again" for name in sorted(needed - set(here))]
    faults += [f"{name} is locked but nobody needs it" for name in sorted(set(here) - needed)]
    for name, entry in sorted(here.items()):
        try:
            if (there := metadata.version(name)) != entry.version and name not in _ANY_VERSION:
                faults.append(f"{name} {there} is installed, {entry.version} is locked: make clean install")
        except metadata.PackageNotFoundError:
            faults.append(f"{name} is locked but not installed: make clean install")
            continue
        licence = licence_of(name)
        if not _ALLOWED.search(licence):
            faults.append(f"{name}: licence {licence or 'not stated'} is not among those that may be used")
    extras = pyproject["project"]["optional-dependencies"]
    apart = {canonicalize_name(Requirement(line).name) for line in extras.get(_COMPARED, ())}
    for folder, more in (("benchmarks", apart), ("pipelines", set()), ("tests", set())):
        unlocked = sorted(imported(root / folder) - needed - _BY_HAND - more)
        faults += [f"{folder} imports {name}, which nothing in pyproject.toml brings" for name in unlocked]
    return faults


def page_of(lock_text: str, pyproject: Mapping[str, Any]) -> str:
    """Return the page that lists every package of the lock with version, licence, and whether a refresh needs it."""
    run = needed_from(declared(pyproject)["run"], canonicalize_name(pyproject["project"]["name"]))
    lines = [
        _TITLE,
        "",
        "由 `make licences` 生成，与 requirements.lock 一致。Written by `make licences` from requirements.lock.",
        "",
    ]
    lines += ["| package | version | licence | needed |", "|---|---|---|---|"]
    for entry in sorted(read_lock(lock_text)[0], key=lambda entry: (entry.name, entry.version)):
        licence = licence_of(entry.name).replace("|", "/") if entry.is_for_here else "(on other systems only)"
        needed = "to run" if entry.name in run else "to develop, or an option"
        lines.append(f"| {entry.name} | {entry.version} | {licence} | {needed if entry.is_for_here else ''} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Check the lock, or write the page; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="make licences", description="Check and list the locked packages.")
    parser.add_argument("--check", action="store_true", help="only tell what is wrong")
    check: bool = parser.parse_args().check
    lock = (PROJECT_DIR / "requirements.lock").read_text(encoding="utf-8")
    pyproject = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    faults = find_faults(lock, pyproject)
    if not check:
        PAGE.write_text(page_of(lock, pyproject), encoding="utf-8")
        print(PAGE)
    print(
        "\n".join(faults) or "packages: pinned, hashed, needed, declared and licensed",
        file=sys.stderr if faults else sys.stdout,
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
