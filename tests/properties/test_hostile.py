"""Hostile input in any order: nothing raises, numbers are conserved, and a good report beside it is read whole."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing.checks import SEPARATOR, check
from tests.fuzzing.fragments import fragments
from tests.reading import read_folder, write_delivery
from tests.rendering.tabbed import render_report

GOLDEN = Path(__file__).parents[1] / "golden" / "documents"
GOOD = render_report(1).text
EXTENSIONS = [
    "txt", "html", "md", "docx", "pdf", "gz", "txt.gz", "jsonl", "jsonl.gz", "parquet", "warc", "warc.gz", "doc", "png", ""
]  # fmt: skip
TARGETS = {".docx": "docx", ".pdf": "pdf", ".gz": "gzip", ".parquet": "parquet", ".jsonl": "jsonl"}
BINARIES = [
    next(path for path in sorted(GOLDEN.iterdir()) if path.suffix == suffix and path.stat().st_size < 60_000)
    for suffix in TARGETS
]
CONTENT = {
    "reports": ["document_id", "title", "body_name", "report_year", "form_version", "n_cell_numbers"],
    "cells": ["document_id", "table_key", "row_key", "column_key", "raw_value", "value", "value_state", "line_start"],
    "prose_counts": ["document_id", "quantity", "value", "line_start"],
}
FEW = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

pieces = st.lists(st.sampled_from(sorted(set(fragments()))), max_size=80).map("".join)
lines = st.lists(st.sampled_from(sorted(set(fragments()))), max_size=40).map("\n".join)
texts = st.one_of(pieces, lines, st.text(max_size=300))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    write_delivery(folder, {"good.txt": GOOD})
    return read_folder(folder)


def assert_good_is_whole(frames, alone):
    (good,) = alone["documents"]["document_id"]
    for name, columns in CONTENT.items():
        kept = frames[name].filter(pl.col("document_id") == good)
        assert kept.select(columns).equals(alone[name].select(columns)), name


@given(st.lists(texts, min_size=1, max_size=16))
@settings(FEW, max_examples=30)
def test_any_texts_are_parsed_together(several):
    check("parser", SEPARATOR.join(several).encode("utf-8", "replace"))


@given(texts)
@settings(FEW, max_examples=60)
def test_any_text_is_split_into_layouts(text):
    check("layouts", text.encode("utf-8", "replace"))


@given(st.lists(texts, min_size=1, max_size=6))
@settings(FEW, max_examples=10)
def test_a_good_report_beside_any_texts_is_read_whole(alone, several):
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{n}.txt": text.encode("utf-8", "replace") for n, text in enumerate(several)}
        write_delivery(Path(folder), {"good.txt": GOOD, **files})
        assert_good_is_whole(read_folder(Path(folder)), alone)


@given(st.lists(st.binary(max_size=300), min_size=len(EXTENSIONS), max_size=len(EXTENSIONS)))
@settings(FEW, max_examples=8)
def test_any_bytes_of_any_extension_are_a_row_and_a_finding(alone, contents):
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{n}.{extension}".rstrip(".") for n, extension in enumerate(EXTENSIONS)]
        write_delivery(Path(folder), {"good.txt": GOOD, **dict(zip(names, contents, strict=True))})
        frames = read_folder(Path(folder))
        read = frames["documents"]["source_path"].str.strip_prefix("delivery/")
        assert set(names) <= set(read)
        unread = frames["documents"].filter(pl.col("read_status") != "read")["source_path"]
        assert set(unread) <= set(frames["findings"]["source_path"])
        assert_good_is_whole(frames, alone)


@given(st.data())
@settings(FEW, max_examples=12)
@pytest.mark.parametrize("path", BINARIES, ids=lambda path: path.suffix)
def test_damaged_files_are_read_or_refused(path, data):
    check(TARGETS[path.suffix], damaged(data, path.read_bytes()))


def test_damaged_files_leave_the_good_report_alone(tmp_path, alone):
    files = {f"cut{path.suffix}": path.read_bytes()[: path.stat().st_size // 2] for path in BINARIES}
    files |= {f"flipped{path.suffix}": flipped(path.read_bytes(), 97) for path in BINARIES}
    files["cut.warc.gz"] = gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\n" * 40)[:60]
    write_delivery(tmp_path, {"good.txt": GOOD, **files})
    frames = read_folder(tmp_path)
    assert_good_is_whole(frames, alone)
    unread = frames["documents"].filter(pl.col("read_status") != "read")["source_path"]
    assert set(unread) <= set(frames["findings"]["source_path"])


def damaged(data: st.DataObject, content: bytes) -> bytes:
    """Some bytes of a file replaced, and perhaps its end cut off."""
    changed = bytearray(content)
    for at, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1, max_size=12)
    ):
        changed[at] = byte
    return bytes(changed[: data.draw(st.one_of(st.none(), st.integers(0, len(content))))])


def flipped(content: bytes, step: int) -> bytes:
    """One bit of every so many bytes flipped, behind the signature."""
    return bytes(byte ^ 4 if at > 8 and at % step == 0 else byte for at, byte in enumerate(content))
