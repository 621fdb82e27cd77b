"""Bad input: each gives a row in documents and a finding that says what and where, and touches nothing else."""

from __future__ import annotations

import os

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.documents.decoding import decode_text
from pipelines.parsing.reports import parse_texts
from tests.reading import named_cells, read_folder, write_delivery
from tests.rendering.tabbed import render_report

GOOD = render_report(1).text
CONTENT = {
    "documents": ["document_id", "read_status", "n_lines", "is_report", "text"],
    "reports": ["document_id", "title", "body_name", "report_year", "form_version", "n_cell_numbers"],
    "cells": ["document_id", "table_key", "row_key", "column_key", "raw_value", "value", "value_state", "line_start"],
    "prose_counts": ["document_id", "quantity", "value", "line_start"],
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    write_delivery(folder, {"good.txt": GOOD})
    return read_folder(folder)


def read_beside(folder, files):
    write_delivery(folder, {"good.txt": GOOD, **files})
    return read_folder(folder)


def assert_good_is_untouched(frames, alone):
    (good,) = alone["documents"]["document_id"]
    for name, columns in CONTENT.items():
        kept = frames[name].filter(
            pl.col("document_id") == good, *([~pl.col("is_duplicate")] if name == "documents" else [])
        )
        assert kept.select(columns).equals(alone[name].select(columns)), name


def findings_of(frames, file):
    own = frames["findings"].filter(pl.col("source_path").str.ends_with("/" + file))
    return {row["rule_key"]: row for row in own.iter_rows(named=True)}


def document_of(frames, file):
    (row,) = frames["documents"].filter(pl.col("source_path").str.ends_with("/" + file)).iter_rows(named=True)
    return row


@pytest.mark.parametrize(
    ("file", "content", "status", "rule"),
    [
        ("empty.txt", b"", "empty", "empty_file"),
        ("spaces.txt", " \n\t\n\u3000".encode(), "empty", "empty_file"),
        ("bom.txt", b"\xef\xbb\xbf", "empty", "empty_file"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary", "binary_file"),
        ("paper.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "binary", "binary_file"),
        ("archive.txt", b"PK\x03\x04" + b"\x00" * 60, "binary", "binary_file"),
        ("nul.txt", b"abc\x00def" * 20, "binary", "binary_file"),
        ("noise.txt", bytes((i * 7919 + 13) % 251 for i in range(4000)), "binary", "binary_file"),
        ("note.txt", "今天天气很好。\n", "read", "not_a_report"),
        ("report.docx", GOOD + "\n另", "read", "unknown_extension"),
    ],
)
def test_a_bad_file_is_a_row_and_a_finding(tmp_path, alone, file, content, status, rule):
    frames = read_beside(tmp_path, {file: content})
    assert document_of(frames, file)["read_status"] == status
    found = findings_of(frames, file)
    assert rule in found
    assert file in found[rule]["message"]
    assert file in found[rule]["message_en"]
    assert found[rule]["line_start"] == (1 if status == "read" else None)
    assert_good_is_untouched(frames, alone)


def test_unreadable_files(tmp_path, alone):
    target = write_delivery(tmp_path, {"good.txt": GOOD})
    (target / "dangling.txt").symlink_to(target / "nowhere.txt")
    os.mkfifo(target / "pipe.txt")
    frames = read_folder(tmp_path)
    for file in ("dangling.txt", "pipe.txt"):
        assert document_of(frames, file)["read_status"] == "unreadable"
        assert document_of(frames, file)["document_id"] is None
        assert "unreadable_file" in findings_of(frames, file)
    assert_good_is_untouched(frames, alone)


def test_a_file_above_the_limit_is_not_read(tmp_path, alone):
    write_delivery(tmp_path, {"good.txt": GOOD, "huge.txt": GOOD * 20})
    frames = read_folder(tmp_path, max_file_bytes=len(GOOD.encode()) + 10)
    assert document_of(frames, "huge.txt")["read_status"] == "oversized"
    assert "oversized_file" in findings_of(frames, "huge.txt")
    assert_good_is_untouched(frames, alone)


def test_identical_files_are_two_documents_and_one_report(tmp_path, alone):
    frames = read_beside(tmp_path, {"same.txt": GOOD})
    assert frames["documents"]["is_duplicate"].to_list() == [False, True]
    assert frames["documents"]["is_report"].to_list() == [True, True]
    assert frames["reports"].height == 1
    assert "good.txt" in findings_of(frames, "same.txt")["duplicate_document"]["message"]
    assert_good_is_untouched(frames, alone)


def test_a_report_cut_in_the_middle_of_table_three(tmp_path):
    whole = next(report for seed in range(2, 99) if len((report := render_report(seed, "F2019")).cells) == 198)
    lines = whole.text.replace("\r\n", "\n").split("\n")
    cut = whole.cells["t3", "denied_process", "org_research"].line
    write_delivery(tmp_path, {"cut.txt": "\n".join(lines[:cut])})
    frames = read_folder(tmp_path)
    states = {
        (row["table_key"], row["row_key"], row["column_key"]): row["value_state"]
        for row in named_cells(frames).iter_rows(named=True)
    }
    assert len(states) == 198
    for key, true in whole.cells.items():
        row_is_cut = key[1] == "denied_process"
        if row_is_cut:
            assert states[key] == "ambiguous"
        else:
            assert states[key] == (true.state if true.line < cut else "absent"), key
    found = frames["findings"].filter(pl.col("rule_key").is_in(["row_length", "table_truncated", "table_absent"]))
    assert set(found.select("rule_key", "table_key").iter_rows()) == {
        ("row_length", "t3"),
        ("table_truncated", "t3"),
        ("table_absent", "t4"),
    }
    assert found.filter(pl.col("rule_key") == "row_length")["line_start"].to_list() == [cut - 3]


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("gbk", b"", "gb18030"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-16-le", b"", "utf-16"),
    ],
)
def test_encodings_give_the_same_text_and_lines(tmp_path, alone, codec, mark, encoding):
    text = GOOD.replace("\u00a0", " ")
    write_delivery(tmp_path, {"a.txt": mark + text.encode(codec)})
    frames = read_folder(tmp_path)
    row = document_of(frames, "a.txt")
    assert (row["encoding"], row["text"]) == (encoding, text.replace("\r\n", "\n"))
    keys = ["table_key", "row_key", "column_key", "value", "value_state", "line_start"]
    assert frames["cells"].select(keys).equals(alone["cells"].select(keys))


def test_a_text_with_a_few_broken_bytes_is_read_and_said_so(tmp_path):
    data = GOOD.encode()
    at = data.index("总体情况".encode()) + 1
    write_delivery(tmp_path, {"a.txt": data[:at] + b"\xff" + data[at + 1 :]})
    frames = read_folder(tmp_path)
    assert document_of(frames, "a.txt")["encoding"] == "utf-8"
    assert "undecodable_bytes" in findings_of(frames, "a.txt")
    assert frames["reports"].height == 1


# Several texts an example: parsing one costs hardly less than parsing ten.
@given(st.lists(st.binary(max_size=400), min_size=1, max_size=24))
@settings(max_examples=24, deadline=None)
def test_no_bytes_raise(files):
    decoded = [decode_text(data) for data in files]
    parse_texts({number: one.text for number, one in enumerate(decoded) if one is not None})


FRAGMENTS = ["\t规章", "\t0", "\t", "", "\t12", "\t结果维持", "\t行政复议", "二、主动公开政府信息情况", "\t信息内容",
             "\t本年新制作数量", "\t（七）总计", "0", "规章000", "| 规章 | 0 |", "\t其他", "\t3.其他", "2020年政府信息公开工作年度报告",
             "\t政务微信公开政府信息数", "\t条", "\t本行政区域政府信息公开发布总数量：5", "\t5(3)", "。", "\u2028", "\x0b1"]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=60), min_size=1, max_size=24))
@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_the_forms_own_words_conserves_numbers(texts):
    reports = parse_texts({number: "\n".join(lines) for number, lines in enumerate(texts)}).reports
    for row in reports.iter_rows(named=True):
        assert row["n_table_numbers"] == row["n_cell_numbers"] + row["n_finding_numbers"]


def test_a_delivery_may_be_a_link_to_a_folder_and_links_in_circles_end(tmp_path, alone):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "good.txt").write_bytes(GOOD.encode("utf-8"))
    (elsewhere / "circle").symlink_to(elsewhere)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "delivery").symlink_to(elsewhere)
    frames = read_folder(tmp_path)
    assert_good_is_untouched(frames, alone)
    assert document_of(frames, "circle")["read_status"] == "unreadable"
