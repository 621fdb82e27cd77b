"""One document's staging rows against its truth: cells, lines, units, header facts, prose, conservation of numbers.

Belongs here: what counts as right, flagged and wrong. Reading documents and adding up stand in `measure` and `tally`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.accuracy.tally import FLAGGED, RIGHT, WRONG, WRONG_FLAGGED, Example, Tally
from tests.rendering.corpus import RenderedDocument, numbers_in
from tests.rendering.tabbed import TrueCell
from tests.rendering.truth import Key

_UNCLAIMED = ("absent", "ambiguous")
_FIGURES = ("number", "zero")


@dataclass
class Reading:
    """The staging rows of one document; `report` is None where it was not taken for a report."""

    report: dict[str, Any] | None = None
    cells: list[dict[str, Any]] = field(default_factory=list)
    prose: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)


def judge_cell(true: TrueCell | None, is_lost: bool, got: dict[str, Any] | None, is_flagged: bool) -> str:
    """Judge what was read for a cell.

    right: state and value as printed, or a lost figure that was recovered. flagged: no value is claimed. wrong_flagged:
    a wrong claim, with a finding on its row. wrong: a wrong claim, and nothing warns of it.
    """
    state = got["value_state"] if got else "absent"
    if true is None or true.state == "absent":
        return RIGHT if state == "absent" else FLAGGED if state == "ambiguous" else _wrong(is_flagged)
    if state in _UNCLAIMED:
        return FLAGGED
    if got and state == true.state and _same_value(got["value"], true.value):
        return RIGHT
    # A figure that went missing can be claimed neither as another figure nor as a blank cell.
    if is_lost and true.value is None and state not in _FIGURES:
        return RIGHT
    return _wrong(is_flagged)


def _wrong(is_flagged: bool) -> str:
    return WRONG_FLAGGED if is_flagged else WRONG


def _same_value(got: float | None, true: float | None) -> bool:
    if got is None or true is None:
        return got is None and true is None
    return math.isclose(got, true, rel_tol=1e-9)


def groups_of(document: RenderedDocument) -> list[str]:
    """The groups that a document counts for."""
    groups = ["all", document.kind, f"layout:{document.layout}", f"{document.kind} layout:{document.layout}"]
    groups += [f"damage:{name}" for name in document.damages]
    if not document.damages:
        groups += [f"variation:{name}" for name in document.variations]
    return groups


def compare(document: RenderedDocument, reading: Reading, tally: Tally) -> None:
    """Count everything about one document."""
    groups = groups_of(document)
    tally.count(groups, "documents")
    if reading.report is None:
        tally.count(groups, "not_read")
        rules = ", ".join(sorted({f["rule_key"] for f in reading.findings})) or "nothing at all"
        tally.keep("not_read", _example(document, "document", "a report", rules))
    _compare_cells(document, reading, groups, tally)
    if reading.report is not None:
        _compare_header(document, reading.report, groups, tally)
        _compare_prose(document, reading, groups, tally)
        _check_conservation(document, reading, groups, tally)


def _example(document: RenderedDocument, what: str, truth: object, got: object) -> Example:
    variations, damages = " ".join(document.variations), " ".join(document.damages)
    return Example(document.name, document.layout, variations, damages, what, str(truth), str(got))


def _compare_cells(document: RenderedDocument, reading: Reading, groups: list[str], tally: Tally) -> None:
    got = {(c["table_key"], c["row_key"], c["column_key"]): c for c in reading.cells}
    flagged_rows = {(f["table_key"], f["row_key"]) for f in reading.findings if f["row_key"]}
    counts: Counter[str] = Counter()
    for key in document.truth.cells.keys() | got.keys():
        true, cell = document.truth.cells.get(key), got.get(key)
        outcome = judge_cell(true, key in document.lost, cell, key[:2] in flagged_rows)
        if true is None and outcome == RIGHT:
            continue
        counts["cells"] += 1
        counts[outcome] += 1
        if true is not None and true.state != "absent":
            _count_printed(document, true, cell, outcome == RIGHT, counts)
            _check_place(document, true, cell, outcome == RIGHT, counts, tally)
        if outcome in (WRONG, WRONG_FLAGGED):
            said = f"{true.raw!r} {true.state} {true.value}" if true else "not printed"
            read = f"{cell['raw_value']!r} {cell['value_state']} {cell['value']} {cell['value_basis']}" if cell else ""
            tally.keep(outcome, _example(document, _words(key), said, read))
        elif outcome == FLAGGED and not document.damages and key not in document.uncertain:
            tally.keep("missed", _example(document, _words(key), repr(true.raw) if true else "", ""))
    for what, n in counts.items():
        tally.count(groups, what, n)


def _words(key: Key) -> str:
    return "/".join(str(part) for part in key)


def _key_of(cell: TrueCell) -> Key:
    return cell.table_key, cell.row_key, cell.column_key


def _count_printed(
    document: RenderedDocument, true: TrueCell, cell: dict[str, Any] | None, is_right: bool, counts: Counter[str]
) -> None:
    """Count what only a printed cell has: whether it can be placed, whether it is a figure, whether it was recovered."""
    key = _key_of(true)
    if key not in document.uncertain and key not in document.lost:
        counts["certain"] += 1
        counts["certain_right"] += is_right
    if true.state in _FIGURES:
        counts["figures"] += 1
        counts["figures_right"] += is_right
    counts["recovered"] += bool(is_right and cell and cell["value_basis"] == "realigned")


def _check_place(
    document: RenderedDocument,
    true: TrueCell,
    cell: dict[str, Any] | None,
    is_right: bool,
    counts: Counter[str],
    tally: Tally,
) -> None:
    """Of a cell that was read right: its line, and the unit of an amount."""
    key = _key_of(true)
    if not is_right or cell is None or cell["value_state"] in _UNCLAIMED or key in document.lost:
        return
    if true.line is not None and true.raw.strip():  # a blank cell stands nowhere in particular
        is_there = (cell["line_start"] or 0) <= true.line <= (cell["line_end"] or 0)
        counts["lines"] += 1
        counts["lines_right"] += is_there
        if not is_there:
            got = f"{cell['line_start']}-{cell['line_end']}"
            tally.keep("line", _example(document, _words(key), true.line, got))
    if key[2] == "amount" and true.state in _FIGURES and not document.damages:  # a lost header took its unit along
        counts["units"] += 1
        counts["units_right"] += cell["printed_unit"] == true.unit
        if cell["printed_unit"] != true.unit:
            tally.keep("unit", _example(document, _words(key), true.unit, cell["printed_unit"]))


def _compare_header(document: RenderedDocument, report: dict[str, Any], groups: list[str], tally: Tally) -> None:
    truth = document.truth
    body = re.sub(r"\s", "", report["body_name"] or "") or None
    accepted = {truth.body_name} if truth.body_name else {None, truth.unit_name}
    facts: tuple[tuple[str, bool, object, object], ...] = (
        ("body", body in accepted, truth.body_name, body),
        ("year", report["report_year"] == truth.year, truth.year, report["report_year"]),
        ("form", report["form_version"] == truth.form_version, truth.form_version, report["form_version"]),
    )
    if document.damages and len(document.lost) > 100:  # too little is left to tell the edition by
        facts = facts[:2]
    for name, is_right, true, got in facts:
        tally.count(groups, f"{name}_facts")
        tally.count(groups, f"{name}_right", int(is_right))
        if not is_right:
            tally.keep("header", _example(document, name, true, got))


def _compare_prose(document: RenderedDocument, reading: Reading, groups: list[str], tally: Tally) -> None:
    true = {(quantity, value) for quantity, (value, _) in document.truth.prose.items()}
    got = {(row["quantity"], row["value"]): row["quote"] for row in reading.prose}
    tally.count(groups, "prose_true", len(true))
    tally.count(groups, "prose_read", len(got))
    tally.count(groups, "prose_right", len(true & got.keys()))
    for quantity, value in sorted(got.keys() - true):
        tally.keep("prose_wrong", _example(document, quantity, "not said", f"{value} in {got[quantity, value]}"))
    for quantity, value in sorted(true - got.keys()):
        tally.keep("prose_missed", _example(document, quantity, value, "not read"))


def _count_digits(texts: list[str]) -> Counter[str]:
    return Counter(char for text in texts for char in unicodedata.normalize("NFKC", text) if char.isdigit())


def _check_conservation(document: RenderedDocument, reading: Reading, groups: list[str], tally: Tally) -> None:
    """Every printed number stands in a cell or in a finding, and the report's own count says so."""
    report = reading.report or {}
    in_all, in_cells, in_findings = (report[f"n_{what}_numbers"] for what in ("table", "cell", "finding"))
    if in_all != in_cells + in_findings:
        tally.count(groups, "unbalanced")
        tally.keep("unbalanced", _example(document, "numbers", in_all, f"{in_cells} + {in_findings}"))
    words = [c["raw_value"] or "" for c in reading.cells]
    quoted = [f"{f['message']} {f['actual'] or ''}" for f in reading.findings if f["n_numbers"]]
    tally.count(groups, "numbers", len(document.figures))
    lost = Counter(document.figures) - Counter(number for text in (*words, *quoted) for number in numbers_in(text))
    if lost and any("…" in text for text in quoted):  # a long message is cut: the count must do
        missing = len(document.figures) - in_cells - in_findings
        lost = Counter({"?": missing} if missing > 0 else {})
    if lost and document.layout == "fused":  # figures without a gap: compare digits
        have = _count_digits([*words, *quoted])
        lost = _count_digits(document.figures) - have
    if lost:
        tally.count(groups, "lost_numbers", lost.total())
        tally.keep("lost_numbers", _example(document, "numbers", dict(lost), f"{in_cells} + {in_findings}"))
