"""`python -m benchmarks.step STEP RESULT`: one step in a process of its own, so that its memory is its own.

Belongs here: what the process writes for the one that started it. What a step does stands in `project`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measure import Clock
from benchmarks.project import STEPS
from pipelines.settings import load_settings


def main(step: str, result: Path) -> None:
    """Run one step on the folders of the environment and write what it took."""
    clock = Clock()
    documents = STEPS[step](load_settings(), clock)
    result.write_text(json.dumps({"documents": documents, "wall": clock.wall, "cpu": clock.cpu}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
