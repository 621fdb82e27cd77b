"""What dbt's connections are told: where the sources lie."""

from pathlib import Path

import duckdb

from pipelines.publishing.dbt_environment import dbt_environment, source_variables
from pipelines.settings import Settings


def test_a_session_knows_folders_of_any_name(tmp_path: Path):
    settings = Settings(raw_dir=tmp_path, warehouse_dir=tmp_path / "it's; drop 数据", max_file_bytes=1)
    environment = dbt_environment(settings, tmp_path / "gid.duckdb")
    connection = duckdb.connect()
    connection.execute(source_variables(environment))
    told = connection.execute("select getvariable('gid_staging_dir'), getvariable('gid_curated_dir')").fetchone()
    assert told == (str(settings.staging_dir), str(settings.curated_dir))
    # The whole list, so that no source of dbt lacks its folder.
    names = {name.lower() for name in environment if name.endswith("_DIR")}
    assert names == {f"gid_{part}_dir" for part in ("staging", "reference", "curated", "dictionary")}
