"""The five founding reports against what a person reads in the raw files (numbers and lines taken with grep -n)."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.documents.deliveries import find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.schemas.staging import validate_frame
from pipelines.settings import PROJECT_DIR
from tests.reading import named_cells, read_folder, settings_of, write_delivery

RAW = PROJECT_DIR / "data" / "raw"
FILES = {path.name[:3]: path.name for path in sorted((RAW / "township-reports").glob("*.txt"))}

# title, body, unit, parent, year, basis, form, period, published, lines of the section headings
HEADERS = {
    "000": (None, "太平镇", "太平镇", None, 2020, "prose", "F2019", None, None, [1, 3, 77, 340, 385, 387]),
    "001": (
        "太平镇人民政府2020年政府信息公开工作年度报告",
        "太平镇人民政府",
        "太平镇",
        "长春市双阳区",
        2020,
        "title",
        "F2019",
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        None,
        [3, 13, 90, 352, 397, 406],
    ),
    "002": (
        "大岚镇人民政府2020年政府信息公开工作年度报告",
        "大岚镇人民政府",
        "大岚镇",
        None,
        2020,
        "title",
        "F2019",
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        dt.date(2021, 1, 22),
        [3, 7, 82, 142, 405, 451, 458],
    ),
    "003": (
        "寒葱沟镇人民政府2021年政府信息公开工作年度报告",
        "寒葱沟镇人民政府",
        "寒葱沟镇",
        None,
        2021,
        "title",
        "F2021",
        None,
        None,
        [6, 28, 75, 363, 420, 432],
    ),
    "004": (None, None, None, None, 2019, "prose", "F2019", None, None, [1, 6, 79, 355, 415, 417]),
}
FIGURES = {"000": 198, "001": 198, "002": 198 + 12, "003": 200, "004": 198}
FIRST_AND_LAST_LINE = {"000": (12, 382), "001": (24, 394), "002": (17, 448), "003": (38, 417), "004": (15, 412)}
PROSE = {
    "001": {("total_disclosed", 10, 10)},
    "002": {
        ("total_disclosed", 151, 8),
        ("category:组织机构", 22, 8),
        ("category:本单位文件", 24, 8),
        ("category:公示公告", 12, 8),
        ("category:工作信息", 83, 8),
        ("category:人事信息", 1, 8),
        ("category:财政信息", 3, 8),
        ("category:公共服务", 2, 8),
        ("category:政策解读", 1, 8),
        ("category:决策预公开", 3, 8),
        ("channel:wechat", 162, 8),
        ("channel:weibo", 128, 8),
    },
    "003": {
        ("total_disclosed", 85, 12),
        ("channel:wechat", 69, 12),
        ("channel:other", 16, 12),
        ("applications_received", 0, 23),
    },
}


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    (delivery,) = [d for d in find_deliveries(RAW) if d.name == "township-reports"]
    parsed = parse_delivery(delivery, settings_of(tmp_path_factory.mktemp("golden")))
    return {name: validate_frame(name, data) for name, data in parsed.items()}


@pytest.fixture(scope="module")
def cells(frames):
    return named_cells(frames)


def of_file(frame: pl.DataFrame, frames: dict[str, pl.DataFrame], key: str) -> pl.DataFrame:
    (document_id,) = frames["documents"].filter(pl.col("source_path").str.ends_with(FILES[key]))["document_id"]
    return frame.filter(pl.col("document_id") == document_id)


@pytest.mark.parametrize("key", sorted(HEADERS))
def test_header(frames, key):
    title, body, unit, parent, year, basis, form, period, published, lines = HEADERS[key]
    (row,) = of_file(frames["reports"], frames, key).iter_rows(named=True)
    assert (row["title"], row["body_name"], row["unit_name"], row["printed_parent"]) == (title, body, unit, parent)
    assert (row["report_year"], row["report_year_basis"], row["form_version"]) == (year, basis, form)
    assert (row["period_start"], row["period_end"]) == (period or (None, None))
    assert row["published_on"] == published
    assert [section["line"] for section in row["sections"]] == lines


@pytest.mark.parametrize("key", sorted(FIGURES))
def test_every_figure_of_the_form_is_read(frames, cells, key):
    own = cells.filter(pl.col("file") == FILES[key])
    figures = own.filter(pl.col("value_state").is_in(["number", "zero"]))
    assert figures.height == FIGURES[key]
    assert (figures["line_start"].min(), figures["line_start"].max()) == FIRST_AND_LAST_LINE[key]
    assert own.height == FIGURES[key] + (key == "001")


def test_every_figure_other_than_zero_stands_where_it_is_printed(cells):
    with (Path(__file__).parent / "founding_reports.csv").open(encoding="utf-8") as stream:
        expected = {tuple(row.values()) for row in csv.DictReader(stream)}
    read = cells.filter(pl.col("value_state") == "number").select(
        "file", "table_key", "row_key", "column_key", "raw_value", pl.col("line_start").cast(pl.String)
    )
    assert set(read.iter_rows()) == expected


def test_every_cell_is_the_text_of_its_line(frames, cells):
    texts = dict(frames["documents"].select("document_id", "text").iter_rows())
    for row in cells.filter(pl.col("value_state").is_in(["number", "zero"])).iter_rows(named=True):
        line = texts[row["document_id"]].split("\n")[row["line_start"] - 1]
        assert line == "\t" + row["raw_value"]


def test_the_row_of_jilin_is_blank_and_never_zero(cells):
    (row,) = cells.filter(pl.col("table_key") == "provincial").iter_rows(named=True)
    assert (row["file"][:3], row["value_state"], row["value"], row["line_start"]) == ("001", "blank", None, 87)


@pytest.mark.parametrize("key", sorted(FILES))
def test_prose(frames, key):
    own = of_file(frames["prose_counts"], frames, key)
    assert set(own.select("quantity", "value", "line_start").iter_rows()) == PROSE.get(key, set())
    assert not own["is_approximate"].any()


def test_the_nine_categories_add_up(frames):
    own = of_file(frames["prose_counts"], frames, "002").filter(pl.col("quantity").str.starts_with("category:"))
    assert own.height == 9
    assert own["value"].sum() == 151


def test_the_raw_files_are_as_they_were_delivered():
    sizes = {key: (RAW / "township-reports" / name).stat().st_size for key, name in FILES.items()}
    assert sizes == {"000": 3732, "001": 7065, "002": 6696, "003": 5626, "004": 4803}


@pytest.mark.parametrize("key", sorted(FIGURES))
def test_other_figures_in_every_cell_go_to_the_same_cells(frames, cells, tmp_path, key):
    """Each figure of the report is replaced by one of its own; the cell on a line stays the cell of that line."""
    own = cells.filter((pl.col("file") == FILES[key]) & pl.col("value_state").is_in(["number", "zero"]))
    lines = (RAW / "township-reports" / FILES[key]).read_bytes().decode("utf-8").split("\n")
    for line in own["line_start"]:
        lines[line - 1] = f"\t{10_000 + line}"
    write_delivery(tmp_path, {FILES[key]: "\n".join(lines)})
    changed = named_cells(read_folder(tmp_path)).filter(pl.col("value_state") != "blank")
    columns = ["form_version", "table_key", "row_key", "column_key", "line_start"]
    assert changed.select(columns).equals(own.select(columns))
    assert changed["value"].to_list() == [10_000.0 + line for line in changed["line_start"]]
    assert changed["value_state"].unique().to_list() == ["number"]
