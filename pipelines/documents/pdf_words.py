"""Characters of a PDF page to words and lines: what is drawn twice, what stands apart, what makes one line.

Belongs here: characters that stand near each other. Ruled tables stand in `pdf_tables`, paragraphs in `pdf`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pdfplumber.utils.text import extract_text, extract_words

# A gap of so many heights of a character parts words.
_GAP = 0.6
# Figures whose heights differ by more do not belong together: the smaller one is the mark of a note.
_ONE_SIZE = 1.15
# The side of the squares in which a character is looked for; none is moved further when it is drawn again.
_SQUARE = 3.0

Item = dict[str, Any]


@dataclass
class Line:
    """Words of one height on the page, joined."""

    text: str
    x0: float
    x1: float
    top: float
    size: float


def drawn_once(chars: list[Item]) -> list[Item]:
    """Return characters without those drawn again over themselves, as bold type is often made.

    Such a one is moved by less than a quarter of its width; the next of the same kind stands a whole width away.
    """
    kept: list[Item] = []
    squares: dict[tuple[str, int, int], list[Item]] = {}
    for char in chars:
        x, y = int(char["x0"] // _SQUARE), int(char["top"] // _SQUARE)
        near = ((char["text"], x + i, y + j) for i in (0, -1, 1) for j in (0, -1, 1))
        far = min(char["width"] / 4, _SQUARE)
        if any(
            abs(char["x0"] - other["x0"]) <= far and abs(char["top"] - other["top"]) <= far
            for square in near
            for other in squares.get(square, ())
        ):
            continue
        squares.setdefault((char["text"], x, y), []).append(char)
        kept.append(char)
    return kept


def lines_of(chars: list[Item]) -> list[Line]:
    """Return the lines that characters make, from the top."""
    words = [
        part
        for word in extract_words(chars, x_tolerance_ratio=_GAP, return_chars=True)
        for part in _parts_of_one_size(word)
    ]
    words.sort(key=lambda word: (word["top"] + word["bottom"]) / 2)
    rows: list[list[Item]] = []
    for word in words:
        middle = (word["top"] + word["bottom"]) / 2
        if rows and middle < rows[-1][0]["bottom"] and middle > rows[-1][0]["top"]:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_line_of(sorted(row, key=lambda word: float(word["x0"]))) for row in rows]


def cell_text(chars: list[Item]) -> str:
    """Return the text of a cell; figures of different heights in it stand apart."""
    heights = [char["size"] for char in chars if char["text"].isdigit()]
    if heights and _differ(max(heights), min(heights)):
        return " ".join(line.text for line in lines_of(chars))
    return extract_text(chars, x_tolerance_ratio=_GAP)


def _parts_of_one_size(word: Item) -> Iterator[Item]:
    """Yield a word, or what stands before and behind each place where a figure follows one of another height."""
    chars = word["chars"]
    cuts = [
        at
        for at, (before, char) in enumerate(pairwise(chars), 1)
        if before["text"].isdigit() and char["text"].isdigit() and _differ(before["size"], char["size"])
    ]
    if not cuts:
        yield word
        return
    for begin, end in pairwise([0, *cuts, len(chars)]):
        part = chars[begin:end]
        yield {
            "text": "".join(char["text"] for char in part),
            "x0": min(char["x0"] for char in part),
            "x1": max(char["x1"] for char in part),
            "top": min(char["top"] for char in part),
            "bottom": max(char["bottom"] for char in part),
        }


def _differ(size: float, other: float) -> bool:
    return max(size, other) > _ONE_SIZE * min(size, other)


def _line_of(row: list[Item]) -> Line:
    text = row[0]["text"]
    for before, word in pairwise(row):
        # Figures that are words of their own do not touch: they stand at different heights.
        is_apart = word["x0"] > before["x1"] or (before["text"][-1].isdigit() and word["text"][0].isdigit())
        text += " " + word["text"] if is_apart else word["text"]
    height = max(word["bottom"] - word["top"] for word in row)
    return Line(text, row[0]["x0"], max(word["x1"] for word in row), row[0]["top"], height)
