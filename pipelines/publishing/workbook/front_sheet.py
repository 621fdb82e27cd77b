"""The first sheet, 说明: what the workbook is, how to read and filter it, what it counts, where everything stands.

Belongs here: the words for who opens it without having read anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from xlsxwriter.format import Format

import pipelines
from pipelines.publishing.workbook.data_sheet import FRONT_NAME, Book, Written
from pipelines.publishing.workbook.definitions import NAME as DEFINITIONS_NAME
from pipelines.publishing.workbook.formats import Page
from pipelines.publishing.workbook.scope import Division
from pipelines.publishing.workbook.vocabulary import load_states, load_words

_NULL_RULES = (
    "空格绝不是0。写明的0显示为0；没有数字的格是空的，底色说明原因（见下表），“空格说明”一列另有文字。",
    "求和、平均只算有数字的格；先数一数空格有多少，再下结论。",
    "存量（公开总数、现行有效、上年项目数）跨年不相加；各公开渠道有重复，不相加；“总计”列已含各分项。",
    "同名乡镇没有证据就不归并：“同名难辨”“未写明”的机关没有省市县，按县筛选时不会出现，名单在“机关归属”。",
    "以“=”“+”“-”“@”开头的原文按文字保存，不会运算；看不见的字符显示为［U+编号］。",
)
_QUESTION = (
    "问：某县哪些乡镇连续三年零采购？",
    "　　1　打开“连续零年数”，点“县”旁的箭头，只勾该县；",
    "　　2　点“政府集中采购”旁的箭头，选“数字筛选”“大于或等于”，填3。剩下的行就是，右边一列是起止年份。",
    "要看每一年：打开“零活动”，筛选“县”和“事项”。2021年格式没有采购一栏，显示“格式无此项”，不算零。",
    "按颜色筛选也可以：点箭头，选“按颜色筛选”。取消筛选：“数据”“清除”。",
)
_LEFT_OUT = (
    "有的表多于 {limit:,} 行（GID_WORKBOOK_ROWS），只按县和年度计数，明细没有列出："
    "运行 make workbook DIVISION=<区划代码>，得到一个省、市、县的工作簿。"
)


@dataclass(frozen=True)
class Counts:
    """What the scope holds."""

    documents: int
    reports: int
    current_reports: int
    bodies: int
    unplaced_bodies: int
    first_year: int | None
    latest_year: int | None
    findings: dict[str, int]


def count_scope(connection: duckdb.DuckDBPyConnection, division: Division | None) -> Counts:
    """Count documents, reports, bodies and findings of the scope; unplaced bodies are those of the whole database."""
    (row,) = connection.execute(_COUNTS).fetchall()
    where = "" if division is None else "where report_key in (select report_key from wb_all_reports)"
    findings = connection.execute(
        f"select severity, count(*) from fct_finding {where} group by 1 order by 1"
    ).fetchall()
    documents, reports, current_reports, bodies, unplaced, first_year, latest_year = row
    return Counts(documents, reports, current_reports, bodies, unplaced, first_year, latest_year, dict(findings))


_COUNTS = """
    select
        (select count(*) from dim_document),
        (select count(*) from wb_all_reports),
        (select count(*) from wb_report),
        (select count(*) from wb_body),
        (select count(*) from dim_body where division_code is null),
        (select min(report_year) from wb_report),
        (select max(report_year) from wb_report)
"""


def write_front(book: Book, division: Division | None, written: list[Written], limit: int) -> None:
    """Write the sheet: title, how to read, states, how to filter, counts, contents."""
    target = book.page(FRONT_NAME)
    for number, width in enumerate((20, 16, 16, 96)):
        target.target.set_column(number, number, width)
    counts = count_scope(book.connection, division)
    scope = "全部" if division is None else f"{division.name}（{division.code}）"
    page = _Front(target)
    page.title("政府信息公开工作年度报告 数据工作簿")
    page.line(f"范围：{scope}。GID Warehouse {pipelines.__version__}。数字取自各机关公布的年度报告，每个数字都有出处。")
    page.line("GID Warehouse workbook: figures of annual reports on government information disclosure. English: 定义.")
    page.heading("怎样读 How to read")
    for text in _NULL_RULES:
        page.line(text)
    page.legend()
    page.heading("怎样筛选 How to filter")
    for text in _QUESTION:
        page.line(text)
    page.heading("数量 Counts")
    for name, count in _counted(counts, division):
        page.count(name, count)
    if division is not None and counts.unplaced_bodies:
        page.line(f"全库另有 {counts.unplaced_bodies:,} 个机关没有归入任何区划，可能有本地的，不在本工作簿内。")
    page.heading("目录 Contents")
    page.contents(written, limit)
    target.set_print(FRONT_NAME, 0)
    target.target.hide_gridlines(2)


def _counted(counts: Counts, division: Division | None) -> list[tuple[str, int | None]]:
    words = load_words()["severity"]
    return [
        ("文件", counts.documents if division is None else None),
        ("报告", counts.reports),
        ("其中现行报告", counts.current_reports),
        ("机关", counts.bodies),
        ("没有归入区划的机关", counts.unplaced_bodies if division is None else None),
        ("最早年度", counts.first_year),
        ("最近年度", counts.latest_year),
        *((words.get(severity, severity), n) for severity, n in sorted(counts.findings.items())),
    ]


class _Front:
    """The first sheet and its next free row."""

    def __init__(self, page: Page) -> None:
        self._page, self._formats, self._row = page, page.formats, 0

    def title(self, words: str) -> None:
        self._page.target.set_row(0, 28)
        self._put(0, words, self._formats.title)
        self._row += 1

    def heading(self, words: str) -> None:
        self._row += 1
        self._put(0, words, self._formats.heading)
        self._row += 1

    def line(self, words: str) -> None:
        self._put(0, words, self._formats.plain)
        self._row += 1

    def count(self, name: str, count: int | None) -> None:
        if count is None:
            return
        self._put(0, name, self._formats.plain)
        self._page.count(self._row, 1, count, "year" if "年度" in name else "count")
        self._row += 1

    def legend(self) -> None:
        for state in load_states().values():
            self._put(0, state.name_zh, self._formats.of_kind("text", state.colour))
            self._put(1, state.meaning_zh, self._formats.plain)
            self._row += 1

    def contents(self, written: list[Written], limit: int) -> None:
        for column, header in enumerate(("工作表", "行数", "没有列出的行数", "内容")):
            self._put(column, header, self._formats.header)
        self._row += 1
        for one in written:
            self._page.link_to_sheet(self._row, 0, one.sheet.name, one.sheet.name)
            self._page.count(self._row, 1, one.rows)
            self._page.count(self._row, 2, one.left_out)
            self._put(3, f"{one.sheet.row_zh}。{one.sheet.how_to}", self._formats.wrapped)
            self._row += 1
        self._page.link_to_sheet(self._row, 0, DEFINITIONS_NAME, DEFINITIONS_NAME)
        self._put(3, "每一列的含义、单位、如何汇总；状态、用词、规则", self._formats.wrapped)
        self._row += 1
        if any(one.left_out for one in written):
            self._put(0, _LEFT_OUT.format(limit=limit), self._formats.warning)

    def _put(self, column: int, words: str, look: Format) -> None:
        self._page.words(self._row, column, words, look)
