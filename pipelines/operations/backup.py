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

from pipelines.operations.copying import copy_tree, listed
from pipelines.operations.kept_backups import (
    LEFT_OUT,
    LOCK,
    MANIFEST,
    backup_name,
    left_out_of,
    remove_dead_parts,
    remove_old_backups,
)
from pipelines.operations.storage import StorageError, copy_storage
from pipelines.places import is_remote
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.held import held_folder, remove_path, remove_unheld
from pipelines.publishing.release_files import files_of, share_file, sync_tree
from pipelines.publishing.releases import current_release, is_whole, list_releases
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings, load_settings

FORMAT = 1
_SNAPSHOT = "backup"
_STATE = "published.json"
_LOCK_WAIT_SECONDS = 1800
_OTHER_BACKUP_WAIT_SECONDS = 60
# The exit code where a backup is there, and somebody has to look nevertheless.
_MADE_BUT = 3


def dagster_home(settings: Settings) -> Path:
    """Return the folder of the Dagster instance, as the Makefile sets it."""
    return Path(os.environ.get("DAGSTER_HOME") or settings.warehouse_dir / ".dagster")


def make_backup(settings: Settings, target: Path, with_raw: bool = False) -> Path:
    """Write a backup into a new folder of `target` and return it; it has its name only when it is whole.

    Releases and their state are taken at one moment, by names of their own, and copied afterwards: a publication waits
    for a moment, not for the copy. What cannot be read of curation and deliveries is left out and noted (`left_out_of`).

    Raises:
        StorageError, PublishingError, OSError: nothing is left in `target`.
    """
    if with_raw and is_remote(settings.raw_dir):
        raise PublishingError(
            f"{settings.raw_dir} lies in object storage and is not copied: keep versions of the bucket there, and back up without it"
        )
    _published(settings)
    target.mkdir(parents=True, exist_ok=True)
    with hold_lock(target / LOCK, _OTHER_BACKUP_WAIT_SECONDS):
        remove_dead_parts(target)
        name = backup_name(datetime.now().astimezone())
        folder, part = target / name, target / f".{name}.{os.getpid()}.part"
        if folder.exists():
            raise FileExistsError(f"{folder} is there already: wait a second")
        try:
            part.mkdir(mode=0o700)
            copy_storage(dagster_home(settings), part / "dagster")
            left_out = _below("curation", copy_tree(settings.curation_dir, part / "curation"))
            current = _copy_releases(settings, part / "warehouse")
            if with_raw:
                left_out |= _below("raw", copy_tree(settings.raw_dir, part / "raw", skip_hidden=True))
            _write_manifest(part, current, with_raw, left_out)
            sync_tree(part)
            part.replace(folder)
        finally:
            remove_path(part)
    return folder


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _published(settings: Settings) -> str:
    """Return the version that is published, with all of its files: a backup without one would push out those that have it.

    Raises:
        PublishingError: there is none, as where the disk of the warehouse is not mounted.
    """
    release = current_release(settings)
    if release is None or not is_whole(release):
        raise PublishingError(
            f"{settings.warehouse_dir} has no {'' if release is None else 'whole '}published release: see that its disk is mounted "
            "and GID_WAREHOUSE_DIR names it; where nothing has been published yet, run `make warehouse` first"
        )
    return str(release.version)


def _copy_releases(settings: Settings, target: Path) -> str:
    """Copy the releases with the state that names them; return the version that is current."""
    for left in settings.warehouse_dir.glob(f".{_SNAPSHOT}.*"):
        remove_unheld(left)
    with held_folder(settings.warehouse_dir / _SNAPSHOT) as snapshot:
        with hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS):
            current = _published(settings)
            for release in list_releases(settings):
                _share_tree(release.folder, snapshot / "releases" / release.folder.name)
            state = settings.warehouse_dir / _STATE
            if state.is_file():
                shutil.copyfile(state, snapshot / _STATE)
        for name, reason in copy_tree(snapshot, target).items():
            raise PublishingError(f"{settings.warehouse_dir / name} cannot be copied: {reason}")
    return current


def _below(folder: str, left_out: dict[str, str]) -> dict[str, str]:
    return {(Path(folder) / name).as_posix(): reason for name, reason in left_out.items()}


def _share_tree(source: Path, target: Path) -> None:
    for path in files_of(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        share_file(path, copy)


def _write_manifest(folder: Path, current: str, with_raw: bool, left_out: dict[str, str]) -> None:
    manifest = {
        "format": FORMAT,
        "created_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "current_release": current,
        "with_raw": with_raw,
        "left_out": left_out,
        "files": {path.relative_to(folder).as_posix(): sha256_of(path) for path in _regular(folder)},
        "links": {path.relative_to(folder).as_posix(): str(path.readlink()) for path in _links(folder)},
    }
    for name, content in {MANIFEST: manifest, **({LEFT_OUT: left_out} if left_out else {})}.items():
        text = json.dumps(content, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def _regular(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _links(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink())


def main() -> int:
    """Make a backup, remove old ones if asked, print where it is; 1 where it could not be made, 3 where it lacks something."""
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
    left_out = left_out_of(folder)
    if left_out:
        print(left_out_text(folder, left_out), file=sys.stderr)
    try:
        for old in remove_old_backups(given.to, given.keep):
            print(f"removed {old}")
    except OSError as error:
        print(f"The backup is made, but an older one cannot be removed ({error}): remove it by hand.", file=sys.stderr)
        return _MADE_BUT
    return _MADE_BUT if left_out else 0


def left_out_text(folder: Path, left_out: dict[str, str]) -> str:
    """Return what a person needs to know of a backup that lacks something."""
    names = [f"{name}: {reason}" for name, reason in left_out.items()]
    return show_hidden(
        f"The backup lacks {len(left_out)} files or folders that vanished or could not be read ({folder / LEFT_OUT}):\n"
        f"{listed(names)}\nLet the user that makes backups read them (chmod, chgrp), or remove them, and make a backup again."
    )


if __name__ == "__main__":
    sys.exit(main())
