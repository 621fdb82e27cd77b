"""Numbers in Chinese sentences: digits, thousands, 万 and 亿, Chinese numerals, and words that make them approximate.

Belongs here: the words of one number and its value. What the number counts is told by the sentence round it.
"""

from __future__ import annotations

import re

_VALUES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# Beyond all counting: no figure of a report.
_LARGEST = 1e12
_HAN = "〇零一二两三四五六七八九十百千"
_WELL_FORMED = re.compile(
    r"(?:[一二两三四五六七八九]千零?)?(?:[一二两三四五六七八九]百零?)?(?:[一二三四五六七八九]?十)?[一二两三四五六七八九]?"
)
_NEAR = r"(?:大约|大概|约为|约|将近|接近|近|超过|超|逾|不少于|不低于|至少)"
# 第711号, 2020-12, A3, the second half of a range (20至30) and 数百 are no number of their own.
_ARABIC = rf"(?<![\d.\-A-Za-z第至~～—－万千百{_HAN}])(?<!\d到)\d+(?:,\d{{3}})*(?:\.\d+)?(?![\d.,])"
_CHINESE = rf"(?<![第数几上成至每\d.万{_HAN}])[{_HAN}]+"
FIGURE = (
    rf"(?P<near>{_NEAR})?(?P<number>{_ARABIC}|{_CHINESE})(?P<more>[余多])?(?P<scale>[百千万亿])?(?P<more_after>[余多])?"
)


def figure_of(units: str) -> str:
    """Return the pattern of one figure with one of the units (alternatives of a pattern) behind it."""
    return rf"{FIGURE}(?P<unit>{units})(?P<after>左右|以上|上下|有余)?"


def read_value(match: re.Match[str]) -> float | None:
    """Return the number of a match of `FIGURE`, None for words such as 三四 (three or four), or beyond all counting."""
    printed = match["number"]
    value = float(printed.replace(",", "")) if printed[0].isascii() else read_han(printed)
    scale = match["scale"]
    if value is None or value >= _LARGEST:
        return None
    # 1.2万 must come out as 12000, not as 11999.999.
    scaled = value if scale is None else round(value * _SCALES[scale], 4)
    return scaled if scaled < _LARGEST else None


def is_approximate(match: re.Match[str]) -> bool:
    """Tell whether a match of `figure_of` says 约, 余, 以上 or the like."""
    return any(match[group] for group in ("near", "more", "more_after", "after"))


def read_han(printed: str) -> float | None:
    """Return the value of Chinese numerals, None where they are no single number."""
    if printed in ("零", "〇"):
        return 0.0
    if not _WELL_FORMED.fullmatch(printed):
        return 100.0 if printed == "百" else 1000.0 if printed == "千" else None
    total, digit = 0, 0
    for character in printed:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _VALUES[character]
    # 一百五 is 150 in speech; written counts do not use it, and 105 would be wrong.
    if digit and total >= 100 and "零" not in printed and "十" not in printed:
        return None
    return float(total + digit)
