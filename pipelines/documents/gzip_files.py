"""Gzip files: what they hold, up to a limit.

Belongs here: unpacking one stream of bytes. What the bytes are is told in `formats`.
"""

from __future__ import annotations

import zlib

from pipelines.documents.conversion import UnreadableDocument

GZIP_SIGNATURE = b"\x1f\x8b"
_CHUNK = 1 << 20


def gunzip(data: bytes, limit: int) -> bytes:
    """Unpack all members of a gzip file; the memory that it takes is bounded whatever the file claims.

    Raises:
        UnreadableDocument: `archive_bomb` above `limit` bytes, `broken_archive` where it is damaged or cut.
    """
    unpacked: list[bytes] = []
    size = 0
    rest = data
    while rest.startswith(GZIP_SIGNATURE):
        stream = zlib.decompressobj(wbits=31)
        pending = rest
        while not stream.eof:
            try:
                part = stream.decompress(pending, _CHUNK)
            except zlib.error as error:
                raise UnreadableDocument("broken_archive", detected="gzip", reason=str(error)) from None
            if not part and not stream.unconsumed_tail and not stream.eof:
                raise UnreadableDocument("broken_archive", detected="gzip", reason="it is cut short")
            size += len(part)
            if size > limit:
                raise UnreadableDocument("archive_bomb", detected="gzip", reason=f"more than {limit:,} bytes unpacked")
            unpacked.append(part)
            pending = stream.unconsumed_tail
        rest = stream.unused_data
    return b"".join(unpacked)
