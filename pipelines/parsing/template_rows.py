"""Which signatures with empty cells among their values are read by place alone, whatever the values are.

Belongs here: the proof that no value of such a text changes how its rows are read. Templates themselves are not made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.documents.layouts import Piece
from pipelines.forms.labels import header_labels, label_key_of, row_labels
from pipelines.parsing.skeletons import FIGURE_MARK, PROSE_MARK
from pipelines.parsing.tokens import tokens_of

_DOUBLE = ("总计", "其他")


@dataclass(frozen=True)
class FormRow:
    """A row of the form: the line its label stands on, and those of its values."""

    label: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class _Printed:
    """A printed row: its lines, the kinds of its tokens, its words, and whether a mark stands in it."""

    lines: range
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    has_marks: bool

    @property
    def behind(self) -> int:
        """How many cells stand behind its last words."""
        return next((n for n, kind in enumerate(reversed(self.kinds)) if kind == "words"), len(self.kinds))


def stands_by_place(signature: str, rows: Iterable[FormRow]) -> bool:
    """Tell whether the rows of a text that was read by place are those of all texts of its signature.

    Given is that each mark is one cell of the form. What is asked for: no printed row can run on into another, whichever
    of its values are empty; and the reading of complete tables takes none of these texts, as a row has cells too many.
    """
    tables = [list(_printed_rows(table)) for table in _numbered(signature)]
    if not all(_are_apart(table) for table in tables):
        return False
    printed = {line: row for table in tables for row in table for line in row.lines}
    taken: set[int] = set()
    is_wide = False
    for row in rows:
        own = {id(printed.get(line)) for line in (row.label, *row.values)}
        place = printed.get(row.label)
        if len(own) > 1 or place is None or place.lines.start in taken:
            return False
        taken.add(place.lines.start)
        is_wide |= place.has_marks and place.behind > len(row.values) and _is_plain_label(place.words)
    return is_wide


def _numbered(signature: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each table with their numbers, as `templates` prints a signature."""
    line = 1
    for table in signature.split(PROSE_MARK):
        texts = table.replace(FIGURE_MARK, "\n" + FIGURE_MARK).split("\n")[1:]
        yield list(enumerate(texts, line + 1))
        line += len(texts) + 2


def _printed_rows(lines: list[tuple[int, str]]) -> Iterator[_Printed]:
    row: list[tuple[int, str]] = []
    for line, text in [*lines, (0, "")]:
        if text:
            row.append((line, text))
        elif row:
            yield _printed(row)
            row = []


def _printed(row: list[tuple[int, str]]) -> _Printed:
    kinds: list[str] = []
    words: list[str] = []
    for line, text in row:
        if text == FIGURE_MARK:
            kinds.append("figure")
            continue
        # A line that continues a cell stands in no table of this kind.
        tokens = tokens_of(Piece(text[1:], line, line, "tab", 1)) if text.startswith("\t") else []
        kinds += [token.kind for token in tokens] or ["unknown"]
        words += [token.text for token in tokens if token.kind == "words"]
    texts = [text for _, text in row]
    return _Printed(range(row[0][0], row[-1][0] + 1), tuple(kinds), tuple(words), FIGURE_MARK in texts)


def _are_apart(rows: list[_Printed]) -> bool:
    """Each row begins with words, or is of values alone and stands below words; behind its values are no words."""
    before = ""
    for row in rows:
        first = next((kind for kind in row.kinds if kind != "blank"), "blank")
        if "unknown" in row.kinds or not (first == "words" or (row.has_marks and before == "words")):
            return False
        if row.has_marks and not {"words", "blank"}.issuperset(row.kinds[: len(row.kinds) - row.behind]):
            return False
        before = row.kinds[-1]
    return True


def _is_plain_label(words: tuple[str, ...]) -> bool:
    """One label of a row, which no header prints: nothing divides the printed row."""
    key = label_key_of(words[0]) if len(words) == 1 else ""
    return key in set(row_labels()["label"]) - set(header_labels()["label"]) - set(_DOUBLE)
