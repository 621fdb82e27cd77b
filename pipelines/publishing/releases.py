"""Releases: each publication in a folder of its own, made whole beside the others, and switched to by one rename.

Belongs here: which release is current, which are there, retention. A new one is made in `releasing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.contents import hash_database
from pipelines.publishing.held import remove_dead, remove_path
from pipelines.publishing.release_files import switch_link, sync
from pipelines.publishing.release_record import RECORD, read_record, recorded_contents
from pipelines.publishing.state import note_last_used, read_state
from pipelines.publishing.versions import Version, next_version, parse_version
from pipelines.settings import Settings

DIFF = "diff.json"
PAGE = "diff.md"


@dataclass(frozen=True)
class Release:
    """A release that is kept: its version, its folder, and what its record says."""

    version: Version
    folder: Path
    record: dict[str, Any]

    def headline(self) -> dict[str, str]:
        """What moved against the release before, in one line of each language; empty where it does not say."""
        try:
            headline = json.loads((self.folder / DIFF).read_text(encoding="utf-8"))["headline"]
        except (OSError, ValueError, KeyError):
            return {"zh": "", "en": ""}
        return {language: str(headline[language]) for language in ("zh", "en")}


def list_releases(settings: Settings) -> list[Release]:
    """Return the releases that are kept, the oldest first."""
    if not settings.releases_dir.is_dir():
        return []
    found = []
    for folder in settings.releases_dir.iterdir():
        version, record = parse_version(folder.name), read_record(folder)
        if version is not None and record is not None:
            found.append(Release(version, folder, record))
    return sorted(found, key=lambda release: release.version)


def current_release(settings: Settings) -> Release | None:
    """Return the release that is published now, None where there is none, or its record cannot be read."""
    folder = current_folder(settings)
    return next((release for release in list_releases(settings) if release.folder == folder), None)


def current_folder(settings: Settings) -> Path | None:
    """Return the folder of releases that readers are led to now, whatever is in it; None where there is none."""
    if not settings.current_path.is_symlink():
        return None
    folder = settings.releases_dir / settings.current_path.readlink().name
    return folder if parse_version(folder.name) and folder.is_dir() else None


def used_versions(settings: Settings) -> set[Version]:
    """Return the versions of all folders, finished, published or not, and the one that was noted as published last."""
    names = [folder.name for folder in settings.releases_dir.iterdir()] if settings.releases_dir.is_dir() else []
    state = read_state(settings)
    names += [str(state.get("version")), str(state.get("last_used"))]
    return {version for name in names if (version := parse_version(name))}


def note_used(settings: Settings, used: Iterable[Version]) -> None:
    """Note the last version used where only a release that is going to be removed tells of it: two kills may follow each other."""
    state, last = read_state(settings), max(used, default=None)
    noted = [version for name in ("version", "last_used") if (version := parse_version(str(state.get(name))))]
    if last is not None and noted and last > max(noted):
        note_last_used(settings, str(last))


def version_after(settings: Settings, today: date, used_before: Iterable[Version] = ()) -> Version:
    """Return the version of the next publication: after all that are there, noted, or were there before a cleaning."""
    return next_version(used_versions(settings) | set(used_before), today)


def make_current(settings: Settings, version: Version) -> None:
    """Publish a finished release: the one rename after which readers find its database and its exports.

    Fixed links that are missing are made before, and lead nowhere until then; a real file in their place is replaced after,
    for it is what readers have until then.
    """
    for path in _fixed_links(settings):
        if not path.exists():
            _fix_link(settings, path)
    switch_link(settings.current_path, f"{settings.releases_dir.name}/{version}")
    fix_links(settings)


def fix_links(settings: Settings) -> None:
    """Make `gid.duckdb` and `exports` lead through `current`, where somebody removed or replaced them."""
    for path in _fixed_links(settings):
        _fix_link(settings, path)


def _fixed_links(settings: Settings) -> tuple[Path, Path]:
    return settings.database_path, settings.exports_dir


def _fix_link(settings: Settings, path: Path) -> None:
    switch_link(path, f"{settings.current_path.name}/{path.name}")


def restore_current(settings: Settings) -> None:
    """Switch to the newest whole release where `current` leads nowhere: it was removed, or never made."""
    if current_release(settings) is None and not settings.current_path.is_dir():
        whole = [release for release in list_releases(settings) if is_whole(release)]
        if whole:
            make_current(settings, whole[-1].version)


def remove_unfinished(settings: Settings) -> None:
    """Remove what a process that was killed left behind: hidden folders, and a release that never became current.

    A release after the one that was noted as published last, and that is not current, is such a one.
    """
    for path in settings.releases_dir.glob(".*"):
        remove_path(path)
    for name in ("exports", "current", "gid.duckdb", "link"):
        for path in settings.warehouse_dir.glob(f".{name}.*.*"):
            remove_path(path)
    for folder in (settings.warehouse_dir, settings.workbooks_dir, settings.curated_dir, settings.dictionary_dir):
        remove_dead(folder)
    noted, current = parse_version(str(read_state(settings).get("version"))), current_release(settings)
    if noted is not None and current is not None:
        for release in list_releases(settings):
            if release.version > max(noted, current.version):
                remove_release(release.folder)


def remove_old(settings: Settings, left: Path | None = None) -> list[str]:
    """Remove all but the newest releases, as many as are to be kept, never the current one; return what was removed.

    The one that has just been left (`left`) stays until the next refresh: who has followed the link to it may open its files.
    A folder that is named as a release and has no record that can be read is no release to anybody, and goes as well.
    """
    releases, current = list_releases(settings), current_release(settings)
    kept = {release.version for release in releases[-settings.releases_kept :]}
    kept |= {current.version} if current else set()
    listed = {release.folder for release in releases}
    nameless = [folder for folder in _named_folders(settings) if folder not in listed | {current_folder(settings)}]
    old = [release.folder for release in releases if release.version not in kept] + nameless
    old = [folder for folder in old if folder != left]
    for folder in old:
        remove_release(folder)
    return [folder.name for folder in old]


def _named_folders(settings: Settings) -> list[Path]:
    return sorted(
        folder for folder in settings.releases_dir.iterdir() if folder.is_dir() and parse_version(folder.name)
    )


def remove_release(folder: Path) -> None:
    """Remove a release under a hidden name, so that half of it is never seen; files that are open stay readable."""
    hidden = folder.with_name(f".{folder.name}.old")
    remove_path(hidden)
    folder.replace(hidden)
    sync(hidden.parent)
    remove_path(hidden)


def is_whole(release: Release) -> bool:
    """Tell whether all files of a release are still there."""
    exports = release.folder / "exports"
    files = [release.folder / "gid.duckdb", *(exports / name for name in [*release.record["exports"], RECORD])]
    return all(file.is_file() for file in files)


def is_undamaged(release: Release) -> bool:
    """Tell whether a release holds what its record says: every row of the database, and parquet files by their size."""
    try:
        if not is_whole(release):
            return False
        contents = hash_database(release.folder / "gid.duckdb")
    except (OSError, duckdb.Error):
        return False
    tables = release.record["tables"]
    sizes = {name: t["parquet_bytes"] for name, t in tables.items() if "parquet_bytes" in t}
    return recorded_contents(release.record) == contents and all(
        (release.folder / "exports" / f"{name}.parquet").stat().st_size == size for name, size in sizes.items()
    )
