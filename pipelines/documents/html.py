"""HTML to text: which encoding, what is visible, where lines and cells begin and end.

Belongs here: the meaning of HTML's elements. Whether a table holds data is decided in `pages`.
"""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.documents.conversion import Converted, ReadFinding, UnreadableDocument, collapse_spaces
from pipelines.documents.decoding import plausibility
from pipelines.documents.html_elements import APART, LINES, TYPED, VERBATIM, is_seen
from pipelines.documents.pages import PageBuilder
from pipelines.documents.plain_html import plain_page_text

_SNIFFED = 65_536
_PAGE_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|tbody|tr|td|th)\b[^<>]*>", re.IGNORECASE)
_SURE_TAG = re.compile(rb"<(?:html|body|t[dr])\b", re.IGNORECASE)
_TAGS = re.compile(
    rb"</?(?:p|div|br|span|font|h[1-6]|[uo]l|li|a|b|strong|center|section|article|meta)\b[^<>]*>", re.IGNORECASE
)
_CELL_LINE = re.compile(rb"^\t(?!\s*<)", re.MULTILINE)
_DECLARED = re.compile(rb"<meta\b[^<>]*?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CODECS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8", "utf8": "utf-8",
           "big5": "big5", "big5-hkscs": "big5"}  # fmt: skip
_ASCII = re.compile(r"[\x00-\x7f]+")
_IMAGES = "img, image, canvas, embed, object, input[type=image]"


def looks_like_html(data: bytes) -> bool:
    """Tell whether the first 64 KB hold the tags of a page, or as many other tags as half their lines.

    A text in the tabbed layout with a stray tag in it is no page.
    """
    head = data[:_SNIFFED].replace(b"\x00", b"")
    if b"<" not in head:
        return False
    if _PAGE_TAG.search(head):
        return bool(_SURE_TAG.search(head)) or len(_CELL_LINE.findall(head)) < 5
    tags = _TAGS.findall(head)
    lines = sum(1 for line in head.splitlines() if line.strip())
    return bool(tags) and 2 * len(tags) >= lines


def convert_html(data: bytes, declared: str | None = None) -> Converted:
    """Convert a page; `declared`: the character set that came with it, as in an HTTP header.

    Raises:
        UnreadableDocument: `image_only` or `empty_file` without visible text, `too_complex` above the limits.
    """
    text, encoding = decode_html(data, declared)
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    source_title = (collapse_spaces(title.text()) or None) if title is not None else None
    converted = plain_page_text(tree)
    if converted is None:
        converted = page_text(tree)
    if not converted:
        # Some elements may have been taken out of the tree.
        if LexborHTMLParser(text).css_first(_IMAGES) is not None:
            raise UnreadableDocument("image_only", detected="HTML")
        raise UnreadableDocument("empty_file", bytes=len(data))
    n = text.count("\ufffd")
    return Converted(
        converted,
        "html",
        encoding,
        title=source_title,
        findings=(ReadFinding("undecodable_bytes", {"n": n, "encoding": encoding}),) if n else (),
    )


def decode_html(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode a page: a byte order mark decides, then valid UTF-8, then what makes the most plausible Chinese.

    Declarations are often wrong or missing: they only break a tie.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), encoding
    try:
        if b"\x00" not in data:
            return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    hint = _DECLARED.search(data[:_SNIFFED])
    names = [declared or "", hint[1].decode("ascii", "ignore") if hint else "", "gb18030", "utf-8"]
    candidates = dict.fromkeys(_CODECS[name.strip().lower()] for name in names if name.strip().lower() in _CODECS)
    if data.count(b"\x00", 0, _SNIFFED) > min(len(data), _SNIFFED) / 10:
        even = data[: len(data) // 2 * 2]
        readings = [(even.decode(codec, "replace"), "utf-16") for codec in ("utf-16-le", "utf-16-be")]
        return max(readings, key=lambda reading: plausibility(reading[0]))
    readings = [(data.decode(codec, "replace"), codec) for codec in candidates]
    return max(readings, key=lambda reading: _foreign_plausibility(reading[0]))


def page_text(tree: LexborHTMLParser) -> str:
    """Return the visible text of a page in the tabbed layout; no recursion, so that depth does not matter."""
    builder = PageBuilder()
    node = tree.root
    opened: list[tuple[LexborNode, str]] = []
    n_verbatim = 0
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            _add_text(node.text_content or "", n_verbatim > 0, builder)
        elif is_seen(node, tag):
            _enter(node, tag, builder)
            n_verbatim += tag in VERBATIM
            opened.append((node, tag))
            if (child := node.child) is not None:
                node = child
                continue
            node, tag = opened.pop()
            _leave(tag, builder)
            n_verbatim -= tag in VERBATIM
        following = node.next
        while following is None and opened:
            node, tag = opened.pop()
            _leave(tag, builder)
            n_verbatim -= tag in VERBATIM
            following = node.next
        node = following
    return builder.text()


def _enter(node: LexborNode, tag: str, builder: PageBuilder) -> None:
    if tag == "table":
        builder.open_table()
    elif tag == "tr":
        builder.open_row()
    elif tag in ("td", "th"):
        builder.open_cell()
    elif tag in LINES:
        builder.end_line()
    elif tag in APART:
        builder.add_text(" ")
    elif tag == "input" and node.attributes.get("type") in TYPED:
        builder.add_text(node.attributes.get("value") or "")


def _leave(tag: str, builder: PageBuilder) -> None:
    if tag == "table":
        builder.close_table()
    elif tag in ("td", "th"):
        builder.close_cell()
    elif tag in LINES:
        builder.end_line()
    elif tag in APART:
        builder.add_text(" ")


def _add_text(text: str, verbatim: bool, builder: PageBuilder) -> None:
    """Add text; in an element that keeps its line breaks each of them ends a line."""
    if not verbatim:
        builder.add_text(text)
        return
    first, *others = text.split("\n")
    builder.add_text(first)
    for line in others:
        builder.end_line()
        builder.add_text(line)


def _foreign_plausibility(text: str) -> float:
    """Return how plausible what is not ASCII is: markup is read alike in all encodings."""
    return plausibility("".join(_ASCII.split(text)))
