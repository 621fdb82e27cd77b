"""Files that are made to break a reader: each is a finding of its own, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import os
import socket
import time
import zipfile
from dataclasses import replace

import pytest

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.formats import Reader, convert_document
from pipelines.documents.gzip_files import gunzip
from pipelines.documents.html import convert_html
from pipelines.documents.isolation import IsolatedConverter
from pipelines.documents.reading import read_delivery
from tests.reading import settings_of, write_delivery
from tests.unit.test_docx import ENTITY, GOOD, changed
from tests.unit.test_pdf import pdf_of, pictures, prose

LIMIT = 1 << 24


@pytest.fixture(scope="module")
def reader():
    with IsolatedConverter(30) as isolated:
        yield Reader(isolated, LIMIT)


def rule_of(data: bytes, name: str, reader: Reader) -> str:
    with pytest.raises(UnreadableDocument) as raised:
        convert_document(data, name, reader)
    return raised.value.rule_key


def read(folder, **changes):
    settings = replace(settings_of(folder), **changes)
    (delivery,) = find_deliveries(settings.raw_dir)
    return {d.source_path.rpartition("/")[2]: d for d in read_delivery(delivery, settings)}


@pytest.mark.parametrize(
    ("opened", "n"),
    [("<table><tr><td>", 100_000), ("<b>", 100_000), ("<table><tr><td>1<td>", 100_000), ("<div>", 30_000)],
)
def test_elements_in_each_other(opened, n, reader):
    converted = convert_document(b"<html>" + opened.encode() * n + "文".encode(), "a.html", reader)
    assert converted.text.rstrip().endswith("文")


def test_spans_without_bounds():
    text = convert_html(b"<table><tr><td colspan=1000000000 rowspan=1000000000><td>1<tr><td>2<td>3</table>").text
    assert text == "\t\n\t1\n\n\t2\n\t3\n"


@pytest.mark.parametrize("span", ["-1", "0", "x", "", "99999999999999999999", "２"])
def test_spans_that_are_no_numbers(span):
    assert convert_html(f"<table><tr><td colspan='{span}'>1<td>2</table>".encode()).text == "\t1\n\t2\n"


def test_more_cells_than_any_report_has(monkeypatch):
    monkeypatch.setattr("pipelines.documents.pages.MAX_CELLS", 1000)
    monkeypatch.setattr("pipelines.documents.conversion.MAX_CELLS", 1000)
    assert convert_html(b"<table><tr>" + b"<td>1" * 1000).text.count("\t1\n") == 1000
    with pytest.raises(UnreadableDocument) as raised:
        convert_html(b"<table><tr>" + b"<td>1" * 1001)
    assert raised.value.rule_key == "too_complex"


def test_more_text_than_any_report_has(monkeypatch):
    monkeypatch.setattr("pipelines.documents.conversion.MAX_CHARACTERS", 1000)
    with pytest.raises(UnreadableDocument) as raised:
        convert_html(b"<p>1234567890" * 100)
    assert raised.value.rule_key == "too_complex"


def test_a_page_that_makes_its_parser_explode_ends_with_the_limit():
    data = "".join(f"<p><b id={n}>x" for n in range(20_000)).encode()
    with IsolatedConverter(10) as isolated:
        start = time.monotonic()
        assert rule_of(data, "a.html", Reader(isolated, LIMIT)) == "conversion_failed"
        assert time.monotonic() - start < 20
        assert convert_document(b"<p>1</p>" * 200_000, "b.html", Reader(isolated, LIMIT)).text.startswith("1\n")


def test_gzip_bombs_and_broken_gzip():
    assert gunzip(gzip.compress(b"a") + gzip.compress(b"b"), 10) == b"ab"
    bomb = gzip.compress(gzip.compress(b"\x00" * (200 << 20)))
    assert len(gunzip(bomb, 1 << 20)) < 1 << 20
    for data, rule in [
        (gzip.compress(b"\x00" * (200 << 20)), "archive_bomb"),
        (gzip.compress(b"abc" * 100)[:-12], "broken_archive"),
        (b"\x1f\x8b\x08\x00 broken", "broken_archive"),
    ]:
        with pytest.raises(UnreadableDocument) as raised:
            gunzip(data, 1 << 20)
        assert raised.value.rule_key == rule


def test_a_gzip_file_is_read_as_what_it_holds(reader):
    page = "<html><p>年报</p>".encode()
    for name, rules in [("a.html.gz", []), ("a.gz", []), ("a.txt.gz", ["unknown_extension"])]:
        converted = convert_document(gzip.compress(page), name, reader)
        assert (converted.text, converted.format) == ("年报\n", "html")
        assert [found.rule_key for found in converted.findings] == rules
    assert rule_of(gzip.compress(b""), "a.gz", reader) == "empty_file"
    assert rule_of(gzip.compress(gzip.compress(page)), "a.gz", reader) == "binary_file"


@pytest.mark.parametrize(
    ("data", "name", "rule"),
    [
        (changed(GOOD, {"word/document.xml": ENTITY}), "a.docx", "too_complex"),
        (changed(GOOD, {"word/x": b"\x00" * (400 << 20)}), "a.docx", "archive_bomb"),
        (changed(GOOD, {"word/document.xml": b"<a>" * 500_000}), "a.docx", "broken_archive"),
        (GOOD[:200], "a.docx", "broken_archive"),
        (GOOD[:200], "a.txt", "binary_file"),
        (b"%PDF-1.7 and no more", "a.pdf", "conversion_failed"),
        (b"%PDF-1.7 and no more", "a.txt", "binary_file"),
        (pictures(), "a.pdf", "image_only"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "binary_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.docx", "binary_file"),
    ],
    ids=range(10),
)  # fmt: skip
def test_files_that_are_refused(data, name, rule, reader):
    assert rule_of(data, name, reader) == rule


MHTML = (
    b"From: <Saved by Blink>\r\nSubject: =?utf-8?Q?=E5=B9=B4?=\r\n =?utf-8?Q?=E6=8A=A5?=\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related;\r\n\tboundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<html><p>=E5=B9=B4</p></html>'
)
WORD_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Word.Document"?>\n'
    b"<w:wordDocument><w:body><w:p><w:r><w:t>12</w:t></w:r></w:p></w:body></w:wordDocument>"
)


@pytest.mark.parametrize(
    ("data", "detected"),
    [
        (rb"{\rtf1\ansi\ansicpg936{\fonttbl\f0 SimSun;}\'c4\'ea\'b1\'a8 12\par}", "RTF, such as .doc"),
        (MHTML, "MHTML, such as .doc or .mht"),
        (MHTML[MHTML.index(b"MIME") :], "MHTML, such as .doc or .mht"),
        (WORD_XML, "XML of Word, such as .doc"),
        (WORD_XML.replace(b'<?mso-application progid="Word.Document"?>', b""), "XML of Word, such as .doc"),
        (WORD_XML.decode().encode("utf-16"), "XML of Word, such as .doc"),
        (b'<?mso-application progid="Excel.Sheet"?><Workbook/>', "XML of Excel, such as .xls"),
        (
            b'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"/>',
            "XML of Word, such as .doc",
        ),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("name", ["a.doc", "a.html", "a.txt", "a"])
def test_texts_in_a_format_of_another_program_are_refused_as_a_binary_file(data, detected, name, reader):
    with pytest.raises(UnreadableDocument) as raised:
        convert_document(data, name, reader)
    assert (raised.value.rule_key, raised.value.values["detected"]) == ("binary_file", detected)


def test_a_page_that_word_has_saved_is_read(reader):
    page = (
        '<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name=ProgId content=Word.Document>'
        "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>"
        "<body><p>年报 MIME-Version: 1.0</p></body></html>"
    )
    assert convert_document(page.encode(), "a.html", reader).text == "年报 MIME-Version: 1.0\n"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_that_breaks_off_within_a_character_is_read(codec, reader):
    whole = "一、总体情况\n行政许可 12 件，本年度主动公开政府信息。\n"
    data = (whole + "尾").encode(codec)[:-1]
    assert len(data) % 2 == 1
    converted = convert_document(data, "a.txt", reader)
    assert (converted.text, converted.encoding) == (whole + "\ufffd", "utf-16")
    assert [(found.rule_key, found.values["n"]) for found in converted.findings] == [("undecodable_bytes", 1)]


def test_another_zip_stays_a_binary_file(reader):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("xl/workbook.xml", b"<workbook/>")
    assert rule_of(stream.getvalue(), "a.xlsx", reader) == "binary_file"
    assert rule_of(stream.getvalue(), "a.docx", reader) == "broken_archive"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"<html><p>x", "a.txt", "html"),
        (b"plain", "a.html", "text"),
        (GOOD, "a.doc", "docx"),
        (GOOD, "a", "docx"),
        (pdf_of(prose("文")), "a.docx", "pdf"),
        (b"# x", "a.md", "markdown"),
        (b"# x", "a.txt", "text"),
    ],
)
def test_the_content_decides_and_a_wrong_name_is_said_so(data, name, kind, reader):
    converted = convert_document(data, name, reader)
    assert converted.format == kind
    expected = ["unknown_extension"] if name in ("a.txt", "a.html", "a.doc", "a.docx") and name != "a.md" else []
    assert [f.rule_key for f in converted.findings] == (expected if (kind, name) != ("text", "a.txt") else [])


def test_a_converter_that_hangs_or_dies_costs_one_file(tmp_path, monkeypatch):
    """The child is stopped from outside, as a crash in a library would stop it."""
    target = write_delivery(tmp_path, {f"{n}.docx": changed(GOOD, {"word/n": str(n).encode()}) for n in range(3)})
    convert = IsolatedConverter.convert
    killed = []

    def kill_once(self, data, kind, declared=None):
        if not killed:
            killed.append(self._running().pid)
            os.kill(killed[0], 9)
        return convert(self, data, kind, declared)

    monkeypatch.setattr(IsolatedConverter, "convert", kill_once)
    documents = read(tmp_path)
    assert [document.read_status for document in documents.values()] == ["unreadable", "read", "read"]
    (found,) = documents["0.docx"].findings
    assert (found.rule_key, found.values["path"]) == ("conversion_failed", "delivery/0.docx")
    assert target.exists()


def test_the_time_limit_ends_a_conversion_and_the_next_file_is_read():
    slow = pdf_of(*[prose("很长的正文" * 400) for _ in range(150)])
    with IsolatedConverter(1.0) as isolated:
        reader = Reader(isolated, LIMIT)
        with pytest.raises(UnreadableDocument) as raised:
            convert_document(slow, "a.pdf", reader)
        assert raised.value.values["reason"] == "no result after 1 seconds"
        isolated.seconds = 30
        assert convert_document(GOOD, "a.docx", reader).text == "文\n"


def test_no_process_is_left_behind(tmp_path):
    write_delivery(tmp_path, {"a.docx": GOOD})
    with IsolatedConverter() as isolated:
        convert_document(GOOD, "a.docx", Reader(isolated, LIMIT))
        process = isolated._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None


def test_nothing_reaches_the_network(reader, monkeypatch):
    def refuse(*args, **values):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)
    page = b'<html><base href="http://a.test/"><img src=x><link rel=stylesheet href=y><iframe src=z></iframe><p>1'
    assert convert_document(page, "a.html", reader).text == "1\n"
