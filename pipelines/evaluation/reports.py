"""What rules ask of reports beside figures: edition of the form, level of the body, the report of the year before.

Belongs here: reading them into arrays, by the number of the report.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import numpy as np

from pipelines.evaluation.operands import Numbers

_REPORTS = """
    select
        cast(reports.report_no as bigint) as report_no, reports.form_version, body_levels.body_level,
        cast(paired_years.last_report_no as bigint) as last_report_no
    from ({reports}) as reports
    left join ({body_levels}) as body_levels on reports.body_key = body_levels.body_key
    left join ({paired_years}) as paired_years on reports.report_no = paired_years.report_no
"""


@dataclass(frozen=True)
class Names:
    """A name or none for each report, as numbers; -1 is none."""

    numbers: Numbers
    known: dict[str, int]

    @classmethod
    def of(cls, names: list[str | None], places: Numbers, size: int) -> Names:
        """Number the names and put them to their places."""
        known: dict[str, int] = {}
        numbers = np.full(size, -1, np.int16)
        numbers[places] = [-1 if name is None else known.setdefault(name, len(known)) for name in names]
        return cls(numbers, known)

    def among(self, wanted: Collection[str], first: int, last: int) -> Numbers:
        """Whether each report of the slice has one of these names."""
        numbers = [self.known[name] for name in wanted if name in self.known]
        return np.isin(self.numbers[first : last + 1], numbers)

    def is_none(self, first: int, last: int) -> Numbers:
        """Whether each report of the slice has no name."""
        return np.asarray(self.numbers[first : last + 1] == -1)


@dataclass(frozen=True)
class Reports:
    """By the number of the report, from 0 to the highest: whether there is one, and what is known of it."""

    exists: Numbers
    forms: Names
    levels: Names
    last_no: Numbers

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, queries: dict[str, str]) -> Reports:
        """Read all reports; `last_no` is -1 where there is no report of the year before."""
        table = connection.execute(_REPORTS.format(**queries)).to_arrow_table()
        places = table.column("report_no").to_numpy()
        size = int(places.max()) + 1 if len(places) else 0
        exists, last_no = np.zeros(size, bool), np.full(size, -1, np.int64)
        exists[places] = True
        last_no[places] = table.column("last_report_no").fill_null(-1).to_numpy()
        forms = Names.of(table.column("form_version").to_pylist(), places, size)
        return cls(exists, forms, Names.of(table.column("body_level").to_pylist(), places, size), last_no)

    def __len__(self) -> int:
        return len(self.exists)
