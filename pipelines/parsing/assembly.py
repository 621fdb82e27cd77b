"""Tokens of a table region to the rows of the form: each label with the values that stand behind it.

Belongs here: which label a value belongs to. Which column it belongs to is the concern of `shapes` and `tables`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from pipelines.forms.matching import RowLabel
from pipelines.parsing.found import CASES, FoundRow, FoundTables, sizes_of
from pipelines.parsing.tokens import Token
from pipelines.parsing.value_texts import mark_texts, split_texts
from pipelines.parsing.wording import Wording, read_wordings


def assemble(tokens: Sequence[Token], has_marks: bool = False) -> FoundTables:
    """Return the rows of one region; `has_marks`: bars or tabs separate its cells, so that an empty one shows."""
    return _Assembly(has_marks).run(tokens)


# Words that stand where a figure does are short: 见附件, 详见附表, 无此项业务.
_MAX_TEXT = 8


class _Assembly:
    """One pass over the runs of words and values of a region."""

    def __init__(self, has_marks: bool) -> None:
        self.has_marks = has_marks
        self.next_row = -1
        self.found = FoundTables()
        self.words: list[Token] = []
        self.row: FoundRow | None = None
        self.unknown: str | None = None
        self.context: str | None = None

    def run(self, tokens: Sequence[Token]) -> FoundTables:
        runs = list(_runs(tokens))
        for (is_words, run), following in zip(runs, [*runs[1:], None], strict=True):
            self.next_row = following[1][0].row if following is not None else -1
            if is_words:
                self._take_words(run)
                continue
            self._take_values(run)
        if self.words and not self.has_marks:
            wordings = read_wordings(self.words)
            self._take_printed(wordings, None)
            label = self._row_label(wordings)
            if label is not None and label[1] is None and not self.words[-1].is_cell:
                self.found.rows.append(_printed_only(CASES, None, self.words[-1]))
        return self.found

    def _take_words(self, run: list[Token]) -> None:
        """Collect words; a printed row that is a label and as many words as it has values is complete."""
        for number, group in groupby(run, key=attrgetter("row")):
            row = list(group)
            wordings, texts = split_texts(read_wordings(row)) if number and len(row) > 1 else ([], [])
            label = self._row_label(wordings) if texts else None
            if label is None or len(texts) not in sizes_of(label[0]) or row[-1] is run[-1]:
                self.words.extend(row)
                continue
            self.words.extend(row[: len(row) - len(texts)])
            self._open(read_wordings(self.words))
            self.words = []
            if self.row is not None:
                self._extend(self.row, texts)

    def _take_printed(self, wordings: list[Wording], chosen: Wording | None) -> None:
        """Labels of rows without a figure, where nothing marks cells: all empty, or of one value that is words."""
        if self.has_marks:
            return
        tables = _header_tables(wordings)
        bare = [wording for wording in wordings if wording.kind not in ("unit", "note")]
        for wording, following in zip(bare, [*bare[1:], None], strict=False):
            match = wording.match
            if wording is chosen or match is None or match.distance or any(t.is_cell for t in wording.tokens):
                continue
            if not match.data_rows() or (match.is_header and _is_header_word(wording, tables)):
                continue
            row = _printed_only(self._choose(match.data_rows()), wording, wording.tokens[-1])
            if following is not None and following.kind == "unknown":
                # Words that are no label may be its value; of several values nobody can tell which.
                if sizes_of(row.label) != (1,) or len(following.tokens) > 1:
                    continue
                row.values, row.is_printed_only = [following.tokens[0]._replace(kind="text")], False
            self.found.rows.append(row)

    def _take_values(self, run: list[Token]) -> None:
        """Give a run of figures, marks and empty cells to the label before it."""
        figures = [i for i, token in enumerate(run) if token.kind != "blank"]
        if self.words:
            if self._takes_text(run):
                return
            written = max((i + 1 for i, token in enumerate(run) if token.kind != "blank"), default=0)
            wordings, texts = split_texts(self._complete_row(read_wordings(self.words)), written, len(run))
            self.words = [token for wording in wordings for token in wording.tokens]
            run = [*texts, *run]
            figures = [i for i, token in enumerate(run) if token.kind != "blank"]
            if not figures and not self._names_blank_row(wordings, run):
                return
            run = self._after_label(run, figures)
            self._open(wordings)
            self.words = []
        if self.row is not None:
            self._extend(self.row, run)
        else:
            self._leave(run)

    def _complete_row(self, wordings: list[Wording]) -> list[Wording]:
        """Words behind the last figures that are just the values which the row above still lacks are its values."""
        texts = 0
        while texts < len(wordings) and wordings[texts].kind == "unknown":
            texts += 1
        words = [token for wording in wordings[:texts] for token in wording.tokens]
        if any(len(token.text) > _MAX_TEXT for token in words):
            return wordings
        if self.row is None or not self.row.values or not texts or any(token.row for token in words):
            return wordings
        if len(self.row.values) + len(words) != max(sizes_of(self.row.label)) or texts == len(wordings):
            return wordings
        self.row.values.extend(token._replace(kind="text") for token in words)
        return wordings[texts:]

    def _takes_text(self, run: list[Token]) -> bool:
        """`0 | 见附件 | 0`: words among the values of a row that is not complete are a value of it."""
        if self.row is None or len(self.words) != 1 or len(self.words[0].text) > _MAX_TEXT:
            return False
        word = self.words[0]
        if word.row and word.row != (self.row.values[-1].row if self.row.values else 0):
            return False
        written = max((i + 1 for i, token in enumerate(run) if token.kind != "blank"), default=0)
        if not self.row.values or len(self.row.values) + 1 + written > max(sizes_of(self.row.label)):
            return False
        if read_wordings(self.words)[0].kind != "unknown":
            return False
        self.row.values.extend([word._replace(kind="text"), *run])
        self.words = []
        return True

    def _names_blank_row(self, wordings: list[Wording], run: list[Token]) -> bool:
        """A label with empty cells alone behind it is a row if they are as many as its values; else they are a header's."""
        label = self._row_label(wordings)
        if label is None:
            return False
        wording = label[1]
        last = wording.tokens[-1].row if wording is not None else 0
        same = [token for token in run if token.row == last] if last else run
        if not same and len({token.row for token in run}) == len(run):
            same = run
        # One empty cell over all columns, or as many as they are.
        return len(same) >= min(sizes_of(label[0])) or (
            len(same) == 1 and bool(last) and self.next_row != last and label[1] is not None
        )

    def _after_label(self, run: list[Token], figures: list[int]) -> list[Token]:
        """Leave out the empty cells of the label's printed row where the figures stand in rows below it."""
        label_row = self.words[-1].row
        if not figures or not label_row or run[figures[0]].row == label_row:
            return run
        return [token for token in run if token.row != label_row]

    def _row_label(self, wordings: list[Wording]) -> tuple[RowLabel, Wording | None] | None:
        tables = {
            table for w in wordings if w.match is not None and not w.match.rows for table in w.match.header_tables
        }
        for wording in reversed(wordings):
            if wording.kind in ("unit", "note"):
                continue
            if wording.match is None:
                return None
            if wording.match.is_header and (not wording.match.data_rows() or _is_header_word(wording, tables)):
                return (CASES, None) if "t4" in wording.match.header_tables and "t4" in tables else None
            candidates = wording.match.data_rows()
            return (self._choose(candidates), wording) if candidates else None
        return None

    def _choose(self, candidates: tuple[RowLabel, ...]) -> RowLabel:
        """Of rows that print the same label, the one that comes next in the form."""
        if len(candidates) == 1:
            return candidates[0]
        before = self.found.rows[-1].label if self.found.rows else None
        for candidate in candidates:
            if before is not None and candidate.table_key == before.table_key and candidate.order > before.order:
                return candidate
        return candidates[0]

    def _open(self, wordings: list[Wording]) -> None:
        label = self._row_label(wordings)
        self.row, self.unknown = None, None
        headers = [w for w in wordings if label is None or w is not label[1]]
        if any(w.match is not None and w.match.is_header and not w.match.data_rows() for w in headers):
            self.found.headers.append(headers)
        self._take_printed(wordings, label[1] if label is not None else None)
        if label is None:
            self.unknown = " ".join(w.text for w in wordings[-3:] if w.kind not in ("unit", "note"))
            return
        row_label, wording = label
        tokens = wording.tokens if wording is not None else self.words[-1:]
        labels = [w for w in wordings if w.match is not None and w.match.rows]
        self.row = FoundRow(
            label=row_label,
            match=wording.match if wording is not None else None,
            printed=wording.text if wording is not None else None,
            line_start=tokens[0].line_start if wording is not None else 0,
            label_token=tokens[0] if wording is not None else None,
            number=tokens[-1].row,
            header=len(self.found.headers) - 1 if self.found.headers else None,
            n_labels=len(labels),
            n_headings=sum(1 for w in labels if w is not wording and w.is_heading),
        )
        self.found.rows.append(self.row)

    def _extend(self, row: FoundRow, run: list[Token]) -> None:
        """Rows printed without any words complete the row above or begin with nothing that names them."""
        for number, group in groupby(run, key=attrgetter("row")):
            tokens = list(group)
            fresh = not row.values or not number or row.values[-1].row == number
            if fresh or (len(row.values) + len(tokens) <= max(sizes_of(row.label)) and row.values[-1].row != number):
                if not fresh and len(tokens) > 1 and all(token.kind == "blank" for token in tokens):
                    continue
                row.values.extend(tokens)
                row.line_start = row.line_start or tokens[0].line_start
            else:
                self._leave(tokens)

    def _leave(self, tokens: list[Token]) -> None:
        if any(token.kind != "blank" for token in tokens):
            self.found.leftovers.append((self.unknown, tokens))


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[bool, list[Token]]]:
    """Runs of words and of values; empty cells before words in the same printed row are no values."""
    usable: list[Token] = []
    for number, group in groupby(tokens, key=attrgetter("row")):
        row = list(group)
        if number and row[0].kind == "blank":
            first = next((i for i, token in enumerate(row) if token.kind != "blank"), len(row))
            if first < len(row) and row[first].kind == "words":
                row = row[first:]
        usable.extend(mark_texts(row) if number else row)
    for is_words, group in groupby(usable, key=lambda token: token.kind == "words"):
        yield is_words, list(group)


def _header_tables(wordings: list[Wording]) -> set[str]:
    return {table for w in wordings if w.match is not None and not w.match.rows for table in w.match.header_tables}


def _printed_only(label: RowLabel, wording: Wording | None, token: Token) -> FoundRow:
    return FoundRow(
        label=label,
        match=wording.match if wording is not None else None,
        printed=wording.text if wording is not None else None,
        line_start=wording.tokens[0].line_start if wording is not None else token.line_start,
        values=[Token("", "blank", token.line_end, token.line_end, 0, False)],
        is_printed_only=True,
    )


def _is_header_word(wording: Wording, tables: set[str]) -> bool:
    """总计 and 其他 name rows and columns: among the words of a header they are columns, unless numbered."""
    numbered = any(char in wording.text for char in "七７7（(.．3３")
    return bool(tables & (wording.match.header_tables if wording.match else frozenset())) and not numbered
