"""delivery.yaml: what it may say, everything that can be wrong with it, and that it is no document."""

from __future__ import annotations

import datetime as dt
import os

import polars as pl
import pytest

from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.descriptions import MAX_DESCRIPTION_BYTES
from pipelines.documents.fingerprints import content_fingerprint, stat_signature
from pipelines.parsing.scopes import describe_delivery
from tests.reading import read_folder, settings_of, write_delivery

TODAY = dt.date(2024, 6, 1)
SCOPE = """
collected_on: 2024-05-06
scope:
  - division: 长春市双阳区
    levels: [county, township]
    years: [2020, 2022-2023]
    deadline: 01-31
"""


def describe(folder, text, name="delivery.yaml"):
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    write_delivery(folder, {name: data})
    (delivery,) = find_deliveries(settings_of(folder).raw_dir)
    assert delivery.files == ()
    return describe_delivery(delivery, TODAY)


def problem_of(described):
    (row,) = described["findings"].iter_rows(named=True)
    assert described["deliveries"]["description_status"].to_list() == ["invalid"]
    assert described["delivery_scopes"].is_empty()
    assert described["deliveries"]["collected_on"].to_list() == [None]
    assert (row["rule_key"], row["severity"]) == ("delivery_description_invalid", "error")
    assert row["source_path"] in row["message"]
    assert row["source_path"] in row["message_en"]
    return row["actual"], row["line_start"], row["message_en"]


def test_everything_that_a_description_may_say(tmp_path):
    described = describe(
        tmp_path,
        "source: 双阳区政府网站  年报栏目\nlicence: CC BY 4.0\ncollector: 某某\n" + SCOPE,
    )
    (row,) = described["deliveries"].iter_rows(named=True)
    assert row == {
        "delivery": "delivery",
        "description_path": "delivery/delivery.yaml",
        "description_status": "valid",
        "collected_on": dt.date(2024, 5, 6),
        "delivery_source": "双阳区政府网站 年报栏目",
        "licence": "CC BY 4.0",
        "collector": "某某",
    }
    assert described["delivery_scopes"].drop("delivery").rows() == [
        (1, "220112", "county", 2020, 2020, 1, 31),
        (2, "220112", "county", 2022, 2023, 1, 31),
        (3, "220112", "township", 2020, 2020, 1, 31),
        (4, "220112", "township", 2022, 2023, 1, 31),
    ]
    assert described["findings"].is_empty()


@pytest.mark.parametrize(
    ("division", "code"),
    [
        ("220112", "220112"),
        ("'220112'", "220112"),
        ("220100", "2201"),
        ("220112000000", "220112"),
        ("吉林省长春市双阳区", "220112"),
        ("吉林省 长春市", "2201"),
        ("吉林省", "22"),
    ],
)
def test_a_division_by_code_or_name(tmp_path, division, code):
    text = f"collected_on: '2024-05-06'\nscope:\n- division: {division}\n  levels: township\n  years: 2023\n"
    assert describe(tmp_path, text)["delivery_scopes"]["division_code"].to_list() == [code]


def test_without_scope_nothing_is_claimed(tmp_path):
    described = describe(tmp_path, "source: 某网站\n")
    assert described["deliveries"]["description_status"].to_list() == ["valid"]
    assert described["delivery_scopes"].is_empty()


def entry(**changes):
    values = {"division": "长春市双阳区", "levels": "township", "years": "2023", **changes}
    lines = [f"    {key}: {value}" for key, value in values.items() if value is not None]
    return "collected_on: 2024-05-06\nscope:\n  -\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "key", "line", "words"),
    [
        ("sorce: x\n", "sorce", 1, "no such key; known are source, licence"),
        ("source: x\nsource: y\n", "source", 2, "appears twice"),
        ("- a\n- b\n", None, 1, "has to be keys"),
        ("source: [a]\n", "source", 1, "single value"),
        ("source: ''\n", "source", 1, "has to be a text"),
        ("source: 5\n", "source", 1, "has to be a text"),
        ("source: " + "长" * 3000 + "\n", "source", 1, "more than 2000 characters"),
        ("licence: yes\n", "licence", 1, "has to be a text"),
        ("collected_on: 2024-02-30\n", "collected_on", 1, "no date"),
        ("collected_on: 20240506\n", "collected_on", 1, "no date"),
        ("collected_on: 2024-05-06 10:00:00\n", "collected_on", 1, "no date"),
        ("collected_on: 2042-05-06\n", "collected_on", 1, "in the future"),
        ("scope: []\ncollected_on: 2024-05-06\n", "scope", 1, "has to be a list"),
        ("scope: 220112\ncollected_on: 2024-05-06\n", "scope", 1, "has to be a list"),
        ("scope:\n- division: 220112\n  levels: township\n  years: 2023\n", "scope", 1, "date of collection"),
        (entry(division=None), "scope[1]", 4, "division is missing"),
        (entry(levels=None), "scope[1]", 4, "levels is missing"),
        (entry(years=None), "scope[1]", 4, "years is missing"),
        (entry(level="township"), "scope[1].level", 7, "no such key"),
        (entry(division="太平镇"), "scope[1].division", 4, "may be any of"),
        (entry(division="没有县"), "scope[1].division", 4, "there is no division"),
        (entry(division="阳区"), "scope[1].division", 4, "there is no division"),
        (entry(division="990101"), "scope[1].division", 4, "there is no division"),
        (entry(division="2.5"), "scope[1].division", 4, "has to be a text"),
        (entry(levels="village"), "scope[1].levels", 5, "none of province, prefecture"),
        (entry(levels="[township, [county]]"), "scope[1].levels[2]", 5, "single value"),
        (entry(levels="province"), "scope[1].levels", 4, "has no province in it"),
        (entry(years="2023-2019"), "scope[1].years", 6, "is reversed"),
        (entry(years="'23'"), "scope[1].years", 6, "is no year"),
        (entry(years="2023.5"), "scope[1].years", 6, "has to be a text"),
        (entry(years="2007"), "scope[1].years", 6, "not within 2008 and 2024"),
        (entry(years="2020-2025"), "scope[1].years", 6, "not within 2008 and 2024"),
        (entry(deadline="02-29"), "scope[1].deadline", 7, "no month and day"),
        (entry(deadline="2024-01-31"), "scope[1].deadline", 7, "has to be a text"),
        (entry(deadline="13-01"), "scope[1].deadline", 7, "no month and day"),
        ("", None, None, "the file is empty"),
        ("# nothing\n", None, None, "the file is empty"),
        ("source: [\n", None, 2, "no valid YAML"),
        ("source: x\n---\nsource: y\n", None, 2, "no valid YAML"),
        ("source: !!python/object/apply:os.system ['x']\n", "source", 1, "single value"),
        ("source: !!binary x\n", "source", 1, "has to be a text"),
        ("source: &a x\nlicence: *a\n", None, 2, "aliases"),
        ("source: \x00\n", None, None, "no valid YAML"),
        ("[" * 5000, None, None, "no valid YAML"),
        ("? [a]\n: x\n", "?", 1, "no such key"),
        (b"source: \xff\xfe\n", None, None, "not in UTF-8"),
        (b"#" * (MAX_DESCRIPTION_BYTES + 1), None, None, "more than"),
    ],
)
def test_what_is_wrong_is_named_and_claims_nothing(tmp_path, text, key, line, words):
    found_key, found_line, message = problem_of(describe(tmp_path, text))
    assert (found_key, found_line) == (key, line), message
    assert words in message


def test_two_descriptions_or_one_in_the_wrong_place_claim_nothing(tmp_path):
    write_delivery(tmp_path, {"delivery.yaml": SCOPE, "delivery.yml": SCOPE}, "two")
    below = write_delivery(tmp_path, {}, "below") / "in"
    below.mkdir()
    (below / "delivery.yaml").write_text(SCOPE, encoding="utf-8")
    write_delivery(tmp_path, {"a.jsonl.delivery.yaml": SCOPE}, "inside")
    (tmp_path / "raw" / "gone.jsonl.delivery.yaml").write_text(SCOPE, encoding="utf-8")
    (tmp_path / "raw" / "delivery.yaml").write_text(SCOPE, encoding="utf-8")
    os.mkfifo(write_delivery(tmp_path, {}, "pipe") / "delivery.yaml")
    found = {delivery.name: delivery for delivery in find_deliveries(settings_of(tmp_path).raw_dir)}
    words = {
        "two": "a delivery has several",
        "below": "at the top of the delivery's folder",
        "inside": "at the top of the delivery's folder",
        "gone.jsonl.delivery.yaml": "no delivery of that name",
        "delivery.yaml": "no delivery of that name",
        "pipe": "not a regular file",
    }
    assert set(found) == set(words)
    for name, delivery in found.items():
        assert words[name] in problem_of(describe_delivery(delivery, TODAY))[2]


def test_the_description_of_a_file_stands_beside_it_and_is_no_delivery(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "shard.jsonl").write_text('{"text": "今天天气很好。"}\n', encoding="utf-8")
    (raw / "shard.jsonl.delivery.yaml").write_text(SCOPE, encoding="utf-8")
    (delivery,) = find_deliveries(raw)
    assert [file.name for file in delivery.files] == ["shard.jsonl"]
    assert describe_delivery(delivery, TODAY)["delivery_scopes"].height == 4
    frames = read_folder(tmp_path)
    assert frames["documents"]["source_path"].to_list() == ["shard.jsonl"]
    assert frames["deliveries"]["description_path"].to_list() == ["shard.jsonl.delivery.yaml"]


def test_a_wrong_description_stops_nothing_else(tmp_path):
    write_delivery(tmp_path, {"a.txt": "今天天气很好。", "delivery.yaml": "sorce: x\n"})
    frames = read_folder(tmp_path)
    assert frames["documents"]["source_path"].to_list() == ["delivery/a.txt"]
    assert frames["findings"].select("source_path", "rule_key").rows() == [
        ("delivery/a.txt", "not_a_report"),
        ("delivery/delivery.yaml", "delivery_description_invalid"),
    ]
    assert frames["deliveries"].filter(pl.col("description_status") == "invalid").height == 1


def test_a_change_of_the_description_alone_is_noticed(tmp_path):
    write_delivery(tmp_path, {"a.txt": "今天天气很好。"})
    seen = set()
    for text in (None, "source: x\n", "source: yy\n"):
        if text is not None:
            write_delivery(tmp_path, {"delivery.yaml": text})
        (delivery,) = find_deliveries(settings_of(tmp_path).raw_dir)
        seen |= {content_fingerprint(delivery), stat_signature(delivery)}
    assert len(seen) == 6
