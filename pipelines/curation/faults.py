"""What is wrong with a file that a person wrote: file, row, problem and remedy, all of them at once.

Belongs here: the shape of a fault. What counts as one is told by the checks of corrections and overrides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend; rows count as a spreadsheet shows them, the header is row 1. Row 0: the file as a whole."""

    file: str
    row: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file} row {self.row}" if self.row else self.file
        return f"{place}: {self.problem}. {self.remedy}."


class CurationError(ValueError):
    """Corrections or overrides cannot be applied; nothing may be published before they are mended."""

    def __init__(self, folder: object, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = [f"{count} in {folder}:", *(f"    {fault}" for fault in self.faults)]
        super().__init__("\n".join(lines))
