"""Chinese words for the keys that published columns hold, and the states of a cell without a figure, with their colours.

Belongs here: reading `words.csv` and `states.csv`. A key without a word is shown as it is.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_STATES_TOO = ("value_state", "activity_status")


@dataclass(frozen=True)
class State:
    """Why there is no figure: name, colour of the cell, meaning."""

    state: str
    name_zh: str
    colour: str
    meaning_zh: str
    meaning_en: str


@cache
def load_states() -> dict[str, State]:
    """Return the states by key, in the order of the legend."""
    return {row["state"]: State(**row) for row in _rows("states.csv")}


@cache
def load_words() -> dict[str, dict[str, str]]:
    """Return vocabulary -> key -> Chinese word."""
    words: dict[str, dict[str, str]] = {}
    for row in _rows("words.csv"):
        words.setdefault(row["vocabulary"], {})[row["word"]] = row["name_zh"]
    names = {key: state.name_zh for key, state in load_states().items()}
    return {name: {**(names if name in _STATES_TOO else {}), **of_name} for name, of_name in words.items()}


def _rows(file: str) -> list[dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
