"""PDF with text to text: ruled tables cell by cell, words around them as prose in reading order.

Belongs here: pages, and the paragraphs on them. Pages that are pictures hold no text and are not read.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from pipelines.documents.conversion import Converted, TabbedWriter, UnreadableDocument
from pipelines.documents.pdf_tables import RuledTable, take_tables
from pipelines.documents.pdf_words import Line, drawn_once, lines_of

MAX_PAGES = 300
_PAGE_NUMBER = re.compile(r"[\s—–\-－第页共/]*+\d{0,3}[\s—–\-－第页共/]*+\d{0,3}[\s—–\-－第页共/]*")
_SENTENCE_END = tuple("。；：！？;:!?")
_HEADING = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、]|\d{1,2}[、.．](?!\d)")
_NO_TITLES = frozenset({"", "(anonymous)", "untitled"})
_LATIN = re.compile(r"[0-9A-Za-z]")
_NO_UNICODE = "(cid:"


@dataclass
class _Pages:
    """What has been written so far, and what waits: the paragraph under way, and page numbers within a table."""

    writer: TabbedWriter = field(default_factory=TabbedWriter)
    paragraph: str = ""
    is_open: bool = False
    size: float = 0.0
    waiting: list[str] = field(default_factory=list)
    after_table: bool = False


def convert_pdf(data: bytes) -> Converted:
    """Convert a PDF; a table that goes on behind a page break goes on, a page number within it comes behind it.

    Raises:
        UnreadableDocument: `encrypted_file`, `image_only`, `too_complex`, or `conversion_failed` for no PDF at all.
    """
    try:
        document = pdfplumber.open(io.BytesIO(data))
        n_pages = len(document.pages)
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, PDFPasswordIncorrect) or any(isinstance(a, PDFPasswordIncorrect) for a in error.args):
            raise UnreadableDocument("encrypted_file", detected="PDF") from None
        raise _no_pdf(str(error) or type(error).__name__) from None
    with document:
        if n_pages == 0:
            raise _no_pdf("it has no pages")
        if n_pages > MAX_PAGES:
            raise UnreadableDocument("too_complex", reason=f"{n_pages:,} pages")
        try:
            text = _text_of(document)
            title = document.metadata.get("Title")
        except (MemoryError, UnreadableDocument):
            raise
        except Exception as error:  # pdfminer raises whatever a damaged page makes it raise
            reason = f"{type(error).__name__}: {error}"[:200]
            raise UnreadableDocument("conversion_failed", detected="PDF", reason=reason) from None
    if not text:
        raise UnreadableDocument("image_only", detected="PDF")
    if text.count(_NO_UNICODE) > len(text) / 20:
        raise UnreadableDocument("conversion_failed", detected="PDF", reason="its fonts do not say what they print")
    named = " ".join(title.split()) if isinstance(title, str) else ""
    return Converted(text, "pdf", title=None if named in _NO_TITLES else named)


def _text_of(document: PDF) -> str:
    pages = _Pages()
    for page in document.pages:
        _write_page(page, pages)
        page.close()
    _end_paragraph(pages)
    _write_waiting(pages)
    return pages.writer.text()


def _no_pdf(reason: str) -> UnreadableDocument:
    return UnreadableDocument("conversion_failed", detected="PDF", reason=reason[:200], is_signature_only=True)


def _write_page(page: Page, pages: _Pages) -> None:
    tables, chars = take_tables(page, drawn_once(page.chars))
    lines = lines_of(chars)
    right = max([line.x1 for line in lines] + [table.right for table in tables], default=0.0)
    left = min((line.x0 for line in lines), default=0.0)
    items: list[Line | RuledTable] = [*lines, *tables]
    for item in sorted(items, key=lambda item: item.top):
        if isinstance(item, RuledTable):
            _write_table(item, pages)
        else:
            _write_line(item, left, right, page, pages)


def _write_line(line: Line, left: float, right: float, page: Page, pages: _Pages) -> None:
    """Join a line to the paragraph under way, or begin another one.

    A paragraph goes on where its last line reached the right margin without the end of a sentence, and the next one is
    of the same size, not indented and no heading.
    """
    in_margin = line.top < page.height * 0.08 or line.top > page.height * 0.9
    if in_margin and _PAGE_NUMBER.fullmatch(line.text) and (pages.after_table or pages.is_open):
        pages.waiting.append(line.text)
        return
    is_alike = abs(line.size - pages.size) < 0.1 * pages.size and not _HEADING.match(line.text)
    goes_on = pages.is_open and is_alike and line.x0 < left + 1.5 * line.size
    if goes_on:
        joint = " " if _LATIN.match(pages.paragraph[-1]) and _LATIN.match(line.text) else ""
        pages.paragraph += joint + line.text
    else:
        _end_paragraph(pages)
        if pages.after_table:
            pages.writer.end_table()
        pages.paragraph = line.text
    is_full = line.x1 > right - 2 * line.size and line.x1 - line.x0 > page.width / 2
    pages.is_open = is_full and not line.text.endswith(_SENTENCE_END)
    pages.size = line.size
    pages.after_table = False


def _end_paragraph(pages: _Pages) -> None:
    if pages.paragraph:
        _write_waiting(pages)
        pages.writer.write_prose(pages.paragraph)
        pages.paragraph = ""
    pages.is_open = False


def _write_waiting(pages: _Pages) -> None:
    for text in pages.waiting:
        pages.writer.write_prose(text)
    pages.waiting.clear()


def _write_table(table: RuledTable, pages: _Pages) -> None:
    _end_paragraph(pages)
    for row in table.rows:
        pages.writer.write_row(row)
    pages.after_table = True
