"""Places of files: a folder of this machine or a shared disk, or `s3://…` in object storage, behind the methods of Path.

Belongs here: what the two do differently (writing whole, renaming, removing, looking at a file). Like settings, it is open to
all. On a disk nothing here costs more than the call itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
from functools import cache
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Any, cast

# Obstore speaks to all of them; tested with S3.
_PROTOCOLS = ("s3", "gs", "az", "abfs")
# A request costs more than so many bytes.
_AHEAD_BYTES = 1 << 20
_UNFINISHED = re.compile(r"\..+\.([0-9a-f]{4}-)(\d+)\.part", re.DOTALL)
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a place in object storage."""
    return text.split("://", 1)[0] in _PROTOCOLS and "://" in text


def remote_place(address: str) -> Path:
    """Return a place in object storage. Keys come from the environment, or from the machine's role, never from settings.

    Raises:
        ValueError: the address has no bucket, or the packages of the extra `cluster` are missing.
    """
    protocol, _, rest = address.partition("://")
    if not rest.strip("/"):
        raise ValueError(f"{address}: say which bucket, such as {protocol}://bucket/folder")
    use_object_storage()
    from upath import UPath  # noqa: PLC0415

    client = http_options("allow_http")
    options: dict[str, Any] = {"client_options": client} if client else {}
    return cast(Path, UPath(address.rstrip("/"), **options))


def http_options(name: str) -> dict[str, str]:
    """Return an option of this name that is on where object storage is spoken to without encryption, as in a closed network."""
    endpoint = next((os.environ[own] for own in _ENDPOINTS if os.environ.get(own)), "")
    return {name: "true"} if endpoint.startswith("http://") else {}


@cache
def use_object_storage() -> None:
    """Let fsspec, and so UPath, reach object storage through obstore; a process that is sent a place calls it as well.

    Raises:
        ValueError: the packages are not installed.
    """
    try:
        from obstore.fsspec import register  # noqa: PLC0415
    except ImportError:
        raise ValueError("object storage needs packages of the extra `cluster`: pip install '.[cluster]'") from None
    register(list(_PROTOCOLS))


def is_remote(place: Path) -> bool:
    """Tell whether a place lies in object storage."""
    return not isinstance(place, Path)


def write_whole(place: Path, data: bytes) -> None:
    """Write a file whole or not at all. In object storage one upload is that by itself."""
    if is_remote(place):
        _store(place).pipe_file(place.path, data)  # type: ignore[attr-defined]
        return
    part = unfinished(place)
    part.write_bytes(data)
    part.replace(place)


def unfinished(place: Path) -> Path:
    """Return the name of a file or folder that is being written: no two processes of any machine have the same."""
    return place.with_name(f".{place.name}.{_machine()}{os.getpid()}.part")


def is_abandoned(place: Path) -> bool:
    """Whether a file is one that a process of this machine was writing (`unfinished`) which is gone."""
    name = _UNFINISHED.fullmatch(place.name)
    if name is None or name[1] != _machine():
        return False
    try:
        os.kill(int(name[2]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False


def read_whole(place: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    if is_remote(place):
        return bytes(_store(place).cat_file(place.path))  # type: ignore[attr-defined]
    return place.read_bytes()


def open_stream(place: Path) -> IO[bytes]:
    """Open a file for reading, from anywhere in it.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    if not is_remote(place):
        return place.open("rb")
    if not place.is_file():
        raise FileNotFoundError(errno.ENOENT, "it is gone", str(place))
    return BufferedReader(cast(RawIOBase, place.open("rb", buffering=_AHEAD_BYTES)), _AHEAD_BYTES)


def seekable(place: Path) -> str | IO[bytes]:
    """Return what a library reads parts of a file from: its path, or a stream of a place in object storage."""
    return open_stream(place) if is_remote(place) else str(place)


def readable(place: Path) -> str | BytesIO:
    """Return what a library reads all of a file from: its path, or the bytes of a place in object storage."""
    return BytesIO(read_whole(place)) if is_remote(place) else str(place)


def remove_path(place: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if is_remote(place):
        for file in files_below(place):
            _store(file).rm_file(file.path)  # type: ignore[attr-defined]
    elif place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file within object storage, without reading it here."""
    _store(source).copy(source.path, target.path)  # type: ignore[attr-defined]


def names_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder, none where there is none."""
    if is_remote(folder):
        return sorted(path.name for path in folder.glob("*"))
    try:
        with os.scandir(folder) as found:
            return sorted(entry.name for entry in found)
    except OSError:
        return []


def files_below(folder: Path) -> dict[Path, str]:
    """Return the files below a folder of object storage, at any depth, or the one file; each with its tag.

    The tag is another one when the bytes are. A thousand files are one request.
    """
    store, own = _store(folder), folder.path  # type: ignore[attr-defined]
    found = store.find(own, detail=True)
    # A file and a folder may have the same name there.
    if own in found or store.isfile(own):
        found[own] = store.info(own)
    places = {
        (folder.joinpath(*path[len(own) :].strip("/").split("/")) if path != own else folder): path for path in found
    }
    return {place: f"{found[path].get('e_tag')}:{found[path]['size']}" for place, path in sorted(places.items())}


def sizes_below(folder: Path) -> dict[Path, int]:
    """Return the files below a folder of object storage with their sizes."""
    return {place: int(tag.rpartition(":")[2]) for place, tag in files_below(folder).items()}


def number_of(text: str) -> int:
    """Return a number for a text, another one for another text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _store(place: Path) -> Any:
    use_object_storage()
    return place.fs  # type: ignore[attr-defined]


@cache
def _machine() -> str:
    """Distinguishes machines that write to one disk; nobody who reads a listing has to understand it."""
    return f"{number_of(socket.gethostname()) % 0xFFFF:04x}-"
