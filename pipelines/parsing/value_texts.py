"""Words that stand where a value does (见附件): told from the words of labels by their place.

Belongs here: which words of a row are values. What a value means is the concern of `values`.
"""

from __future__ import annotations

from pipelines.forms.matching import find_label
from pipelines.parsing.found import CASES, sizes_of
from pipelines.parsing.tokens import Token, is_unit
from pipelines.parsing.wording import Wording, read_wordings


def mark_texts(row: list[Token]) -> list[Token]:
    """Words among the values of a printed row that name nothing in the form are values in words (见附件): kind `text`."""
    kinds = [token.kind for token in row]
    start = next((i for i, kind in enumerate(kinds) if kind != "words"), len(row))
    rest = row[start:]
    if "words" not in kinds[start:] or not all(token.is_cell for token in row):
        return row
    if any(token.kind == "words" and (find_label(token.text) or is_unit(token.text)) for token in rest):
        return row
    if start:
        last = read_wordings(row[:start])[-1].match
        if last is None or last.is_header or not last.data_rows():
            return row
    elif not any(token.kind in ("figure", "mark") for token in rest):
        return row
    return row[:start] + [token._replace(kind="text") if token.kind == "words" else token for token in rest]


def split_texts(wordings: list[Wording], least: int = 0, most: int = 0) -> tuple[list[Wording], list[Token]]:
    """Split off the words behind a row's label in its printed row: they are values in words (见附件).

    Where nothing proves rows, they are if they and the values behind them can be as many as the row has: `least` up to
    the last that is written, `most` with the empty cells behind it.
    """
    at = len(wordings)
    while at and wordings[at - 1].kind == "unknown":
        at -= 1
    label = wordings[at - 1] if 0 < at < len(wordings) else None
    sizes = _sizes_behind(label) if label is not None else ()
    if label is None or not sizes:
        return wordings, []
    texts = [token for wording in wordings[at:] for token in wording.tokens]
    proved = all(token.is_cell and token.row and token.row == label.tokens[-1].row for token in texts)
    rowless = not any(token.row for token in (*texts, *label.tokens))
    if not proved and not (rowless and any(least <= n - len(texts) <= most for n in sizes)):
        return wordings, []
    return wordings[:at], texts


def _sizes_behind(label: Wording) -> tuple[int, ...]:
    """Return how many values may stand behind a label: those of its row, or of table four below its header."""
    if label.match is None:
        return ()
    if label.match.is_header:
        return sizes_of(CASES) if "t4" in label.match.header_tables else ()
    rows = label.match.data_rows()
    return sizes_of(rows[0]) if rows else ()
