"""Word (.docx) to text: the zip with its limits, then paragraphs and tables in the order of the body.

Belongs here: the elements of WordprocessingML and how the file is opened. Automatic numbers stand in `docx_numbering`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml import parse_xml

from pipelines.documents.conversion import Converted, UnreadableDocument
from pipelines.documents.docx_numbering import Numbering, child_of, local_name, value_of
from pipelines.documents.pages import PageBuilder

_MAX_MEMBERS = 10_000
_MAX_UNPACKED = 256 << 20
_MAX_XML = 64 << 20
_MAX_RATIO = 1_000
_CHUNK = 1 << 16
_UNSEEN = frozenset({
    "del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "tblPr", "tcPr", "trPr", "sectPr", "rt", "tblGrid",
    "sdtPr", "sdtEndPr", "commentRangeStart", "commentReference", "annotationRef", "binData", "posOffset", "fldData",
})  # fmt: skip
_OFF = frozenset({"0", "false", "off"})
# Of an automatic number and the text behind it: what reads as one number, or as one decimal, where nothing parts them.
_ONE_NUMBER = re.compile(r"[\d〇零一二三四五六七八九十][\d〇零一二三四五六七八九十百千万亿]|[\d.．,，][.．,，]?\d")
_IMAGES = frozenset({"drawing", "pict", "object", "blip", "imagedata"})


def convert_docx(data: bytes) -> Converted:
    """Convert a Word document: tracked deletions and hidden text are not seen; headers, footers and notes are left out.

    Raises:
        UnreadableDocument: `broken_archive`, `archive_bomb`, `encrypted_file`, `too_complex`, `image_only`, `empty_file`.
    """
    parts = _Parts(data)
    body = _parse(parts.read(parts.main_part()))
    numbering = Numbering(
        *(_parse(part) if part else None for part in map(parts.find, ("numbering.xml", "styles.xml")))
    )
    builder = PageBuilder()
    images = _write(body, builder, numbering)
    text = builder.text()
    if not text:
        if images:
            raise UnreadableDocument("image_only", detected="Word")
        raise UnreadableDocument("empty_file", bytes=len(data))
    return Converted(text, "docx", title=_title_of(parts.find("core.xml", "docProps/")))


class _Parts:
    """The members of the zip, each read up to a limit that does not trust what the zip says of itself."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
            raise UnreadableDocument(
                "broken_archive", detected="Word", reason=str(error), is_signature_only=True
            ) from None
        members = self._zip.infolist()
        declared = sum(member.file_size for member in members)
        if len(members) > _MAX_MEMBERS:
            raise UnreadableDocument("archive_bomb", detected="Word", reason=f"{len(members):,} members")
        if declared > _MAX_UNPACKED or declared > max(_MAX_RATIO * len(data), _CHUNK):
            raise UnreadableDocument("archive_bomb", detected="Word", reason=f"{declared:,} bytes unpacked")
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableDocument("encrypted_file", detected="Word")
        self.names = {member.filename.lstrip("/"): member.filename for member in members}

    def main_part(self) -> str:
        """Return the name of the part that holds the text, as the package's relationships say."""
        if "_rels/.rels" in self.names:
            for relation in _parse(self.read("_rels/.rels")):
                target = (relation.get("Target") or "").lstrip("/")
                if (relation.get("Type") or "").endswith("/officeDocument") and target in self.names:
                    return str(target)
        if "word/document.xml" not in self.names:
            raise UnreadableDocument("broken_archive", detected="Word", reason="word/document.xml is missing")
        return "word/document.xml"

    def find(self, name: str, folder: str = "word/") -> bytes | None:
        """Return a part of the document, or None where there is none."""
        return self.read(folder + name) if folder + name in self.names else None

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""
        chunks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(self.names[name]) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > _MAX_XML:
                        raise UnreadableDocument("archive_bomb", detected="Word", reason=f"{name}: {size:,} bytes")
                    chunks.append(chunk)
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError) as error:
            raise UnreadableDocument("broken_archive", detected="Word", reason=f"{name}: {error}") from None
        return b"".join(chunks)


def _parse(xml: bytes) -> Any:
    """Parse a part; one that declares a document type, and so may declare entities, is refused unread."""
    if b"<!" in xml.replace(b"\x00", b"").replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise UnreadableDocument("too_complex", reason="the XML declares a document type")
    try:
        return parse_xml(xml)
    except SyntaxError as error:
        raise UnreadableDocument("broken_archive", detected="Word", reason=f"XML: {error.msg}") from None


@dataclass
class _Paragraph:
    """A paragraph: its automatic number while no text stands behind it, and how its last text is set."""

    label: str = ""
    setting: tuple[str, bool] = ("", False)

    def is_parted(self, text: Any) -> bool:
        """Tell whether a text stands apart from what is before it: behind a number, or raised, lowered or struck out."""
        written = text.text or ""
        if not written:
            return False
        label, self.label = self.label, ""
        before, self.setting = self.setting, _setting_of(text.getparent())
        return before != self.setting or (label != "" and _ONE_NUMBER.match(label[-1] + written[:2]) is not None)


def _setting_of(run: Any) -> tuple[str, bool]:
    """Return how a run is raised or lowered, if it is, and whether it is struck out."""
    properties = child_of(run, "rPr")
    if properties is None:
        return "", False
    level = value_of(child_of(properties, "vertAlign")) or "baseline"
    struck = (child_of(properties, name) for name in ("strike", "dstrike"))
    is_struck = any(mark is not None and value_of(mark) not in _OFF for mark in struck)
    return "" if level == "baseline" else level, is_struck


def _write(root: Any, builder: PageBuilder, numbering: Numbering) -> int:
    """Write the visible content of the body; return the number of images in it."""
    images = 0
    paragraph = _Paragraph()
    stack: list[tuple[Any, Iterator[Any]]] = [(root, iter(root))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            _leave(local_name(element), builder)
            stack.pop()
            continue
        name = local_name(child)
        images += name in _IMAGES
        if name in _UNSEEN or _is_hidden(child, name):
            continue
        if name == "p":
            paragraph = _Paragraph(numbering.next_label(child))
        elif name == "t" and paragraph.is_parted(child):
            builder.add_text(" ")
        _enter(child, name, builder, paragraph)
        stack.append((child, iter(_seen_children(child, name))))
    return images


def _seen_children(element: Any, name: str) -> Any:
    """A picture or text box is often stored twice, for newer and older programs: the first one that holds it is read."""
    if name != "AlternateContent":
        return element
    choices = [child for child in element if local_name(child) in ("Choice", "Fallback")]
    with_text = [choice for choice in choices if any(local_name(e) == "t" and e.text for e in choice.iter())]
    return (with_text or choices)[:1]


def _is_hidden(element: Any, name: str) -> bool:
    if name == "r":
        mark = child_of(child_of(element, "rPr"), "vanish")
        return mark is not None and value_of(mark) not in _OFF
    if name == "tc":
        merge = child_of(child_of(element, "tcPr"), "vMerge")
        return merge is not None and value_of(merge) != "restart"
    if name == "tr":
        return child_of(child_of(element, "trPr"), "del") is not None
    return False


def _enter(element: Any, name: str, builder: PageBuilder, paragraph: _Paragraph) -> None:
    if name == "t":
        builder.add_text(element.text or "")
    elif name in ("tab", "ptab"):
        builder.add_text(" ")
    elif name in ("br", "cr"):
        builder.end_line()
    elif name == "noBreakHyphen":
        builder.add_text("-")
    elif name == "p":
        builder.end_line()
        builder.add_text(paragraph.label)
    elif name == "tbl":
        builder.open_table()
    elif name == "tr":
        builder.open_row()
    elif name == "tc":
        builder.open_cell()
    elif name == "txbxContent":
        builder.end_line()


def _leave(name: str, builder: PageBuilder) -> None:
    if name in ("p", "txbxContent"):
        builder.end_line()
    elif name == "tc":
        builder.close_cell()
    elif name == "tbl":
        builder.close_table()


def _title_of(core: bytes | None) -> str | None:
    if core is None:
        return None
    try:
        title = child_of(_parse(core), "title")
    except UnreadableDocument:
        return None
    return " ".join((title.text or "").split()) or None if title is not None else None
