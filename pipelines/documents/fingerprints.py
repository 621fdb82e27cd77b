"""Whether a delivery changed: digests of its files, kept so that an unchanged file is not read again to be sure.

Belongs here: what of a file is trusted as unchanged. What a delivery's files are stands in `deliveries`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from pipelines.documents.deliveries import Delivery, leads_out
from pipelines.places import files_below, is_remote, number_of, open_stream, write_whole

# A file that changed so shortly before it was read may change again without another time: it is read again next time.
_RESTLESS_NS = 2_000_000_000
Facts = tuple[int, ...]


@dataclass(frozen=True)
class _Kept:
    """Digests of an earlier look: of the delivery as a whole, and of each file by path."""

    signature: str = ""
    fingerprint: str = ""
    files: dict[str, tuple[Facts, str]] | None = None


def stat_signature(delivery: Delivery) -> str:
    """Return a digest of names, sizes, times and inodes: cheap, for noticing that something changed."""
    return _signature(_facts_of(delivery))


def kept_fingerprint(delivery: Delivery, kept_at: Path) -> str:
    """Return the fingerprint of an earlier look, empty where anything about a file is another than then: no file is read."""
    summary = _read_summary(kept_at)
    return summary.fingerprint if summary is not None and summary.signature == stat_signature(delivery) else ""


def content_fingerprint(delivery: Delivery, kept_at: Path | None = None) -> str:
    """Return a digest of names and bytes: equal exactly when nothing has to be read again.

    Args:
        delivery: as it was found now.
        kept_at: where digests of its files are kept. A file is taken as unchanged if its size, its two times (of content and
            of inode), its inode and its device are, unless it had changed within two seconds before it was read.
    """
    facts = _facts_of(delivery)
    signature = _signature(facts)
    summary = _read_summary(kept_at)
    if summary is not None and summary.signature == signature:
        return summary.fingerprint
    kept = _read_files(kept_at) if summary is not None and kept_at is not None else {}
    digests: dict[str, tuple[Facts, str]] = {}
    restless: set[str] = set()
    for path, (file, fact) in facts.items():
        known = kept.get(path)
        if known is not None and known[0] == fact:
            digests[path] = known
        else:
            now = time.time_ns()
            # An object's tag is as good as its bytes, and no byte is read for it.
            tag = f"object:{fact[0]:x}" if is_remote(file) else None
            digests[path] = (fact, tag or _file_digest(file, delivery.path.parent))
            is_read = len(fact) > 1 and not digests[path][1].startswith("unreadable")
            if not is_read or max(fact[1:3]) > now - _RESTLESS_NS:
                restless.add(path)
    whole = hashlib.sha256()
    for path, (_, own) in digests.items():
        whole.update(f"{path}\0{own}\n".encode("utf-8", "surrogateescape"))
    fingerprint = whole.hexdigest()
    if kept_at is not None:
        trusted = {path: entry for path, entry in digests.items() if path not in restless}
        _write(kept_at, _Kept("" if restless else signature, fingerprint, trusted))
    return fingerprint


def _facts_of(delivery: Delivery) -> dict[str, tuple[Path, Facts]]:
    """Return by path size, time of content, time of inode, inode, device; one number where the file cannot be looked at."""
    above = len(str(delivery.path.parent)) + 1
    facts: dict[str, tuple[Path, Facts]] = {}
    tags = files_below(delivery.path) if is_remote(delivery.path) else {}
    for file in (*delivery.files, *delivery.descriptions):
        if is_remote(file):
            # What stands beside the delivery was not listed with it.
            tag = tags.get(file) or files_below(file).get(file)
            facts[str(file)[above:]] = (file, (number_of(tag), 0, 0) if tag else (errno.ENOENT,))
            continue
        try:
            stat = file.stat()
            fact: Facts = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev)
        except OSError as error:
            fact = (error.errno or 0,)
        facts[str(file)[above:].replace(os.sep, "/")] = (file, fact)
    return facts


def _signature(facts: dict[str, tuple[Path, Facts]]) -> str:
    lines = [f"{path}\0{fact}\n" for path, (_, fact) in facts.items()]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _file_digest(file: Path, raw_dir: Path) -> str:
    if leads_out(file, raw_dir):
        return "unreadable:a link that leads out of its folder"
    if not file.is_file():
        return "unreadable:not a regular file"
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable:{error.errno}"


def _read_summary(path: Path | None) -> _Kept | None:
    """The first line alone: for a delivery of a hundred thousand files the rest is long."""
    try:
        with open_stream(path) as stream:  # type: ignore[arg-type]
            signature, fingerprint = json.loads(stream.readline())
    except (AttributeError, OSError, ValueError, TypeError):
        return None
    return _Kept(str(signature), str(fingerprint))


def _read_files(path: Path) -> dict[str, tuple[Facts, str]]:
    try:
        with open_stream(path) as stream:
            stream.readline()
            return {name: (tuple(fact), own) for name, fact, own in json.load(stream)}
    except (OSError, ValueError, TypeError):
        return {}


def _write(path: Path, kept: _Kept) -> None:
    files = [(name, fact, own) for name, (fact, own) in (kept.files or {}).items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names of files need not be text: escapes in ASCII carry any of them.
    write_whole(path, f"{json.dumps([kept.signature, kept.fingerprint])}\n{json.dumps(files)}\n".encode("ascii"))
