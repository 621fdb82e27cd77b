"""The CSV files as people and Excel write them: every row is read or told, appending changes nothing else."""

from __future__ import annotations

import stat
from dataclasses import replace

import polars as pl
import pytest

from pipelines.curation.csv_files import append_row, ensure_file, read_table
from pipelines.curation.faults import CurationError, Fault
from pipelines.curation.reading import ensure_files, read_curation
from tests.reading import settings_of

COLUMNS = ("name", "reason")


def read(tmp_path, content: bytes | str) -> tuple[list[tuple], list[str]]:
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    table, faults = read_table(path, COLUMNS)
    assert dict(table.schema) == {"csv_row": pl.Int32, "name": pl.String, "reason": pl.String}
    return table.rows(), [str(fault) for fault in faults]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rows_are_those_that_a_spreadsheet_shows(tmp_path, mark, newline):
    lines = ["name,reason", "太平镇,x", "", " a , ", ",,", '"b, ""c""","two', 'lines"', "d,last"]
    rows, faults = read(tmp_path, mark + newline.join(lines).encode("utf-8"))
    assert faults == []
    assert [(row, name) for row, name, _ in rows] == [(2, "太平镇"), (4, "a"), (6, 'b, "c"'), (7, "d")]
    assert [reason for _, _, reason in rows] == ["x", None, f"two{newline}lines", "last"]


def test_columns_may_stand_in_another_order_and_empty_ones_beside_them(tmp_path):
    assert read(tmp_path, "reason,name,,\nr,n,,\n") == ([(2, "n", "r")], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "there is no header line. The header line is name,reason"),
        ("name;reason\na;b\n", "row 1: the columns name, reason are missing; the columns name;reason are not known"),
        ("name,reasn\na,b\n", "the columns reason are missing; the columns reasn are not known"),
        ("name,reason,name\na,b,c\n", "the columns name stand twice"),
        ("name,reason\na,b, c\nd,e\n", "row 2: 3 fields where the header has 2. Put a text that has commas"),
        ("name,reason\na\nd,e\n", "row 2: 1 fields where the header has 2"),
        ("name,reason,\na,b,c\nd,e,\n", "row 2: a text stands in a column without a name"),
        ('name,reason\n"a"b,c\nd,e\n', "row 2: its quotes do not fit"),
        ('name,reason\nd,e\na,"b\n', "row 3: its quotes do not fit"),
        ("name,reason\n太平镇,x\n".encode("gb18030"), "row 2: it is not UTF-8. Save it again as CSV UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, content, words):
    rows, (problem,) = read(tmp_path, content)
    assert words in problem
    assert rows in ([], [(3, "d", "e")], [(2, "d", "e")])


def test_a_file_that_is_not_there_is_told_with_its_header(tmp_path):
    table, (fault,) = read_table(tmp_path / "corrections.csv", COLUMNS)
    assert table.is_empty()
    assert "there is no such file" in str(fault)
    assert "name,reason" in str(fault)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name,reason\n", 'name,reason\nn,"a, ""b"" c"\n'),
        ("name,reason", 'name,reason\nn,"a, ""b"" c"\n'),
        ("\ufeffreason,name\r\nr,m\r\n", '\ufeffreason,name\r\nr,m\r\n"a, ""b"" c",n\r\n'),
    ],
)
def test_appending_keeps_all_that_is_there(tmp_path, before, after):
    path = tmp_path / "file.csv"
    path.write_bytes(before.encode("utf-8"))
    path.chmod(0o640)
    number, line = append_row(path, {"name": "n", "reason": 'a, "b"\n c'}, COLUMNS)
    assert path.read_bytes().decode("utf-8") == after
    assert line in after
    assert read_table(path, COLUMNS)[0]["csv_row"].to_list()[-1] == number
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["file.csv"]


def test_a_file_is_begun_with_its_header_and_never_twice(tmp_path):
    path = tmp_path / "new" / "file.csv"
    ensure_file(path, COLUMNS)
    append_row(path, {"name": "n", "reason": "r"}, COLUMNS)
    ensure_file(path, COLUMNS)
    assert path.read_text(encoding="utf-8") == "name,reason\nn,r\n"


def test_faults_are_listed_once_each_in_the_order_of_rows():
    faults = [
        Fault("b.csv", 3, "x", "y"),
        Fault("a.csv", 10, "x", "y"),
        Fault("a.csv", 9, "x", "y"),
        Fault("b.csv", 3, "x", "y"),
    ]
    assert str(CurationError("folder", faults)).split("\n") == [
        "3 faults in folder:",
        "    a.csv row 9: x. y.",
        "    a.csv row 10: x. y.",
        "    b.csv row 3: x. y.",
    ]


def test_the_folder_may_not_lie_where_clean_removes_everything(tmp_path):
    settings = replace(settings_of(tmp_path), curation_dir=tmp_path / "warehouse" / "curation")
    for act in (ensure_files, lambda s: read_curation(s, pl.DataFrame())):
        with pytest.raises(CurationError, match="`make clean` removes everything"):
            act(settings)
    assert not settings.curation_dir.exists()
