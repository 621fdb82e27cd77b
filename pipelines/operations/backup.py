"""`python -m pipelines.operations.backup --to FOLDER`, `make backup TO=…`: all that cannot be made again, in one folder.

Belongs here: what is copied and how it stays of one piece while a refresh runs. Putting it back stands in restore.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pipelines.operations.storage import StorageError, copy_storage
from pipelines.places import is_remote
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.held import remove_path
from pipelines.publishing.release_files import files_of, share_file, sync_tree
from pipelines.publishing.releases import current_folder, list_releases
from pipelines.settings import Settings, load_settings

MANIFEST = "backup.json"
FORMAT = 1
_PREFIX = "gid-backup-"
_SNAPSHOT = ".backup."
_STATE = "published.json"
_LOCK_WAIT_SECONDS = 1800


def dagster_home(settings: Settings) -> Path:
    """Return the folder of the Dagster instance, as the Makefile sets it."""
    return Path(os.environ.get("DAGSTER_HOME") or settings.warehouse_dir / ".dagster")


def make_backup(settings: Settings, target: Path, with_raw: bool = False) -> Path:
    """Write a backup into a new folder of `target` and return it; it has its name only when it is whole.

    Releases and their state are taken at one moment, by names of their own, and copied afterwards: a publication waits
    for a moment, not for the copy. Deliveries never change once they are there.

    Raises:
        StorageError, PublishingError, OSError: nothing is left in `target`.
    """
    if with_raw and is_remote(settings.raw_dir):
        raise PublishingError(
            f"{settings.raw_dir} lies in object storage and is not copied: keep versions of the bucket there, and back up without it"
        )
    target.mkdir(parents=True, exist_ok=True)
    name = f"{_PREFIX}{datetime.now().astimezone():%Y-%m-%dT%H%M%S}"
    folder, part = target / name, target / f".{name}.{os.getpid()}.part"
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: wait a second")
    try:
        part.mkdir(mode=0o700)
        copy_storage(dagster_home(settings), part / "dagster")
        _copy_tree(settings.curation_dir, part / "curation")
        current = _copy_releases(settings, part / "warehouse")
        if with_raw:
            _copy_tree(settings.raw_dir, part / "raw")
        _write_manifest(part, current, with_raw)
        sync_tree(part)
        part.replace(folder)
    finally:
        remove_path(part)
    return folder


def list_backups(target: Path) -> list[Path]:
    """Return the finished backups of a folder, the oldest first."""
    return sorted(path.parent for path in target.glob(f"{_PREFIX}*/{MANIFEST}"))


def remove_old_backups(target: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups; return what was removed."""
    old = list_backups(target)[:-keep] if keep > 0 else []
    for folder in old:
        shutil.rmtree(folder)
    return old


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy_releases(settings: Settings, target: Path) -> str | None:
    """Copy the releases with the state that names them; return the version that is current."""
    target.mkdir()
    for left in settings.warehouse_dir.glob(f"{_SNAPSHOT}*"):
        if not (Path("/proc") / left.name.removeprefix(_SNAPSHOT)).exists():
            remove_path(left)
    snapshot = settings.warehouse_dir / f"{_SNAPSHOT}{os.getpid()}"
    try:
        with hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS):
            snapshot.mkdir(parents=True)
            releases = list_releases(settings)
            current = next((str(r.version) for r in releases if r.folder == current_folder(settings)), None)
            for release in releases:
                _share_tree(release.folder, snapshot / "releases" / release.folder.name)
            state = settings.warehouse_dir / _STATE
            if state.is_file():
                shutil.copyfile(state, snapshot / _STATE)
        _copy_tree(snapshot, target)
    finally:
        remove_path(snapshot)
    return current


def _share_tree(source: Path, target: Path) -> None:
    for path in files_of(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        share_file(path, copy)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder; files with two names have two names again, links are copied as links, nothing is followed."""
    target.mkdir(parents=True, exist_ok=True)
    copied: dict[tuple[int, int], Path] = {}
    for folder, names, files in os.walk(source):
        here = target / Path(folder).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in [*files, *(name for name in names if (Path(folder) / name).is_symlink())]:
            path = Path(folder) / name
            stat = path.lstat()
            if path.is_symlink():
                (here / name).symlink_to(path.readlink())
            elif (stat.st_dev, stat.st_ino) in copied:
                share_file(copied[stat.st_dev, stat.st_ino], here / name)
            elif path.is_file():
                shutil.copy2(path, here / name)
                copied[stat.st_dev, stat.st_ino] = here / name


def _write_manifest(folder: Path, current: str | None, with_raw: bool) -> None:
    manifest = {
        "format": FORMAT,
        "created_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "current_release": current,
        "with_raw": with_raw,
        "files": {path.relative_to(folder).as_posix(): sha256_of(path) for path in _regular(folder)},
        "links": {path.relative_to(folder).as_posix(): str(path.readlink()) for path in _links(folder)},
    }
    text = json.dumps(manifest, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _regular(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _links(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink())


def main() -> int:
    """Make a backup, remove old ones if asked, print where it is; 1 where it could not be made."""
    parser = argparse.ArgumentParser(prog="make backup", description="Copy all that cannot be made again.")
    parser.add_argument(
        "--to", required=True, type=Path, help="the folder in which the backup gets a folder of its own"
    )
    parser.add_argument("--raw", action="store_true", help="the deliveries as well")
    parser.add_argument("--keep", type=int, default=0, help="remove older backups there but so many; 0 removes none")
    given = parser.parse_args()
    try:
        folder = make_backup(load_settings(), given.to, given.raw)
    except (StorageError, PublishingError, OSError) as error:
        print(f"No backup was made: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in _regular(folder))
    print(f"{folder} ({size:,} bytes{'' if given.raw else ', without data/raw'})")
    for old in remove_old_backups(given.to, given.keep):
        print(f"removed {old}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
