"""What the two commands that write a row share: answers given or asked for, documents looked up, the row appended.

Belongs here: talking to the person at the terminal, and reading the published warehouse for them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.curation.csv_files import append_row
from pipelines.curation.faults import CurationError
from pipelines.publishing.trace import find_document
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings, load_settings

_LINES_BEFORE, _LINES_AFTER = 3, 1
_WIDTH = 110


class Refused(ValueError):
    """No row was written; the message says why and what to do."""


@dataclass(frozen=True)
class Report:
    """A report of the published warehouse, and the lines of its text."""

    document_id: str
    source_path: str
    form_version: str
    title: str | None
    body_name: str | None
    report_year: int | None
    lines: tuple[str, ...]

    def describe(self) -> str:
        """Return one line that tells the person which report was found."""
        known = (self.body_name or "body not named", str(self.report_year or "year not given"), self.form_version)
        return show_hidden(f"{self.source_path}: {', '.join(known)}")

    def around(self, start: int | None, end: int | None) -> list[str]:
        """Return the numbered lines round a place, its own marked."""
        if start is None:
            return ["    (it stands in no line of the text)"]
        last = end or start
        numbers = range(max(1, start - _LINES_BEFORE), min(len(self.lines), last + _LINES_AFTER) + 1)
        return [self._line(number, start <= number <= last) for number in numbers]

    def _line(self, number: int, marked: bool) -> str:
        return f"  {'>' if marked else ' '} {number:>5}  {show_hidden(self.lines[number - 1].strip()[:_WIDTH])}"


def answer(given: str, name: str, question: str) -> str:
    """Return what the command was given, or ask for it where a person sits at the terminal.

    Raises:
        Refused: it was not given, and nobody is there to ask.
    """
    if given.strip():
        return given.strip()
    if not sys.stdin.isatty():
        raise Refused(f'{name} is missing: add {name}="…" ({question}), or run it in a terminal to be asked')
    try:
        while not (typed := input(f"{question}: ").strip()):
            pass
    except (EOFError, KeyboardInterrupt):
        raise Refused("You have stopped.") from None
    return typed


def open_published(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the published warehouse, read-only.

    Raises:
        Refused: there is none yet.
    """
    if not settings.database_path.is_file():
        raise Refused(f"There is no warehouse at {settings.database_path} yet: run `make warehouse` first.")
    return duckdb.connect(str(settings.database_path), read_only=True)


def find_report(connection: duckdb.DuckDBPyConnection, wanted: str) -> Report:
    """Return the one report that a path, the end of one, or the beginning of a sha256 names.

    Raises:
        Refused: there is none, there are several, or it is no report.
    """
    found = find_document(connection, wanted)
    ids = {document_id for _, document_id in found if document_id is not None}
    if not ids:
        raise Refused(f"No document of the warehouse is named {wanted!r}: try the end of its path, or its sha256.")
    if len(ids) > 1:
        names = "\n".join(f"    {show_hidden(path)}  {document_id}" for path, document_id in found[:10])
        raise Refused(f"{wanted!r} names {len(ids)} documents, say more of the path or the sha256:\n{names}")
    rows = connection.execute(
        "select report_key, source_path, form_version, title, body_name, report_year, text from dim_report "
        "left join dim_document_text on document_id = report_key where report_key = ?",
        [*ids],
    ).fetchall()
    if not rows:
        raise Refused(f"{found[0][0]} is no report: see `make trace DOC={found[0][0]}`.")
    key, source_path, form_version, title, body_name, report_year, text = rows[0]
    return Report(key, source_path, form_version, title, body_name, report_year, tuple((text or "").split("\n")))


def write_row(path: Path, values: dict[str, str], columns: Sequence[str]) -> None:
    """Append a checked row to its file, and print it with what to do next."""
    number, line = append_row(path, values, columns)
    print(f"Written to {path}, row {number}:\n    {line}\nIt applies with the next `make warehouse`.")


def run(command: Callable[[Settings], None]) -> int:
    """Run a command for the person at the terminal; 0 where its row was written, 1 where it was refused."""
    try:
        command(load_settings())
    except (Refused, CurationError, duckdb.Error) as error:
        print(f"{error}\nNothing was written.", file=sys.stderr)
        return 1
    return 0
