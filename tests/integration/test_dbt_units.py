"""dbt's unit tests: the SQL of models on rows made up for them. A refresh does not run them, the suite does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.publishing.curation import ensure_curated
from pipelines.publishing.staging import ensure_staging_folders
from pipelines.settings import DBT_PROJECT_DIR, REFERENCE_DIR, Settings


def _dbt(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "GID_BUILD_DB": str(folder / "gid.duckdb"),
        "GID_STAGING_DIR": str(folder / "staging"),
        "GID_REFERENCE_DIR": str(REFERENCE_DIR),
        "GID_CURATED_DIR": str(folder / "curation"),
    }
    command = [str(Path(sys.executable).parent / "dbt"), *arguments, "--profiles-dir", "."]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        command, cwd=DBT_PROJECT_DIR, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_every_unit_test_of_the_models_passes(tmp_path):
    settings = Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path, max_file_bytes=1)
    ensure_staging_folders(settings)
    ensure_curated(settings)
    _dbt(tmp_path, "--quiet", "build", "--empty", "--exclude-resource-type", "test", "unit_test")
    _dbt(tmp_path, "test", "--select", "test_type:unit")
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    written = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))["unit_tests"]
    assert {result["unique_id"] for result in results if result["status"] == "pass"} == set(written)
    assert len(written) > 20
