"""The benchmark's steps on twenty documents, from raw shard to published release, as `make bench` runs them."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.deliveries import deliver, parse_case
from benchmarks.measure import Clock, Limits
from benchmarks.project import STEPS
from benchmarks.results import FIXED
from benchmarks.running import Bench, measure_case
from pipelines.curation.reading import ensure_files
from pipelines.publishing.database import build_path
from pipelines.settings import Settings

N = 20


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A warehouse with one delivery of text that waits to be read."""
    folder = tmp_path_factory.mktemp("bench")
    deliver(parse_case("text-shard"), range(N), folder / "raw", folder / "corpus", 1)
    (folder / "warehouse").mkdir()
    made = Settings(folder / "raw", folder / "warehouse", 1 << 26, curation_dir=folder / "curation")
    ensure_files(made)
    return made


def test_every_step_counts_the_documents_and_takes_time(settings, founding, monkeypatch):
    # dbt itself says what it builds: seeds alone here, since the models are built by the tests of the refresh.
    monkeypatch.setenv("DBT_RESOURCE_TYPES", "seed")
    for name, step in STEPS.items():
        clock = Clock()
        n = step(settings, clock)
        assert n % N == 0
        assert n > 0
        assert clock.wall > 0
        assert clock.cpu > 0
        if name == "dbt":
            built = build_path(settings, "bench")
            assert built.is_file()
            shutil.copyfile(founding.settings.database_path, built)
    assert settings.database_path.is_file()
    assert (settings.exports_dir / "gid.xlsx").is_file()
    assert not list(settings.warehouse_dir.glob("tmp*"))


def test_a_case_is_measured_in_processes_of_its_own_and_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.running.INGESTING", ("read",))
    reported = []
    bench = Bench(tmp_path, 1, Limits(300, 8 << 30), reported.append)
    measured = list(measure_case(bench, parse_case("mixed-files"), N, is_whole=False))
    assert measured == reported
    assert [one.problem for one in measured] == [""] * len(measured)
    assert [one.stage for one in measured] == ["floor", "read"]
    assert {one.documents for one in measured[1:]} == {N}
    assert all(one.peak_bytes > 0 and one.case != FIXED for one in measured)
    assert not list((tmp_path / "work").iterdir())


def test_parsing_in_two_processes_counts_the_busier_one(tmp_path):
    deliver(parse_case("text-shard"), range(N), tmp_path / "raw", tmp_path / "corpus", 1)
    settings = Settings(tmp_path / "raw", tmp_path / "warehouse", 1 << 26, chunk_documents=N // 2, workers=2)
    clock = Clock()
    assert STEPS["parse"](settings, clock) == N
    assert clock.wall > 0
    assert clock.cpu > 0


def test_a_stage_beyond_its_limit_ends_the_case_and_is_cleared_away(tmp_path):
    bench = Bench(tmp_path, 1, Limits(300, 1 << 20), lambda _: None)
    (floor,) = measure_case(bench, parse_case("text-shard"), N, is_whole=True)
    assert "BENCH_MEMORY_GIB" in floor.problem
    assert not list((tmp_path / "work").iterdir())
