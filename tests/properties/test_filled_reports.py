"""What must hold for texts that are filled in by position: every frame is the one that the careful reading gives."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.documents.html import convert_html
from pipelines.forms.labels import header_labels, row_labels
from pipelines.parsing import filling, placing, templates
from pipelines.parsing.leftovers import find_unread_tables, may_hold_row
from pipelines.parsing.reports import ParsedReports, parse_texts
from pipelines.parsing.skeletons import cut_skeleton
from pipelines.parsing.value_marks import loosen
from tests.fuzzing.fragments import fragments
from tests.properties.test_rendered_reports import DAMAGES
from tests.rendering.corpus import generate
from tests.rendering.tabbed import render_report

FOUNDING = sorted((Path(__file__).resolve().parents[2] / "data" / "raw" / "township-reports").glob("*.txt"))
FRAMES = [field.name for field in fields(ParsedReports) if field.name != "findings"]
PLAIN = ["0", "0", "0", "1", "7", "12", "345", "00", "3.50", "0.5", "12345678901"]
ODD = ["012", "1000000000000", "１２", "1,234", "-3", "5件", "", "/", "无", "1 2"]
LINE = re.compile(r"(?m)^(\t[ \u3000\u00a0]*)([1-9]\d*|0)([ \u3000\u00a0]*)$")


def other_figures(text: str, rng: random.Random, n_odd: int = 0) -> str:
    """The same text with other plain figures, and a few cells that hold no plain figure."""
    text = LINE.sub(lambda line: line[1] + rng.choice(PLAIN) + line[3], text)
    lines = text.split("\n")
    for at in rng.sample([at for at, line in enumerate(lines) if LINE.fullmatch(line)], n_odd):
        lines[at] = "\t" + rng.choice(ODD)
    return "\n".join(lines)


def damage(text: str, seed: int) -> str:
    lines = text.split("\n")
    DAMAGES[seed % len(DAMAGES)](lines, random.Random(seed))
    return "\n".join(lines)


def other_prose(text: str, rng: random.Random) -> str:
    """A line of prose more at the beginning, and perhaps lines at the end that could be rows of figures."""
    ending = rng.choice(["", "附件：无", "12\n", "规章 0 0 0", "合计　12", "电话 0431-84100000 12 34", "2021年1月22日"])
    return rng.choice(["", "政府信息公开", "　　本报告由镇政府编制。\n\n"]) + "\n" + text + ending


@pytest.fixture(scope="module")
def texts() -> dict[int, str]:
    founding = [path.read_text(encoding="utf-8") for path in FOUNDING]
    rendered = [render_report(seed).text.replace("\r\n", "\n") for seed in range(15)]
    damaged = [damage(render_report(100 + seed).text.replace("\r\n", "\n"), seed) for seed in range(10)]
    printed = [generate(seed, layout=layout) for seed in range(4) for layout in ("tabbed", "bars4", "lines_blank")]
    other = [document.content.decode("utf-8", "replace") for document in printed if not document.name.endswith("html")]
    rng = random.Random(7)
    drawn = []
    for text in [*founding, *rendered, *damaged, *other]:
        drawn += [other_figures(text, rng), other_figures(text, rng), other_prose(other_figures(text, rng), rng)]
        n_cells = len(LINE.findall(text))
        drawn += [other_figures(text, rng, n_odd=n) for n in (1, 12) if n_cells > n] or [text]
    rng.shuffle(drawn)
    return dict(enumerate(drawn))


@pytest.fixture(scope="module")
def careful(texts) -> ParsedReports:
    return read_with_care(texts)


def fill_known(texts: dict[int, str]):
    return filling.fill_known(texts, filling.cut_skeletons(texts))


def read_with_care(texts: dict[int, str]) -> ParsedReports:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "find_templates", lambda _: {})
        patch.setattr(placing, "find_templates", lambda *_, **__: {})
        return parse_texts(texts)


def by_doc(parsed: ParsedReports) -> dict[int, list[dict[str, object]]]:
    findings = defaultdict(list)
    for doc, finding in parsed.findings:
        findings[doc].append(finding)
    return {doc: sorted(found, key=lambda one: one.get("line_start") or 0) for doc, found in findings.items()}


def assert_same(parsed: ParsedReports, expected: ParsedReports) -> None:
    for name in FRAMES:
        assert_frame_equal(getattr(parsed, name), getattr(expected, name), check_exact=True)
    assert by_doc(parsed) == by_doc(expected)


def test_filled_frames_are_those_of_the_careful_reading(texts, careful):
    templates._kept.clear()
    assert_same(parse_texts(texts), careful)
    filled, _ = fill_known(texts)
    assert len(filled.docs) > 0.25 * len(texts), "hardly anything was filled in"


def test_order_and_company_change_nothing(texts, careful):
    templates._kept.clear()
    order = list(texts)
    random.Random(1).shuffle(order)
    parts = [order[at : at + 60] for at in range(0, len(order), 60)] + [[doc] for doc in order[:3]]
    for part in parts:
        parsed = parse_texts({doc: texts[doc] for doc in sorted(part)})
        for name in FRAMES:
            frame = getattr(careful, name)
            assert_frame_equal(getattr(parsed, name), frame.filter(pl.col("doc").is_in(part)), check_exact=True)


@pytest.mark.parametrize("path", FOUNDING, ids=lambda path: path.name[:3])
def test_founding_texts_are_filled_in_whatever_their_figures(path):
    rng = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    varied = {doc: other_figures(text, rng) for doc in range(20)}
    filled, rest = fill_known(varied)
    assert (filled.docs.to_list(), rest) == (list(varied), {})


@pytest.fixture(scope="module")
def plain_page() -> str:
    """A page of the whole form whose cells are plain figures."""
    drawn = (generate(seed, layout="html") for seed in range(40))
    texts = (convert_html(page.content).text for page in drawn if page.name.endswith("html"))
    for text in texts:
        own = cut_skeleton(text)
        if own is not None and not loosen([own.signature])[own.signature].odd:
            template = templates.find_templates([own.signature]).get(own.signature)
            if template is not None and template.takes_words:
                return text
    raise AssertionError("none of the pages has a template")


@pytest.mark.parametrize("value", ["", "　", "/", "无", "零", "１２", "1,234", "-3", "见附件"])
def test_blanks_and_words_among_the_figures_are_filled_in(plain_page, value):
    """Each text has them in other cells, so that no two are alike line by line."""
    rng = random.Random(value)
    drawn = {}
    for doc in range(6):
        lines = other_figures(plain_page, rng).split("\n")
        cells = [at for at, line in enumerate(lines) if LINE.fullmatch(line)]
        for at in rng.sample(cells, 9):
            lines[at] = "\t" + value
        drawn[doc] = "\n".join(lines)
    filled, rest = fill_known(drawn)
    assert (filled.docs.to_list(), rest) == (list(drawn), {})
    kept = filled.cells.group_by("doc", maintain_order=True).agg((pl.col("raw_value") == value).sum())
    assert kept["raw_value"].to_list() == [9] * len(drawn)


@pytest.fixture(scope="module")
def merged_pages() -> dict[int, str]:
    """Pages that write merged cells as blank ones, each with other values in its cells, few of them or many empty."""
    drawn = (generate(seed, layout="html_blank_cells") for seed in range(60))
    pages = [convert_html(page.content).text for page in drawn if page.name.endswith("html") and not page.damages]
    pages = [page for page in pages if len(LINE.findall(page)) > 50]
    texts = []
    for number, page in enumerate(pages):
        rng = random.Random(number)
        for share, odd in ((0, ""), (0.1, ""), (0.2, "/"), (0.5, "见附件"), (0.8, "无"), (0.9, "")):
            lines = other_figures(page, rng).split("\n")
            for at, line in enumerate(lines):
                if LINE.fullmatch(line) and rng.random() < share:
                    lines[at] = "\t" + rng.choice(["", "", "", "　", "１２", "-3", "1,234", "5件", odd])
            # All cells of a printed row are empty.
            at = rng.choice([0, *(at for at, line in enumerate(lines) if LINE.fullmatch(line))])
            while share and LINE.fullmatch(lines[at]):
                lines[at] = "\t"
                at += 1
            texts.append("\n".join(lines))
    return dict(enumerate(texts))


def test_pages_with_blank_cells_for_merged_ones_are_filled_in(merged_pages):
    templates._kept_by_place.clear()
    assert_same(parse_texts(merged_pages), read_with_care(merged_pages))
    by_figures, _ = fill_known(merged_pages)
    filled, rest = placing.fill_texts(merged_pages)
    assert len(filled.docs) - len(by_figures.docs) > 0.3 * len(merged_pages), "hardly anything was filled in by place"
    assert sorted([*filled.docs, *rest]) == list(merged_pages)


@pytest.mark.parametrize("line", ["浏览次数", "规章", "12 0", "（一）予以公开"])
def test_a_page_whose_prose_may_be_a_part_of_a_table_is_read_with_care(merged_pages, line):
    """A line of words between two tables, without heading or sentence, makes them one; a label begins another."""
    filled, _ = placing.fill_texts(merged_pages)
    by_figures, _ = fill_known(merged_pages)
    page = merged_pages[next(doc for doc in filled.docs if doc not in set(by_figures.docs))]
    *_, start = cut_skeleton(page).starts
    lines = page.split("\n")
    above = max(at for at in range(start - 1) if lines[at].startswith("\t"))
    lines[above + 1 : start - 1] = ["", line, ""]
    text = "\n".join(lines)
    assert placing.fill_texts({0: text})[1] == {0: text}


@pytest.mark.parametrize("value", ["012", "1 2", "1000000000000", "5万元", "规章", "总计", "：", "12："])
def test_a_value_that_may_be_more_than_one_is_read_with_care(plain_page, value):
    odd = LINE.sub("\t" + value, plain_page, count=1)
    loose = next(iter(loosen([cut_skeleton(odd).signature]).values()))
    assert loose.odd == ()


def test_neither_the_blank_cell_of_a_header_nor_a_unit_is_a_value():
    """其他 names rows as well as columns; units stand between a label and its figures."""
    header = "\n\t商业企业\n\t法律\n服务机构\n\t其他\n\t"
    units = "\t2.政府网站公开政府信息数\n\t条"
    signature = f"{header}\n\n\t规章\n\t\n\t/\n\n{units}\x00\n\t无"
    assert loosen([signature])[signature].signature == f"{header}\n\n\t规章\x00\x00\n\n{units}\x00\x00"


def test_a_template_keeps_no_more_than_its_bound(monkeypatch):
    monkeypatch.setattr(templates, "_MAX_KEPT", 3)
    templates._kept.clear()
    drawn = [cut_skeleton(render_report(seed).text.replace("\r\n", "\n")) for seed in range(8)]
    signatures = [skeleton.signature for skeleton in drawn if skeleton is not None]
    assert set(templates.find_templates(signatures)) <= set(signatures)
    assert len(templates._kept) == 3
    templates._kept.clear()


def test_no_label_of_the_form_is_a_figure():
    """A plain figure in a cell can never name a row or a column, so that the rows do not depend on it."""
    labels = [*row_labels()["label"], *header_labels()["label"]]
    assert [label for label in labels if label.isdecimal() or not label] == []


def test_no_line_of_figures_is_taken_for_prose():
    """Whatever is a finding in the section of a table, a text with such a line is read with care."""
    rng = random.Random(3)
    pieces = [piece for piece in fragments() if "\n" not in piece and "\t" not in piece and len(piece) < 400]
    odd = [
        "12",
        " ",
        "　",
        "：",
        "0 0",
        "１２ 3",
        "邮编：",
        "2021-01-22",
        "①",
        "٣",
        "¨",
        "万元",
        "规章",
        "行政许可",
        "\x85",
        "½ 3",
    ]
    drawn = ["".join(rng.choices([*odd, *rng.sample(pieces, 20)], k=rng.randint(1, 5))) for _ in range(20_000)]
    lines = pl.DataFrame({"doc": range(len(drawn)), "text": drawn}, schema={"doc": pl.UInt32, "text": pl.String})
    lines = lines.with_columns(line=pl.lit(1, pl.Int32), section_key=pl.lit("disclosure"), is_heading=pl.lit(False))
    found = find_unread_tables(lines)["doc"].to_list()
    assert len(found) > 1_000
    assert [drawn[doc] for doc in found if not may_hold_row(drawn[doc])] == []
    site = [
        "联系电话：0431-84100000 邮编：130600",
        "发布日期：2022-01-22 来源：党政办 浏览次数：1234 字体：【大 中 小】",
    ]
    assert not any(map(may_hold_row, site))
