"""Automatic numbers of Word paragraphs: `一、` before a heading is often no text, but counted by Word.

Belongs here: counting by `numbering.xml` and `styles.xml`, and how a count is printed. Text does not.
"""

from __future__ import annotations

import re
from typing import Any

_DIGITS = "〇一二三四五六七八九"
_CHINESE = frozenset({
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting",
    "taiwaneseCountingThousand", "chineseLegalSimplified", "japaneseDigitalTenThousand",
})  # fmt: skip
_CIRCLED = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})
_PLACE = re.compile(r"%([1-9])")
_MAX_LEVEL = 8


def local_name(element: Any) -> str:
    """Return the name of an element without its namespace; a comment has none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child_of(element: Any, name: str) -> Any | None:
    """Return the first child of that name."""
    if element is None:
        return None
    return next((child for child in element if local_name(child) == name), None)


def value_of(element: Any, name: str = "val") -> str | None:
    """Return an attribute, whatever its namespace."""
    if element is None:
        return None
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


class Numbering:
    """Counts the paragraphs of each list of a document, in order."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._lists: dict[str, str] = {}
        self._styles: dict[str, tuple[str | None, int, str | None]] = {}
        abstract: dict[str, Any] = {}
        for element in numbering if numbering is not None else ():
            if local_name(element) == "abstractNum":
                abstract[value_of(element, "abstractNumId") or ""] = element
            elif local_name(element) == "num":
                self._read_list(element, abstract)
        for style in styles if styles is not None else ():
            if local_name(style) == "style":
                number = child_of(child_of(style, "pPr"), "numPr")
                parent = value_of(child_of(style, "basedOn"))
                found = (value_of(child_of(number, "numId")), _number(value_of(child_of(number, "ilvl"))) or 0, parent)
                self._styles[value_of(style, "styleId") or ""] = found

    def next_label(self, paragraph: Any) -> str:
        """Count a paragraph and return its printed number, empty where it has none."""
        properties = child_of(paragraph, "pPr")
        number = child_of(properties, "numPr")
        list_id = value_of(child_of(number, "numId"))
        level = _number(value_of(child_of(number, "ilvl")))
        if list_id is None:
            list_id, of_style = self._of_style(value_of(child_of(properties, "pStyle")))
            level = of_style if level is None else level
        levels = self._levels.get(list_id or "", {})
        level = min(level or 0, _MAX_LEVEL)
        if list_id is None or level not in levels:
            return ""
        counts = self._counts.setdefault(self._lists[list_id], {})
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        kind, text, _ = levels[level]
        if kind in ("bullet", "none"):
            return ""

        def print_level(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            own, _, start = levels.get(at, ("decimal", "", 1))
            return print_count(counts.get(at, start), own)

        return _PLACE.sub(print_level, text)

    def _read_list(self, element: Any, abstract: dict[str, Any]) -> None:
        list_id = value_of(element, "numId") or ""
        of = value_of(child_of(element, "abstractNumId")) or ""
        levels = self._levels.setdefault(list_id, {})
        restarted = any(child_of(child, "startOverride") is not None for child in element)
        self._lists[list_id] = f"num {list_id}" if restarted else of
        overrides = [(value_of(child, "ilvl"), child) for child in element if local_name(child) == "lvlOverride"]
        for level in abstract.get(of, ()):
            if local_name(level) == "lvl":
                at = _number(value_of(level, "ilvl")) or 0
                start = _number(value_of(child_of(level, "start")))
                for ilvl, override in overrides:
                    if ilvl == str(at):
                        start = _number(value_of(child_of(override, "startOverride"))) or start
                text = value_of(child_of(level, "lvlText")) or ""
                levels[at] = (value_of(child_of(level, "numFmt")) or "decimal", text, 1 if start is None else start)

    def _of_style(self, name: str | None) -> tuple[str | None, int]:
        for _ in range(20):
            if name not in self._styles:
                break
            list_id, level, name = self._styles[name]
            if list_id is not None:
                return list_id, level
        return None, 0


def print_count(n: int, kind: str) -> str:
    """Print a count as Word's number format `kind` does; formats that are not known print digits."""
    if kind in _CHINESE and 0 < n < 100:
        tens, ones = divmod(n, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    if kind in _CIRCLED and 0 < n <= 20:
        return chr(0x2460 + n - 1)
    if kind in ("upperLetter", "lowerLetter") and 0 < n <= 26:
        return chr((65 if kind == "upperLetter" else 97) + n - 1)
    if kind in ("upperRoman", "lowerRoman") and 0 < n <= 20:
        roman = "X" * (n // 10) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][n % 10]
        return roman if kind == "upperRoman" else roman.lower()
    return str(n)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None
