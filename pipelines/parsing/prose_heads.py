"""The words before a figure, or a clause without one, and what follows from them alone.

Belongs here: facts of such words, each found out once for all texts. What they prove together is decided in `prose_disclosure`.
"""

from __future__ import annotations

import re
from functools import cached_property

from pipelines.forms.caches import cache_short
from pipelines.parsing import prose_clauses as clauses
from pipelines.parsing.prose_words import channels_in, words_pattern
from pipelines.parsing.prose_years import COMPARED

# The column of the site that holds what is disclosed is no column among others.
_OWN_COLUMN = re.compile(r"(?:信息公开|政务公开)专栏")


class Head:
    """Words as printed, and `text` without names; a fact is found out when it is first asked for."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.text = clauses.leave_out_names(words)

    @cached_property
    def said(self) -> str:
        """The text without the words that open a list."""
        return clauses.OPENS_LIST.sub("", self.text)

    @cached_property
    def category(self) -> str | None:
        """The category that the words name in a list."""
        match = clauses.CATEGORY.fullmatch(clauses.OPENS_LIST.sub("", self.words))
        if match is None or clauses.NO_CATEGORY.search(match["name"]):
            return None
        return f"category:{match['name']}"

    @cached_property
    def lone_category(self) -> str | None:
        """The category that the words name outside of a list, only where its name is a kind of information."""
        match = clauses.ALONE.fullmatch(self.text)
        if match is None or clauses.NO_CATEGORY.search(match["name"]):
            return None
        name = match["name"]
        kinds = words_pattern("information").finditer(name)
        return f"category:{name}" if any(kind.end() == len(name) and kind.start() > 1 for kind in kinds) else None

    @cached_property
    def is_compared(self) -> bool:
        """Whether the words compare with another figure."""
        return COMPARED.match(self.text) is not None

    @cached_property
    def is_of_sub_unit(self) -> bool:
        """Whether a village, an office or each of several bodies is said to disclose."""
        return clauses.SUB_UNIT.search(self.text) is not None

    @cached_property
    def has_sub_unit_subject(self) -> bool:
        """Whether the words begin with a village as their subject."""
        return clauses.SUB_UNIT_SUBJECT.search(self.text) is not None

    @cached_property
    def has_own_subject(self) -> bool:
        """Whether the body itself is named."""
        return clauses.OWN_SUBJECT.search(self.text) is not None

    @cached_property
    def without_own_column(self) -> str:
        """The text without the column that holds what is disclosed."""
        return _OWN_COLUMN.sub("", self.text)

    @cached_property
    def is_of_other_subject(self) -> bool:
        """Whether the words make a figure another subject's."""
        return words_pattern("other_subject").search(self.without_own_column) is not None

    @cached_property
    def is_of_other_subject_alone(self) -> bool:
        """Whether they do so outside of a list."""
        return words_pattern("other_subject_alone").search(self.text) is not None

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The channels that the text names."""
        return channels_in(self.text)

    @cached_property
    def behind_channel(self) -> str:
        """What stands behind the last channel."""
        return self.said[list(words_pattern("channel").finditer(self.said))[-1].end() :]

    @cached_property
    def carries_all(self) -> bool:
        """Whether a figure behind the words counts all that the channel carried."""
        posts = clauses.CHANNEL_POSTS.search(self.said)
        return posts is not None or clauses.CHANNEL_VERB.fullmatch(self.behind_channel) is not None

    @cached_property
    def is_channel_alone(self) -> bool:
        """Whether nothing but the channel is named."""
        return clauses.CHANNEL_ALONE.fullmatch(self.behind_channel) is not None

    @cached_property
    def names_account(self) -> bool:
        """Whether an account or a paper is named by its own name."""
        return clauses.NAMED_ACCOUNT.search(self.words) is not None


@cache_short(maxsize=20_000)
def head_of(words: str) -> Head:
    """Return the words with their facts."""
    return Head(words)
