"""What the environment holds of secrets is written nowhere by a whole refresh: logs, Dagster's storage, releases, exports."""

from __future__ import annotations

from tests.integration.conftest import SECRETS


def test_no_secret_of_the_environment_is_written_by_a_refresh(founding):
    files = [path for path in founding.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.name for path in files}
    assert {"refresh.log", "release.json", "runs.db", "datapackage.json", "gid.duckdb"} <= names
    holding = [path.name for path in files for secret in SECRETS.values() if secret.encode() in path.read_bytes()]
    assert holding == []
