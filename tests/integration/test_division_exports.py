"""Exports on demand: which division is meant, and one table as CSV with its definitions."""

from __future__ import annotations

import csv
import io

import duckdb
import pytest

from pipelines.publishing.csv_files import UnknownTable, write_csv
from pipelines.publishing.workbook.scope import UnknownDivision, find_division


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("220112", "220112"), ("220112000000", "220112"), ("双阳区", "220112"), ("双阳", "220112"),
        ("吉林省长春市双阳区", "220112"), ("长春市双阳区", "220112"), ("吉林省双阳区", "220112"), (" 双阳区 ", "220112"),
        ("双阳区太平镇", "220112105"), ("吉林省", "22"), ("北京市", "11"), ("东城", "110101"), ("济源市", "419001"),
    ],
)  # fmt: skip
def test_a_division_is_found_by_code_and_name(founding, wanted, code):
    with duckdb.connect(str(founding.settings.database_path), read_only=True) as connection:
        assert find_division(connection, wanted).code == code


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("朝阳区", ["110105", "220104", "北京市朝阳区"]), ("吉林", ["吉林省吉林市", "2202"]), ("太平镇", ["50", "220112105"]),
        ("蓟县", ["120119"]), ("双阳县", ["220112"]), ("999999", ["999999"]), ("", ["220112"]),
    ],
)  # fmt: skip
def test_a_division_that_is_none_or_several_is_refused_with_candidates(founding, wanted, told):
    with (
        duckdb.connect(str(founding.settings.database_path), read_only=True) as connection,
        pytest.raises(UnknownDivision) as refused,
    ):
        find_division(connection, wanted)
    assert all(word in str(refused.value) for word in told)


def test_csv_of_one_county_with_its_definitions(copied):
    with duckdb.connect(str(copied.database_path)) as connection:
        connection.execute("update fct_procurement set unit_evidence = '=cmd|''/C calc''!A0', project_count = -11")
    path, definitions, rows = write_csv(copied, "fct_procurement", "220112")
    assert (path.name, rows) == ("fct_procurement_220112.csv", 1)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfreport_key,body_key,")
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert row["unit_evidence"] == "'=cmd|'/C calc'!A0"
    assert float(row["project_count"]) == -11
    defined = list(csv.DictReader(io.StringIO(definitions.read_text("utf-8-sig"), newline="")))
    assert [entry["column"] for entry in defined] == list(row)
    assert all(entry["meaning_zh"] and entry["meaning_en"] for entry in defined)


def test_csv_of_an_unknown_table_or_one_without_places_is_refused(founding):
    with pytest.raises(UnknownTable, match="fct_procurement"):
        write_csv(founding.settings, "procurement")
    with pytest.raises(UnknownTable, match="without DIVISION"):
        write_csv(founding.settings, "dim_delivery", "220112")
