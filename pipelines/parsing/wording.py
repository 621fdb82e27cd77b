"""A run of words in a table to the labels of the form that it prints, whole, broken over cells, or run together.

Belongs here: cutting a run of words into labels. Which of them names the row of the figures behind it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.forms.labels import label_key_of
from pipelines.forms.matching import Match, dictionary, find_label, find_similar_label
from pipelines.parsing.tokens import Token, is_note, is_unit

# A column so narrow that it holds one character a line breaks 法律服务机构 into six, 三、本年度办理结果 into nine.
_MAX_BROKEN = 12
_UNKNOWN = 12
_JOIN = 0.1
_SIMILAR_JOIN = 4
# Longer runs of words are cut anew each time, so that they do not fill the memory.
_MAX_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Wording:
    """A piece of a run of words: a label of the form (`match`), a unit, a note, or words that are none (`match` null)."""

    tokens: tuple[Token, ...]
    match: Match | None
    kind: str

    @property
    def is_data(self) -> bool:
        """Tell whether the label names a row with values."""
        return self.match is not None and bool(self.match.data_rows())

    @property
    def is_heading(self) -> bool:
        """Tell whether the label may stand above or beside those of several rows."""
        return self.match is not None and any(row.is_heading for row in self.match.rows)

    @property
    def text(self) -> str:
        """Return the words as printed, with a line break where they stand in several cells or lines."""
        return "\n".join(token.text for token in self.tokens)


def read_wordings(tokens: Sequence[Token]) -> list[Wording]:
    """Cut a run of word tokens into wordings: as many words as possible in labels, in as few labels as possible."""
    texts = tuple([token.text for token in tokens])
    cuts = (_kept_cuts if sum(map(len, texts)) <= _MAX_KEPT else _cuts)(texts)
    return [Wording(tuple(tokens[start:end]), match, kind) for start, end, match, kind in cuts]


def _cuts(texts: tuple[str, ...]) -> tuple[tuple[int, int, Match | None, str], ...]:
    """The wordings of some words, as (first, end, match, kind): they depend on nothing but the words."""
    tokens = [Token(text, "words", place, place, 0, False) for place, text in enumerate(texts)]
    found = _with_similar(_unfused(_cut(tokens)))
    return tuple([(w.tokens[0].line_start, w.tokens[-1].line_end + 1, w.match, w.kind) for w in found])


_kept_cuts = lru_cache(20_000)(_cuts)


def _cut(tokens: Sequence[Token]) -> list[Wording]:
    n = len(tokens)
    best: list[tuple[float, int, Match | None]] = [(0.0, 0, None), *[(float("inf"), 0, None)] * n]
    for end in range(1, n + 1):
        for start in range(max(0, end - _MAX_BROKEN), end):
            match, cost = _cost(tokens[start:end])
            if cost is not None and best[start][0] + cost < best[end][0]:
                best[end] = (best[start][0] + cost, start, match)
    cuts: list[Wording] = []
    end = n
    while end:
        _, start, match = best[end]
        cuts.append(Wording(tuple(tokens[start:end]), match, _kind(tokens[start:end], match)))
        end = start
    return cuts[::-1]


def _cost(tokens: Sequence[Token]) -> tuple[Match | None, float | None]:
    text = "".join(token.text for token in tokens)
    if len(text) > 120:
        return None, _UNKNOWN if len(tokens) == 1 else None
    match = find_label(text)
    if match is not None:
        return match, 1 + _JOIN * (len(tokens) - 1)
    if len(tokens) > 1:
        return None, None
    return None, 1 if is_note(text) or is_unit(text) else _UNKNOWN


def _kind(tokens: Sequence[Token], match: Match | None) -> str:
    if match is not None:
        return "label"
    if is_unit(tokens[0].text):
        return "unit"
    return "note" if is_note(tokens[0].text) else "unknown"


def _unfused(wordings: list[Wording]) -> list[Wording]:
    """Cut words that are several labels run together, as in a header without its bars."""
    result: list[Wording] = []
    for wording in wordings:
        labels = _labels_within(label_key_of(wording.text)) if wording.kind == "unknown" else None
        if labels is None:
            result.append(wording)
        else:
            result.extend(Wording(wording.tokens, match, "label") for match in labels)
    return result


def _labels_within(key: str) -> list[Match] | None:
    """Return the labels that a key is made of, numbering between them left out; None where more than that is left over."""
    book = dictionary()
    found: list[Match] = []
    at = 0
    while at < len(key):
        label = next((key[at:end] for end in range(min(len(key), at + 40), at + 1, -1) if key[at:end] in book), None)
        if label is not None:
            found.append(book[label])
            at += len(label)
        elif key[at] in "一二三四五六七八九十0123456789" and found:
            at += 1
        else:
            return None
    return found if len(found) > 1 else None


def _with_similar(wordings: list[Wording]) -> list[Wording]:
    """Match words that are no label exactly with the label that they resemble, alone or joined with unknown neighbours."""
    result: list[Wording] = []
    at = 0
    while at < len(wordings):
        run = at
        while run < len(wordings) and wordings[run].kind == "unknown" and run - at < _SIMILAR_JOIN:
            run += 1
        for end in range(run, at, -1):
            tokens = tuple(token for wording in wordings[at:end] for token in wording.tokens)
            match = find_similar_label("".join(token.text for token in tokens))
            if match is not None:
                result.append(Wording(tokens, match, "label"))
                at = end
                break
        else:
            result.append(wordings[at])
            at += 1
    return [replace(w, kind="label") if w.match is not None else w for w in result]
