"""Which format the bytes of a document are in, by signature and content first and by extension second.

Belongs here: telling formats apart and handing the bytes to their converter. What a format means does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipelines.documents.conversion import MAX_CHARACTERS, Converted, ReadFinding, UnreadableDocument
from pipelines.documents.decoding import decode_text, detect_binary
from pipelines.documents.gzip_files import GZIP_SIGNATURE, gunzip
from pipelines.documents.html import convert_html, looks_like_html
from pipelines.documents.isolation import IsolatedConverter
from pipelines.documents.markdown import convert_markdown, looks_like_markdown

# Any format may be named without an extension; other extensions than these announce nothing that can be read.
_EXTENSIONS = {
    ".txt": "text",
    ".text": "text",
    ".htm": "html",
    ".html": "html",
    ".shtml": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".docx": "docx",
    ".docm": "docx",
    ".pdf": "pdf",
}
_NAMES = {"text": "plain text", "html": "HTML", "markdown": "Markdown", "docx": "Word", "pdf": "PDF"}
# Above these, or with elements left open by the hundred, a page may take the parser minutes or gigabytes.
_LIGHT_BYTES = {"html": 1 << 20, "markdown": 1 << 17}
_LIGHT_DEPTH = 300
_LIGHT_OPTIONS = 5_000
# Each begins with a plain character, which is searched for much quicker than one of either case.
_OPENED = re.compile(rb"<[a-zA-Z]")
_OPTION = re.compile(rb"<(?i:option)")
_CLOSED = re.compile(rb"<(?:/[a-zA-Z]|(?i:br|p|li|td|th|tr|img|meta|link|input|hr|option|tbody|col)\b)")
_ENDS = (b"</a", b"</d", b"</l", b"</p", b"</s", b"</t")


@dataclass(frozen=True)
class Reader:
    """What reading needs besides the bytes: the process for hard formats, and the limit for what is unpacked.

    `unread`: places of documents that are passed over, with why; `note` is told each other place before it is converted.
    """

    isolated: IsolatedConverter
    max_bytes: int
    unread: Mapping[str, str] = field(default_factory=dict)
    note: Callable[[str], None] | None = None


def convert_document(data: bytes, name: str, reader: Reader, declared: str | None = None) -> Converted:
    """Convert a document of any format; `name`: its file name, `declared`: the character set that came with it.

    A name whose extension announces another format is a finding of the result.

    Raises:
        UnreadableDocument: it cannot be read.
    """
    path = PurePosixPath(name)
    extension = path.suffix.lower()
    mislabelled = False
    if data.startswith(GZIP_SIGNATURE):
        data = gunzip(data, reader.max_bytes)
        mislabelled = extension not in ("", ".gz")
        extension = path.with_suffix("").suffix.lower() if extension == ".gz" else extension
        if not data:
            raise UnreadableDocument("empty_file", bytes=0)
    kind = detect_format(data, extension)
    converted = _convert(data, kind, extension, reader, declared)
    if mislabelled or (extension and _EXTENSIONS.get(extension) != kind):
        found = ReadFinding("unknown_extension", {"extension": path.suffix.lower(), "detected": _NAMES[kind]})
        converted = replace(converted, findings=(found, *converted.findings))
    return converted


def detect_format(data: bytes, extension: str) -> str:
    """Return `text`, `html`, `markdown`, `docx` or `pdf`.

    Raises:
        UnreadableDocument: `binary_file` or `broken_archive`, for bytes of another kind.
    """
    if data.startswith(b"%PDF-") or (extension == ".pdf" and b"%PDF-" in data[:1024]):
        return "pdf"
    if data.startswith(b"PK\x03\x04") and b"word/" in data:
        return "docx"
    binary = detect_binary(data)
    if binary and extension in (".docx", ".docm") and binary.startswith("ZIP"):
        raise UnreadableDocument("broken_archive", detected="ZIP", reason="it holds no Word document")
    if binary:
        raise UnreadableDocument("binary_file", detected=binary)
    if _EXTENSIONS.get(extension) == "markdown" and looks_like_markdown(data):
        return "markdown"
    return "html" if looks_like_html(data) else "text"


def _convert(data: bytes, kind: str, extension: str, reader: Reader, declared: str | None) -> Converted:
    if kind == "text":
        return _convert_text(data)
    if kind in ("html", "markdown") and not _is_heavy(data, kind):
        return convert_html(data, declared) if kind == "html" else convert_markdown(data)
    try:
        return reader.isolated.convert(data, kind, declared)
    except UnreadableDocument as error:
        # A signature alone, under a name that announces something else, is bytes of no kind that can be read.
        if error.values.get("is_signature_only") and _EXTENSIONS.get(extension) != kind:
            raise UnreadableDocument("binary_file", detected=_NAMES[kind]) from None
        raise


def _convert_text(data: bytes) -> Converted:
    decoded = decode_text(data)
    if decoded is None:
        raise UnreadableDocument("binary_file", detected="no known text encoding")
    if not decoded.text.strip():
        raise UnreadableDocument("empty_file", bytes=len(data))
    if len(decoded.text) > MAX_CHARACTERS:
        raise UnreadableDocument("too_complex", reason=f"more than {MAX_CHARACTERS:,} characters")
    values: dict[str, object] = {"n": decoded.n_undecodable, "encoding": decoded.encoding}
    findings = (ReadFinding("undecodable_bytes", values),) if decoded.n_undecodable else ()
    return Converted(decoded.text, "text", decoded.encoding, findings=findings)


def _is_heavy(data: bytes, kind: str) -> bool:
    n_options = data.count(b"<o") + data.count(b"<O")
    if len(data) > _LIGHT_BYTES[kind] or (n_options > _LIGHT_OPTIONS and len(_OPTION.findall(data)) > _LIGHT_OPTIONS):
        return True
    # No more are opened, and no fewer closed, than these; of most pages nothing has to be looked for.
    if data.count(b"<") - data.count(b"</") - sum(map(data.count, _ENDS)) <= _LIGHT_DEPTH:
        return False
    return len(_OPENED.findall(data)) - len(_CLOSED.findall(data)) - data.count(b"/>") > _LIGHT_DEPTH
