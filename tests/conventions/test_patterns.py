"""Patterns that every supported Python reads alike."""

from __future__ import annotations

import ast
import re

from pipelines.settings import PROJECT_DIR

_POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


def test_no_group_is_possessive():
    """Early releases of Python 3.11, such as 3.11.2 of Debian 12, match `(…)*+` and `(?>…)` wrongly.

    Pages were read with the words of their scripts there. A single class (`[^<]*+`) is matched as it should be.
    """
    found = [
        f"{path.relative_to(PROJECT_DIR)}:{node.lineno}: {node.value}"
        for path in sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str | bytes)
        and _POSSESSIVE_GROUP.search(node.value if isinstance(node.value, str) else node.value.decode("latin-1"))
    ]
    assert found == []
