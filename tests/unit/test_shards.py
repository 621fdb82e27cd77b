"""Shards: a document a record, a bad record a finding of its own, and what the source says of each."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.reading import read_delivery
from pipelines.settings import load_settings
from tests.reading import read_folder, settings_of, write_delivery
from tests.rendering.official_form import OfficialForm, html_page
from tests.rendering.tabbed import render_report

REPORT = render_report(1, "F2019").text.replace("\r\n", "\n")


def documents_of(folder, **changes):
    settings = replace(settings_of(folder), **changes)
    (delivery,) = find_deliveries(settings.raw_dir)
    return list(read_delivery(delivery, settings))


def rules_of(document):
    return [found.rule_key for found in document.findings]


def lines_of(*records) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz", "A.JSONL"])
def test_json_lines(tmp_path, name):
    html = html_page(OfficialForm())
    data = lines_of(
        {"text": REPORT, "url": "http://a.gov.cn/1.html", "title": "年报"},
        {"raw_html": html, "text": "无表", "source_url": "http://a.gov.cn/2.html"},
        {"content": html},
    )
    write_delivery(tmp_path, {name: gzip.compress(data) if name.endswith(".gz") else data})
    first, second, third = documents_of(tmp_path)
    assert (first.record, first.text, first.url, first.title) == (0, REPORT, "http://a.gov.cn/1.html", "年报")
    assert first.document_id == hashlib.sha256(REPORT.encode()).hexdigest()
    assert first.size_bytes == len(REPORT.encode())
    assert (second.record, second.format, second.url) == (1, "html", "http://a.gov.cn/2.html")
    assert second.document_id == hashlib.sha256(html.encode()).hexdigest()
    assert (third.record, third.format, third.is_duplicate) == (2, "html", True)
    assert third.findings[0].values["first"].endswith(f"{name}#1")


def test_a_bad_record_is_a_finding_and_the_others_go_on(tmp_path):
    bad = [
        b"{broken\n",
        b"[1, 2]\n",
        b'{"text": 5}\n',
        b'{"other": "x"}\n',
        b'{"text": "  "}\n',
        b"[" * 100_000 + b"\n",
        b'{"text": "' + b"x" * 3000 + b'"}\n',
    ]
    write_delivery(tmp_path, {"a.jsonl": b"\n".join(bad) + lines_of({"text": "今天天气很好，\ud83d"[:7]})})
    *broken, good = documents_of(tmp_path, max_file_bytes=2000)
    assert [document.record for document in broken] == list(range(7))
    for document in broken:
        assert (document.read_status, rules_of(document)) == ("unreadable", ["broken_record"])
        assert document.findings[0].values["path"] == f"delivery/a.jsonl#{document.record}"
        assert document.findings[0].values["reason"]
    assert (good.record, good.text) == (7, "今天天气很好，")


def test_lone_surrogates_are_no_error(tmp_path):
    write_delivery(tmp_path, {"a.jsonl": b'{"text": "\\u5e74\\u62a5\\ud800", "title": "\\ud800"}\n'})
    (document,) = documents_of(tmp_path)
    assert (document.text, document.title) == ("年报?", "?")


@pytest.mark.parametrize("group", [1, 100])
def test_parquet(tmp_path, group):
    rows = {"id": list(range(40)), "text": [f"第{n}份文件的全文" for n in range(40)], "url": ["http://a"] * 40}
    rows["text"][7] = None
    sink = io.BytesIO()
    pq.write_table(pa.table(rows), sink, row_group_size=group)
    write_delivery(tmp_path, {"a.parquet": sink.getvalue()})
    documents = documents_of(tmp_path)
    assert [document.record for document in documents] == list(range(40))
    assert [document.text for document in documents if document.record != 7] == [t for t in rows["text"] if t]
    assert rules_of(documents[7]) == ["broken_record"]
    assert {document.url for document in documents} == {"http://a"}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_a_text_that_is_no_utf_8_costs_no_other_record(tmp_path, kind):
    texts = [f"第{n}份文件的全文" for n in range(40)]
    encoded = [text.encode() for text in texts]
    encoded[5] = "第5份文件的全文，某某人民政府信息公开年度报告".encode("gb18030")
    encoded[20] = "第20份文件的全文，某某人民政府信息公开".encode() + b"\xff"
    titles = [b"\xffa"] + [b"b"] * 39
    columns = {"text": text_column(encoded, kind), "title": text_column(titles, kind)}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=40)
    write_delivery(tmp_path, {"a.parquet": sink.getvalue()})
    documents = documents_of(tmp_path)
    assert [document.record for document in documents] == list(range(40))
    assert [d.text for d in documents if d.record not in (5, 20)] == [
        t for n, t in enumerate(texts) if n not in (5, 20)
    ]
    assert (documents[5].text, documents[5].encoding) == ("第5份文件的全文，某某人民政府信息公开年度报告", "gb18030")
    assert documents[20].text == "第20份文件的全文，某某人民政府信息公开\ufffd"
    assert [(d.record, rules_of(d)) for d in documents if d.findings] == [(20, ["undecodable_bytes"])]
    assert [documents[n].title for n in (0, 1)] == ["\ufffda", "b"]


def text_column(values: list[bytes], kind: pa.DataType) -> pa.Array:
    """A column of texts whose bytes nothing has looked at."""
    is_large = kind == pa.large_string()
    stored = pa.array(values, pa.large_binary() if is_large else pa.binary())
    texts = pa.Array.from_buffers(pa.large_string() if is_large else pa.string(), len(values), stored.buffers())
    if not pa.types.is_dictionary(kind):
        return texts
    return pa.DictionaryArray.from_arrays(pa.array(range(len(values)), pa.int32()), texts)


def test_columns_of_other_names(tmp_path, monkeypatch):
    monkeypatch.setenv("GID_SHARD_TEXT", "body, text")
    monkeypatch.setenv("GID_SHARD_URL", "link")
    settings = load_settings()
    assert settings.shard_text_columns == ("body", "text")
    write_delivery(tmp_path, {"a.jsonl": lines_of({"body": "正文", "text": "其他", "link": "http://b"})})
    columns = {name: getattr(settings, name) for name in ("shard_text_columns", "shard_url_columns")}
    (document,) = documents_of(tmp_path, **columns)
    assert (document.text, document.url) == ("正文", "http://b")


def warc_of(*records, is_packed=True) -> bytes:
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=is_packed)
    for kind, status, media, payload in records:
        headers = StatusAndHeaders(f"{status} OK", [("Content-Type", media)], protocol="HTTP/1.1")
        uri = f"http://a.gov.cn/{len(payload)}"
        http = headers if kind == "response" else None
        writer.write_record(
            writer.create_warc_record(uri, kind, io.BytesIO(payload), http_headers=http, warc_content_type=media)
        )
    return sink.getvalue()


@pytest.mark.parametrize(("name", "is_packed"), [("a.warc.gz", True), ("a.warc", False)])
def test_warc(tmp_path, name, is_packed):
    html = "<title>年报</title><p>青石镇人民政府信息公开年度报告</p>".encode("gb18030")
    data = warc_of(
        ("warcinfo", 200, "application/warc-fields", b"a: b"),
        ("response", 200, "text/html; charset=GBK", html),
        ("response", 200, "image/png", b"\x89PNG"),
        ("response", 404, "text/html", b"<p>gone"),
        ("resource", 200, "text/plain", "全文".encode()),
        is_packed=is_packed,
    )
    write_delivery(tmp_path, {name: data})
    page, text = documents_of(tmp_path)
    assert (page.record, page.format, page.encoding, page.title) == (1, "html", "gb18030", "年报")
    assert page.url == f"http://a.gov.cn/{len(html)}"
    assert page.document_id == hashlib.sha256(html).hexdigest()
    assert (text.record, text.text) == (4, "全文")
    assert [(found.rule_key, found.values.get("n")) for found in text.findings] == [("skipped_records", 3)]


@pytest.mark.parametrize(
    ("name", "data", "status", "rule", "n"),
    [
        ("a.parquet", b"PAR1 and no more", "unreadable", "unreadable_file", 1),
        ("a.jsonl", b"", "empty", "empty_file", 1),
        (
            "a.jsonl.gz",
            gzip.compress(lines_of({"text": "甲"}) * 3, mtime=0)[:-12],
            "unreadable",
            "unreadable_file",
            None,
        ),
        ("a.jsonl.gz", b"no gzip", "unreadable", "unreadable_file", 1),
        ("a.warc.gz", b"\x1f\x8b\x08 broken", "unreadable", "unreadable_file", 1),
        ("a.warc", b"no warc at all", "unreadable", "unreadable_file", 1),
        ("a.parquet", "名为 parquet 的文本".encode(), "read", "unknown_extension", 1),
    ],
)
def test_shards_that_cannot_be_read(tmp_path, name, data, status, rule, n):
    write_delivery(tmp_path, {name: data})
    documents = documents_of(tmp_path)
    assert n is None or len(documents) == n
    assert (documents[-1].record, documents[-1].read_status) == (None, status)
    assert rule in rules_of(documents[-1])


def test_a_parquet_file_without_a_column_of_text_names_its_columns(tmp_path):
    sink = io.BytesIO()
    pq.write_table(pa.table({"year": [2020], "words": ["x"]}), sink)
    write_delivery(tmp_path, {"a.parquet": sink.getvalue()})
    (document,) = documents_of(tmp_path)
    assert "words, year" in document.findings[0].values["reason"]


def test_a_shard_has_a_limit_of_its_own(tmp_path):
    data = lines_of(*({"text": f"第{n}份"} for n in range(200)))
    write_delivery(tmp_path, {"a.jsonl": data})
    assert len(documents_of(tmp_path, max_file_bytes=100)) == 200
    (document,) = documents_of(tmp_path, max_shard_bytes=100)
    assert (document.read_status, rules_of(document)) == ("oversized", ["oversized_shard"])


def test_a_line_without_an_end_is_passed_over_in_bounded_memory(tmp_path):
    write_delivery(tmp_path, {"a.jsonl.gz": gzip.compress(b"x" * (50 << 20) + b"\n" + lines_of({"text": "后面"}))})
    long, after = documents_of(tmp_path, max_file_bytes=1 << 20)
    assert rules_of(long) == ["broken_record"]
    assert (after.record, after.text) == (1, "后面")


def test_records_go_through_to_the_frames(tmp_path):
    write_delivery(tmp_path, {"a.jsonl": lines_of({"text": "天气"}, {"text": REPORT, "url": "http://a"}, {"text": 1})})
    frames = read_folder(tmp_path)
    assert frames["documents"]["record"].to_list() == [0, 1, 2]
    assert frames["documents"]["source_url"].to_list() == [None, "http://a", None]
    assert frames["reports"]["record"].to_list() == [1]
    assert set(frames["findings"].filter(rule_key="broken_record")["record"]) == {2}
