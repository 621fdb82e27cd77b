"""Errors planted in reports that agree with themselves: all are found with their figures and lines, and no others.

Some two hundred reports of all editions, in pairs of years, are read and built once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from pipelines.forms.dictionary import load_seed
from tests.integration.audit_oracle import CHANNELS, OF_2014, OF_2019, OF_2021, YEARLY, broken_cells, judge
from tests.integration.conftest import Warehouse
from tests.reading import write_delivery
from tests.rendering.audited import SUMS_OF_2014, Audited, draw_pair, print_report
from tests.rendering.truth import Key

N_PAIRS = 140
# Facts that rest on the comparison with other reports, or on the gazetteer, have tests of their own.
NOT_ASKED = "rule_key not like 'copied_from_%' and rule_key not like 'prose_like_%' and rule_key <> 'place_conflict'"


def _any_cell(*tables: str) -> Callable[[random.Random, Audited], Key | None]:
    def pick(rng: random.Random, report: Audited) -> Key | None:
        keys = [key for key in report.figures if key[0] in tables and key not in report.raw]
        return rng.choice(keys) if keys else None

    return pick


def _change(report: Audited, key: Key | None, change: Callable[[float], float | None]) -> None:
    if key in report.figures and report.figures[key] is not None:
        report.figures[key] = change(report.figures[key] or 0)


def _carried(rng: random.Random, report: Audited) -> None:
    """More carried in than last year's report carried out, but all sums hold."""
    column = rng.choice(["natural_person", "org_other"])
    for row in ("carried_in", "granted", "total_results"):
        for where in (column, "total"):
            _change(report, ("t3", row, where), lambda figure: figure + 2)


def _blank_of_the_balance(rng: random.Random, report: Audited) -> None:
    row = rng.choice(["new", "carried_in", "total_results", "carried_out"])
    _change(report, ("t3", row, rng.choice(["natural_person", "total"])), lambda _: None)


_TIMES_WRONG: Counter[str] = Counter()


def _wrong_prose(rng: random.Random, report: Audited) -> None:
    """Half of what the prose states is wrong, first what was wrong in the fewest reports before."""
    plain = [
        quantity for quantity, said in report.prose.items() if len(said) == 1 and said[0].replace(".", "").isdigit()
    ]
    for quantity in sorted(plain, key=_TIMES_WRONG.__getitem__)[: (len(plain) + 1) // 2]:
        _TIMES_WRONG[quantity] += 1
        wrong = float(report.prose[quantity][0]) + rng.choice([1, 3, 2000])
        report.prose[quantity] = [f"{wrong:.0f}" if wrong == int(wrong) else f"{wrong:.2f}"]


def _unclear_prose(rng: random.Random, report: Audited) -> None:
    """Two different figures, or about so many."""
    for quantity in rng.sample(list(report.prose), min(len(report.prose), 2)):
        said = report.prose[quantity][0]
        report.prose[quantity] = rng.choice([[said, said + "7"], ["约" + said + "0"]])


def _lose_row(rng: random.Random, report: Audited) -> None:
    rows = sorted({key[:2] for key in report.figures if key[0] in ("t2", "t3", "statistics")})
    report.lost = rng.choice(rows)


def _no_fee(_: random.Random, report: Audited) -> None:
    report.prose.pop("application_fee_amount", None)


def _fee_above(_: random.Random, report: Audited) -> None:
    figure = report.figures.get(("t2", "fee", "amount"))
    if figure is not None:
        report.prose["application_fee_amount"] = [str(int(figure) + 60)]


def _wrong_numbers(rng: random.Random, report: Audited) -> None:
    report.numbers = list(rng.choice(["一二四五六七八", "一三三四五六七", "二三四五六七八", "一一二三四五六"]))


def _other_year(_: random.Random, report: Audited) -> None:
    report.other_year = report.year - 1


def _cell(*key: str, change: Callable[[float], float | None] = lambda figure: figure + 1):
    return lambda rng, report: _change(report, key, change)  # type: ignore[arg-type]


def _pick(*tables: str, change: Callable[[float], float | None]):
    return lambda rng, report: _change(report, _any_cell(*tables)(rng, report), change)


ERRORS: list[Callable[[random.Random, Audited], None]] = [
    *[_pick("t3", change=lambda figure: figure + 1)] * 2,
    _pick("t4", change=lambda figure: figure + 1),
    _pick("t2", "t3", "t4", "channels", "statistics", change=lambda figure: -figure - 1),
    _pick("t2", "t3", "t4", "channels", "statistics", change=lambda figure: figure + 0.5),
    *[_pick("t2", "t3", "t4", "channels", "statistics", change=lambda _: None)] * 3,
    *[_blank_of_the_balance] * 3,
    _carried,
    *[_lose_row] * 2,
    *[_wrong_prose] * 4,
    _unclear_prose,
    _no_fee,
    _fee_above,
    _wrong_numbers,
    _other_year,
    _cell("t2", "regulation", "total_disclosed"),
    _cell("t2", "regulation", "in_force"),
    _cell("t2", "normative_document", "newly_disclosed", change=lambda figure: figure + 20),
    _cell("t2", "normative_document", "in_force", change=lambda figure: figure + 3),
    _cell("t2", "penalty", "last_year_items"),
    _cell("t2", "procurement", "project_count", change=lambda figure: 0 if figure else 3),
    _cell("channels", "website", "count", change=lambda figure: figure + 200),
    _cell("channels", "all_information", "count", change=lambda figure: figure + 400),
    _cell("channels", "normative_documents_disclosed", "count", change=lambda figure: figure + 300),
    _cell("channels", "press_conferences_principal", "count", change=lambda figure: figure + 99),
    _cell("channels", "online_interviews_principal", "count", change=lambda figure: figure + 99),
    *[_cell("statistics", whole, "count") for whole in SUMS_OF_2014],
    *[_cell("t4", "cases", f"{route}_other") for route in ("review", "suit_direct", "suit_after_review")],
]


def _state(rng: random.Random, report: Audited) -> None:
    """Let the prose state some quantities, as its tables have them."""
    of_form = {"F2014": OF_2014, "F2019": YEARLY | OF_2019, "F2021": YEARLY | OF_2021}[report.version]
    wanted = of_form | (CHANNELS if report.has("channels") else {})
    for quantity, cells in wanted.items():
        figures = [report.figures.get(cell) for cell in cells]
        if rng.random() < 0.6 and None not in figures:
            total = sum(figure or 0 for figure in figures)
            report.prose[quantity] = [f"{total:.0f}" if total == int(total) else f"{total:.2f}"]
    if report.version == "F2021":
        report.prose["application_fee_amount"] = ["0"]


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> tuple[Warehouse, dict[str, Audited]]:
    rng = random.Random(20_260_115)
    warehouse = Warehouse(tmp_path_factory.mktemp("audited"))
    reports: dict[str, Audited] = {}
    for number in range(N_PAIRS):
        for report in draw_pair(rng, number):
            report.fee_said = False
            _state(rng, report)
            n_errors = rng.choice([0, 1, 2, 4, 6] if report.version == "F2014" else [0, 0, 1, 2, 3, 5])
            for error in rng.sample(ERRORS, n_errors):
                error(rng, report)
            print_report(rng, report)
            reports[report.name] = report
    write_delivery(warehouse.folder, {name: report.text for name, report in reports.items()})
    # Rows with every kind of error: that they can be written as well is seen here.
    warehouse.build("export", "workbook")
    return warehouse, reports


def test_every_rule_gives_what_an_auditor_finds(audited):
    warehouse, reports = audited
    rows = warehouse.query(
        "select regexp_extract(source_path, '([^/]+)$', 1), rule_key, table_key, row_key, column_key, status, expected, "
        "actual, r.line_start, r.line_end, r.missing from fct_rule_result r join dim_report using (report_key) "
        f"where {NOT_ASKED}"
    )
    found = {tuple(row[:5]): row[5:] for row in rows}
    wrong = []
    n_expected = 0
    for report in reports.values():
        for result in judge(report):
            n_expected += 1
            place = (report.name, result.rule, *result.place)
            status, expected, actual, *lines, missing = found.pop(place, ("none",) * 6)
            told = (status, _near(expected), _near(actual))
            if told != (result.status, _near(result.expected), _near(result.actual)) and not _is_table(result, status):
                wrong.append((place, told, result))
            elif result.lines and status != "not_assessable" and tuple(lines) != result.lines:
                wrong.append((place, tuple(lines), result))
            elif (missing is None) != (status != "not_assessable") and result.place[1]:
                wrong.append((place, missing, result))
    assert wrong[:10] == []
    assert list(found)[:10] == []
    assert n_expected > 8_000


def _is_table(result, status: str) -> bool:
    return result.rule in ("negative_count", "fractional_count") and status == result.status


def _near(figure: float | None) -> float | None:
    return None if figure is None or isinstance(figure, str) else round(figure, 6)


def test_every_error_is_a_finding_with_its_figures_and_line_and_nothing_else_is(audited):
    warehouse, reports = audited
    rules = {key for key, gives in load_seed("rules").select("rule_key", "gives_finding").rows() if gives == "true"}
    rows = warehouse.query(
        "select regexp_extract(source_path, '([^/]+)$', 1), rule_key, table_key, row_key, column_key, expected, actual, "
        "line_start, line_end, message, message_en from fct_finding"
    )
    found = Counter(row[:7] + row[7:9] for row in rows if row[1] in rules)
    wanted: Counter = Counter()
    for report in reports.values():
        for result in judge(report):
            if result.status == "fail" and result.rule in rules - {"negative_count", "fractional_count"}:
                figures = (_text(result.expected), _text(result.actual))
                wanted[(report.name, result.rule, *result.place, *figures, *result.lines)] += 1
        for rule, key in broken_cells(report):
            wanted[(report.name, rule, *key, None, _text(report.figure(*key)), *report.lines[key])] += 1
    assert list((wanted - found).items())[:10] == []
    assert list((found - wanted).items())[:10] == []
    # Each rule has been broken by somebody, or the test says nothing of it.
    assert rules - {rule for _, rule, *_ in wanted} == set()
    assert not [row for row in rows if row[1] in rules and ("{" in row[9] or "{" in row[10])]


def _text(figure: float | None) -> str | None:
    return None if figure is None else f"{figure:.6f}".rstrip("0").rstrip(".")


def test_what_reading_finds_is_not_found_twice(audited):
    warehouse, reports = audited
    found = warehouse.query(
        "select regexp_extract(source_path, '([^/]+)$', 1), count(*) from fct_finding where rule_key = 'year_conflict' group by 1"
    )
    assert dict(found) == {name: 1 for name, report in reports.items() if report.other_year}
    assert len(found) > 5


def test_what_is_missing_is_named(audited):
    """A blank cell and a lost row are named by every rule that rests on them, in words that a reader can look up."""
    warehouse, reports = audited
    rows = warehouse.query(
        "select regexp_extract(source_path, '([^/]+)$', 1), rule_key, column_key, missing, n_missing from fct_rule_result "
        "join dim_report using (report_key) where rule_key in ('t3_balance', 't3_carried_over') and n_missing > 0"
    )
    named = 0
    for name, rule, column, missing, n_missing in rows:
        report = reports[name]
        own = [
            row
            for row in ("new", "carried_in", "total_results", "carried_out")
            if report.figure("t3", row, column) is None
        ]
        if rule == "t3_balance":
            assert [part.split(" ")[0] for part in missing.split("; ")] == [f"t3.{row}.{column}" for row in own]
            assert n_missing == len(own)
            named += 1
        elif report.last is None or report.last.version == "F2014":
            assert f"t3.carried_out.{column}[-1] no report of the year before" in missing
    assert named > 5
