"""Corrections and overrides in a whole refresh: both values visible, a row that no longer fits stops it, a mended one goes on."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from decimal import Decimal

import pytest

from pipelines.curation import correct as correct_command
from pipelines.curation import override as override_command
from pipelines.settings import PROJECT_DIR
from tests.integration.conftest import Warehouse

FILE = "regexp_extract(source_path, '/([0-9]{3})_', 1)"
TAIPING, DALAN, HANCONGGOU, UNNAMED = (
    "001_ff5e69430f7bf06e.txt",
    "002_05520833ef73d01c.txt",
    "003_b4cf58a1ae5d2f01.txt",
    "004_47d82fe70f5f9d49.txt",
)
ABSENT = "0" * 64


@pytest.fixture
def curated(founding, tmp_path) -> Warehouse:
    """A second warehouse that begins as the founding one, with curation files of its own."""
    shutil.copytree(founding.folder, tmp_path / "w", symlinks=True)
    return Warehouse(tmp_path / "w")


def run(warehouse: Warehouse, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"pipelines.curation.{command}", *arguments],
        cwd=PROJECT_DIR,
        env=warehouse.environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def write(warehouse: Warehouse, command: str, *arguments: str) -> None:
    done = run(warehouse, command, *arguments, "--reason", '看过原件，"第2页"', "--who", "李四")
    assert done.returncode == 0, done.stderr
    assert "It applies with the next `make warehouse`." in done.stdout


def trace(warehouse: Warehouse, document: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.publishing.trace", document],
        cwd=PROJECT_DIR,
        env=warehouse.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def published(warehouse: Warehouse) -> dict[str, str]:
    files = [warehouse.settings.database_path, *sorted(warehouse.settings.exports_dir.iterdir())]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_rows_that_cannot_be_right_stop_a_refresh_and_mended_ones_are_applied(curated):
    corrections = curated.settings.curation_dir / "corrections.csv"
    write(curated, "correct", "--document", DALAN, "--cell", "t2.procurement.amount", "--value", "251000元")
    write(curated, "correct", "--document", UNNAMED, "--cell", "t3.new.total", "--value", "blank")
    write(curated, "override", "--document", UNNAMED, "--division", "220112105")
    # One 太平镇 prints no parent; the other prints 长春市双阳区, and may not be taken elsewhere by its bare name.
    write(curated, "override", "--name", "太平镇", "--division", "350624105")
    write(curated, "override", "--name", "寒葱沟镇人民政府", "--division", "230883", "--unit", "寒葱沟镇便民中心")
    with corrections.open("a", encoding="utf-8") as stream:
        stream.write(f"{ABSENT},t3,new,total,0,1,waits for its document,李四,2026/1/5\n")
    write(curated, "correct", "--document", TAIPING, "--cell", "t2.procurement.amount", "--value", "25.1万元")

    before = published(curated)
    text = corrections.read_text(encoding="utf-8")
    corrections.write_text(text.replace("72235.00", "72235").replace("2026/1/5", "2999-1-5"), encoding="utf-8")
    done = curated.refresh()
    assert done.returncode == 1
    assert "the published warehouse is as it was" in done.stderr
    assert "curation: 2 faults in" in done.stderr
    assert "corrections.csv row 2: t2.procurement.amount of" in done.stderr
    assert "was expected to read '72235', it reads '72235.00' (number)" in done.stderr
    assert "corrections.csv row 4: corrected_on 2999-01-05 is in the future" in done.stderr
    assert published(curated) == before

    corrections.write_text(text, encoding="utf-8")
    done = curated.refresh()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING: corrections.csv row 4: the document is not in this warehouse" in done.stdout
    check_values(curated)
    check_bodies(curated)
    assert "line 78: '72235.00'   corrected by 李四, 20" in trace(curated, DALAN)
    assert "placed by row 2 of overrides.csv: 220112105  太平镇  decided by 李四, 20" in trace(curated, UNNAMED)


def check_values(warehouse: Warehouse) -> None:
    assert warehouse.query(
        f"select {FILE}, raw_value, value, value_state, value_as_read, value_state_as_read, line_start "
        "from fct_reported_cell join dim_report using (report_key) where value_basis = 'corrected' order by 1"
    ) == [
        ("001", "0", 25.1, "number", 0.0, "zero", 85),
        ("002", "72235.00", 251000.0, "number", 72235.0, "number", 78),
        ("004", "0", None, "blank", 0.0, "zero", 110),
    ]
    assert warehouse.query("select count(*) from fct_reported_cell where value_as_read is not null") == [(3,)]
    assert warehouse.query(
        "select amount_raw, amount, amount_unit, unit_basis, amount_yuan from fct_procurement "
        "where amount_basis = 'corrected' order by amount"
    ) == [
        ("0", 25.1, "wan_yuan", "cell", Decimal("251000.00")),
        ("72235.00", 251000.0, "yuan", "cell", Decimal("251000.00")),
    ]
    assert warehouse.query(
        f"select status from fct_zero_activity join dim_report using (report_key) where {FILE} = '004' "
        "and activity = 'applications'"
    ) == [("partly_blank",)]
    assert warehouse.query("select value_state from fct_application where value_state <> 'zero'") == [("blank",)]
    assert warehouse.query(
        "select rule_key, status, missing from fct_rule_result join dim_rule using (rule_key) "
        "where rule_kind in ('sum', 'plausibility') and missing like 't3.%' order by 1"
    ) == [
        ("fractional_count", "not_assessable", "t3.new.total blank"),
        ("negative_count", "not_assessable", "t3.new.total blank"),
        ("t3_balance", "not_assessable", "t3.new.total blank"),
        ("t3_total", "not_assessable", "t3.new.total blank"),
    ]
    assert warehouse.query(
        f"select {FILE}, expected, actual, line_start, message like '%看过原件，\"第2页\"（李四，20%' from fct_finding "
        "where rule_key = 'cell_corrected' order by 1"
    ) == [
        ("001", "25.1万元", "0", 85, True),
        ("002", "251000元", "72235.00", 78, True),
        ("004", "blank", "0", 110, True),
    ]
    assert warehouse.query("select csv_row, status, value_as_read, value from fct_correction order by csv_row") == [
        (2, "applied", 72235.0, 251000.0),
        (3, "applied", 0.0, None),
        (4, "document_not_found", None, 1.0),
        (5, "applied", 0.0, 25.1),
    ]
    assert warehouse.query("select sum(n_cell_numbers), sum(n_corrected_cells) from dim_report, rpt_body_year "
                           "where rpt_body_year.report_key = dim_report.report_key") == [(1004, 3)]  # fmt: skip


def check_bodies(warehouse: Warehouse) -> None:
    rows = warehouse.query(
        f"select {FILE}, body_key, body.body_name, body.division_code, resolution, text_resolution, text_division_code, "
        "override_row from dim_report as report join dim_body as body using (body_key) order by 1"
    )
    assert rows == [
        ("000", "division:350624105", "太平镇", "350624105", "override", "ambiguous", None, 3),
        ("001", "division:220112105", "太平镇人民政府", "220112105", "override", "name_and_parent", "220112105", None),
        ("002", "division:330281115", "大岚镇人民政府", "330281115", "unique_name", "unique_name", "330281115", None),
        (
            "003",
            "body:230883:寒葱沟镇便民中心",
            "寒葱沟镇便民中心",
            "230883",
            "override",
            "unique_name",
            "230883101",
            4,
        ),
        ("004", "division:220112105", "太平镇人民政府", "220112105", "override", "unknown", None, 2),
    ]
    assert warehouse.query(
        "select csv_row, status, division_name, n_reports_placed, n_reports_elsewhere from fct_override order by 1"
    ) == [(2, "applied", "太平镇", 1, 0), (3, "applied", "太平镇", 1, 1), (4, "applied", "抚远市", 1, 0)]


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("correct", ("--document", "nothing-like-it"), "No document of the warehouse is named 'nothing-like-it'"),
        ("correct", ("--document", ".txt"), "names 5 documents, say more of the path or the sha256"),
        ("correct", ("--document", DALAN), 'CELL is missing: add CELL="…"'),
        ("correct", ("--document", DALAN, "--cell", "t2.procurment.amount"), "Perhaps t2.procurement.amount"),
        ("correct", ("--document", HANCONGGOU, "--cell", "t2.procurement.amount"), "its form is F2021"),
        ("correct", ("--document", DALAN, "--cell", "78"), "Line 78 has the cells t2.procurement.amount"),
        ("correct", ("--document", DALAN, "--cell", "t2.procurement.amount"), 'VALUE is missing: add VALUE="…"'),
        (
            "correct",
            ("--document", DALAN, "--cell", "t2.procurement.amount", "--value", "x", "--reason", "r", "--who", "w"),
            "corrected_value 'x' is no single figure",
        ),
        (
            "correct",
            (
                "--document",
                DALAN,
                "--cell",
                "t2.procurement.project_count",
                "--value",
                "8",
                "--reason",
                "r",
                "--who",
                "w",
            ),
            "8 is what was read: there is nothing to correct",
        ),
        ("override", (), 'DOC is missing: add DOC="…"'),
        ("override", ("--document", DALAN, "--name", "大岚镇"), "not both"),
        ("override", ("--document", DALAN, "--parent", "余姚市"), "PARENT goes with NAME"),
        ("override", ("--document", DALAN, "--division", "太平镇"), "names 50 divisions, give the code of one"),
        ("override", ("--name", "大岚镇", "--division", "999999"), "No division is named '999999'"),
        (
            "override",
            ("--name", "大岚镇", "--division", "330281115", "--unit", "大岚镇", "--reason", "r", "--who", "w"),
            "is the government of the division itself",
        ),
    ],
)
def test_what_cannot_be_written_says_why_and_writes_nothing(founding, command, arguments, words, monkeypatch, capsys):
    files = sorted(founding.settings.curation_dir.iterdir())
    before = [file.read_bytes() for file in files]
    for name, value in founding.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert {"correct": correct_command, "override": override_command}[command].main(arguments) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.endswith("Nothing was written.\n")
    assert [file.read_bytes() for file in sorted(founding.settings.curation_dir.iterdir())] == before


def test_without_a_warehouse_both_commands_say_so(tmp_path):
    for command in ("correct", "override"):
        done = run(Warehouse(tmp_path), command, "--document", "x")
        assert done.returncode == 1
        assert "run `make warehouse` first" in done.stderr


@pytest.fixture
def terminal(curated, monkeypatch):
    """A person at the terminal of a warehouse: gives the answers, in order."""
    for name, value in curated.environment().items():
        monkeypatch.setenv(name, value)

    def sit(*answers: str) -> Warehouse:
        given = iter(answers)

        def type_answer(_: str) -> str:
            answer = next(given, None)
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", type_answer)
        return curated

    return sit


def test_a_person_is_asked_for_what_is_missing_and_shown_the_lines(terminal, capsys):
    warehouse = terminal(DALAN, "78", "t2.procurement.amount", "", "251000元", "the notice", "李四")
    assert correct_command.main([]) == 0
    shown = capsys.readouterr().out
    assert ">    78  72235.00" in shown
    assert "t2.procurement.amount = '72235.00': number 72235 (read)" in shown
    text = (warehouse.settings.curation_dir / "corrections.csv").read_text(encoding="utf-8")
    assert ",t2,procurement,amount,72235.00,251000元,the notice,李四," in text

    terminal(UNNAMED, "吉林省长春市双阳区太平镇", "its address", "李四")
    assert override_command.main([]) == 0
    shown = capsys.readouterr().out
    assert "The body: the government of 吉林省长春市双阳区太平镇 (220112105)" in shown
    assert "一、总体情况" in shown
    text = (warehouse.settings.curation_dir / "overrides.csv").read_text(encoding="utf-8")
    assert ",,,220112105,,its address,李四," in text


def test_who_stops_writes_nothing(terminal, capsys):
    warehouse = terminal(DALAN, "t2.procurement.amount")
    assert correct_command.main([]) == 1
    assert "You have stopped." in capsys.readouterr().err
    assert len((warehouse.settings.curation_dir / "corrections.csv").read_text(encoding="utf-8").splitlines()) == 1
