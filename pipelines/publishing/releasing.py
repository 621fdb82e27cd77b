"""Making a release: a hidden folder is filled, compared with the current release, renamed, and switched to.

Belongs here: the order of these steps, so that a process that dies between any two leaves the old or the new release.
"""

from __future__ import annotations

import errno
import filecmp
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.comparison import compare_releases, first_release, not_compared
from pipelines.publishing.contents import hash_database
from pipelines.publishing.database import PublishingError, end_build
from pipelines.publishing.difference_page import page_of
from pipelines.publishing.held import remove_path
from pipelines.publishing.release_files import (
    check_links,
    protect_files,
    share_equal_files,
    share_file,
    switch_link,
    sync,
    sync_tree,
)
from pipelines.publishing.release_record import (
    RECORD,
    Holding,
    holds_the_same,
    make_record,
    make_record_of_older_layout,
    read_record,
    write_record,
)
from pipelines.publishing.releases import (
    DIFF,
    PAGE,
    Release,
    current_folder,
    current_release,
    fix_links,
    is_undamaged,
    make_current,
    note_used,
    remove_old,
    remove_unfinished,
    restore_current,
    used_versions,
    version_after,
)
from pipelines.publishing.sides import Unreadable
from pipelines.publishing.state import Inputs
from pipelines.publishing.summary import count_database
from pipelines.publishing.versions import Version, parse_version
from pipelines.settings import Settings

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Draft:
    """A release that is being made: its hidden folder with the finished database, and the version that it will have."""

    folder: Path
    version: Version

    @property
    def database(self) -> Path:
        """The finished database."""
        return self.folder / "gid.duckdb"

    @property
    def exports(self) -> Path:
        """Where the exports are to be written."""
        return self.folder / "exports"


@dataclass(frozen=True)
class Published:
    """What a publication came to: the version that is current now, and whether it is a new one."""

    version: str
    previous: str | None
    is_new: bool
    headline: dict[str, str]
    page: str


@contextmanager
def draft_release(settings: Settings, built: Path) -> Iterator[Draft]:
    """Take a finished database into a draft, which is gone at the end unless it was published.

    Raises:
        PublishingError: links cannot be made, or the disk is full; what is published stays as it was.
    """
    try:
        settings.releases_dir.mkdir(parents=True, exist_ok=True)
        check_links(settings.warehouse_dir)
        # One that was finished and never switched to is removed now; its version may be in somebody's notes by then.
        used = used_versions(settings)
        note_used(settings, used)
        remove_unfinished(settings)
        _take_in_older_layout(settings)
        restore_current(settings)
        version = version_after(settings, date.today(), used)
        draft = Draft(settings.releases_dir / f".{version}.part", version)
        try:
            draft.folder.mkdir()
            built.replace(draft.database)
            end_build(built)
            yield draft
        finally:
            remove_path(draft.folder)
    except OSError as error:
        room = "; make room, or keep fewer releases (GID_RELEASES_KEPT), and run again"
        raise PublishingError(
            f"the release could not be written to {settings.releases_dir} ({error}): "
            f"the published one is as it was{room if error.errno in _NO_ROOM else ''}"
        ) from error


def publish_release(settings: Settings, draft: Draft, inputs: Inputs | None = None) -> Published:
    """Publish a draft whose exports are written, unless the current release holds the same; `inputs` is what it was built from."""
    contents, current = hash_database(draft.database), current_release(settings)
    files = sorted(path.name for path in draft.exports.glob("*"))
    if current is not None and holds_the_same(current.record, contents, files) and _stands_as_made(current, draft):
        fix_links(settings)
        remove_old(settings)
        page = (current.folder / PAGE).read_text(encoding="utf-8") if (current.folder / PAGE).is_file() else ""
        return Published(str(current.version), current.record["previous"], False, current.headline(), page)
    before = current_folder(settings)
    previous = before.name if before else None
    if before is not None:
        share_equal_files(draft.exports, before / "exports")
    holding = Holding(draft.folder, contents, count_database(draft.database))
    record = make_record(settings, str(draft.version), previous, holding, inputs)
    diff = _finish(settings, draft, record, before)
    remove_old(settings, left=before)
    return Published(str(draft.version), previous, True, diff["headline"], page_of(diff))


def _stands_as_made(current: Release, draft: Draft) -> bool:
    """Tell whether the current release still holds what its record says, and what the draft has beside its tables.

    Rows do not tell of a workbook: it may list other rows of them, or have other sheets.
    """
    others = [path for path in draft.exports.glob("*") if path.suffix != ".parquet" and path.name != RECORD]
    exports = current.folder / "exports"
    return is_undamaged(current) and all(filecmp.cmp(path, exports / path.name, shallow=False) for path in others)


def _finish(settings: Settings, draft: Draft, record: dict[str, Any], before: Path | None) -> dict[str, Any]:
    """Write the record and the difference into a draft, rename it to its version, and switch to it."""
    write_record(record, draft.folder)
    write_record(record, draft.exports)
    diff = _difference(draft, before)
    text = json.dumps(diff, ensure_ascii=False, indent=1, default=str) + "\n"
    (draft.folder / DIFF).write_text(text, encoding="utf-8")
    (draft.folder / PAGE).write_text(page_of(diff), encoding="utf-8")
    protect_files(draft.folder)
    sync_tree(draft.folder)
    folder = settings.releases_dir / str(draft.version)
    draft.folder.replace(folder)
    try:
        sync(settings.releases_dir)
        make_current(settings, draft.version)
    except BaseException:
        now = current_release(settings)
        if now is None or now.version != draft.version:
            remove_path(folder)
        raise
    return diff


def _difference(draft: Draft, before: Path | None) -> dict[str, Any]:
    if before is None:
        return first_release(str(draft.version))
    try:
        return compare_releases(before, draft.folder, draft.folder)
    # duckdb.Error: a damaged block is met only when its rows are read, and must not keep every later release back.
    except (Unreadable, duckdb.Error) as error:
        return not_compared(str(draft.version), before.name, error)


def _take_in_older_layout(settings: Settings) -> None:
    """Make a release of a database that stands at the published place as a real file, as it was before releases.

    The same holds for a copy of a warehouse in which links have become what they led to. Readers keep what they have open,
    and the path leads to the same database all the time.
    """
    if settings.current_path.is_dir() and not settings.current_path.is_symlink():
        _take_in_copied_current(settings)
    if settings.database_path.is_file() and not settings.database_path.is_symlink():
        _take_in_database(settings)
    if current_release(settings) is not None:
        fix_links(settings)


def _take_in_copied_current(settings: Settings) -> None:
    record = read_record(settings.current_path) or {}
    version = parse_version(str(record.get("version"))) or version_after(settings, date.today())
    folder = settings.releases_dir / str(version)
    if not folder.is_dir():
        part = folder.with_name(f".{version}.part")
        shutil.copytree(settings.current_path, part, copy_function=_share)
        part.replace(folder)
    switch_link(settings.current_path, f"{settings.releases_dir.name}/{version}")


def _take_in_database(settings: Settings) -> None:
    database, current = settings.database_path, current_release(settings)
    try:
        contents = hash_database(database)
    except duckdb.Error as error:
        _set_aside(database, error)
        return
    recorded = {name: t["content_hash"] for name, t in current.record["tables"].items()} if current else None
    if recorded == {name: content.content for name, content in contents.items()}:
        return
    version = version_after(settings, date.fromtimestamp(database.stat().st_mtime))
    draft = Draft(settings.releases_dir / f".{version}.part", version)
    draft.exports.mkdir(parents=True)
    share_file(database, draft.database)
    if settings.exports_dir.is_dir() and not settings.exports_dir.is_symlink():
        shutil.copytree(settings.exports_dir, draft.exports, copy_function=_share, dirs_exist_ok=True)
    previous = str(current.version) if current else None
    holding = Holding(draft.folder, contents, _counts_of_older_layout(draft.database))
    record = make_record_of_older_layout(str(version), previous, holding)
    _finish(settings, draft, record, current.folder if current else None)


def _set_aside(database: Path, error: duckdb.Error) -> None:
    """Rename a database that cannot be read: a newer DuckDB, or a person, may still get something out of it.

    Raises:
        PublishingError: somebody holds it open for writing; it is whole, and what they write is to be waited for.
    """
    if isinstance(error, duckdb.ConnectionException) or "Could not set lock on file" in str(error):
        raise PublishingError(
            f"{database} is open for writing ({error}): close it there, and run again; nothing was changed"
        ) from error
    name = f"{database.name}.unreadable-{database.stat().st_mtime_ns // 10**9}"
    taken = sum(1 for path in database.parent.glob(f"{name}*") if path.suffix != ".wal")
    aside = database.with_name(f"{name}-{taken + 1}" if taken else name)
    wal = database.with_name(f"{database.name}.wal")
    if wal.is_file():
        wal.replace(aside.with_name(f"{aside.name}.wal"))
    database.replace(aside)


def _counts_of_older_layout(database: Path) -> dict[str, dict[str, int]]:
    try:
        return count_database(database)
    except duckdb.Error:  # tables or columns were others then
        return {}


def _share(source: str, target: str) -> None:
    share_file(Path(source), Path(target))
