"""dbt's manifest, from which the asset graph is made: parsed anew when a file of the project has other bytes, put in place whole.

Belongs here: when to parse, and where the result goes. Times of files are not asked: a clock that jumped, or a checkout,
may make an older manifest the newer file, and a process that is killed while dbt writes leaves half of one.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

from pipelines.publishing.database import hold_lock
from pipelines.publishing.held import held_file, held_folder, remove_dead

_PATTERNS = ("**/*.sql", "**/*.yml", "**/*.md", "**/*.csv")
_PARSED = ("partial_parse.msgpack", "manifest.json")
_LOCK_WAIT_SECONDS = 900


def ensure_manifest(project: DbtProject, dbt: DbtCliResource) -> None:
    """Parse the project unless its manifest is that of the files as they are now; one process at a time."""
    manifest = Path(project.manifest_path)
    target = manifest.parent
    target.mkdir(parents=True, exist_ok=True)
    note = target / "manifest.sha256"
    with hold_lock(target / ".manifest.lock", _LOCK_WAIT_SECONDS):
        sources = _digest_of_sources(Path(project.project_dir), target)
        if _read(note) == f"{sources} {_digest_of_file(manifest)}":
            return
        remove_dead(target)
        with held_folder(target / "parse") as folder:
            if (target / _PARSED[0]).is_file():
                shutil.copyfile(target / _PARSED[0], folder / _PARSED[0])
            dbt.cli(["parse", "--quiet"], target_path=folder).wait()
            for name in _PARSED:
                (folder / name).replace(target / name)
        with held_file(note) as part:
            part.write_text(f"{sources} {_digest_of_file(manifest)}", encoding="utf-8")
            part.replace(note)


def _digest_of_sources(project: Path, target: Path) -> str:
    digest = hashlib.sha256()
    files = {path for pattern in _PATTERNS for path in project.glob(pattern) if target not in path.parents}
    for path in sorted(files):
        digest.update(f"{path.relative_to(project).as_posix()}\0{_digest_of_file(path)}\n".encode())
    return digest.hexdigest()


def _digest_of_file(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
