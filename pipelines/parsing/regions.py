"""Which pieces of a page belong to tables of the form, and which are prose.

Belongs here: where a table begins and ends, in any layout. What its tokens mean does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, takewhile

from pipelines.documents.layouts import Piece
from pipelines.forms.caches import cache_short
from pipelines.forms.labels import label_key_of, section_labels
from pipelines.forms.matching import find_label, find_similar_label
from pipelines.parsing.tokens import cell_kind, is_note, is_unit, lex

_SENTENCE = re.compile(r"[。；;！!？?]|[,，](?![^（(]*[）)])|[:：]\s*$")
_NUMBERED = re.compile(r"^\s*[一二三四五六七八九十]{1,3}\s*[、.．]")
_PAGE_NUMBER = re.compile(r"\s*+(?:[—–－\-_]+\s*\d{1,3}\s*[—–－\-_]+|[—–－\-_]*\s*第\s*\d{1,3}\s*页.{0,12})\s*")
_MAX_WORDS = 40
_MAX_PENDING = 12
_MAX_VALUE = 8
_MIN_DISTINCT = 4
# 收到申请5件，予以公开3件。: figures counted in the course of a sentence. So many lines of them are a table all the same.
_COUNTED_CLAUSE = re.compile(r"\d\s*(?:件次|件|条|项|个|份|起|宗|例|人次|次)\s*[，,。；;、]")
_MAX_SENTENCES = 3
# So many labels in succession are a table whose cells are all empty.
_MIN_PRINTED = 8


@dataclass
class Region:
    """The pieces of one table region, in order; empty lines between and behind (`tail`) them are kept as `empty` pieces.

    `end` is the place behind its last piece among all pieces of the text.
    """

    pieces: list[Piece] = field(default_factory=list)
    tail: list[Piece] = field(default_factory=list)
    end: int = 0

    @property
    def has_marks(self) -> bool:
        """Tell whether tabs or bars separate its cells."""
        return any(piece.style in ("tab", "bar") for piece in self.pieces)


def find_regions(pieces: list[Piece]) -> tuple[list[Region], list[Piece]]:
    """Split pieces into table regions and prose (lines and foreign cells), both in order."""
    regions: list[Region] = []
    prose: list[Piece] = []
    places = {id(piece): place for place, piece in enumerate(pieces)}
    for run in _candidates(pieces):
        said, candidate = _without_sentences(run)
        prose.extend(said)
        trimmed, rest = _without_foreign_tail(candidate)
        if _is_of_form(trimmed):
            regions.append(Region(trimmed, rest, places[id(trimmed[-1])] + 1))
            prose.extend(rest)
        else:
            prose.extend(candidate)
    inside = {id(piece) for region in regions for piece in region.pieces}
    chosen = {id(piece) for piece in prose}
    return regions, [p for p in pieces if id(p) not in inside and (id(p) in chosen or p.style != "empty")]


def is_cut_off(region: Region, pieces: list[Piece]) -> bool:
    """Tell whether values may stand behind the end of a region: nothing follows, or figures do before the next heading."""
    following = (pieces[place] for place in range(region.end, len(pieces)))
    behind = list(islice((piece for piece in following if piece.style != "empty"), _MAX_PENDING))
    until = list(takewhile(lambda piece: piece.style == "line" and _role(piece) != "heading", behind))
    is_value = bool(until) and _role(until[0]) == "words" and len(until[0].text.strip()) <= _MAX_VALUE
    return not behind or is_value or any(_role(piece) == "figures" for piece in until)


def _candidates(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Runs of pieces that may be a table: from a cell or a label on, until a heading or a sentence."""
    run: list[Piece] = []
    pending: list[Piece] = []
    n_words = 0
    for piece in pieces:
        role = _role(piece)
        if role in ("cell", "label", "figures"):
            if run or role != "figures":
                run += pending
                run.append(piece)
            pending, n_words = [], 0
        elif role == "page":
            continue
        elif role in ("empty", "words") and run and n_words < _MAX_PENDING:
            pending.append(piece)
            n_words += role == "words"
        else:
            if run:
                yield run + _leading_empty(pending)
            run, pending, n_words = [], [], 0
    if run:
        yield run + _leading_empty(pending)


def _leading_empty(pending: list[Piece]) -> list[Piece]:
    return list(takewhile(lambda piece: piece.style == "empty", pending))


def _role(piece: Piece) -> str:
    if piece.style == "empty":
        return "empty"
    return role_of_line(piece.text) if piece.style == "line" else "cell"


@cache_short(maxsize=50_000)
def role_of_line(text: str) -> str:
    """Return what a line without marks is: `label`, `figures`, `heading`, `sentence`, `words`, or the number of a `page`."""
    return "page" if _PAGE_NUMBER.fullmatch(text) else _role_of_line(text.strip())


@cache_short(maxsize=50_000)
def _role_of_line(text: str) -> str:
    is_section = _is_section(text)
    if find_label(text) is not None and not is_section:
        return "label"
    if cell_kind(text) in ("figure", "mark"):
        return "figures"
    return "heading" if is_section else _role_of_words(text)


def _role_of_words(text: str) -> str:
    """Tell a line of words, or of words and figures, by how much of it is labels of the form."""
    tokens = lex(text)
    words = [part for kind, part in tokens if kind == "words" and not is_note(part) and not is_unit(part)]
    n_values = sum(1 for kind, _ in tokens if kind in ("figure", "mark"))
    known = [part for part in words if find_label(part) is not None or _holds_labels(part)]
    has_values = len(tokens) > len(words)
    is_row = has_values and len(known) > 0 and len(known) >= 0.5 * len(words)
    is_similar = has_values and len(words) == 1 and find_similar_label(words[0]) is not None
    is_sentence = len(text) > _MAX_WORDS or _SENTENCE.search(text) is not None
    if is_row or (not is_note(text) and (not has_values or is_sentence) and _holds_labels(text)):
        return "label"
    if n_values and (n_values == len(tokens) or (n_values > 2 and not words[n_values // 3 :])):
        return "figures"
    if is_sentence and not is_note(text):
        return "sentence"
    return "label" if is_similar else "words"


def _holds_labels(text: str) -> bool:
    """Tell whether a long line is made of labels: a whole header or table in one line."""
    key = label_key_of(text)
    begun = _long_labels().keys() & {key[at : at + _MIN_DISTINCT] for at in range(len(key) - _MIN_DISTINCT + 1)}
    covered = sum(len(label) * key.count(label) for head in begun for label in _long_labels()[head])
    return bool(begun) and covered >= 0.7 * len(key)


@cache
def _long_labels() -> dict[str, list[str]]:
    """Labels of four characters at least, by the first four of them."""
    from pipelines.forms.matching import dictionary  # noqa: PLC0415

    found: dict[str, list[str]] = {}
    for label in dictionary():
        if len(label) >= _MIN_DISTINCT:
            found.setdefault(label[:_MIN_DISTINCT], []).append(label)
    return found


def _is_section(text: str) -> bool:
    head = re.split(r"[。：；;]", text, maxsplit=1)[0]
    return 4 <= len(head) <= 45 and label_key_of(head).removesuffix("如下") in _section_keys()


@cache
def _section_keys() -> frozenset[str]:
    return frozenset(section_labels()["label"])


def _without_foreign_tail(run: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    end = len(run)
    while end and run[end - 1].style == "empty":
        end -= 1
    return run[:end], run[end:]


def _is_of_form(run: list[Piece]) -> bool:
    """A region holds a distinct label of the form; one without any mark holds figures or empty marks as well."""
    labels: set[str] = set()
    for piece in run:
        if piece.style != "empty":
            labels |= _labels_of_line(piece.text) if piece.style == "line" else _labels_of_cell(piece.text)
    if not labels:
        return any(_holds_labels(piece.text) for piece in run if piece.style != "empty")
    if any(piece.style in ("tab", "bar") for piece in run):
        return True
    has_figures = any(kind in ("figure", "mark") for piece in run for kind, _ in lex(piece.text))
    if not has_figures:
        return len(labels) >= _MIN_PRINTED
    return len(labels) > 1 or any(len(label) >= _MIN_DISTINCT for label in labels)


def _without_sentences(run: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Split off the few sentences before a table, or instead of one, that count what the labels in them name."""
    n_sentences = end = 0
    for place, piece in enumerate(run):
        if piece.style == "empty":
            continue
        if piece.style != "line" or not _COUNTED_CLAUSE.search(piece.text):
            break
        n_sentences, end = n_sentences + 1, place + 1
    return ([], run) if n_sentences > _MAX_SENTENCES else (run[:end], run[end:])


@cache_short(maxsize=50_000)
def _labels_of_line(text: str) -> frozenset[str]:
    return _labels_among(lex(text))


@cache_short(maxsize=50_000)
def _labels_of_cell(text: str) -> frozenset[str]:
    return _labels_among([("words", text), *_parts(text)])


def _labels_among(parts: Iterable[tuple[str, str]]) -> frozenset[str]:
    matches = (find_label(part) for kind, part in parts if kind == "words")
    return frozenset(match.alias for match in matches if match is not None)


def _parts(text: str) -> tuple[tuple[str, str], ...]:
    return lex(text) if any(char.isdigit() for char in text) and cell_kind(text) == "words" else ()
