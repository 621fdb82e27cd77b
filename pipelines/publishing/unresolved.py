"""How many bodies could be placed, and whether fewer can be than in the warehouse published before.

Belongs here: reading shares and names from a database, and comparing two of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

_UNRESOLVED = "resolution in ('ambiguous', 'unknown')"
_COUNTS = f"select count(*), count(*) filter ({_UNRESOLVED}) from dim_body"
_NAMES = (
    "select coalesce(printed_parent, '') || coalesce(unit_name, body_name, '(not named)'), count(*) "
    f"from dim_body where {_UNRESOLVED} group by 1"
)


@dataclass(frozen=True)
class Unresolved:
    """Bodies of a warehouse: all of them, those that are ambiguous or unknown, and the names of these with their number."""

    n_bodies: int
    n_unresolved: int
    names: Counter[str]

    @property
    def share(self) -> float:
        """Share of bodies that are ambiguous or unknown; 0 where there is no body."""
        return self.n_unresolved / self.n_bodies if self.n_bodies else 0.0


@dataclass(frozen=True)
class Comparison:
    """The warehouse that is published now beside the one before it, if there was one with a body in it."""

    now: Unresolved
    before: Unresolved | None
    tolerance: float

    @property
    def has_risen(self) -> bool:
        """Whether the share is above that of before by more than the tolerance."""
        return self.before is not None and self.now.share > self.before.share + self.tolerance

    def new_names(self) -> list[tuple[str, int]]:
        """Return the names that were not unresolved before, or fewer times, the most frequent first."""
        added = self.now.names - (self.before.names if self.before is not None else Counter())
        return sorted(added.items(), key=lambda item: (-item[1], item[0]))


def read_unresolved(database: Path) -> Unresolved | None:
    """Return the bodies of a database; None where there is no body, or none that can be read any more."""
    if not database.is_file():
        return None
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            counts = connection.execute(_COUNTS).fetchone() or (0, 0)
            names = Counter(dict(connection.execute(_NAMES).fetchall()))
    except duckdb.Error:  # published by an older version with other columns: there is nothing to compare with
        return None
    return Unresolved(counts[0], counts[1], names) if counts[0] else None


def compare_unresolved(before: Unresolved | None, now: Unresolved | None, tolerance: float) -> Comparison:
    """Compare two warehouses; one without any body has no share that could have risen."""
    return Comparison(now or Unresolved(0, 0, Counter()), before, tolerance)
