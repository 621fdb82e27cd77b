"""Every way in which the values of a row with too few or too many of them can stand in the form's columns.

Belongs here: generating placements of one row. Which of them the form's sums allow is the concern of `realign`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

# As `values.LARGEST_FIGURE`: more digits are no figure of a report.
_MAX_FIGURE = 12
_DIGITS = re.compile(r"\d+")
# A space between thousands; what is printed so may be one figure or several.
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?: \d{3}){1,3}", re.ASCII)
_MAX_PLACEMENTS = 7_000
_MAX_GENERATED = 20_000
# More digits than the figures of a whole row have are no figures that have run together.
_MAX_DIGITS = 80


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a row: as printed, its figure (0 where it is none), its lines, and how many numbers it stands for.

    `number` is null where the words are figures that cannot be read as one; `state` and `unit` are those of a cell.
    """

    text: str
    number: float | None
    state: str
    unit: str | None
    line_start: int
    line_end: int
    n_numbers: int

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing is printed."""
        return self.text.strip() == ""

    @property
    def digits(self) -> str | None:
        """Return the value's digits where it is nothing but digits, and not too many of them to be figures."""
        bare = self.text.strip()
        if len(bare) > _MAX_DIGITS:
            return None
        return bare if _DIGITS.fullmatch(bare) and bare.isascii() else None


Placement = tuple[Value | None, ...]


def placements(values: Sequence[Value], n: int) -> list[Placement] | None:
    """Return the placements of values in n columns, each once; None where there are too many to tell.

    Too few: cells were lost (None), or several figures have run together (`000`, `12 34`). Too many: empty cells fill
    up, a figure was split in two by a space, or one value is none of the row.
    """
    found: dict[tuple[str | None, ...], Placement] = {}
    for count, placement in enumerate(_generate(values, n)):
        found.setdefault(tuple([None if v is None else v.text.strip() for v in placement]), placement)
        if len(found) > _MAX_PLACEMENTS or count > _MAX_GENERATED:
            return None
    return list(found.values())


def _generate(values: Sequence[Value], n: int) -> Iterator[Placement]:
    m = len(values)
    if m == n and all(value.number is not None for value in values):
        yield tuple(values)
    if m < n:
        whole = list(map(_with_thousands, values))
        yield from _with_gaps(whole, n)
        yield from _split(values, n)
    elif m > n:
        yield from _without_blanks(values, n)
        yield from _joined(values, n)
        if m == n + 1:
            yield from _without_stray(values)


def _without_stray(values: Sequence[Value]) -> Iterator[Placement]:
    """Leave out one value: only where no empty cell may fill up, and where figures other than 0 are left to prove it."""
    if any(value.is_blank for value in values):
        return
    for i in range(len(values)):
        rest = (*values[:i], *values[i + 1 :])
        if all(value.number is not None for value in rest) and any(value.number for value in rest):
            yield rest


def _with_thousands(value: Value) -> Value:
    """Read `1 234` as one figure; where it may be two, `_split` says so."""
    bare = value.text.strip()
    if value.number is not None or not _THOUSANDS.fullmatch(bare):
        return value
    return replace(value, number=float(bare.replace(" ", "")), state="number")


def _with_gaps(values: Sequence[Value], n: int) -> Iterator[Placement]:
    if any(value.number is None for value in values):
        return
    for places in combinations(range(n), len(values)):
        placed: list[Value | None] = [None] * n
        for place, value in zip(places, values, strict=True):
            placed[place] = value
        yield tuple(placed)


def _split(values: Sequence[Value], n: int) -> Iterator[Placement]:
    """Cut values at their spaces or between their digits into n; a figure has no zero before other digits."""
    if not values:
        if n == 0:
            yield ()
        return
    first, rest = values[0], values[1:]
    most = sum(map(_most_parts, rest))
    for count in range(max(1, n - most), min(n - len(rest), _most_parts(first)) + 1):
        for parts in _parts(first, count):
            for tail in _split(rest, n - count):
                yield (*parts, *tail)


def _most_parts(value: Value) -> int:
    return max(len(value.digits or ""), len(value.text.split()), 1)


def _parts(value: Value, count: int) -> Iterator[tuple[Value, ...]]:
    if count == 1:
        if value.number is not None:
            yield (value,)
        return
    pieces = value.text.split()
    if len(pieces) == count and all(_DIGITS.fullmatch(piece) and len(piece) <= _MAX_FIGURE for piece in pieces):
        yield tuple(_part(value, piece, 1) for piece in pieces)
    if (digits := value.digits) is not None:
        for cut in _cuts(digits, count):
            # The digits are one number of the text: the first of the parts stands for it.
            yield tuple(_part(value, piece, int(i == 0)) for i, piece in enumerate(cut))


def _part(value: Value, text: str, n_numbers: int) -> Value:
    number = float(text)
    return Value(text, number, "number" if number else "zero", None, value.line_start, value.line_end, n_numbers)


def _cuts(digits: str, count: int) -> Iterator[tuple[str, ...]]:
    if count == 1:
        if digits and len(digits) <= _MAX_FIGURE and (digits == "0" or digits[0] != "0"):
            yield (digits,)
        return
    longest = 1 if digits.startswith("0") else len(digits) - count + 1
    for end in range(1, longest + 1):
        for rest in _cuts(digits[end:], count - 1):
            yield (digits[:end], *rest)


def _without_blanks(values: Sequence[Value], n: int) -> Iterator[Placement]:
    blanks = [i for i, value in enumerate(values) if value.is_blank]
    spare = len(values) - n
    if spare > len(blanks) or any(value.number is None for value in values):
        return
    for dropped in combinations(blanks, spare):
        gone = set(dropped)
        yield tuple(value for i, value in enumerate(values) if i not in gone)


def _joined(values: Sequence[Value], n: int) -> Iterator[Placement]:
    """Two neighbours on one line are the halves of a figure that a space has split."""
    if len(values) != n + 1:
        return
    for i in range(len(values) - 1):
        left, right = values[i], values[i + 1]
        digits = (left.digits or "") + (right.digits or "")
        is_long = len(digits) > _MAX_FIGURE
        if left.digits and right.digits and left.digits != "0" and left.line_start == right.line_start and not is_long:
            joined = Value(
                f"{left.text} {right.text}",
                float(digits),
                "number",
                None,
                left.line_start,
                right.line_end,
                left.n_numbers + right.n_numbers,
            )
            if all(v.number is not None for j, v in enumerate(values) if j not in (i, i + 1)):
                yield (*values[:i], joined, *values[i + 2 :])
