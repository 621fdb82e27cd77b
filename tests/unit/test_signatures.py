"""Signatures: alike for the same words wherever they were taken from, different for other facts, the same on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import polars as pl
import pytest

from pipelines.parsing.reports import parse_texts
from pipelines.parsing.signatures import PERMUTATIONS, SHINGLE, sketch_texts
from pipelines.settings import PROJECT_DIR
from tests.rendering.tabbed import render_report

SENTENCES = [
    "青石镇人民政府严格按照《中华人民共和国政府信息公开条例》的规定，安排专人负责信息发布和日常维护。",
    "2020年，我镇共主动公开政府信息135条，其中政府网站公开87条，微信公众号公开48条。",
    "镇党政办公室每季度对各村和站所的公开栏检查一遍，对更新不及时的当场指出并限期改正。",
    "全年没有收到要求公开政府信息的申请，也没有因此引起的行政复议和行政诉讼。",
    "存在的问题主要是群众关心的惠民资金、土地流转内容公开得不够细，解读材料偏少。",
    "下一步将充实公开目录，把低保、医疗、教育等信息按月公布，方便群众查询和监督。",
    "同时加强对经办人员的培训，做到先审查、后公开，确保发布内容准确、及时、安全。",
    "本机关没有其他需要报告的事项，欢迎社会各界对公开工作提出意见和建议。",
]
TITLE = "长春市双阳区青石镇人民政府2020年政府信息公开工作年度报告"
DIGESTS = ("text_digest", "prose_digest", "cells_digest", "sketch")


def sign(text: str, title: str = TITLE) -> dict:
    report = f"{title}\n一、总体情况\n{text}\n二、主动公开政府信息情况"
    (row,) = parse_texts({0: report}).signatures.iter_rows(named=True)
    return row


def similarity(first: dict, second: dict) -> float:
    differing = sum((a ^ b).bit_count() for a, b in zip(first["sketch"], second["sketch"], strict=True))
    return 1 - 2 * differing / PERMUTATIONS


PLAIN = sign("\n".join(SENTENCES))


@pytest.mark.parametrize(
    "text",
    [
        "".join(SENTENCES),
        "\n\n".join("\u3000\u3000" + sentence for sentence in SENTENCES),
        "\n".join(SENTENCES).translate(str.maketrans("0123456789，：", "０１２３４５６７８９,:")),
        "\n".join(sentence.replace("信息", "信 息\u00a0") for sentence in SENTENCES),
        "浏览次数：1234次 字体：【大 中 小】 打印本页 关闭窗口\n" + "\n".join(SENTENCES),
        "您当前的位置：首页>政务公开>乡镇、街道>青石镇>政府信息公开年报\n" + "\n".join(SENTENCES),
        "\n".join(SENTENCES) + "浏览次数：88 发布日期：2021-03-05 09:30",
        "\n".join(SENTENCES) + "\n青石镇人民政府\n2021年1月20日",
        "\n".join(SENTENCES).replace("开", "開").replace("条", "條"),
    ],
    ids=[
        "one paragraph",
        "indented",
        "widths",
        "spaces",
        "counter",
        "breadcrumb",
        "date behind",
        "signature",
        "script",
    ],
)
def test_the_same_words_from_another_place_have_the_same_digests(text):
    signed = sign(text)
    assert [signed[name] for name in DIGESTS] == [PLAIN[name] for name in DIGESTS]
    assert signed["n_characters"] == PLAIN["n_characters"] > 250


def test_a_figure_a_name_and_a_year_are_kept_apart():
    text = "\n".join(SENTENCES)
    other_figure = sign(text.replace("135条", "136条"))
    assert other_figure["text_digest"] != PLAIN["text_digest"]
    assert other_figure["prose_digest"] != PLAIN["prose_digest"]
    assert other_figure["sketch"] == PLAIN["sketch"]
    neighbour = sign(text.replace("青石镇", "湖镇镇"), TITLE.replace("青石镇", "湖镇镇"))
    last_year = sign(text.replace("2020年", "2019年"), TITLE.replace("2020年", "2019年"))
    for signed in (neighbour, last_year):
        assert signed["text_digest"] != PLAIN["text_digest"]
        assert (signed["prose_digest"], signed["sketch"]) == (PLAIN["prose_digest"], PLAIN["sketch"])


def test_the_sketch_tells_how_alike_two_texts_are():
    text = "\n".join(SENTENCES)
    one_sentence = sign(text.replace(SENTENCES[5], "今后要把更多内容放到网上，让群众少跑腿，多办事。"))
    half = sign("\n".join(SENTENCES[:4]))
    other = sign("\n".join(f"第{n}项工作完成良好，群众满意，继续保持下去，再上一个新的台阶。" for n in range(12)))
    assert 0.65 < similarity(PLAIN, one_sentence) < 0.95
    assert 0.3 < similarity(PLAIN, half) < 0.7
    assert abs(similarity(PLAIN, other)) < 0.2
    assert set(PLAIN["bands"]) & set(one_sentence["bands"])
    assert not set(PLAIN["bands"]) & set(other["bands"])


def test_estimates_stay_near_the_true_similarity():
    base = [f"{n}甲乙丙丁{n * 7919 % 1000}戊己庚辛" for n in range(120)]
    for changed in (2, 6, 15, 40):
        pair = ["".join(base), "".join(base[changed:]) + "".join(f"新{n}内容" for n in range(changed))]
        first, second = ({text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)} for text in pair)
        words, _ = sketch_texts(pair)
        estimate = 1 - 2 * sum(int(a ^ b).bit_count() for a, b in zip(*words, strict=True)) / PERMUTATIONS
        assert abs(estimate - len(first & second) / len(first | second)) < 0.15


def test_a_report_without_prose_is_signed_too():
    (signed,) = parse_texts({0: "一、总体情况\n二、主动公开政府信息情况"}).signatures.iter_rows(named=True)
    assert (signed["n_characters"], signed["prose_digest"], signed["n_prose_figures"]) == (0, None, 0)
    assert len(signed["text_digest"]) == 32


def test_cells_count_by_value_and_state_in_any_layout():
    report = render_report(5, "F2019")
    texts = {
        "same": report.text,
        "wider": report.text.replace("\t0\n", "\t０\n"),
        "cut": report.text[: report.text.index("\n三、")],
    }
    signed = {name: parse_texts({0: text}).signatures.row(0, named=True) for name, text in texts.items()}
    assert signed["wider"]["cells_digest"] == signed["same"]["cells_digest"]
    assert signed["cut"]["cells_digest"] != signed["same"]["cells_digest"]
    assert signed["cut"]["n_absent_cells"] > 100
    assert signed["same"]["n_cells"] == len(report.cells)


def test_figures_without_a_cell_count_by_their_digits():
    text = "一、总体情况\n情况良好。\n二、主动公开政府信息情况\n\t规章\n\t{}\n\t5\n三、收到和处理政府信息公开申请情况"
    first, second = (parse_texts({0: text.format(n)}).signatures.row(0, named=True) for n in (3, 4))
    assert first["text_digest"] != second["text_digest"]


def test_signatures_are_the_same_in_every_process():
    code = (
        "from tests.unit.test_signatures import PLAIN; "
        "print(PLAIN['text_digest'], PLAIN['prose_digest'], PLAIN['sketch'], PLAIN['bands'])"
    )
    # This process draws its own seed of hashes, unless it was given one.
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_DIR,
        env={"PYTHONPATH": str(PROJECT_DIR), "PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = (PLAIN["text_digest"], PLAIN["prose_digest"], PLAIN["sketch"], PLAIN["bands"])
    assert done.stdout == " ".join(map(str, here)) + "\n"
    words, bands = sketch_texts(["政府信息公开工作年度报告编制说明"])
    # Held so that a change of the library, which would part new signatures from old ones, is seen.
    assert words[0].tolist() == PINNED_SKETCH
    assert bands[0].tolist()[:3] == [3647082247, 2767624156, 1109828135]


PINNED_SKETCH = [8008050212389915148, 12411249865287423685, 5093694490033623825, 10786311556444410776]


def test_sketching_is_cheap():
    texts = ["\n".join(SENTENCES).replace("青石", f"青石{n}") for n in range(2_000)]
    started = time.perf_counter()
    sketch_texts(texts)
    assert (time.perf_counter() - started) / len(texts) < 0.001


def test_empty_batches_keep_their_types():
    signed = parse_texts({}).signatures
    assert signed.height == 0
    assert signed.schema["bands"] == pl.List(pl.UInt32)
