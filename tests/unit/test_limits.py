"""Texts beyond any report's size, and documents on which the parser fails: a finding each, in bounded time."""

from __future__ import annotations

import time
from dataclasses import replace

import polars as pl
import pytest

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.formats import Reader, convert_document
from pipelines.documents.isolation import IsolatedConverter
from pipelines.documents.layouts import is_rule
from pipelines.documents.markdown import convert_markdown
from pipelines.parsing import batches
from pipelines.parsing.batches import Care
from pipelines.parsing.chunks import parse_chunk, whole_delivery
from pipelines.parsing.limits import excess_of
from pipelines.parsing.placements import Value, placements
from pipelines.parsing.placing import _is_apart
from pipelines.parsing.reports import parse_texts
from pipelines.parsing.skeletons import FIGURE_MARK, Skeleton
from pipelines.parsing.templates import _kept, _kept_by_place, find_templates
from pipelines.parsing.tokens import lex
from tests.reading import read_folder, settings_of, write_delivery
from tests.rendering.tabbed import render_report

GOOD = render_report(1).text
HEAD = "太平镇人民政府2020年政府信息公开工作年度报告\n二、主动公开政府信息情况\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0\n" * 200_000, "200,001 lines"),
        ("字" * 100_001, "a line of more than 100,000 characters"),
        ("字\n" * 500_001, "1,000,002 characters"),
        ("|0|0|0\n" * 70_000, "210,000 marks between cells"),
    ],
    ids=["lines", "line", "characters", "cells"],
)
def test_a_text_beyond_the_limits_is_a_finding(text, reason):
    assert excess_of(text) == reason
    parsed = parse_texts({7: HEAD + text, 8: GOOD})
    assert parsed.reports["doc"].to_list() == [8]
    assert [(doc, found["rule_key"]) for doc, found in parsed.findings if doc == 7] == [(7, "too_complex")]


def test_a_report_is_far_within_the_limits():
    assert excess_of(GOOD * 20) is None


def test_a_plain_text_above_the_limit_of_all_formats(monkeypatch):
    monkeypatch.setattr("pipelines.documents.formats.MAX_CHARACTERS", 1000)
    with IsolatedConverter() as isolated, pytest.raises(UnreadableDocument) as raised:
        convert_document(("年报" * 501).encode(), "a.txt", Reader(isolated, 1 << 20))
    assert raised.value.rule_key == "too_complex"


@pytest.mark.parametrize(
    "text",
    [
        "规章\n" * 50_000,
        "规章|0|0|0\n" * 20_000,
        "规章,0,0,0\n" * 20_000,
        ("规章 " * 10_000 + "\n") * 3,
        ("政府信息公开" * 16_000 + "\n") * 3,
        "规章 0\n" + "词语好啊\n" * 30_000,
        "\t规章\n" + "\t词语\n" * 20_000 + "\t0\n",
        "规章 0" + " " * 99_000 + "字\n",
        "|" + "-" * 99_000 + "x\n",
        "规章 0\n" + "\n" * 190_000 + "规章 0\n",
        "规章" + "（" * 99_000 + " 0\n",
        ("本年公开政府信息30条，收到申请5件，" * 5_000 + "\n") * 3,
    ],
    ids=range(12),
)
def test_long_texts_take_seconds(text):
    start = time.process_time()
    for row in parse_texts({0: HEAD + text}).reports.iter_rows(named=True):
        assert row["n_table_numbers"] == row["n_cell_numbers"] + row["n_finding_numbers"]
    assert time.process_time() - start < 20


def test_single_steps_are_linear():
    start = time.process_time()
    assert not is_rule("|" + "-" * 500_000 + "x")
    assert len(lex("规章 " * 3_000)) == 3_000
    assert lex("词" * 300_000) == (("words", "词" * 300_000),)
    assert time.process_time() - start < 10


def test_rows_that_can_be_placed_in_too_many_ways_are_not_placed():
    start = time.process_time()
    blank = Value("", 0.0, "blank", None, 1, 1, 0)
    figure = Value("1", 1.0, "number", None, 1, 1, 1)
    digits = Value("1" + "0" * 100_000, None, "ambiguous", None, 1, 1, 1)
    assert placements([figure, *[blank] * 60, figure], 7) is None
    assert placements([digits], 7) == []
    assert time.process_time() - start < 5


def test_markdown_does_not_grow_by_the_cells_that_its_rows_lack():
    table = "|a" * 100 + "\n" + "|-" * 100 + "\n"
    with pytest.raises(UnreadableDocument) as raised:
        convert_markdown((table + "|\n" * 50_000).encode())
    assert raised.value.rule_key == "too_complex"
    start = time.process_time()
    convert_markdown(b"|---|\n" * 5_000)
    assert time.process_time() - start < 10


def test_a_page_that_takes_its_parser_minutes_is_read_in_the_other_process():
    start = time.process_time()
    with IsolatedConverter(1) as isolated, pytest.raises(UnreadableDocument) as raised:
        convert_document(b"<html><select>" + b"<option>1" * 100_000, "a.html", Reader(isolated, 1 << 20))
    assert raised.value.rule_key == "conversion_failed"
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    [
        "本年公开" + "总数" * 500 + "x30条。\n",
        "本年公开" + "总数" * 500 + "x，公开信息30条。\n",
        "收到" + "请求" * 500 + "30件。未收到信息公开申请" + "要求" * 400 + "x\n",
        "一、发布日期" + " " * 90_000 + "x\n",
        "（" + "中" * 90_000 + "\n",
        "0" + " " * 90_000 + "x\n",
        "本行政区域政府信息公开发布总数量：" + " " * 90_000 + "x\n",
        " " * 90_000 + "规章\n",
        "太平镇" + "年度" * 30 + "x2020年政府信息公开工作年度报告\n",
        "\t1\n\n\t" + " " * 90_000 + "x\n" + "y\n" * 300,
        "\t1\n\n甲 " + "1" * 90_000 + "\n",
        "\t1\n\n甲 1" + "," * 90_000 + "x\n",
        "二、主动公开政府信息情况\n行政许可" + "1," * 45_000 + "年\n",
    ],
    ids=range(13),
)
def test_no_pattern_backtracks_without_bound(text):
    start = time.process_time()
    parse_texts({0: text + HEAD + text, 1: HEAD + "规章 0\n" + text})
    assert time.process_time() - start < 10


def test_a_page_of_very_many_tables_is_looked_through_once():
    n = 60_000
    skeleton = Skeleton("", list(range(1, 3 * n, 3)), [], [(line, "正文。") for line in range(3, 3 * n, 3)])
    start = time.process_time()
    assert _is_apart(skeleton)
    assert time.process_time() - start < 10
    assert not _is_apart(replace(skeleton, prose=skeleton.prose[:-1]))


def test_very_long_forms_are_not_kept():
    form = "\t规章" + f"\n\t{FIGURE_MARK}" * 50_000
    before = (len(_kept), len(_kept_by_place))
    assert find_templates([form, form]) == {}
    assert find_templates([form, form], by_place=True) == {}
    assert (len(_kept), len(_kept_by_place)) == before


def test_figures_above_what_a_float_holds_are_ambiguous():
    report = (
        HEAD
        + "信息内容|本年制发件数|本年废止件数|现行有效件数\n规章|1|"
        + "9" * 400
        + "|2\n本年公开信息"
        + "9" * 400
        + "条。\n"
    )
    parsed = parse_texts({0: report})
    assert parsed.cells["value"].is_finite().drop_nulls().all()
    assert parsed.prose_counts.is_empty()


def test_a_document_on_which_the_parser_fails_is_a_finding_of_its_own(tmp_path, monkeypatch):
    def fail_on_one(texts, titles, urls):
        if any("毒" in text for text in texts.values()):
            raise ZeroDivisionError("a bug")
        return parse_texts(texts, titles, urls)

    write_delivery(tmp_path, {"a.txt": GOOD, "b.txt": "毒" * 10, "c.txt": "今天天气很好。"})
    expected = read_folder(tmp_path)
    monkeypatch.setattr(batches, "parse_texts", fail_on_one)
    frames = read_folder(tmp_path)
    for name in ("reports", "cells", "prose_counts"):
        assert frames[name].equals(expected[name]), name
    assert frames["documents"].equals(expected["documents"])
    (found,) = frames["findings"].filter(pl.col("rule_key") == "parsing_failed").iter_rows(named=True)
    assert (found["source_path"], found["severity"]) == ("delivery/b.txt", "error")
    for message in (found["message"], found["message_en"]):
        assert "delivery/b.txt" in message
        assert "ZeroDivisionError: a bug" in message
    others = frames["findings"].filter(pl.col("source_path") != "delivery/b.txt")
    assert others.equals(expected["findings"].filter(pl.col("source_path") != "delivery/b.txt"))


def test_batches_change_nothing(tmp_path, monkeypatch):
    write_delivery(tmp_path, {f"{n}.txt": render_report(n % 4).text for n in range(6)})
    expected = read_folder(tmp_path)
    settings = settings_of(tmp_path)
    (delivery,) = find_deliveries(settings.raw_dir)
    pairs = parse_chunk(replace(whole_delivery(delivery), care=Care(batch=2)), settings)
    monkeypatch.setattr(batches, "_BATCH_CHARACTERS", 5_000)
    for frames in (pairs, read_folder(tmp_path)):
        assert all(frames[name].equals(expected[name]) for name in frames)
