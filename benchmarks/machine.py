"""What the figures were measured on: machine, versions, commit, and how busy it was.

Belongs here: facts for the record. They are never compared: ratios to the floor of the same run are.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

from pipelines.settings import PROJECT_DIR

_PACKAGES = ("polars", "duckdb", "dbt-core", "dagster", "pyarrow", "selectolax", "pandera")


def describe_machine(bench_dir: Path) -> dict[str, Any]:
    """Return processor, memory, disk, versions, commit and load, as of now."""
    disk = shutil.disk_usage(bench_dir)
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "disk": {"filesystem": _filesystem(bench_dir), "free_gib": round(disk.free / 2**30, 1)},
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def memory_limit_gib() -> float:
    """Four fifths of the machine's memory: what is beyond would be ended by the system, and others with it."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30 * 0.8


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _filesystem(folder: Path) -> str:
    """The type of the file system that holds a folder, `unknown` where the system does not tell."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown"
    holding = [(place, kind) for place, kind in mounts if folder.resolve().is_relative_to(place)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", "unknown"))[1]


def _git(*arguments: str) -> str:
    try:
        asked = subprocess.run(["git", *arguments], cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout.strip()
