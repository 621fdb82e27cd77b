"""`python -m pipelines.operations.restore --from BACKUP`, `make restore FROM=…`: a backup put back, never over something else.

Belongs here: checking a backup and putting its files in their places. What is in one is decided in backup.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from pipelines.operations.backup import FORMAT, dagster_home, sha256_of
from pipelines.operations.copying import listed
from pipelines.operations.kept_backups import MANIFEST
from pipelines.operations.storage import DUMP, StorageError, check_empty_database, put_back_dump
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.release_files import check_links, share_file
from pipelines.publishing.releases import make_current
from pipelines.publishing.versions import parse_version
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings, load_settings

_LOCK_WAIT_SECONDS = 10


class RestoreError(RuntimeError):
    """The backup cannot be put back; nothing was written."""


def restore_backup(settings: Settings, backup: Path) -> dict[str, Any]:
    """Put a backup in its places; return its manifest.

    Raises:
        RestoreError: it is no backup, it is damaged, or other files stand in its places; nothing was written.
        StorageError, OSError: PostgreSQL or the disk refuses; when that is mended, it may be called again.
    """
    manifest = read_manifest(backup)
    places = _places(settings)
    plan = {backup / name: places[Path(name).parts[0]] / Path(*Path(name).parts[1:]) for name in manifest["files"]}
    with hold_lock(settings.refresh_lock_path, _LOCK_WAIT_SECONDS), hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS):
        _refuse_others(settings, plan)
        has_dump = plan.pop(backup / "dagster" / DUMP, None) is not None
        if has_dump:
            check_empty_database()
        settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
        check_links(settings.warehouse_dir)
        _copy(plan)
        for name, target in manifest["links"].items():
            link = places[Path(name).parts[0]] / Path(*Path(name).parts[1:])
            link.parent.mkdir(parents=True, exist_ok=True)
            if not (link.is_symlink() and str(link.readlink()) == target):
                link.symlink_to(target)
        if has_dump:
            # After all that may fail: files that are there already are no hindrance to a second try, a filled database is.
            put_back_dump(backup / "dagster" / DUMP)
        version = parse_version(str(manifest["current_release"]))
        if version is not None:
            make_current(settings, version)
    return manifest


def read_manifest(backup: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose files are all as they were written.

    Raises:
        RestoreError: it has none, it is of another format, or a file is missing or another.
    """
    try:
        manifest: dict[str, Any] = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RestoreError(f"{backup} is no backup: its {MANIFEST} cannot be read ({error})") from error
    if manifest.get("format") != FORMAT:
        raise RestoreError(f"{backup} is a backup of format {manifest.get('format')}, this program reads {FORMAT}")
    for name in (*manifest["files"], *manifest["links"]):
        parts = Path(name).parts
        if Path(name).is_absolute() or ".." in parts or parts[0] not in ("dagster", "curation", "warehouse", "raw"):
            raise RestoreError(f"{backup} names a file outside of its folders: {name!r}")
    damaged = [name for name, digest in manifest["files"].items() if _digest(backup / name) != digest]
    if damaged:
        raise RestoreError(f"{backup} is damaged, {len(damaged)} files are missing or others:\n{listed(damaged)}")
    return manifest


def _digest(path: Path) -> str | None:
    return sha256_of(path) if path.is_file() and not path.is_symlink() else None


def _places(settings: Settings) -> dict[str, Path]:
    return {
        "dagster": dagster_home(settings),
        "curation": settings.curation_dir,
        "warehouse": settings.warehouse_dir,
        "raw": settings.raw_dir,
    }


def _refuse_others(settings: Settings, plan: dict[Path, Path]) -> None:
    """Refuse to write over anything: another file, a release that is there, a database in use."""
    others = [
        str(target)
        for source, target in plan.items()
        if target.exists() and not _is_empty_curation(settings, target) and _digest(target) != sha256_of(source)
    ]
    if settings.database_path.exists() or settings.current_path.exists():
        others.append(str(settings.database_path))
    if others:
        raise RestoreError(
            f"{len(others)} other files stand where the backup would go; set GID_WAREHOUSE_DIR, GID_CURATION_DIR, GID_RAW_DIR "
            f"and DAGSTER_HOME to empty folders, or move them away:\n{listed(others)}"
        )


def _is_empty_curation(settings: Settings, path: Path) -> bool:
    """Tell whether it is a curation file as the project brings it: a header and no row, or the README beside it."""
    if path.parent != settings.curation_dir:
        return False
    return path.suffix == ".md" or len(path.read_text(encoding="utf-8", errors="replace").splitlines()) <= 1


def _copy(plan: dict[Path, Path]) -> None:
    """Copy files, each whole under a hidden name first; files with two names have two names again."""
    copied: dict[tuple[int, int], Path] = {}
    for source, target in plan.items():
        stat = source.stat()
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.restore"[-200:])
        part.unlink(missing_ok=True)
        if (stat.st_dev, stat.st_ino) in copied:
            share_file(copied[stat.st_dev, stat.st_ino], part)
        else:
            shutil.copy2(source, part)
        part.replace(target)
        copied.setdefault((stat.st_dev, stat.st_ino), target)


def main() -> int:
    """Put a backup back and say what is to be done next; 1 where it was refused."""
    parser = argparse.ArgumentParser(prog="make restore", description="Put a backup back onto an empty machine.")
    parser.add_argument("--from", dest="backup", required=True, type=Path, help="the folder gid-backup-…")
    backup: Path = parser.parse_args().backup
    settings = load_settings()
    try:
        manifest = restore_backup(settings, backup)
    except (RestoreError, StorageError, PublishingError, OSError) as error:
        print(f"Not restored: {error}", file=sys.stderr)
        return 1
    print(f"Restored: release {manifest['current_release']} as of {manifest['created_at']}, {settings.database_path}")
    if not manifest["with_raw"]:
        print(f"The backup has no deliveries: put them into {settings.raw_dir} before the next refresh, or it publishes without them.")  # fmt: skip  # noqa: E501
    if left_out := manifest.get("left_out", {}):
        print(show_hidden(f"The backup was made without what could not be read then:\n{listed(list(left_out))}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
