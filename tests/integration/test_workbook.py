"""The workbook, made of the founding reports and opened with another library than it is written with."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import replace

import duckdb
import openpyxl
import pytest

from pipelines.publishing.workbook.writing import write_division_workbook, write_workbook

HEADER = 2
GREY, YELLOW = "FFD9D9D9", "FFFFF2CC"


@pytest.fixture(scope="module")
def book(founding):
    return openpyxl.load_workbook(founding.settings.exports_dir / "gid.xlsx")


def change(settings, *statements):
    with duckdb.connect(str(settings.database_path)) as connection:
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)


def as_table(settings, view):
    """A view cannot be updated: a table of the same rows and comments takes its place."""
    with duckdb.connect(str(settings.database_path)) as connection:
        told = "select column_name, comment from duckdb_columns() where table_name = ? and comment is not null"
        comments = connection.execute(told, [view]).fetchall()
        connection.execute(f"create table found as select * from {view}")
        connection.execute(f"drop view {view}")
        connection.execute(f"alter table found rename to {view}")
        for column, comment in comments:
            quoted = comment.replace("'", "''")
            connection.execute(f"comment on column {view}.{column} is '{quoted}'")


def rows_of(sheet):
    """The rows of a sheet as dicts of cells by header."""
    header = [cell.value.replace("\n", " ") for cell in sheet[HEADER]]
    return [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=HEADER + 1)]


def row_of(sheet, file):
    (row,) = [row for row in rows_of(sheet) if f"/{file}_" in row["来源文件"].value]
    return row


def all_cells(book):
    return (cell for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_sheets_and_their_order(book):
    assert book.sheetnames == [
        "说明", "报告一览", "规章规范性文件", "许可处罚强制", "收费", "政府采购", "依申请公开", "复议诉讼", "公开渠道",
        "连续零年数", "零活动", "指标", "勾稽与疑点", "覆盖", "机关归属", "定义",
    ]  # fmt: skip


def test_every_sheet_can_be_read_filtered_and_printed(book):
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None, sheet.title
        assert sheet.freeze_panes.endswith("3"), sheet.title
        assert sheet.auto_filter.ref.startswith("A2:"), sheet.title
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$2"
        headers = [cell.value for cell in sheet[HEADER]]
        assert len(headers) == len(set(headers)), sheet.title
        assert all(headers), sheet.title
        assert sheet["A1"].hyperlink.location == "'说明'!A1"


def test_the_first_sheet_leads_to_every_other_and_counts(founding, book):
    front = book["说明"]
    linked = {cell.hyperlink.location for row in front.iter_rows() for cell in row if cell.hyperlink}
    assert linked == {f"'{name}'!A1" for name in book.sheetnames[1:]}
    told = {row[0].value: row[1].value for row in front.iter_rows() if row[0].value}
    assert (told["报告"], told["机关"], told["没有归入区划的机关"], told["最早年度"], told["最近年度"]) == (
        5,
        5,
        2,
        2019,
        2021,
    )
    findings = dict(founding.query("select severity, count(*) from fct_finding group by 1"))
    assert (told["疑点"], told["提示"]) == (findings["warning"], findings["info"])
    assert told["疑点"] == 4
    assert told["零活动"] == 45


def test_every_column_is_defined(book):
    defined = {(row["工作表"].value, row["名称"].value) for row in rows_of(book["定义"]) if row["类别"].value == "列"}
    shown = {(sheet.title, name) for sheet in book.worksheets[1:-1] for name in rows_header(sheet)}
    assert shown - defined == set()
    bare = [row["名称"].value for row in rows_of(book["定义"]) if row["类别"].value == "列" and not row["含义"].value]
    assert bare == []


def rows_header(sheet):
    return [cell.value.replace("\n", " ") for cell in sheet[HEADER]]


def test_figures_are_numbers_and_what_is_missing_is_empty_and_shaded(book):
    sheet = book["政府采购"]
    bought = row_of(sheet, "002")
    assert (bought["采购项目数量"].value, bought["采购总金额（元）"].value) == (8, 72235)
    assert bought["采购总金额（元）"].number_format == "#,##0.00"
    assert bought["年度"].value == 2020
    assert bought["年度"].number_format == "0"
    zero = row_of(sheet, "001")
    assert (zero["采购项目数量"].value, zero["项目数量状态"].value) == (0, "零")
    not_asked = row_of(sheet, "003")
    assert not_asked["采购项目数量"].value is None
    assert not_asked["采购项目数量"].fill.fgColor.rgb == GREY
    assert (not_asked["项目数量状态"].value, not_asked["金额状态"].value) == ("格式无此项", "格式无此项")
    decisions = row_of(book["许可处罚强制"], "001")
    assert [decisions[f"{name} 上年项目数"].value for name in ("行政许可", "其他管理服务", "行政处罚", "行政强制")] == [
        2,
        1,
        117,
        1,
    ]


def test_a_blank_is_told_from_a_question_that_was_not_asked(book):
    sheet = book["公开渠道"]
    assert row_of(sheet, "001")["公开信息总量（表格）"].fill.fgColor.rgb == YELLOW
    assert row_of(sheet, "001")["空格说明"].value == "空白 1、格式无此项 5"
    assert row_of(sheet, "003")["公开信息总量（表格）"].fill.fgColor.rgb == GREY
    assert row_of(sheet, "002")["公开信息总量（表格）"].value == 386
    documents = row_of(book["规章规范性文件"], "003")
    assert (documents["规章 制发"].value, documents["规章 新制作"].value) == (0, None)
    assert documents["空格说明"].value == "格式无此项 6"


def test_a_metric_without_a_denominator_is_empty_with_its_reason(book):
    row = row_of(book["指标"], "002")
    assert row["办结率"].value is None  # no application was received: 0 / 0
    assert row["新收申请数"].value == 0
    assert row["办结率"].number_format == "0.0%"
    assert "分母为0" in row["空格说明"].value


def test_findings_stand_beside_their_source_line(book):
    found = [row for row in rows_of(book["勾稽与疑点"]) if row["疑点类别"].value == "文表不一致"]
    assert sorted((row["应为"].value, row["实为"].value) for row in found) == [(128, 162), (162, 128), (386, 151)]
    assert {row["起始行号"].value for row in found} == {8}
    assert all("主动公开政府信息151条" in row["原文（起始行）"].value for row in found)
    assert {row["严重程度"].value for row in found} == {"疑点"}


def test_dates_are_dates(copied, tmp_path):
    change(copied, "update dim_report set published_on = date '2021-01-20'")
    write_workbook(copied.database_path, tmp_path, copied)
    sheet = openpyxl.load_workbook(tmp_path / "gid.xlsx")["报告一览"]
    assert rows_of(sheet)[0]["公布日期"].value == dt.datetime(2021, 1, 20)
    assert rows_of(sheet)[0]["公布日期"].number_format == "yyyy-mm-dd"


def test_there_is_no_formula_anywhere(book):
    assert [cell.coordinate for cell in all_cells(book) if cell.data_type == "f"] == []


def test_the_same_database_gives_the_same_bytes(founding, tmp_path):
    database, settings = founding.settings.database_path, founding.settings
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = write_workbook(database, tmp_path / "a", settings).path.read_bytes()
    assert write_workbook(database, tmp_path / "b", settings).path.read_bytes() == first
    assert (settings.exports_dir / "gid.xlsx").read_bytes() == first


HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1:A9)", "+SUM(1)", "-2+3", "\t=1", "\r=1", "＝HYPERLINK(1)", "＋1", "－1", "＠x",
    "<r><t>x</t></r>", "<r></t></is></c><c r=\"A9\"><f>1+1</f></r>", "{=1+1}", "http://evil.example/", "_x003D_1",
    "mailto:a@b.cn", "甲\x00\x07\x1b乙", "太\u200b平\u202e镇", "]]><f>1</f>", "\ud7ff\ufffe", "0012", "1e5", "TRUE",
]  # fmt: skip


@pytest.mark.parametrize("start", range(0, len(HOSTILE), 5))
def test_hostile_texts_stay_texts(copied, tmp_path, start):
    texts = [HOSTILE[(start + n) % len(HOSTILE)] for n in range(5)]
    as_table(copied, "fct_finding")
    change(
        copied,
        *(
            (
                f"update {table} set {column} = $1 where {key} = (select {key} from {table} order by {key} limit 1 offset {n})",
                [text],
            )
            for n, text in enumerate(texts)
            for table, column, key in (
                ("dim_report", "title", "report_key"),
                ("dim_body", "body_name", "body_key"),
                ("dim_document", "source_url", "document_key"),
                ("fct_finding", "message", "finding_key"),
                ("fct_finding", "expected", "finding_key"),
                ("dim_document_text", "text", "document_id"),
            )
        ),
    )
    done = write_workbook(copied.database_path, tmp_path, copied)
    with zipfile.ZipFile(done.path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    book = openpyxl.load_workbook(done.path)
    assert {cell.data_type for cell in all_cells(book)} <= {"s", "n", "d", "inlineStr"}
    addresses = {cell.hyperlink.target for cell in all_cells(book) if cell.hyperlink and cell.hyperlink.target}
    assert addresses <= {"http://evil.example/"}
    overview = rows_of(book["报告一览"])
    titles = {row["标题"].value for row in overview}
    assert len(titles) == 5
    for row in overview:
        if row["标题"].value.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "␉", "␍")):
            assert row["标题"].quotePrefix, row["标题"].value
    if "太\u200b平\u202e镇" in texts:
        assert "太[U+200B]平[U+202E]镇" in titles
    if "甲\x00\x07\x1b乙" in texts:
        assert "甲␀␇␛乙" in titles
    if "_x003D_1" in texts:
        assert "_x005F_x003D_1" in titles  # the escape of an escape: Excel shows _x003D_1
    if "0012" in texts:
        assert "0012" in titles


def test_a_sheet_that_is_too_long_says_what_it_leaves_out(copied, tmp_path):
    done = write_workbook(
        copied.database_path, tmp_path, replace(copied, workbook_rows=4)
    )  # five counties: too many, too
    assert done.left_out["政府采购"] == 5
    assert done.rows["政府采购"] == 0
    book = openpyxl.load_workbook(done.path)
    assert "5 行" in book["政府采购"]["B1"].value
    rows = {row["省"].value: row for row in rows_of(book["政府采购"])}
    assert rows["浙江省"]["命令"].value == "make workbook DIVISION=33"
    assert rows["浙江省"]["没有列出的行数"].value == 1
    assert (rows["浙江省"]["采购总金额（元） 合计"].value, rows["浙江省"]["采购总金额（元） 有数份数"].value) == (
        72235,
        1,
    )
    assert rows["黑龙江省"]["采购总金额（元） 合计"].value is None  # a sum of nothing is no 0
    assert rows["黑龙江省"]["采购总金额（元） 有数份数"].value == 0
    assert sum(row["没有列出的行数"].value for row in rows_of(book["政府采购"])) == 5
    front = [cell.value for cell in book["说明"]["A"] if cell.value]
    assert any("make workbook DIVISION=" in value for value in front)


def test_the_workbook_of_one_county(founding, copied):
    before = copied.database_path.read_bytes()
    done = write_division_workbook(copied, "长春市双阳区")
    assert done.path.name == "220112_吉林省长春市双阳区.xlsx"
    assert copied.database_path.read_bytes() == before
    book = openpyxl.load_workbook(done.path)
    assert [row["机关"].value for row in rows_of(book["报告一览"])] == ["太平镇人民政府"]
    assert len(rows_of(book["零活动"])) == 9
    assert done.rows["勾稽与疑点"] == 0
    assert any("没有归入任何区划" in str(cell.value) for cell in book["说明"]["A"])
    assert [path.name for path in done.path.parent.iterdir()] == [done.path.name]


TOWNS = {  # what the table says of procurement in 2019 to 2022: 0, a figure, b blank, - no report
    "刘家营乡": "0000", "下寨乡": "0005", "陈官屯镇": "2000", "石门镇": "0030", "刘田各庄镇": "0b00", "双望镇": "0-00",
    "燕河营镇": "000-", "卢龙镇": "1111", "印庄镇": "bbbb", "蛤泊镇": "1010", "木井镇": "0010", "潘庄镇": "0000",
}  # fmt: skip


def zero_activity_rows(connection):
    """What rpt_zero_activity says of the towns, years in a row counted by hand-written rules."""
    for town, figures in TOWNS.items():
        (code,) = connection.execute(
            "select division_code from dim_division where county_code = '130324' and division_name = ? and is_current",
            [town],
        ).fetchone()
        in_row = 0
        for year, figure in zip(range(2019, 2023), figures, strict=True):
            in_row = in_row + 1 if figure == "0" else 0
            status = {"0": "zero", "b": "blank"}.get(figure, "active")
            if figure != "-":
                yield f"division:{code}", code, town, year, status, in_row or None


def test_which_towns_reported_zero_procurement_three_years_in_a_row(copied):
    with duckdb.connect(str(copied.database_path)) as connection:
        for report_no, (key, code, town, year, status, in_row) in enumerate(
            list(zero_activity_rows(connection)), 1_000
        ):
            connection.execute(
                "insert into dim_body by name select distinct on (body_key) $1 as body_key, $2 as division_code, $3 as body_name, "
                "'河北省' as province_name, '秦皇岛市' as prefecture_name, '卢龙县' as county_name, 'township' as body_level, "
                "'unique_name' as resolution where not exists (from dim_body where body_key = $1)",
                [key, code, town],
            )
            connection.execute(
                "insert into packed.int_report_numbers by name select $1 as report_no, $2 || $3 as report_key, $2 as body_key, "
                "$3 as report_year",
                [report_no, key, year],
            )
            connection.execute(
                "insert into packed.int_zero_years by name select $1 as report_no, activity_no, $2 as status, "
                "$3 as zero_years_in_row from packed.int_activity_numbers where activity = 'procurement'",
                [report_no, status, in_row],
            )
    book = openpyxl.load_workbook(write_division_workbook(copied, "卢龙县").path)
    expected = {"刘家营乡", "下寨乡", "陈官屯镇", "燕河营镇", "潘庄镇"}
    in_row = {
        row["机关"].value: (row["政府集中采购"].value, row["政府集中采购 年份"].value)
        for row in rows_of(book["连续零年数"])
        if row["县"].value == "卢龙县" and row["政府集中采购"].value is not None and row["政府集中采购"].value >= 3
    }
    assert set(in_row) == expected
    assert in_row["下寨乡"] == (3, "2019–2021")
    by_activity = [
        row for row in rows_of(book["零活动"]) if row["县"].value == "卢龙县" and row["事项"].value == "政府集中采购"
    ]
    assert {row["机关"].value for row in by_activity if row["最长连续零年数"].value >= 3} == expected
    (without,) = [row for row in by_activity if row["机关"].value == "双望镇"]
    assert [without[f"{year}年"].value for year in range(2019, 2023)] == ["零", None, "零", "零"]
    assert (without["最长连续零年数"].value, without["自"].value, without["至"].value) == (2, 2021, 2022)
    (blank,) = [row for row in by_activity if row["机关"].value == "印庄镇"]
    assert (blank["最长连续零年数"].value, blank["2020年"].value, blank["2020年"].fill.fgColor.rgb) == (
        0,
        "空白",
        YELLOW,
    )
