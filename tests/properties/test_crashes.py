"""Inputs that a fuzzer found to break a reader or the parser: none breaks it any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing.checks import CHECKS, check

CRASHES = Path(__file__).parents[1] / "fuzzing" / "crashes"
FILES = sorted(path for path in CRASHES.glob("*/*") if path.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_an_input_that_once_broke_something_is_read_or_refused(file):
    check(file.parent.name, file.read_bytes())


def test_every_crash_is_small_and_of_a_known_target():
    assert {file.parent.name for file in FILES} <= set(CHECKS)
    assert all(file.stat().st_size <= 20_000 for file in FILES)
