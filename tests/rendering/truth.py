"""The truth of a generated report: every cell of its form, its header facts and what its prose states.

Belongs here: drawing figures whose sums hold as the form demands (but for reports that are wrong at their source).
How figures are spelt stands in `figures`, sentences in `sentences`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache

from tests.rendering.figures import Style, draw_style, print_figure
from tests.rendering.sentences import Sentence, draw_applications, draw_overview
from tests.rendering.tabbed import TrueCell, read_seed

Key = tuple[str, str, str]
UNITS = ["青石镇", "马头乡", "湖镇镇", "城东街道", "白云苏木", "太平镇", "大岚镇", "寒葱沟镇", "石桥子镇", "红旗街道"]
PARENTS = ["", "", "", "青山县", "长春市双阳区", "云河省清江市白塔区", "清江市"]


@dataclass
class Truth:
    """What a careful reader finds in a report, and what it was drawn from."""

    form_version: str
    year: int
    body_name: str | None
    unit_name: str
    title: str | None
    style: Style
    broken_at_source: bool
    amount_in_wan_yuan: bool
    cells: dict[Key, TrueCell] = field(default_factory=dict)
    overview: list[Sentence] = field(default_factory=list)
    applications: list[Sentence] = field(default_factory=list)

    @property
    def prose(self) -> dict[str, tuple[float, bool]]:
        """Quantity -> value and whether it is approximate."""
        said = [count for sentence in (*self.overview, *self.applications) for count in sentence.counts]
        return {quantity: (value, near) for quantity, value, near in said}


@cache
def form_rows(version: str, table: str) -> list[dict[str, str]]:
    return [r for r in read_seed("form_rows") if (r["form_version"], r["table_key"]) == (version, table)]


@cache
def form_columns(version: str, table: str, block: str) -> list[dict[str, str]]:
    rows = read_seed("form_columns")
    return [c for c in rows if (c["form_version"], c["table_key"], c["block_key"]) == (version, table, block)]


def draw_truth(rng: random.Random, version: str | None = None) -> Truth:
    """Draw a report on one year in one edition of the form."""
    version = version or rng.choice(["F2019", "F2021"])
    year = rng.choice([2019, 2020]) if version == "F2019" else rng.choice([2021, 2022, 2023, 2024, 2025])
    unit = rng.choice(UNITS)
    body, title = _draw_title(rng, unit, year)
    truth = Truth(
        form_version=version,
        year=year,
        body_name=body,
        unit_name=unit,
        title=title,
        style=draw_style(rng),
        broken_at_source=rng.random() < 0.1,
        amount_in_wan_yuan=rng.random() < 0.25,
    )
    _draw_table_two(rng, truth)
    received = _draw_table_three(rng, truth)
    _draw_table_four(rng, truth)
    if version == "F2019" and rng.random() < 0.1:
        _draw_provincial_row(rng, truth)
    if year == 2020 and rng.random() < 0.2:
        _draw_channels(rng, truth)
    truth.overview = draw_overview(rng, year, unit)
    truth.applications = draw_applications(rng, received, year, unit)
    return truth


def _draw_title(rng: random.Random, unit: str, year: int) -> tuple[str | None, str | None]:
    office = unit + ("办事处" if unit.endswith("街道") else "人民政府")
    body = rng.choice(PARENTS) + rng.choice([office, office, office, unit])
    if rng.random() < 0.05:
        return None, None
    if rng.random() < 0.04:
        return None, f"{year}年政府信息公开工作年度报告"
    title = rng.choice(
        [
            f"{body}{year}年政府信息公开工作年度报告",
            f"{body}{year}年度政府信息公开工作年度报告",
            f"{year}年{body}政府信息公开工作年度报告",
            f"{body}政府信息公开工作年度报告（{year}年度）",
            f"{body}关于{year}年政府信息公开工作的年度报告",
            f"{body}{year}年政务信息公开工作报告",
            f"关于{body}{year}年政府信息公开工作年度报告",
        ]
    )
    return body, title


def _set(rng: random.Random, truth: Truth, key: Key, kind: str, figure: float) -> None:
    printed = print_figure(rng, truth.style, kind, figure)
    truth.cells[key] = TrueCell(*key, printed.raw, printed.value, printed.state, unit=printed.unit)


def _draw_provincial_row(rng: random.Random, truth: Truth) -> None:
    """Jilin prints a row behind procurement: its figure stands behind the colon of the label, or nothing does."""
    key = ("provincial", "all_information", "count")
    raw = rng.choice(["", str(rng.randint(1, 500))])
    value, state = (float(raw), "number") if raw else (None, "blank")
    truth.cells[key] = TrueCell(*key, raw, value, state)


def _draw_table_two(rng: random.Random, truth: Truth) -> None:
    activity = rng.choice([0.0, 0.0, 0.15, 0.5, 0.8])
    for row in form_rows(truth.form_version, "t2"):
        for column in form_columns(truth.form_version, "t2", row["block_key"]):
            kind, figure = column["value_type"], 0.0
            if rng.random() < activity:
                size = rng.choice([9, 9, 99, 999, 20000])
                figure = float(rng.randint(1, size))
                if kind == "signed":
                    figure *= rng.choice([1, -1])
                elif kind == "money":
                    figure = rng.choice([1, 10, 1000]) * figure + rng.random()
            _set(rng, truth, ("t2", row["row_key"], column["column_key"]), kind, figure)
    for key, cell in list(truth.cells.items()):
        if key[2] == "amount" and cell.unit is None and cell.value is not None:
            in_wan_yuan = truth.form_version == "F2021" or truth.amount_in_wan_yuan
            unit = "wan_yuan" if in_wan_yuan else None
            truth.cells[key] = TrueCell(*key, cell.raw, cell.value, cell.state, unit=unit)


def leaf_rows(version: str) -> list[str]:
    """The rows of table three that are outcomes of their own."""
    rows = form_rows(version, "t3")
    skipped = ("new", "carried_in", "carried_out", "total_results")
    return [r["row_key"] for r in rows if r["row_kind"] == "data" and r["row_key"] not in skipped]


def _draw_table_three(rng: random.Random, truth: Truth) -> int:
    leaves = leaf_rows(truth.form_version)
    columns = [c["column_key"] for c in form_columns(truth.form_version, "t3", "applications")]
    figures: dict[tuple[str, str], int] = {}
    busy = rng.choices([0, 8, 60, 900], [50, 30, 15, 5])[0]
    for column in columns[:-1]:
        n = rng.randint(0, busy) if column == "natural_person" or rng.random() < 0.25 else 0
        carried_in = rng.randint(0, max(1, n // 5)) if n and rng.random() < 0.2 else 0
        carried_out = min(n + carried_in, rng.randint(0, 3)) if n and rng.random() < 0.2 else 0
        figures["new", column], figures["carried_in", column] = n, carried_in
        rest = n + carried_in - carried_out
        figures["carried_out", column], figures["total_results", column] = carried_out, rest
        chosen = rng.sample(leaves, min(len(leaves), rng.choice([1, 2, 3, 6])))
        for leaf in leaves:
            figures[leaf, column] = 0
        for at, leaf in enumerate(chosen):
            part = rest if at == len(chosen) - 1 else rng.randint(0, rest)
            figures[leaf, column] = part
            rest -= part
    rows = [r["row_key"] for r in form_rows(truth.form_version, "t3") if r["row_kind"] == "data"]
    for row in rows:
        figures[row, "total"] = sum(figures[row, column] for column in columns[:-1])
    if truth.broken_at_source:
        wrong = rng.choice([(row, column) for row in rows for column in columns])
        figures[wrong] += rng.choice([1, 1, 2, 10])
    for (row, column), figure in figures.items():
        _set(rng, truth, ("t3", row, column), "count", figure)
    return figures["new", "total"]


def _draw_table_four(rng: random.Random, truth: Truth) -> None:
    columns = [c["column_key"] for c in form_columns(truth.form_version, "t4", "disputes")]
    busy = rng.choices([0, 2, 30], [75, 20, 5])[0]
    for start in range(0, len(columns), 5):
        parts = [rng.randint(0, busy) if rng.random() < 0.5 else 0 for _ in range(4)]
        total = sum(parts) + (rng.choice([0, 0, 1]) if truth.broken_at_source else 0)
        for column, figure in zip(columns[start : start + 5], [*parts, total], strict=True):
            _set(rng, truth, ("t4", "cases", column), "count", figure)


def _draw_channels(rng: random.Random, truth: Truth) -> None:
    for row in form_rows("F2014", "channels"):
        if row["row_kind"] == "data":
            figure = rng.randint(1, 800) if rng.random() < 0.4 else 0
            _set(rng, truth, ("channels", row["row_key"], "count"), "count", figure)
