"""What every format becomes: a text in the tabbed layout, with its limits and its reasons for giving up.

Belongs here: the writer of that layout, the result of a conversion, findings on reading. Formats do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_CHARACTERS = 20_000_000
MAX_CELLS = 1_000_000
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))


@dataclass(frozen=True)
class ReadFinding:
    """Something that reading a file found: a rule key and the values of its message."""

    rule_key: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Converted:
    """The text of a document, the format and encoding it was read in, its title where the format has one."""

    text: str
    format: str
    encoding: str | None = None
    title: str | None = None
    findings: tuple[ReadFinding, ...] = ()


class UnreadableDocument(Exception):
    """A document cannot be read: the rule of its finding and the values of the message, without the path."""

    def __init__(self, rule_key: str, **values: object) -> None:
        super().__init__(rule_key, values)
        self.rule_key = rule_key
        self.values = values


def collapse_spaces(text: str) -> str:
    """Return the text on one line: no invisible characters, one space for any white space, none at the ends."""
    return " ".join(text.translate(_INVISIBLE).split())


class TabbedWriter:
    """Writes the tabbed layout: prose one block a line; a cell a line that begins with a tab; rows end with an empty line.

    Raises:
        UnreadableDocument: `too_complex`, above `MAX_CHARACTERS` or `MAX_CELLS`.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._n_characters = 0
        self._n_cells = 0

    def write_prose(self, text: str) -> None:
        """Write each line of a block that holds anything visible."""
        for part in text.splitlines():
            line = collapse_spaces(part)
            if line:
                self._add(line)

    def write_row(self, cells: Iterable[str]) -> None:
        """Write the cells of a row; a row without cells is none."""
        row = ["\t" + collapse_spaces(cell) for cell in cells]
        if not row:
            return
        self._n_cells += len(row)
        if self._n_cells > MAX_CELLS:
            raise UnreadableDocument("too_complex", reason=f"more than {MAX_CELLS:,} cells")
        for line in row:
            self._add(line)
        self._add("")

    def end_table(self) -> None:
        """Set a table apart from what follows by one more empty line."""
        if len(self._lines) > 1 and self._lines[-1] == "" and self._lines[-2] != "":
            self._add("")

    def text(self) -> str:
        """Return what was written; every line ends with a line break."""
        return "\n".join(self._lines).rstrip("\n") + "\n" if self._lines else ""

    def _add(self, line: str) -> None:
        self._n_characters += len(line) + 1
        if self._n_characters > MAX_CHARACTERS:
            raise UnreadableDocument("too_complex", reason=f"more than {MAX_CHARACTERS:,} characters")
        self._lines.append(line)
