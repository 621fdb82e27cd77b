"""The parser of dictionary blocks: what a block says, and what it says where one is wrong."""

from __future__ import annotations

import pytest

from pipelines.schemas.dictionary import DictionaryError, parse_block, parse_blocks, read_dictionary

COLUMN = """
采购金额（元） | Procurement amount in yuan
采购总金额折算为元；单位不明时为空
the procurement amount converted to yuan; null where the unit is unknown
- unit: yuan
- aggregate: sum over bodies of one level and year; say how many are null
- since: F2019 only
- source: t2.procurement.amount
- example: 72235.00
"""
TABLE = """
采购 | Procurement
每份年报一行。
Grain: one report. The amount is never in mixed units.
- since: F2019 only
- example: select count(*) from fct_procurement
"""


def test_a_column_is_read():
    entry = parse_block("amount_yuan", COLUMN)
    assert (entry.name_zh, entry.name_en) == ("采购金额（元）", "Procurement amount in yuan")
    assert entry.meaning_zh == "采购总金额折算为元；单位不明时为空"
    assert entry.meaning_en.startswith("the procurement amount converted")
    assert (entry.unit, entry.since, entry.source, entry.example) == (
        "yuan",
        "F2019 only",
        "t2.procurement.amount",
        "72235.00",
    )
    assert entry.aggregate == "sum over bodies of one level and year; say how many are null"
    assert entry.text == COLUMN.strip()
    assert entry.short.split("\n") == COLUMN.strip().split("\n")[:3]
    assert list(entry.facts) == ["unit", "aggregate", "since", "source", "example"]
    assert not entry.is_table


def test_a_table_is_read_and_needs_no_list():
    entry = parse_block("table_fct_procurement", TABLE)
    assert entry.is_table
    assert entry.example == "select count(*) from fct_procurement"
    assert parse_block("table_fct_x", "\n".join(TABLE.strip().split("\n")[:3])).facts == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("采购金额（元） | Procurement amount in yuan\n", "", "begins with three lines"),
        ("采购金额（元） | Procurement amount in yuan", "采购金额（元）", "line 1 is `中文名 | English name`"),
        ("采购总金额折算为元；单位不明时为空", "the amount", "line 2 is the meaning in Chinese, not 'the amount'"),
        ("the procurement amount converted to yuan; null where the unit is unknown\n", "", "begins with three lines"),
        ("- aggregate: sum over bodies of one level and year; say how many are null\n", "", "has no line `- aggregate: …`"),
        ("- example: 72235.00\n", "", "has no line `- example: …`"),
        ("- example: 72235.00", "- example:", "is none of its lines"),
        ("- unit: yuan", "- units: yuan", "'- units: yuan' is none of its lines"),
        ("- unit: yuan\n", "- unit: yuan\n- unit: yuan\n", "`- unit:` stands twice or too late"),
        ("- since: F2019 only\n- source: t2.procurement.amount", "- source: t2.procurement.amount\n- since: F2019",
         "`- since:` stands twice or too late, the order is unit, aggregate, since, source, example"),
        ("F2019 only", "2019 form", "`since` is an edition or a report year"),
        ("- unit: yuan\n", "\n- unit: yuan\n", "'' is none of its lines"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_told_what_to_write(old, new, says):
    assert old in COLUMN
    with pytest.raises(DictionaryError) as raised:
        parse_block("amount_yuan", COLUMN.replace(old, new))
    assert says in str(raised.value)


def test_a_table_says_its_grain():
    with pytest.raises(DictionaryError, match="line 3 of a table begins with `Grain: one …`, not 'A report"):
        parse_block("table_fct_x", TABLE.replace("Grain: one report", "A report"))


def test_faults_have_file_line_and_block(tmp_path):
    good = f"{{% docs amount_yuan %}}{COLUMN}{{% enddocs %}}\n"
    entries, faults = parse_blocks(good + "\n{% docs b %}\n乙 | b\n{% enddocs %}\n" + good, "columns_x.md")
    assert list(entries) == ["amount_yuan"]
    assert faults[0].startswith("columns_x.md:12: block b: begins with three lines")
    assert faults[1] == "columns_x.md:15: block amount_yuan stands twice: take one away"
    (tmp_path / "columns.md").write_text(good, encoding="utf-8")
    assert list(read_dictionary(tmp_path)) == ["amount_yuan"]
    (tmp_path / "columns_x.md").write_text(good + "{% docs c %}\n", encoding="utf-8")
    with pytest.raises(DictionaryError) as raised:
        read_dictionary(tmp_path)
    assert "columns_x.md: a block is not closed" in str(raised.value)
    assert "columns_x.md: block amount_yuan stands in another file too" in str(raised.value)
    assert "A column is written so:" in str(raised.value)
