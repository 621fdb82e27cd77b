"""The last sheet, 定义: every column of every sheet, the states of a cell, the words, the rules.

Belongs here: what things mean, taken from the comments of the database and its dictionary tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.publishing.database import PUBLISHED_SCHEMA
from pipelines.publishing.workbook.data_sheet import HEADER_ROW, Book, Written, begin_page, finish_page
from pipelines.publishing.workbook.sheets import Column
from pipelines.publishing.workbook.vocabulary import load_states, load_words
from pipelines.schemas.dictionary import DictionaryError, parse_block

NAME = "定义"
_WIDTHS = {
    "类别": 10, "工作表": 15, "名称": 26, "English": 26, "含义": 60, "Meaning": 60, "单位": 12, "如何汇总": 34, "出处": 34,
    "字段": 36,
}  # fmt: skip
_COLUMNS = [Column(name, name, "long", width) for name, width in _WIDTHS.items()]
_RULES = "select rule_key, name_zh, name_en, remedy_zh, remedy_en, severity from dim_rule order by severity, rule_key"


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


def write_definitions(book: Book, written: list[Written]) -> None:
    """Write the sheet."""
    page = book.page(NAME)
    begin_page(page, _COLUMNS, "每张工作表的每一列、空格的状态、用词、疑点规则。按“工作表”筛选")
    row = HEADER_ROW
    for row, values in enumerate(_rows(book.connection, written), start=HEADER_ROW + 1):
        for number, value in enumerate(values):
            if value:
                page.text(row, number, value, _COLUMNS[number].kind)
    finish_page(page, NAME, len(_COLUMNS), 3, row)


def _rows(connection: duckdb.DuckDBPyConnection, written: list[Written]) -> Iterator[tuple[str | None, ...]]:
    comments = read_comments(connection)
    for one in written:
        yield (
            "工作表",
            one.sheet.name,
            one.sheet.name,
            None,
            one.sheet.row_zh,
            one.sheet.row_en,
            None,
            None,
            None,
            None,
        )
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
