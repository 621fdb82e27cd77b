"""The same files give the same staging, byte by byte: another folder, order on disk, time zone, locale, hash seed, umask, cores.

The same for a whole refresh is in `test_killed_refreshes.py`, for whole refreshes of this folder in `tests/reliability/mixed.py`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess

from pipelines.settings import PROJECT_DIR, STAGING_FRAMES
from tests.reliability.lane import limited
from tests.reliability.mixed import WAYS, write_mixed

STAGE = """
from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest.deliveries import ingest
from pipelines.settings import load_settings
settings = load_settings()
ingest(find_deliveries(settings.raw_dir), settings)
"""


def staged(folder, way: int) -> dict[str, str]:
    environment, umask, cores = WAYS[way]
    write_mixed(folder / "raw", order=way)
    subprocess.run(
        limited(cores, None, "-c", STAGE),
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "GID_RAW_DIR": str(folder / "raw"),
            "GID_WAREHOUSE_DIR": str(folder / "warehouse"),
            **environment,
        },
        umask=umask,
        check=True,
        timeout=300,
    )
    staging = folder / "warehouse" / "staging"
    # What is remembered of files beside these, for telling whether they changed, names their times.
    files = [path for path in staging.rglob("*") if path.suffix == ".parquet" or path.parent.name == "_manifest"]
    return {
        str(path.relative_to(staging)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file()
    }


def test_staging(tmp_path):
    one, other = staged(tmp_path / "one", 0), staged(tmp_path / "another" / "place", 1)
    assert one == other
    deliveries = {name.partition("/")[2] for name in one if name.startswith("documents/")}
    assert len(deliveries) == 7 + 1, "seven deliveries and the empty typed file"
    assert len(one) == 8 * len(STAGING_FRAMES) + 7
