"""`python -m pipelines.curation.override`, `make override`: helps a person write a row of overrides.csv.

Belongs here: looking the report and the division up, asking for what is missing, checking the row, appending it.
"""

from __future__ import annotations

import argparse
import sys

import polars as pl

from pipelines.curation.csv_files import read_table, with_new_row
from pipelines.curation.faults import CurationError
from pipelines.curation.fields import today
from pipelines.curation.overrides import OVERRIDE_COLUMNS, bare, check_overrides
from pipelines.curation.reading import ensure_files
from pipelines.curation.terminal import Refused, Report, answer, find_report, open_published, run, write_row
from pipelines.gazetteer.divisions import load_divisions
from pipelines.parsing.names import unit_name
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import OVERRIDES_FILE, Settings

_MOST_LISTED = 12
_HEAD_LINES, _TAIL_LINES = 3, 2
_NAMED = (
    "select report.source_path, report.report_year, report.body_name from dim_report as report "
    "join dim_body as body using (body_key) where ? in (report.body_name, body.unit_name) "
    "and (? is null or body.printed_parent = ?) order by report.source_path"
)


def override(settings: Settings, given: argparse.Namespace) -> None:
    """Write one override, from what was given and what the person answers.

    Raises:
        Refused: it cannot be written; nothing was.
        CurationError: a row of the file, or the new one, is wrong; nothing was written.
    """
    divisions = load_divisions()
    target = _find_target(settings, given, divisions)
    code, full_name = find_division(divisions, answer(given.division, "DIVISION", "Division (code, or full name)"))
    unit = bare(given.unit) or ""
    print(f"The body: {unit + ' of ' if unit else 'the government of '}{full_name} ({code})")
    row = {
        **target,
        "division_code": code,
        "unit_name": unit,
        "reason": answer(given.reason, "REASON", "Reason: what shows that it is this body"),
        "decided_by": answer(given.who, "WHO", "Who decides it"),
        "decided_on": f"{today()}",
    }
    ensure_files(settings)
    written, faults = read_table(settings.curation_dir / OVERRIDES_FILE, OVERRIDE_COLUMNS)
    _, more = check_overrides(with_new_row(written, {name: row.get(name, "") for name in OVERRIDE_COLUMNS}), divisions)
    if found := [*faults, *more]:
        raise CurationError(settings.curation_dir, found)
    write_row(settings.curation_dir / OVERRIDES_FILE, row, OVERRIDE_COLUMNS)


def find_division(divisions: pl.DataFrame, wanted: str) -> tuple[str, str]:
    """Return code and full name of the one division that a code, a full name, or the end of one names.

    Those that still stand in the newest edition go before those that are gone.

    Raises:
        Refused: there is none, or there are several; the message lists them.
    """
    text = bare(wanted) or ""
    for matches in (
        pl.col("division_code") == text,
        pl.col("full_name") == text,
        pl.col("full_name").str.ends_with(text),
    ):
        found = divisions.filter(matches).sort(pl.col("valid_to").is_null(), maintain_order=True)
        found = found.unique("division_code", keep="last", maintain_order=True)
        standing = found.filter(pl.col("valid_to").is_null())
        chosen = found if standing.is_empty() else standing
        if chosen.height == 1:
            return chosen.row(0, named=True)["division_code"], chosen.row(0, named=True)["full_name"]
        if chosen.height > 1:
            listed = _list_divisions(chosen)
            raise Refused(f"{wanted!r} names {chosen.height} divisions, give the code of one:\n{listed}")
    raise Refused(
        f"No division is named {wanted!r}: give its code (2, 4, 6 or 9 digits) or its full name, such as 吉林省长春市双阳区太平镇."
    )


def _find_target(settings: Settings, given: argparse.Namespace, divisions: pl.DataFrame) -> dict[str, str]:
    """Return the fields that say of what the row decides, and show the person what that is."""
    if given.name and given.document:
        raise Refused("Give DOC for one document or NAME for all reports of a name, not both.")
    if not given.name:
        if given.parent:
            raise Refused("PARENT goes with NAME: a document is known by its sha256 alone.")
        wanted = answer(given.document, "DOC", "Document (path, its end, or its sha256); for a name run it with NAME=…")
        with open_published(settings) as connection:
            report = find_report(connection, wanted)
        _show_report(report, divisions)
        return {"document_id": report.document_id}
    name, parent = bare(given.name) or "", bare(given.parent)
    with open_published(settings) as connection:
        named = connection.execute(_NAMED, [name, parent, parent]).fetchall()
    print(f"Reports of the published warehouse with the name {parent or ''}{name}: {len(named)}")
    for path, year, body in named[:_MOST_LISTED]:
        print(show_hidden(f"    {path}  {year or ''}  {body or ''}"))
    return {"body_name": name, "printed_parent": parent or ""}


def _show_report(report: Report, divisions: pl.DataFrame) -> None:
    """Show the first and last lines of a report, where bodies are named, and the divisions of that name."""
    print(report.describe())
    filled = [(number, line.strip()) for number, line in enumerate(report.lines, start=1) if line.strip()]
    shown = [*filled[:_HEAD_LINES], *filled[_HEAD_LINES:][-_TAIL_LINES:]]
    print("\n".join(f"    {number:>5}  {show_hidden(line[:110])}" for number, line in shown))
    if report.body_name:
        same = divisions.filter((pl.col("division_name") == unit_name(report.body_name)) & pl.col("valid_to").is_null())
        if not same.is_empty():
            print(f"Divisions of that name: {same.height}\n{_list_divisions(same)}")


def _list_divisions(found: pl.DataFrame) -> str:
    lines = [
        f"    {code}  {name}" for code, name in found.select("division_code", "full_name").head(_MOST_LISTED).rows()
    ]
    return "\n".join([*lines, *(["    …"] if found.height > _MOST_LISTED else [])])


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make override", description="Write one override, checked.")
    parser.add_argument("--document", default="", help="DOC: path of the file, its end, or the beginning of its sha256")
    parser.add_argument("--name", default="", help="NAME: a name as reports print it, for all of them")
    parser.add_argument("--parent", default="", help="PARENT: with NAME, the divisions printed before it")
    parser.add_argument("--division", default="", help="DIVISION: code or full name of the division")
    parser.add_argument("--unit", default="", help="UNIT: a body below the division; left out: its government")
    parser.add_argument("--reason", default="", help="REASON: what shows that it is this body")
    parser.add_argument("--who", default="", help="WHO: who decides it")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Write one override; 0 where it was written, 1 where it was refused."""
    given = _arguments(argv)
    return run(lambda settings: override(settings, given))


if __name__ == "__main__":
    sys.exit(main())
