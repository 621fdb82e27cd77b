"""Search of the docs site for Chinese beside English: a Sphinx extension.

Belongs here: how pages and queries are cut into terms, in Python for the index and in JavaScript for the query, alike:
each two characters of a run of Chinese are a term, so that any word of two characters or more is found without a lexicon.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

_RUNS = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9_]+")
_SPLIT_QUERY = r"""
function splitQuery(query) {
  const terms = [];
  for (const run of query.match(/[\u3400-\u9fff]+|[A-Za-z0-9_]+/g) || []) {
    if (/[\u3400-\u9fff]/.test(run) && run.length > 1)
      for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
    else terms.push(run);
  }
  return terms;
}
"""


class TwoCharacters(SearchLanguage):
    """Pairs of Chinese characters, and words of letters, digits and underscores."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = _SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        """Cut a text into terms; of a name such as `fct_finding` its parts are terms, too."""
        terms: list[str] = []
        for run in _RUNS.findall(input):
            if run[0] > "\u3000":
                terms += [run[i : i + 2] for i in range(len(run) - 1)] + list(run)
            else:
                terms += [run.lower(), *(run.lower().split("_") if "_" in run else [])]
        return terms

    def stem(self, word: str) -> str:
        """Words are taken as they are, in small letters."""
        return word.lower()

    def word_filter(self, word: str) -> bool:
        """Nothing is left out but what is empty."""
        return bool(word)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the language; called by Sphinx."""
    app.add_search_language(TwoCharacters)
    return {"version": "1", "parallel_read_safe": True}
