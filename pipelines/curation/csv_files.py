"""The CSV files that people write: read whole as text with the row of each line, and appended to.

Belongs here: bytes, quotes, blank lines, the header. What a field means does not.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.curation.faults import Fault
from pipelines.publishing.held import held_file, remove_dead

_BOM = "\ufeff"


def read_table(path: Path, columns: Sequence[str]) -> tuple[pl.DataFrame, list[Fault]]:
    """Return the rows of a file as text (outer spaces cut, empty fields null) with `csv_row`, and what is wrong with it.

    A row of another width than the header is a fault and left out: nobody can tell which field is which.
    Python's reader is used, for it tells the row of every line, blank ones counted, and goes on behind a bad one.
    """
    schema = {"csv_row": pl.Int32(), **dict.fromkeys(columns, pl.String())}
    empty = pl.DataFrame(schema=schema)
    text, fault = _read_text(path, columns)
    if fault is not None:
        return empty, [fault]
    rows, faults = _split_rows(path.name, text)
    if not rows:
        return empty, [*faults, _header_fault(path.name, "there is no header line", columns)]
    (_, header), *body = rows
    wrong = _check_header(header, columns)
    if wrong:
        return empty, [*faults, _header_fault(path.name, wrong, columns, row=rows[0][0])]
    records: list[dict[str, object]] = []
    for number, fields in body:
        if any(fields[len(header) :]) or len(fields) < len(header):
            problem = f"{len(fields)} fields where the header has {len(header)}"
            faults.append(Fault(path.name, number, problem, 'Put a text that has commas or quotes into "…"'))
            continue
        if any(field for name, field in zip(header, fields, strict=False) if not name):
            faults.append(Fault(path.name, number, "a text stands in a column without a name", "Name it or remove it"))
            continue
        named = {name: field or None for name, field in zip(header, fields, strict=False) if name}
        records.append({"csv_row": number, **named})
    return pl.DataFrame(records, schema=schema) if records else empty, faults


def with_new_row(table: pl.DataFrame, values: Mapping[str, str]) -> pl.DataFrame:
    """Return a table of `read_table` with a row that is not yet written: row 0, so that faults name no row of the file."""
    row = {"csv_row": 0, **{name: text or None for name, text in values.items()}}
    return pl.concat([table, pl.DataFrame([row], schema=table.schema)])


def append_row(path: Path, values: Mapping[str, str], columns: Sequence[str]) -> tuple[int, str]:
    """Add a row at the end of a file, in the order of its header; return its row number and its text.

    The file is replaced in one go. What it holds stays as it is: order, line ends, byte order mark. One that is not
    there yet is begun with its header.
    """
    ensure_file(path, columns)
    text = path.read_bytes().decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    rows, _ = _split_rows(path.name, text.removeprefix(_BOM))
    line = _csv_line([values.get(name, "") for name in rows[0][1]])
    begun = text if text.endswith(("\n", "\r")) else text + newline
    _replace(path, begun + line + newline)
    return len(list(csv.reader(io.StringIO(begun, newline="")))) + 1, line


def ensure_file(path: Path, columns: Sequence[str]) -> None:
    """Begin a file that is not there with its header line."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, ",".join(columns) + "\n")


def _replace(path: Path, text: str) -> None:
    remove_dead(path.parent)
    with held_file(path) as part:
        part.write_bytes(text.encode("utf-8"))
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)


def _csv_line(fields: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([" ".join(field.split()) for field in fields])
    return buffer.getvalue()


def _read_text(path: Path, columns: Sequence[str]) -> tuple[str, Fault | None]:
    begin = f"Begin it with the line {','.join(columns)}, or point GID_CURATION_DIR at the folder where it is"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "", Fault(path.name, 0, f"there is no such file in {path.parent}", begin)
    except OSError as error:
        return "", Fault(path.name, 0, f"it cannot be read ({error.strerror})", "Check its permissions")
    try:
        return content.decode("utf-8").removeprefix(_BOM), None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return "", Fault(
            path.name, line, "it is not UTF-8", "Save it again as CSV UTF-8 (in Excel: CSV UTF-8 逗号分隔)"
        )


def _split_rows(file: str, text: str) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """Return (row, fields) of the rows that hold something; a quote that is never closed ends the reading."""
    rows: list[tuple[int, list[str]]] = []
    number = 0
    reader: Iterator[list[str]] = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number += 1
        try:
            fields = [field.strip() for field in next(reader)]
        except StopIteration:
            return rows, []
        except csv.Error as error:
            remedy = 'Close the quotes, and write a quote within a text as ""; the rows behind it were not read'
            return rows, [Fault(file, number, f"its quotes do not fit ({error})", remedy)]
        if any(fields):
            rows.append((number, fields))


def _check_header(header: Sequence[str], columns: Sequence[str]) -> str:
    named = [name for name in header if name]
    problems = []
    if missing := [name for name in columns if name not in named]:
        problems.append(f"the columns {', '.join(missing)} are missing")
    if unknown := [name for name in named if name not in columns]:
        problems.append(f"the columns {', '.join(unknown)} are not known")
    if double := sorted({name for name in named if named.count(name) > 1}):
        problems.append(f"the columns {', '.join(double)} stand twice")
    return "; ".join(problems)


def _header_fault(file: str, problem: str, columns: Sequence[str], row: int = 0) -> Fault:
    return Fault(file, row, problem, f"The header line is {','.join(columns)}")
