"""dbt's unit tests: the SQL of models on rows made up for them. A refresh does not run them, the suite does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines.publishing.dbt_environment import dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.settings import DBT_PROJECT_DIR, Settings


def _settings(folder: Path) -> Settings:
    return Settings(raw_dir=folder / "raw", warehouse_dir=folder, max_file_bytes=1)


def _dbt(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, **dbt_environment(_settings(folder), folder / "gid.duckdb")}
    command = [str(Path(sys.executable).parent / "dbt"), *arguments, "--profiles-dir", "."]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        command, cwd=DBT_PROJECT_DIR, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_every_unit_test_of_the_models_passes(tmp_path):
    ensure_sources(_settings(tmp_path))
    # What dbt has parsed before: it parses anew what has changed since.
    (tmp_path / "target").mkdir()
    for parsed in (DBT_PROJECT_DIR / "target").glob("partial_parse.msgpack"):
        shutil.copyfile(parsed, tmp_path / "target" / parsed.name)
    _dbt(tmp_path, "--quiet", "build", "--empty", "--exclude-resource-type", "test")
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    written = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))["unit_tests"]
    assert {result["unique_id"] for result in results if result["status"] == "pass"} == set(written)
    assert len(written) > 20
