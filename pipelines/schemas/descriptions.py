"""The one description of every column, read from the dbt doc blocks in `models/columns*.md`.

Belongs here: looking a description up. The words themselves stand in the markdown, Chinese first, English second.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.settings import DBT_PROJECT_DIR

_BLOCK = re.compile(r"{%\s*docs\s+(\w+)\s*%}(.*?){%\s*enddocs\s*%}", re.DOTALL)


@cache
def load_descriptions() -> dict[str, str]:
    """Return doc block name -> description, the two languages joined as dbt joins them."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((DBT_PROJECT_DIR / "models").glob("columns*.md"))]
    return {name: body.strip() for text in texts for name, body in _BLOCK.findall(text)}


def describe(column: str) -> str:
    """Return the description of a column; raise `KeyError` naming the column where none is written."""
    try:
        return load_descriptions()[column]
    except KeyError:
        raise KeyError(
            f"no description of column {column!r}: add a docs block to dbt_project/models/columns*.md"
        ) from None
