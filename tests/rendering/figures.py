"""How a figure is printed: the many spellings of a count, a change, an amount, of nothing and of zero.

Belongs here: figure -> printed text, value and state. Which figures a report has is drawn in `truth`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

BLANKS = ["", "", "", " ", "\u3000", "\u00a0"]
NOT_APPLICABLE = ["/", "—", "-", "——", "不适用", "--", "\\"]
ZEROS = ["0", "0", " 0", "0 ", "０", "\u00a00", "0件", "零", "无"]


@dataclass(frozen=True)
class Printed:
    """A figure as it stands on the page, and what a reader must find."""

    raw: str
    value: float | None
    state: str
    unit: str | None = None


@dataclass(frozen=True)
class Style:
    """How one report prints: what stands for zero, and how often a figure has an odd spelling."""

    zero: str  # zeros, blanks, mixed, marks
    odd: float
    commas: bool
    mark: str


def draw_style(rng: random.Random) -> Style:
    """Most reports print plain figures and zeros; some leave blank or mark what is zero."""
    return Style(
        zero=rng.choices(["zeros", "blanks", "mixed", "marks"], [70, 12, 10, 8])[0],
        odd=rng.choice([0.0, 0.0, 0.0, 0.04, 0.3]),
        commas=rng.random() < 0.3,
        mark=rng.choice(NOT_APPLICABLE),
    )


def print_figure(rng: random.Random, style: Style, kind: str, figure: float) -> Printed:
    """Print a figure of a column of `kind` (count, signed, money) in a report's style."""
    if style.odd and rng.random() < style.odd / 60:
        return Printed("见附件", None, "text")
    if figure == 0:
        return _print_zero(rng, style, kind)
    if kind == "money":
        return _print_money(rng, figure)
    n = int(figure)
    if kind == "signed":
        return _print_change(rng, style, n)
    if rng.random() >= style.odd:
        return Printed(f"{n:,}" if style.commas else str(n), float(n), "number")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(n))
    raw = rng.choice([f" {n}", f"{n}\u00a0", f"{n} ", f"{n:,}", wide, f"{n}件", f"{n:,}".replace(",", "，"), f"{n}"])
    return Printed(raw, float(n), "number")


def _print_zero(rng: random.Random, style: Style, kind: str) -> Printed:
    blank = style.zero == "blanks" and rng.random() < 0.95
    if blank or (style.zero == "mixed" and rng.random() < 0.4):
        return Printed(rng.choice(BLANKS) if style.odd else "", None, "blank")
    if style.zero == "marks":
        return Printed(style.mark, None, "not_applicable")
    if rng.random() >= style.odd:
        return Printed("0", 0.0, "zero")
    if kind == "money":
        raw = rng.choice(["0", "0.00", "0元", "0万元", "０", "0.0"])
        return Printed(raw, 0.0, "zero", _unit_of(raw))
    return Printed(rng.choice(ZEROS), 0.0, "zero")


def _print_change(rng: random.Random, style: Style, n: int) -> Printed:
    size = abs(n)
    if n > 0:
        raw = rng.choice([f"+{size}", f"增加{size}", f"{size}", f"＋{size}"] if style.odd else [f"{size}", f"+{size}"])
    else:
        raw = rng.choice([f"-{size}", f"－{size}", f"减少{size}", f"减{size}"] if style.odd else [f"-{size}"])
    return Printed(raw, float(n), "number")


def _print_money(rng: random.Random, amount: float) -> Printed:
    digits = rng.choice([0, 2, 2, 4, 6])
    figure = f"{amount:.{digits}f}" if digits else str(int(amount))
    if float(figure) == 0:
        figure = str(max(1, int(amount)))
    if float(figure) >= 1000 and rng.random() < 0.15:
        figure = f"{float(figure):,.{digits}f}"
    raw = figure + rng.choice(["", "", "", "元", "万元"])
    return Printed(raw, float(figure.replace(",", "")), "number", _unit_of(raw))


def _unit_of(raw: str) -> str | None:
    if raw.endswith("万元"):
        return "wan_yuan"
    return "yuan" if raw.endswith("元") else None
