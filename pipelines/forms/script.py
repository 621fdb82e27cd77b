"""Traditional characters of the form's words to simplified ones.

Belongs here: the characters alone, so that labels compare; the text itself is never changed.
"""

from __future__ import annotations

from functools import cache

import opencc

from pipelines.forms.dictionary import load_seed

_SEEDS = (
    ("form_rows", "row_label"),
    ("form_columns", "column_label"),
    ("label_aliases", "alias"),
    ("header_captions", "caption"),
    ("section_titles", "match_words"),
)


@cache
def traditional_characters() -> dict[str, str]:
    """Return traditional -> simplified character, for the characters that the form dictionary's labels are made of.

    A character that is itself one of the dictionary's stays what it is (准 in 批准, 余 in 其余).
    """
    known = {char for seed, column in _SEEDS for text in load_seed(seed)[column].drop_nulls() for char in text}
    every = [chr(code) for code in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {
        char: simple for char, simple in zip(every, converted, strict=True) if simple in known and char not in known
    }
