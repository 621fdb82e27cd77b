"""What a column or table means: the parser of the dbt doc blocks in `models/columns*.md`.

Belongs here: one block to one typed entry, and every fault of a block with the remedy. Looking entries up stands in
`descriptions`. `python -m pipelines.schemas.dictionary` checks all blocks.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import DBT_PROJECT_DIR

# A column may be called table_key: a block is of a table where the name of a table follows.
_OF_TABLE = re.compile(r"table_(dim|fct|rpt|stg|int|seed|staging|curation)_\w+")
_BLOCK = re.compile(r"{%\s*docs\s+(\S+)\s*%}(.*?){%\s*enddocs\s*%}", re.DOTALL)
_MARK = re.compile(r"{%\s*(?:end)?docs\b")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_SINCE = re.compile(r"(F20\d\d|20\d\d)( only)?")
_COLUMN_KEYS = ("unit", "aggregate", "since", "source", "example")
_TABLE_KEYS = ("aggregate", "since", "example")
_COLUMN_FORM = """A column is written so:
{% docs amount_yuan %}
中文名 | English name
中文含义
English meaning
- unit: yuan            (left out where there is none)
- aggregate: sum over bodies of one year
- since: F2019          (left out where it is not of the form)
- source: t2.procurement.amount    (left out where it is derived)
- example: 72235.00
{% enddocs %}"""
_TABLE_FORM = """A table is written so:
{% docs table_fct_procurement %}
中文名 | English name
每…一行。中文说明。
Grain: one … . How to use it.
- aggregate: …          (may be left out, as may since and example, a query of one line)
{% enddocs %}"""


class DictionaryError(ValueError):
    """Blocks that do not say what a block has to say; every fault has its file, line, block and remedy."""


@dataclass(frozen=True)
class Entry:
    """One column or table: what the dictionary says of it. `text` is the whole block, as dbt and DuckDB carry it."""

    name: str
    name_zh: str
    name_en: str
    meaning_zh: str
    meaning_en: str
    text: str
    unit: str | None = None
    aggregate: str | None = None
    since: str | None = None
    source: str | None = None
    example: str | None = None

    @property
    def is_table(self) -> bool:
        """Whether the entry is of a table."""
        return bool(_OF_TABLE.fullmatch(self.name))

    @property
    def title(self) -> str:
        """The names in both languages."""
        return f"{self.name_zh} | {self.name_en}"

    @property
    def description(self) -> str:
        """The meaning in both languages, Chinese first."""
        return f"{self.meaning_zh}\n{self.meaning_en}"

    @property
    def short(self) -> str:
        """Names and meaning, without the list."""
        return f"{self.title}\n{self.description}"

    @property
    def facts(self) -> dict[str, str]:
        """What the list says, in its order."""
        found = {key: getattr(self, key) for key in _COLUMN_KEYS}
        return {key: value for key, value in found.items() if value is not None}


def parse_block(name: str, body: str) -> Entry:
    """Parse the text between `docs` and `enddocs`.

    Raises:
        DictionaryError: the block is not of the form; the message says what to write, without file and line.
    """
    text = body.strip()
    lines = text.split("\n")
    keys = _TABLE_KEYS if _OF_TABLE.fullmatch(name) else _COLUMN_KEYS
    if len(lines) < 3 or any(line.startswith("- ") for line in lines[:3]):
        raise DictionaryError("begins with three lines: names, Chinese meaning, English meaning")
    names, meaning_zh, meaning_en = (line.strip() for line in lines[:3])
    name_zh, bar, name_en = names.partition(" | ")
    if not bar or not _HAN.search(name_zh) or not _LATIN.search(name_en):
        raise DictionaryError(f"line 1 is `中文名 | English name`, not {names!r}")
    if not _HAN.search(meaning_zh):
        raise DictionaryError(f"line 2 is the meaning in Chinese, not {meaning_zh!r}")
    if not _LATIN.search(meaning_en):
        raise DictionaryError(f"line 3 is the meaning in English, not {meaning_en!r}")
    facts = _parse_list(lines[3:], keys)
    _check_facts(name, facts, meaning_en)
    return Entry(name, name_zh.strip(), name_en.strip(), meaning_zh, meaning_en, text, **facts)


def parse_blocks(text: str, file: str) -> tuple[dict[str, Entry], list[str]]:
    """Parse all blocks of a file; return the entries by name, and the faults with file, line and block."""
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    blocks = list(_BLOCK.finditer(text))
    if len(_MARK.findall(text)) != 2 * len(blocks):
        faults.append(f"{file}: a block is not closed: write {{% enddocs %}} below every {{% docs … %}}")
    for block in blocks:
        name = block.group(1)
        place = f"{file}:{text.count(chr(10), 0, block.start()) + 1}: block {name}"
        if name in entries:
            faults.append(f"{place} stands twice: take one away")
            continue
        try:
            entries[name] = parse_block(name, block.group(2))
        except DictionaryError as error:
            faults.append(f"{place}: {error}")
    return entries, faults


def read_dictionary(folder: Path) -> dict[str, Entry]:
    """Read `columns*.md` of a folder into name -> entry.

    Raises:
        DictionaryError: with all faults of all files, one a line.
    """
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("columns*.md")):
        found, wrong = parse_blocks(path.read_text(encoding="utf-8"), path.name)
        faults += wrong
        faults += [
            f"{path.name}: block {name} stands in another file too: take one away" for name in found if name in entries
        ]
        entries |= found
    if faults:
        raise DictionaryError("\n".join([*faults, _COLUMN_FORM, _TABLE_FORM]))
    return entries


def _parse_list(lines: list[str], keys: tuple[str, ...]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.removeprefix("- ").partition(": ")
        if not line.startswith("- ") or not colon or key not in keys or not value.strip():
            raise DictionaryError(
                f"{line!r} is none of its lines, which are `- {'`, `- '.join(f'{k}: …' for k in keys)}`"
            )
        if facts and keys.index(key) <= keys.index(next(reversed(facts))):
            raise DictionaryError(f"`- {key}:` stands twice or too late, the order is {', '.join(keys)}")
        facts[key] = value.strip()
    return facts


def _check_facts(name: str, facts: dict[str, str], meaning_en: str) -> None:
    if _OF_TABLE.fullmatch(name):
        if not meaning_en.startswith("Grain: one "):
            raise DictionaryError(f"line 3 of a table begins with `Grain: one …`, not {meaning_en!r}")
    else:
        for key in ("aggregate", "example"):
            if key not in facts:
                raise DictionaryError(f"has no line `- {key}: …`")
    if "since" in facts and not _SINCE.fullmatch(facts["since"]):
        raise DictionaryError(
            f"`since` is an edition or a report year (`F2019`, `F2019 only`, `2015`), not {facts['since']!r}"
        )


def main() -> int:
    """Check all blocks of the dbt project; 1 where one is wrong, with what to write."""
    try:
        entries = read_dictionary(DBT_PROJECT_DIR / "models")
    except DictionaryError as error:
        print(error, file=sys.stderr)
        return 1
    tables = sum(entry.is_table for entry in entries.values())
    print(f"dictionary: {len(entries) - tables} columns and {tables} tables are described")
    return 0


if __name__ == "__main__":
    sys.exit(main())
