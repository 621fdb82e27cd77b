"""One refreshed warehouse for the tests that only read it, and the means to make others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from benchmarks.measure import Clock
from benchmarks.project import RUN, STEPS
from pipelines.curation.reading import ensure_files
from pipelines.publishing.database import build_path, end_build, hold_lock
from pipelines.settings import PROJECT_DIR, Settings

# As a server has them; no refresh may write them down.
SECRETS = {
    "GID_PG_PASSWORD": "geheim-9vKq3rTz",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-K7MDENG",
    "S3_KEY": "AKIA-geheim-7",
}


@dataclass(frozen=True)
class Warehouse:
    """A warehouse in a folder of its own, refreshed by the command that `make warehouse` runs."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(self.folder / "raw", self.folder / "warehouse", 1 << 26, curation_dir=self.folder / "curation")

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            **SECRETS,
            "GID_RAW_DIR": str(self.settings.raw_dir),
            "GID_WAREHOUSE_DIR": str(self.settings.warehouse_dir),
            "GID_CURATION_DIR": str(self.settings.curation_dir),
            "DAGSTER_HOME": str(self.folder / "dagster"),
            "PYTHONWARNINGS": "ignore",
            **more,
        }

    def refresh(self, **more: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "dagster").mkdir(exist_ok=True)
        ensure_files(self.settings)
        shutil.copy(PROJECT_DIR / "dagster.yaml", self.folder / "dagster" / "dagster.yaml")
        return subprocess.run(
            [sys.executable, "-m", "pipelines.defs.refresh"],
            cwd=PROJECT_DIR,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, *more: str) -> None:
        """Build the database and test it, for tests that ask the models alone: no run of Dagster, no release.

        `more`: further steps of the benchmark, `export` and `workbook`.
        """
        ensure_files(self.settings)
        for step in ("ingest", "curation", "dbt", "finish", *more):
            STEPS[step](self.settings, Clock())
        built = build_path(self.settings, RUN)
        built.replace(self.settings.database_path)
        end_build(built)

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.database_path), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def founding(tmp_path_factory) -> Warehouse:
    """The warehouse of the five founding reports: built once, and copied for each worker, so that none meets another's files."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    built, is_built = Warehouse(shared / "founding"), shared / "founding.built"
    with hold_lock(shared / "founding.lock", 900):
        if not is_built.exists():
            shutil.rmtree(built.folder, ignore_errors=True)
            shutil.copytree(PROJECT_DIR / "data" / "raw", built.settings.raw_dir)
            done = built.refresh()
            assert done.returncode == 0, done.stdout + done.stderr
            assert "published" in done.stdout
            is_built.touch()
    return Warehouse(shutil.copytree(built.folder, tmp_path_factory.mktemp("warehouse") / "founding", symlinks=True))


@pytest.fixture
def copied(founding, tmp_path):
    """Settings of a warehouse of the test's own, with the published database copied into it."""
    settings = replace(founding.settings, warehouse_dir=tmp_path / "warehouse")
    settings.warehouse_dir.mkdir()
    shutil.copyfile(founding.settings.database_path, settings.database_path)
    return settings
