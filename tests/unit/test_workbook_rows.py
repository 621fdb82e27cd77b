"""Rows that are written at once: in the file they are what XlsxWriter writes cell by cell."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
from xlsxwriter.workbook import Workbook

from pipelines.publishing.workbook.formats import Formats, Page, safe_text
from pipelines.publishing.workbook.row_sheet import RowSheet
from pipelines.publishing.workbook.rows import RowWriter
from pipelines.publishing.workbook.sheets import Column
from pipelines.publishing.workbook.texts import may_run

TEXTS = [
    "太平镇",
    " 前后有空格 ",
    "a&b <c> \"d\" 'e'",
    "一\n二",
    "_x0041_",
    "=1+1",
    "<r>x</r>",
    "长" * 90,
    "-",
    "\u202e",
]
NUMBERS = [0, 1, -3, 123456789012345678, 0.1, 1 / 3, 1e-7, 12345678.125]
DATES = [dt.date(1900, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(2022, 1, 17)]
LINKS = ["https://www.example.gov.cn/a?b=1&c=2", "http://例子.中国/文件#第三章"]
COLUMNS = (
    Column("text", "文"),
    Column("count", "数", "count"),
    Column("day", "日", "date"),
    Column("blank", "空", "count", empty="blank"),
    Column("link", "址", "link"),
)
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def sheet_of(path, write, **sheet):
    """What the file holds after `write` has written on its one sheet, and its styles."""
    with Workbook(str(path), OPTIONS) as book:
        target = book.add_worksheet("甲", **sheet)
        formats = Formats(book)
        target.set_row(0, 18)
        target.write_string(0, 0, "header", formats.header)
        write(book, target, formats)
        target.autofilter(0, 0, 9, len(COLUMNS) - 1)
    with zipfile.ZipFile(path) as file:
        return file.read("xl/worksheets/sheet1.xml"), file.read("xl/styles.xml")


def rows():
    for n in range(max(map(len, (TEXTS, NUMBERS, DATES, LINKS)))):
        yield {
            key: values[n] if n < len(values) else None
            for key, values in (("text", TEXTS), ("count", NUMBERS), ("day", DATES), ("link", LINKS))
        }


def by_cell(book, target, formats):
    yellow = formats.of_kind("count", "FFF2CC")
    for row, values in enumerate(rows(), start=1):
        if (text := values["text"]) is not None:
            target.write_string(row, 0, safe_text(text), formats.of_kind("text", quoted=may_run(text)))
        if (number := values["count"]) is not None:
            target.write_number(row, 1, float(number), formats.of_kind("count"))
        if (day := values["day"]) is not None:
            target.write_datetime(row, 2, dt.datetime(day.year, day.month, day.day), formats.of_kind("date"))
        target.write_blank(row, 3, None, yellow)
        if (address := values["link"]) is not None:
            target.write_url(row, 4, address, formats.link, string=address)


def by_row(book, target, formats):
    writer = RowWriter(Page(book, "甲", formats), COLUMNS, "not_in_form")
    for row, values in enumerate(rows(), start=1):
        writer.write(row, values)


def test_a_row_at_once_is_what_xlsxwriter_writes_cell_by_cell(tmp_path):
    one = sheet_of(tmp_path / "one.xlsx", by_cell)
    assert sheet_of(tmp_path / "other.xlsx", by_row, worksheet_class=RowSheet) == one


def test_a_day_that_excel_does_not_have_is_a_text(tmp_path):
    def early(book, target, formats):
        RowWriter(Page(book, "甲", formats), COLUMNS, "not_in_form").write(1, {"day": dt.date(1899, 12, 31)})

    xml, _ = sheet_of(tmp_path / "one.xlsx", early, worksheet_class=RowSheet)
    assert b"<t>1899-12-31</t>" in xml


def test_rows_are_written_from_the_top_down(tmp_path):
    def upwards(book, target, formats):
        writer = RowWriter(Page(book, "甲", formats), COLUMNS, "not_in_form")
        writer.write(5, {"text": "五"})
        with pytest.raises(ValueError, match="row 4 of sheet 甲"):
            writer.write(4, {"text": "四"})

    sheet_of(tmp_path / "one.xlsx", upwards, worksheet_class=RowSheet)
