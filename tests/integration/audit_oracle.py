"""What an auditor finds in a report of `tests.rendering.audited`: every rule worked out by hand, apart from the seeds.

Belongs here: the truth about rules. Which reports it is asked of, the test says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.rendering.audited import SUMS_OF_2014, Audited
from tests.rendering.truth import Key, form_columns, form_rows, leaf_rows

APPLICANTS = [
    "natural_person",
    "org_commercial",
    "org_research",
    "org_public_interest",
    "org_legal_service",
    "org_other",
]
PROSE = "prose_differs_from_table:"
YEARLY = {  # quantity of the prose -> cells of the forms of 2019 and 2021 that it must agree with
    "applications_received": [("t3", "new", "total")],
    "applications_answered": [("t3", "total_results", "total")],
    "applications_carried_in": [("t3", "carried_in", "total")],
    "applications_carried_out": [("t3", "carried_out", "total")],
    "reviews_received": [("t4", "cases", "review_total")],
    "lawsuits_received": [("t4", "cases", "suit_direct_total"), ("t4", "cases", "suit_after_review_total")],
    "permit_decisions": [("t2", "permit", "decisions")],
    "penalty_decisions": [("t2", "penalty", "decisions")],
    "compulsory_decisions": [("t2", "compulsory_measure", "decisions")],
}
OF_2019 = {
    "normative_documents_issued": [("t2", "normative_document", "made")],
    "procurement_projects": [("t2", "procurement", "project_count")],
    "procurement_amount": [("t2", "procurement", "amount")],
}
OF_2021 = {
    "normative_documents_issued": [("t2", "normative_document", "issued")],
    "normative_documents_repealed": [("t2", "normative_document", "repealed")],
    "normative_documents_in_force": [("t2", "normative_document", "in_force")],
    "fee_amount": [("t2", "fee", "amount")],
}
CHANNELS = {
    "total_disclosed": [("channels", "all_information", "count")],
    "channel:website": [("channels", "website", "count")],
    "channel:wechat": [("channels", "wechat", "count")],
    "channel:weibo": [("channels", "weibo", "count")],
    "channel:gazette": [("channels", "gazette", "count")],
    "channel:other": [("channels", "other_channel", "count")],
    "normative_documents_issued": [("channels", "normative_documents_issued", "count")],
}
OF_2014 = {
    "applications_received": [("statistics", "received", "count")],
    "reviews_received": [("statistics", "reviews", "count")],
    "lawsuits_received": [("statistics", "lawsuits", "count")],
    "application_fee_amount": [("statistics", "fees", "amount")],
}


@dataclass(frozen=True)
class Result:
    """What a rule gives at a place; `last` is last year's figure, where the rule asks for it."""

    rule: str
    place: tuple[str | None, str | None, str | None]
    status: str
    expected: float | None = None
    actual: float | None = None
    lines: tuple[int, int] | None = None


def judge(report: Audited) -> Iterator[Result]:
    """Every result that a report must have, of the rules that are told by its own figures and last year's."""
    if report.version != "F2014":
        yield from _table_three(report)
        yield from _table_four(report)
        yield from _table_two(report)
    if report.has("channels"):
        yield from _channels(report)
    if report.has("statistics"):
        for whole, parts in SUMS_OF_2014.items():
            cells = [("statistics", whole, "count"), *(("statistics", part, "count") for part in parts)]
            yield _sum(report, f"statistics_sum:{whole}", ("statistics", None, "count"), cells)
    yield from _prose(report)
    yield from _whole(report)
    yield from _each_cell(report)


def _figures(report: Audited, cells: Iterable[Key]) -> list[float | None]:
    return [report.figure(*cell) for cell in cells]


def _lines(report: Audited, cells: Iterable[Key]) -> tuple[int, int] | None:
    lines = [report.lines[cell] for cell in cells if cell in report.lines]
    return (min(line for line, _ in lines), max(line for _, line in lines)) if lines else None


def _compare(report, rule, place, cells, left, right, holds=lambda a, b: a == b) -> Result:
    """`left` and `right` are lists of figures; one that is none leaves nothing to judge."""
    if None in left or None in right:
        return Result(rule, place, "not_assessable")
    actual, expected = sum(left), sum(right)
    return Result(rule, place, "pass" if holds(actual, expected) else "fail", expected, actual, _lines(report, cells))


def _sum(report: Audited, rule: str, place, cells: list[Key]) -> Result:
    """The first cell is the sum of the others."""
    whole, *parts = _figures(report, cells)
    return _compare(report, rule, place, cells, [whole], parts)


def _table_three(report: Audited) -> Iterator[Result]:
    leaves = leaf_rows(report.version)
    for column in [*APPLICANTS, "total"]:
        place = ("t3", None, column)
        cells = [("t3", row, column) for row in ("new", "carried_in", "total_results", "carried_out")]
        figures = _figures(report, cells)
        yield _compare(report, "t3_balance", place, cells, figures[:2], figures[2:])
        yield _sum(report, "t3_results", place, [("t3", row, column) for row in ("total_results", *leaves)])
        yield _last_year(
            report, "t3_carried_over", place, ("t3", "carried_in", column), [("t3", "carried_out", column)], []
        )
    for row in form_rows(report.version, "t3"):
        if row["row_kind"] == "data":
            cells = [("t3", row["row_key"], column) for column in ("total", *APPLICANTS)]
            yield _sum(report, "t3_total", ("t3", row["row_key"], None), cells)


def _last_year(
    report: Audited, rule: str, place, cell: Key, last_cells: list[Key], more: list[tuple[int, Key]]
) -> Result:
    own = [cell, *(key for _, key in more)]
    last = report.last
    before = [None if last is None else last.figure(*key) for key in last_cells]
    signed = [None if (figure := report.figure(*key)) is None else sign * figure for sign, key in more]
    return _compare(report, rule, place, own, [report.figure(*cell)], [*before, *signed])


def _table_four(report: Audited) -> Iterator[Result]:
    for route in ("review", "suit_direct", "suit_after_review"):
        results = ("total", "upheld", "corrected", "other", "pending")
        cells = [("t4", "cases", f"{route}_{result}") for result in results]
        yield _sum(report, f"t4_{route}", ("t4", "cases", None), cells)


def _table_two(report: Audited) -> Iterator[Result]:
    columns = [c["column_key"] for c in form_columns(report.version, "t2", "art20_1")]
    for column in columns:
        cell = ("t2", "regulation", column)
        yield _compare(
            report, "t2_regulation_without_power", cell, [cell], _figures(report, [cell]), [0], lambda a, b: a <= b
        )
    for row in ("regulation", "normative_document"):
        place = ("t2", row, None)
        if report.version == "F2019":
            cells = [("t2", row, "newly_disclosed"), ("t2", row, "total_disclosed")]
            new, total = _figures(report, cells)
            yield _compare(report, "t2_disclosed_within_total", place, cells, [new], [total], lambda a, b: a <= b)
        else:
            in_force, more = ("t2", row, "in_force"), [(1, ("t2", row, "issued")), (-1, ("t2", row, "repealed"))]
            result = _last_year(report, "t2_in_force_carried", place, in_force, [in_force], more)
            yield result
    if report.version == "F2019":
        cells = [("t2", "procurement", "project_count"), ("t2", "procurement", "amount")]
        count, amount = _figures(report, cells)
        either = lambda a, b: (a == 0) == (b == 0)  # noqa: E731
        yield _compare(
            report, "t2_procurement_both_or_neither", ("t2", "procurement", None), cells, [count], [amount], either
        )
        for row in ("permit", "other_service", "penalty", "compulsory_measure", "fee"):
            items = ("t2", row, "last_year_items")
            yield _last_year(report, "t2_items_carried", ("t2", row, None), items, [items, ("t2", row, "change")], [])


def _channels(report: Audited) -> Iterator[Result]:
    total = ("channels", "all_information", "count")
    names = ("gazette", "website", "weibo", "wechat", "other_channel")
    parts = [("channels", name, "count") for name in names]
    at_most = lambda a, b: a <= b  # noqa: E731
    for part in parts:
        figures = _figures(report, [part, total])
        yield _compare(report, "channel_within_total", part, [part, total], figures[:1], figures[1:], at_most)
    figures = _figures(report, [total, *parts])
    place = ("channels", None, "count")
    yield _compare(report, "channel_sum_reaches_total", place, [total, *parts], figures[:1], figures[1:], at_most)
    for part, whole in (
        ("normative_documents_disclosed", "all_information"),
        ("press_conferences_principal", "press_conferences"),
        ("online_interviews_principal", "online_interviews"),
    ):
        cells = [("channels", part, "count"), ("channels", whole, "count")]
        first, second = _figures(report, cells)
        yield _compare(report, f"channel_part:{part}", place, cells, [first], [second], at_most)


def _said(report: Audited, quantity: str) -> float | None:
    """What the prose states, if it states it once and not about."""
    said = set(report.prose.get(quantity, []))
    return None if len(said) != 1 or not (only := said.pop()).replace(".", "").isdigit() else float(only)


def _tolerance(report: Audited, cell: Key) -> float:
    """Half of the last printed place of an amount; a written 0 is 0."""
    raw = report.raw.get(cell)
    if raw is None or not report.figures[cell]:
        return 0.0
    factor = 1 if raw.endswith("元") else 10_000
    return 0.01 + 0.5 * factor / 10 ** len(raw.removesuffix("元").partition(".")[2])


def _prose(report: Audited) -> Iterator[Result]:
    of_form = {"F2014": OF_2014, "F2019": YEARLY | OF_2019, "F2021": YEARLY | OF_2021}[report.version]
    for quantity, cells in (*of_form.items(), *(CHANNELS.items() if report.has("channels") else ())):
        if any(cell not in report.figures for cell in cells):
            continue  # an optional row that this report does not have
        columns = {cell[2] for cell in cells}
        place = (cells[0][0], cells[0][1], columns.pop() if len(columns) == 1 else None)
        near = sum(_tolerance(report, cell) for cell in cells)
        agree = lambda a, b, near=near: abs(a - b) <= near  # noqa: E731
        yield _of_prose(report, PROSE + quantity, quantity, place, _figures(report, cells), agree)
    if report.version == "F2021":
        cell = ("t2", "fee", "amount")
        near = _tolerance(report, cell)
        at_most = lambda a, b: a <= b + near  # noqa: E731
        yield _of_prose(
            report, "information_fee_above_fees", "application_fee_amount", cell, _figures(report, [cell]), at_most
        )


def _of_prose(report: Audited, rule: str, quantity: str, place, right: list[float | None], holds) -> Result:
    result = _compare(report, rule, place, [], [_said(report, quantity)], right, holds)
    lines = report.lines.get(quantity)
    return Result(rule, place, result.status, result.expected, result.actual, lines)


def _whole(report: Audited) -> Iterator[Result]:
    nowhere = (None, None, None)
    if report.version == "F2021":
        said = int(bool(report.prose.get("application_fee_amount")) or report.fee_said)
        yield Result(
            "information_fee_not_stated", nowhere, "pass" if said else "fail", 1, said, report.lines["section_six"]
        )
    n_headings = 2 if report.version == "F2014" else 6 + report.has("channels")
    printed = ["零一二三四五六七八".index(number) for number in report.numbers[:n_headings]]
    jumps = [at for at, number in enumerate(printed) if number != (printed[at - 1] if at else 0) + 1]
    line = report.lines[f"heading {jumps[0] if jumps else 0}"]
    yield Result("section_numbering", nowhere, "fail" if jumps else "pass", 0, len(jumps), line)
    conflicts = int(report.other_year is not None)
    yield Result("year_conflict", nowhere, "fail" if conflicts else "pass", 0, conflicts)
    yield Result("body_conflict", nowhere, "pass", 0, 0)


def broken_cells(report: Audited) -> Iterator[tuple[str, Key]]:
    """Cells with a figure below 0 (but changes) or a fraction (but amounts)."""
    for key in report.figures:
        figure = report.figure(*key)
        if figure is not None and figure < 0 and key[2] != "change":
            yield "negative_count", key
        if figure is not None and figure != int(figure) and key[2] != "amount":
            yield "fractional_count", key


def _each_cell(report: Audited) -> Iterator[Result]:
    broken = {(rule, key[0]) for rule, key in broken_cells(report)}
    for rule, left_out in (("negative_count", "change"), ("fractional_count", "amount")):
        for table in {key[0] for key in report.figures}:
            keys = [key for key in report.figures if key[0] == table and key[2] != left_out]
            known = all(report.figure(*key) is not None for key in keys)
            status = "fail" if (rule, table) in broken else "pass" if known else "not_assessable"
            yield Result(rule, (table, None, None), status)
