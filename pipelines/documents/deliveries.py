"""Deliveries: what somebody drops into the raw folder at one go.

Belongs here: finding deliveries and their files. Whether they changed stands in `fingerprints`.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.places import files_below, is_remote, names_in

DESCRIPTION_NAME = "delivery.yaml"
# Control characters, line ends of Unicode, turns of direction, and what stands for bytes that are no UTF-8.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_DESCRIPTIONS = (DESCRIPTION_NAME, "delivery.yml")


@dataclass(frozen=True)
class Delivery:
    """One top-level entry of the raw folder: a folder of files, or one file.

    Its description (`<folder>/delivery.yaml`, or `<name>.delivery.yaml` beside it) is none of its files.
    """

    name: str
    path: Path
    files: tuple[Path, ...]
    descriptions: tuple[Path, ...] = ()

    def source_path(self, file: Path) -> str:
        """Return the file's path below the raw folder, with `/` on every system."""
        return file.relative_to(self.path.parent).as_posix()


def find_deliveries(raw_dir: Path) -> list[Delivery]:
    """Return the deliveries of a raw folder, sorted by name; hidden entries and README files are no deliveries.

    A description that has no delivery beside it stands as a delivery without files, so that it is not passed over.
    """
    if not raw_dir.is_dir():
        return []
    return _deliveries_of(sorted(entry for entry in raw_dir.iterdir() if _is_delivered(entry)))


def _deliveries_of(entries: list[Path]) -> list[Delivery]:
    beside = [entry for entry in entries if is_description(entry) and not entry.is_dir()]
    delivered = [entry for entry in entries if entry not in beside]
    names = {entry.name for entry in delivered}
    found = [_delivery_of(entry, [file for file in beside if _described_by(file) == entry.name]) for entry in delivered]
    alone = [Delivery(file.name, file, (), (file,)) for file in beside if _described_by(file) not in names]
    return sorted((*found, *alone), key=lambda delivery: delivery.name)


def find_delivery(raw_dir: Path, name: str) -> Delivery | None:
    """Return one delivery of a raw folder as it is now, None where it is gone."""
    paths = (raw_dir / own for own in names_in(raw_dir) if own == name or own.startswith(f"{name}."))
    entries = [path for path in paths if _is_delivered(path) and (path.name == name or is_description(path))]
    now = next((delivery for delivery in _deliveries_of(entries) if delivery.name == name), None)
    if now is not None or "~" not in name:
        return now
    # A name that cannot be written down is not the entry's own: such a delivery is looked for among all.
    return next((delivery for delivery in find_deliveries(raw_dir) if delivery.name == name), None)


def leads_out(file: Path, raw_dir: Path) -> bool:
    """Tell whether a file of a delivery is, or stands behind, a symbolic link to somewhere that is nobody's to publish.

    An archive that was unpacked into the raw folder may hold a link out of its folder. What stands at the top of the raw
    folder may be one, to a file or a folder, if this account or root has put it there.
    """
    if is_remote(raw_dir) or not file.is_relative_to(raw_dir):
        return False  # an object of a store, or one fetched to this machine
    if _is_foreign_link(raw_dir / file.relative_to(raw_dir).parts[0]):
        return True
    return file.is_symlink() and file.parent != raw_dir and not file.resolve().is_relative_to(file.parent.resolve())


def _is_foreign_link(entry: Path) -> bool:
    """Tell whether a symbolic link belongs to somebody who may write into the raw folder, but does not run the warehouse."""
    try:
        return entry.is_symlink() and entry.lstat().st_uid not in (0, os.geteuid())
    except OSError:
        return True


def is_description(path: Path) -> bool:
    """Tell by its name whether a file describes a delivery; such a file is never read as a report."""
    name = path.name.lower()
    return name in _DESCRIPTIONS or name.endswith(tuple(f".{own}" for own in _DESCRIPTIONS))


def _described_by(description: Path) -> str:
    """Return the name of the delivery that a description beside it is about."""
    name = description.name
    return next((name[: -len(own) - 1] for own in _DESCRIPTIONS if name.lower().endswith(f".{own}")), "")


def _delivery_of(entry: Path, beside: list[Path]) -> Delivery:
    files: list[Path] = []
    descriptions: list[Path] = []
    for file in _files_of(entry):
        (descriptions if file != entry and is_description(file) else files).append(file)
    return Delivery(_name_of(entry), entry, tuple(files), (*descriptions, *beside))


def _name_of(entry: Path) -> str:
    """Return the name of a delivery: that of its folder, unless it cannot be written down.

    Control characters would forge lines of logs and steer terminals, and bytes that are no UTF-8 cannot be stored: they
    are shown by number, with a digest of the name as it is, so that no two deliveries have one name.
    """
    if not _STEERING.search(entry.name):
        return entry.name
    raw = os.fsencode(entry.name)
    shown = _STEERING.sub(lambda found: f"\\x{ord(found.group()):02x}", raw.decode("utf-8", "backslashreplace"))
    return f"{shown}~{hashlib.sha256(raw).hexdigest()[:8]}"


def _is_delivered(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.upper().startswith("README")


def _files_of(entry: Path) -> list[Path]:
    """Everything below a delivery that is no ordinary folder; what is no readable file is reported by the reader.

    A delivery may be a link to a folder elsewhere; links to folders within it are not followed, they may run in circles.
    Not even the names are looked at behind a link that somebody else has made.
    """
    if is_remote(entry):
        depth = len(entry.parts)
        return [file for file in files_below(entry) if all(_is_delivered(Path(part)) for part in file.parts[depth:])]
    try:
        if _is_foreign_link(entry) or not entry.is_dir():
            return [entry]
        with os.scandir(entry) as listed:
            children = sorted((child.name, child.is_dir(follow_symlinks=False)) for child in listed)
    except OSError:
        return [entry]
    found: list[Path] = []
    for name, is_folder in children:
        child = entry / name
        if _is_delivered(child):
            found.extend(_files_of(child) if is_folder else [child])
    return found
