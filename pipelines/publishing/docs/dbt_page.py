"""One static HTML page of the dbt docs: models, SQL, columns, tests; opens from disk, without a server or network.

Belongs here: running dbt. It reads the dbt project alone, no warehouse has to be there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines.publishing.dbt_environment import dbt_environment
from pipelines.publishing.dbt_sources import ensure_sources
from pipelines.publishing.held import held_folder
from pipelines.settings import DBT_PROJECT_DIR, Settings


def write_dbt_page(settings: Settings, page: Path) -> None:
    """Write the page.

    Raises:
        RuntimeError: dbt could not generate the docs; the message is dbt's own.
    """
    ensure_sources(settings)
    dbt = Path(sys.executable).parent / "dbt"
    project = ["--profiles-dir", str(DBT_PROJECT_DIR), "--project-dir", str(DBT_PROJECT_DIR)]
    page.parent.mkdir(parents=True, exist_ok=True)
    with held_folder(page.with_name("dbt")) as folder:
        catalog_database = folder / "gid.duckdb"
        if settings.database_path.is_file():
            shutil.copyfile(settings.database_path, catalog_database)
        done = subprocess.run(
            [str(dbt), "--quiet", "docs", "generate", "--static", *project, "--target-path", str(folder)],
            env={**os.environ, **dbt_environment(settings, catalog_database)},
            capture_output=True,
            text=True,
            check=False,
        )
        built = folder / "static_index.html"
        if done.returncode or not built.is_file():
            raise RuntimeError(f"dbt could not generate the docs:\n{done.stdout}{done.stderr}")
        shutil.copy(built, page)
