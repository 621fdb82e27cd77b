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
import os, sys
from pipelines.documents.deliveries import content_fingerprint, find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.parsing.version import parser_version
from pipelines.publishing.staging import write_staging
from pipelines.settings import load_settings
settings = load_settings()
for delivery in find_deliveries(settings.raw_dir):
    frames = parse_delivery(delivery, settings)
    write_staging(settings, delivery.name, frames, content_fingerprint(delivery), parser_version())
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
    files = [path for path in staging.rglob("*") if path.is_file()]
    return {str(path.relative_to(staging)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_staging(tmp_path):
    one, other = staged(tmp_path / "one", 0), staged(tmp_path / "another" / "place", 1)
    assert one == other
    deliveries = {name.partition("/")[2] for name in one if name.startswith("documents/")}
    assert len(deliveries) == 7 + 1, "seven deliveries and the empty typed file"
    assert len(one) == 8 * len(STAGING_FRAMES) + 7
