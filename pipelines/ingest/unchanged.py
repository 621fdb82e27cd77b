"""A refresh that has nothing to do: the published release is whole, and was made of all that a build would read now.

Belongs here: deciding that, and what is done in place of a build. Any doubt is a reason to build.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.documents.deliveries import Delivery, find_deliveries
from pipelines.documents.fingerprints import content_fingerprint, kept_fingerprint
from pipelines.parsing.version import parser_version
from pipelines.publishing.basis import basis_now, differing, files_of, staged_files
from pipelines.publishing.curation import applied_digest, curation_digest
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.lake import publish_to_lake
from pipelines.publishing.lake_connection import LakeError
from pipelines.publishing.release_record import RECORD
from pipelines.publishing.releases import (
    Release,
    current_folder,
    current_release,
    note_used,
    remove_old,
    remove_unfinished,
    used_versions,
)
from pipelines.publishing.staging import hashes_path, is_current, remove_dead_parts, staged_deliveries
from pipelines.publishing.state import note_checked, read_state, staging_digest
from pipelines.settings import Settings

# Says that a build is wanted whatever is unchanged.
REBUILD = "GID_REBUILD"


@dataclass(frozen=True)
class Kept:
    """The release that stays; `lake_problem` says why it is not in the lake, None where it is or where there is none."""

    version: str
    lake_problem: str | None = None

    @property
    def text(self) -> str:
        """In words for a person."""
        return f"nothing changed since {self.version}: the published release stays"


def _say_nothing(_: str) -> None:
    """Nobody asked."""


def keep_unchanged(
    settings: Settings, *, may_read: bool = True, say: Callable[[str], None] = _say_nothing
) -> Kept | None:
    """Keep the published release where a build would come to it again: note that it was checked, and clean as a build does.

    None where something changed, cannot be told, or where another process publishes.

    Args:
        settings: whose warehouse.
        may_read: files of deliveries whose times changed are read to be sure; if not, they count as changed. Nor is the
            lake asked.
        say: is told why a build is needed where there is a release.
    """
    if settings.ducklake and not may_read:
        return None
    try:
        with hold_lock(settings.lock_path, 0):
            reason = why_build(settings, may_read=may_read)
            release = current_release(settings)
            if reason is not None:
                if release is not None:
                    say(reason)
                return None
            if release is None:
                return None
            note_used(settings, used_versions(settings))
            remove_unfinished(settings)
            remove_dead_parts(settings)
            remove_old(settings)
            note_checked(settings)
            return Kept(str(release.version), _bring_to_lake(settings, release) if settings.ducklake else None)
    except (OSError, PublishingError, ValueError, KeyError, TypeError):
        return None


def _bring_to_lake(settings: Settings, release: Release) -> str | None:
    """Bring the lake to the release, which it may lack; return why that is not so now."""
    try:
        return publish_to_lake(settings, release).left or None
    except LakeError as error:
        return str(error)


def why_build(settings: Settings, *, may_read: bool = True) -> str | None:
    """Say in some words why a build is needed, the cheapest reason first; None where it would come to what is published."""
    if os.environ.get(REBUILD, "").strip() not in ("", "0"):
        return f"{REBUILD} is set"
    state = read_state(settings)
    return (
        _why_not_whole(settings, state)
        or _why_other_basis(settings, state)
        or _why_other_deliveries(settings, state, may_read)
        or _why_not_open(settings.database_path)
    )


def _why_not_whole(settings: Settings, state: dict[str, Any]) -> str | None:
    folder, noted = current_folder(settings), state.get("version")
    if not noted or not state.get("basis") or not state.get("files"):
        return "nothing says what the published release was built from"
    if folder is None or folder.name != noted:
        return f"the published release is not {noted}, which was built last"
    for path in (settings.database_path, settings.exports_dir):
        if not path.is_symlink() or path.resolve() != (folder / path.name).resolve():
            return f"{path} does not lead to the published release"
    found = files_of(folder)
    other = sorted(name for name in {*found, *state["files"]} if found.get(name) != state["files"].get(name))
    if other or RECORD not in found:
        return f"files of release {noted} are not those that were written: {', '.join(other)}"
    return None


def _why_other_basis(settings: Settings, state: dict[str, Any]) -> str | None:
    noted, now = state["basis"], {**basis_now(settings), "staged files": staged_files(settings)}
    now["curation"] = curation_digest(settings)
    other = differing({**noted, "curation": state.get("curation", "")}, now)
    if not other and applied_digest(settings) != now["curation"]:
        other = ["curation"]
    return f"other than in the published release: {', '.join(other)}" if other else None


def changed_deliveries(
    deliveries: Iterable[Delivery], settings: Settings, *, may_read: bool = True
) -> Iterator[Delivery]:
    """Yield the deliveries that are to be read: those whose staging is not of their bytes, by this parser, and all there."""
    fingerprint = content_fingerprint if may_read else kept_fingerprint
    for delivery in deliveries:
        own = fingerprint(delivery, hashes_path(settings, delivery.name))
        if not is_current(settings, delivery.name, own, parser_version()):
            yield delivery


def _why_other_deliveries(settings: Settings, state: dict[str, Any], may_read: bool) -> str | None:
    deliveries = find_deliveries(settings.raw_dir)
    if set(staged_deliveries(settings)) != {delivery.name for delivery in deliveries}:
        return "there are other deliveries"
    if staging_digest(settings) != state.get("staging"):
        return "other deliveries are staged than the published ones"
    changed = next(changed_deliveries(deliveries, settings, may_read=may_read), None)
    return None if changed is None else f"delivery {changed.name} changed"


def _why_not_open(database: Path) -> str | None:
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("select count(*) from dim_report").fetchone()
    except duckdb.Error as error:
        return f"{database} does not open: {error}"
    return None
