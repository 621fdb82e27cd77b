"""The last sheet, 定义: every column of every sheet, the states of a cell, the words, the rules.

Belongs here: what things mean, taken from the comments of the database and its dictionary tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
from xlsxwriter.workbook import Workbook

from pipelines.publishing.database import PUBLISHED_SCHEMA
from pipelines.publishing.workbook.data_sheet import FRONT_NAME, Written
from pipelines.publishing.workbook.formats import Formats, write_text
from pipelines.publishing.workbook.sheets import Column
from pipelines.publishing.workbook.vocabulary import load_states, load_words
from pipelines.schemas.dictionary import DictionaryError, parse_block

NAME = "定义"
_HEADERS = (
    ("类别", 10), ("工作表", 15), ("名称", 26), ("English", 26), ("含义", 60), ("Meaning", 60), ("单位", 12),
    ("如何汇总", 34), ("出处", 34), ("字段", 36),
)  # fmt: skip
_FIRST_ROW = 2
_RULES = (
    "select rule_key, name_zh, name_en, remedy_zh, remedy_en, severity from dim_finding_rule order by severity, rule_key"
)


@dataclass(frozen=True)
class Meaning:
    """What a column means; None where nothing is said."""

    name_zh: str | None = None
    name_en: str | None = None
    meaning_zh: str | None = None
    meaning_en: str | None = None
    unit: str | None = None
    aggregate: str | None = None
    source: str | None = None


def read_comments(connection: duckdb.DuckDBPyConnection) -> dict[str, Meaning]:
    """Return `table.column` -> meaning, from the comments of the published columns."""
    rows = connection.execute(
        "select table_name || '.' || column_name, column_name, comment from duckdb_columns() "
        "where schema_name = ? and comment is not null order by all",
        [PUBLISHED_SCHEMA],
    ).fetchall()
    return {place: read_meaning(name, comment) for place, name, comment in rows}


def read_meaning(name: str, comment: str) -> Meaning:
    """Read a comment: a whole block of the dictionary, or (older databases) its two lines in Chinese and English."""
    try:
        entry = parse_block(name, comment)
    except DictionaryError:
        zh, _, en = comment.partition("\n")
        return Meaning(meaning_zh=zh, meaning_en=en)
    return Meaning(
        entry.name_zh, entry.name_en, entry.meaning_zh, entry.meaning_en, entry.unit, entry.aggregate, entry.source
    )


def write_definitions(
    workbook: Workbook, formats: Formats, connection: duckdb.DuckDBPyConnection, written: list[Written]
) -> int:
    """Write the sheet; return its rows."""
    target = workbook.get_worksheet_by_name(NAME)
    assert target is not None
    for number, (_, width) in enumerate(_HEADERS):
        target.set_column(number, number, width)
    target.write_url(0, 0, f"internal:'{FRONT_NAME}'!A1", formats.link, string=f"← {FRONT_NAME}")
    target.write_string(0, 1, "每张工作表的每一列、空格的状态、用词、疑点规则。按“工作表”筛选", formats.note)
    for number, (header, _) in enumerate(_HEADERS):
        target.write_string(1, number, header, formats.header)
    row = _FIRST_ROW
    for values in _rows(connection, written):
        for number, value in enumerate(values):
            if value:
                write_text(target, row, number, value, formats, "long")
        row += 1
    target.freeze_panes(_FIRST_ROW, 3)
    target.autofilter(1, 0, row - 1, len(_HEADERS) - 1)
    target.set_landscape()
    target.set_paper(9)
    target.repeat_rows(0, 1)
    target.fit_to_pages(1, 0)
    target.set_footer("&C第 &P 页，共 &N 页")
    return row - _FIRST_ROW


def _rows(connection: duckdb.DuckDBPyConnection, written: list[Written]) -> Iterator[tuple[str | None, ...]]:
    comments = read_comments(connection)
    for one in written:
        yield ("工作表", one.sheet.name, one.sheet.name, None, one.sheet.row_zh, one.sheet.row_en, None, None, None, None)
        for column in one.columns:
            yield ("列", one.sheet.name, column.header, *_describe(column, comments))
    for state in load_states().values():
        yield ("状态", None, state.name_zh, state.state, state.meaning_zh, state.meaning_en, None, None, None, None)
    for vocabulary, words in load_words().items():
        for key, word in words.items():
            yield ("用词", None, word, key, None, None, None, None, None, vocabulary)
    for key, name_zh, name_en, remedy_zh, remedy_en, severity in connection.execute(_RULES).fetchall():
        level = load_words()["severity"].get(severity, severity)
        yield ("规则", "勾稽与疑点", name_zh, name_en, f"{level}。处理：{remedy_zh}", remedy_en, None, None, None, key)


def _describe(column: Column, comments: dict[str, Meaning]) -> tuple[str | None, ...]:
    if column.doc is None:
        given = (None, column.meaning_zh, column.meaning_en, column.unit, column.aggregate, None, column.cell)
        return given
    found = comments[column.doc]
    return (
        found.name_en,
        found.meaning_zh,
        found.meaning_en,
        column.unit or found.unit,
        column.aggregate or found.aggregate,
        found.source or column.cell,
        column.doc,
    )
