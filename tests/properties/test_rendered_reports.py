"""What must hold for any report in the tabbed layout: every drawn cell is read back, with its state and its line."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from tests.reading import named_cells, read_folder, write_delivery
from tests.rendering.tabbed import Rendered, render_report

N_REPORTS = 300


@pytest.fixture(scope="module")
def reports() -> dict[str, Rendered]:
    return {f"{seed:04}.txt": render_report(seed) for seed in range(N_REPORTS)}


@pytest.fixture(scope="module")
def frames(reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    write_delivery(folder, {name: report.text for name, report in reports.items()})
    return read_folder(folder)


def test_every_cell_is_read_with_its_state_value_and_line(reports, frames):
    read = {
        (row["file"], row["table_key"], row["row_key"], row["column_key"]): row
        for row in named_cells(frames).iter_rows(named=True)
    }
    wrong = []
    for name, report in reports.items():
        for key, true in report.cells.items():
            cell = read.pop((name, *key))
            got = tuple(
                cell[name] for name in ("raw_value", "value", "value_state", "line_start", "line_end", "printed_unit")
            )
            if got != (true.raw, true.value, true.state, true.line, true.line_end, true.unit):
                wrong.append((name, true, got))
    assert wrong == []
    assert read == {}, "cells that nobody drew"


def test_header_and_prose_are_read(reports, frames):
    got = {row["source_path"].split("/")[-1]: row for row in frames["reports"].iter_rows(named=True)}
    ids = {row["document_id"]: name for name, row in got.items()}
    prose = {
        (ids[row["document_id"]], row["quantity"]): row["value"] for row in frames["prose_counts"].iter_rows(named=True)
    }
    expected_prose = {}
    for name, report in reports.items():
        row = got[name]
        assert (row["report_year"], row["report_year_basis"], row["body_name"], row["form_version"]) == (
            report.year,
            report.year_basis,
            report.body_name,
            report.form_version,
        ), name
        assert len(row["sections"]) == report.n_sections, name
        expected_prose |= {(name, quantity): value for quantity, value in report.prose.items()}
    assert prose == expected_prose


def count_source_numbers(text: str) -> int:
    """Numbers in cells of figures, counted by looking at the text alone: tabbed lines without a word of the form."""
    count = 0
    for line in text.split("\n"):
        if line.startswith("\t"):
            bare = line.replace("\u00a0", " ").strip()
            count += re.search(r"发布总数量（.*）：\d+$", bare) is not None
            if re.fullmatch(r"[+\-－]?(增加|减少)?[\d０-９.,，\s]+(元|万元|件)?", bare):
                count += len(re.findall(r"[\d０-９]+(?:[,，][\d０-９]{3})*(?:\.[\d０-９]+)?", bare))
    return count


def test_numbers_are_conserved(reports, frames):
    ids = dict(frames["documents"].select(pl.col("source_path").str.extract(r"([^/]+)$"), "document_id").iter_rows())
    rows = {row["document_id"]: row for row in frames["reports"].iter_rows(named=True)}
    for name, report in reports.items():
        row = rows[ids[name]]
        assert row["n_table_numbers"] == count_source_numbers(report.text), name
        assert row["n_cell_numbers"] == row["n_table_numbers"], name


def drop_a_value(lines: list[str], rng: random.Random) -> None:
    del lines[rng.choice(value_lines(lines))]


def add_a_value(lines: list[str], rng: random.Random) -> None:
    lines.insert(rng.choice(value_lines(lines)), "\t77")


def merge_two_values(lines: list[str], rng: random.Random) -> None:
    lines[rng.choice(value_lines(lines))] = "\t12 34"


def unknown_row(lines: list[str], rng: random.Random) -> None:
    starts = [i for i in range(1, len(lines)) if lines[i].startswith("\t") and lines[i - 1] == ""]
    at = rng.choice(starts)
    lines[at:at] = ["\t本省另行统计的事项", "\t31", "\t32", "\t33", ""]


def cut_anywhere(lines: list[str], rng: random.Random) -> None:
    del lines[rng.randrange(20, len(lines)) :]


def repeat_a_row(lines: list[str], rng: random.Random) -> None:
    at = next((i for i, line in enumerate(lines) if line.strip() == "行政许可"), None)
    if at is None:  # the label is broken over lines: any other damage serves
        return drop_a_value(lines, rng)
    end = lines.index("", at)
    lines[end:end] = ["", "\t行政许可", *("\t999" for _ in range(end - at - 1))]


def misspell_a_label(lines: list[str], rng: random.Random) -> None:
    at = next((i for i, line in enumerate(lines) if line.strip() == "行政处罚"), None)
    if at is None:
        return drop_a_value(lines, rng)
    lines[at] = "\t行攻处罚"


def swap_two_headers(lines: list[str], rng: random.Random) -> None:
    """The second and third column of the first block change places, headers and all: the headers decide."""
    for i, line in enumerate(lines):
        if line == "\t信息内容" and all(lines[i + k].startswith("\t") for k in range(1, 4)) and lines[i + 4] == "":
            lines[i + 2], lines[i + 3] = lines[i + 3], lines[i + 2]
            return


def lose_the_tabs_of_a_table(lines: list[str], rng: random.Random) -> None:
    start = next(i for i, line in enumerate(lines) if "三、收到" in line)
    for i in range(start, len(lines)):
        lines[i] = lines[i].lstrip("\t") if lines[i].strip() else lines[i]


def lose_the_empty_lines(lines: list[str], rng: random.Random) -> None:
    lines[:] = [line for line in lines if line]


def fuse_a_label_with_its_value(lines: list[str], rng: random.Random) -> None:
    figures = (i for i, line in enumerate(lines[:-1]) if re.fullmatch(r"\t\d+", lines[i + 1]))
    at = next((i for i in figures if lines[i].strip() in ("行政许可", "行政强制", "规章")), None)
    if at is None:
        return drop_a_value(lines, rng)
    lines[at : at + 2] = [lines[at] + lines[at + 1].strip()]


def value_lines(lines: list[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if re.fullmatch(r"\t\d+", line)]


DAMAGES = [
    drop_a_value,
    add_a_value,
    merge_two_values,
    unknown_row,
    cut_anywhere,
    repeat_a_row,
    misspell_a_label,
    fuse_a_label_with_its_value,
    lose_the_empty_lines,
    lose_the_tabs_of_a_table,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_never_makes_a_wrong_cell_and_loses_no_number(damage, tmp_path):
    originals: dict[str, Rendered] = {}
    damaged: dict[str, str] = {}
    for seed in range(60):
        report = render_report(10_000 + seed)
        lines = report.text.replace("\r\n", "\n").split("\n")
        damage(lines, random.Random(seed))
        originals[f"{seed}.txt"] = report
        damaged[f"{seed}.txt"] = "\n".join(lines)
    write_delivery(tmp_path, damaged)
    frames = read_folder(tmp_path)  # pandera checks that numbers in = cells + findings
    wrong = []
    for row in named_cells(frames).iter_rows(named=True):
        true = originals[row["file"]].cells[row["table_key"], row["row_key"], row["column_key"]]
        if row["value_state"] in ("number", "zero") and row["value"] != true.value:
            wrong.append((row["file"], true, row["value"]))
        if true.state in ("number", "zero") and row["value_state"] in ("blank", "not_applicable", "text"):
            wrong.append((row["file"], true, row["value_state"]))
    assert wrong == []
    ids = dict(frames["documents"].select(pl.col("source_path").str.extract(r"([^/]+)$"), "document_id").iter_rows())
    rows = {row["document_id"]: row for row in frames["reports"].iter_rows(named=True)}
    if damage is lose_the_empty_lines:
        figures = frames["reports"].select(pl.col("n_cell_numbers").sum() / pl.col("n_table_numbers").sum()).item()
        assert figures > 0.9  # a row whose last cell is empty (one in twelve here) cannot be proved then
        return
    if damage not in (lose_the_tabs_of_a_table, fuse_a_label_with_its_value):
        for name, text in damaged.items():
            if ids[name] in rows:
                assert rows[ids[name]]["n_table_numbers"] == count_source_numbers(text), name
    if damage in (misspell_a_label, fuse_a_label_with_its_value):
        assert cells_recovered(originals, frames) > 0.98  # nearly all: some reports are damaged in another way instead
        return
    noticed = frames["findings"].filter(pl.col("n_numbers") > 0)["document_id"].n_unique()
    if damage is not cut_anywhere:
        assert noticed > 50, "the damage stands in no finding"


def cells_recovered(originals, frames) -> float:
    """The share of the drawn figures that were read."""
    rows = named_cells(frames).filter(pl.col("value_state").is_in(["number", "zero"])).height
    drawn = sum(
        1 for report in originals.values() for cell in report.cells.values() if cell.state in ("number", "zero")
    )
    return rows / drawn


def test_lost_values_in_rows_that_have_run_together_make_no_wrong_cell(tmp_path):
    """The empty cells of the next label's groups must not be counted as the values that were lost."""
    originals: dict[str, Rendered] = {}
    damaged: dict[str, str] = {}
    for seed in range(80):
        report, rng = render_report(20_000 + seed), random.Random(seed)
        lines = report.text.replace("\r\n", "\n").split("\n")
        for damage in (drop_a_value, drop_a_value, misspell_a_label, lose_the_empty_lines):
            damage(lines, rng)
        originals[f"{seed}.txt"] = report
        damaged[f"{seed}.txt"] = "\n".join(lines)
    write_delivery(tmp_path, damaged)
    wrong = [
        row
        for row in named_cells(read_folder(tmp_path)).iter_rows(named=True)
        if row["value_state"] in ("number", "zero")
        and row["value"] != originals[row["file"]].cells[row["table_key"], row["row_key"], row["column_key"]].value
    ]
    assert wrong == []


def test_header_order_decides_the_columns(tmp_path):
    unbroken = "\t本年新制作数量\n\t本年新公开数量\n\t对外公开总数量\n"
    drawn = (render_report(seed, "F2019") for seed in range(4711, 4800))
    report = next(report for report in drawn if unbroken in report.text.replace("\r\n", "\n"))
    lines = report.text.replace("\r\n", "\n").split("\n")
    swap_two_headers(lines, random.Random(0))
    write_delivery(tmp_path, {"a.txt": "\n".join(lines)})
    cells = {
        (row["row_key"], row["column_key"]): row["value"]
        for row in read_folder(tmp_path)["cells"].filter(pl.col("table_key") == "t2").iter_rows(named=True)
    }
    true = {key[1:]: cell.value for key, cell in report.cells.items()}
    assert cells["regulation", "newly_disclosed"] == true["regulation", "total_disclosed"]
    assert cells["regulation", "total_disclosed"] == true["regulation", "newly_disclosed"]
    assert cells["regulation", "made"] == true["regulation", "made"]
