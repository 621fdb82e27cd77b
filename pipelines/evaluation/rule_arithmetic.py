"""One rule at one place for a slice of reports: its terms are added up on each side, and the sides are compared.

Belongs here: the arithmetic. A term without a figure: not assessable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.evaluation.missing_operands import NO_LAST_YEAR
from pipelines.evaluation.operands import FIGURE, NO_LINE_END, NO_LINE_START, NOT_FOUND, Columns, Numbers
from pipelines.evaluation.reports import Reports
from pipelines.evaluation.rule_places import Place, Term

STATUSES = ("pass", "fail", "not_assessable")
PASS, FAIL, NOT_ASSESSABLE = range(len(STATUSES))


@dataclass(frozen=True)
class Slice:
    """Reports from one number to another, with the operands of all of them."""

    first: int
    last: int
    columns: Columns
    last_value: Numbers
    last_state: Numbers
    reports: Reports

    def of_term(self, term: Term, reports: Numbers) -> tuple[Numbers, Numbers]:
        """Figures and states of one term for these reports of the slice."""
        if term.in_last_year:
            last_no = self.reports.last_no[self.first + reports]
            state = np.where(last_no < 0, NO_LAST_YEAR, self.last_state[term.row, last_no])
            return np.where(last_no < 0, 0, self.last_value[term.row, last_no]), state
        value, state = self.columns.value[term.row, reports], self.columns.state[term.row, reports]
        if term.kind == "cell":
            is_there = self.columns.cell_no[term.row, reports] == term.cell_no
            value, state = np.where(is_there, value, 0), np.where(is_there, state, NOT_FOUND)
        return value, state

    def asked_of(self, place: Place) -> Numbers:
        """The reports that the rule asks at this place: of the edition, of the level or of none that is known."""
        asked = self.reports.exists[self.first : self.last + 1].copy()
        if place.form_version is not None:
            own = [term for term in place.terms if term.kind == "cell" and not term.in_last_year]
            rows, cells = [term.row for term in own], [[term.cell_no] for term in own]
            asked &= (self.columns.cell_no[rows] == np.array(cells, np.int32).reshape(-1, 1)).any(axis=0)
        elif place.form_versions is not None:
            asked &= self.reports.forms.among(place.form_versions, self.first, self.last)
        if place.body_levels is not None:
            levels = self.reports.levels
            asked &= levels.is_none(self.first, self.last) | levels.among(place.body_levels, self.first, self.last)
        return np.flatnonzero(asked)

    def has_unknown_level(self, place: Place) -> Numbers:
        """The reports of bodies of no known level, where the rule is for some levels."""
        return self.reports.levels.is_none(self.first, self.last) & (place.body_levels is not None)

    def rounding(self, place: Place, reports: Numbers) -> Numbers:
        """How far apart both sides may be, as one of them was rounded when it was printed; not a number: not known."""
        rows = [term.row for term in place.terms if not term.in_last_year]
        if all(term.kind == "cell" and not term.in_yuan for term in place.terms):
            return np.zeros(len(reports))
        roundings = self.columns.rounding[rows][:, reports]
        return np.asarray(np.fmax.reduce(roundings, axis=0, initial=np.nan))

    def lines(self, place: Place, reports: Numbers) -> tuple[Numbers, Numbers]:
        """First and last line where operands stand: those of the prose and of the whole report, else those of cells."""
        rows = [term.row for term in place.terms if term.kind == "quantity"]
        starts, ends = self._span(rows, [None] * len(rows), reports)
        own = [term for term in place.terms if term.kind == "cell" and not term.in_last_year]
        all_starts, all_ends = self._span([t.row for t in own], [t.cell_no for t in own], reports)
        return np.where(starts < NO_LINE_START, starts, all_starts), np.where(ends > NO_LINE_END, ends, all_ends)

    def _span(self, rows: list[int], cells: list[int | None], reports: Numbers) -> tuple[Numbers, Numbers]:
        start, end = np.full(len(reports), NO_LINE_START, np.int32), np.full(len(reports), NO_LINE_END, np.int32)
        for row, cell_no in zip(rows, cells, strict=True):
            is_there = True if cell_no is None else self.columns.cell_no[row, reports] == cell_no
            start = np.where(is_there, np.minimum(start, self.columns.line_start[row, reports]), start)
            end = np.where(is_there, np.maximum(end, self.columns.line_end[row, reports]), end)
        return start, end


@dataclass(frozen=True)
class Judged:
    """What came out at one place: one column a report that the rule asks, one row a term."""

    reports: Numbers
    states: Numbers
    status: Numbers
    expected: Numbers
    actual: Numbers
    last_year: Numbers
    n_operands: Numbers
    n_missing: Numbers
    level_unknown: Numbers
    broken: Numbers


def judge(place: Place, part: Slice) -> Judged | None:
    """Evaluate a rule at one place; None where it asks no report of the slice."""
    reports = part.asked_of(place)
    if not len(reports):
        return None
    operands = [part.of_term(term, reports) for term in place.terms]
    values, states = np.array([value for value, _ in operands]), np.array([state for _, state in operands])
    if place.form_version is None:
        stated = (states > NOT_FOUND).any(axis=0)
        reports, values, states = reports[stated], values[:, stated], states[:, stated]
    n_found, n_null = (states > NOT_FOUND).sum(axis=0), (states > FIGURE).sum(axis=0)
    n_wanted = n_found if place.per_table else np.full(len(reports), len(place.terms))
    level_unknown = part.has_unknown_level(place)[reports]
    n_missing = n_wanted - n_found + n_null + level_unknown
    left = place.left_constant + _added(place, values, of_left=True)
    right = place.right_constant + _added(place, values, of_left=False)
    if place.per_table:
        broken = (states == FIGURE) & ~holds(place.comparison, values, place.right_constant, place.tolerance)
        status = np.where(broken.any(axis=0), FAIL, np.where(n_missing > 0, NOT_ASSESSABLE, PASS))
        status[level_unknown] = NOT_ASSESSABLE
        left = right = np.full(len(reports), np.nan)
    else:
        broken = np.zeros(states.shape, bool)
        tolerance = place.tolerance + part.rounding(place, reports)
        status = np.where(holds(place.comparison, left, right, tolerance), PASS, FAIL)
        status[n_missing > 0] = NOT_ASSESSABLE
    is_known = status != NOT_ASSESSABLE
    return Judged(
        reports,
        states,
        status,
        np.where(is_known & (place.comparison != "is_whole"), right, np.nan),
        np.where(is_known, left, np.nan),
        np.where(is_known, _of_last_year(place, values, states), np.nan),
        n_wanted + level_unknown,
        n_missing,
        level_unknown,
        broken & (status == FAIL),
    )


def holds(comparison: str, actual: Numbers, expected: Numbers | float, tolerance: Numbers | float) -> Numbers:
    """Whether what a rule compares holds: `actual` its left side, `expected` its right side."""
    if comparison == "=":
        return np.asarray(np.abs(actual - expected) <= tolerance)
    if comparison == "<=":
        return np.asarray(actual <= expected + tolerance)
    if comparison == ">=":
        return np.asarray(actual >= expected - tolerance)
    if comparison == "both_or_neither":
        return np.asarray((actual == 0) == (expected == 0))
    if comparison == "is_whole":
        return np.asarray(np.abs(actual - np.round(actual)) <= tolerance)
    raise ValueError(f"rules.csv: nothing is known of the comparison {comparison!r}")


def _added(place: Place, values: Numbers, of_left: bool) -> Numbers:
    # Term by term from the left: the same figures always give the same last bit.
    total = np.zeros(values.shape[1])
    for term, value in zip(place.terms, values, strict=True):
        if term.is_left == of_left:
            total = total + term.sign * value
    return total


def _of_last_year(place: Place, values: Numbers, states: Numbers) -> Numbers:
    total = np.full(values.shape[1], np.nan)
    for term, value, state in zip(place.terms, values, states, strict=True):
        if term.in_last_year:
            total = np.where(state == FIGURE, np.nan_to_num(total) + term.sign * value, total)
    return total
