"""Stands in for the dbt command: runs it once for each input and records what it did, then does the same again in a second.

It is for kills that strike after dbt has ended: what comes before them need not be computed anew. Where the environment
has no GID_TEST_REPLAY, dbt itself runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The file in dbt's folder that says that it has ended.
ENDED = "ended"


def main() -> int:
    """Run dbt, or replay it."""
    real, records = sys.argv[1], Path(sys.argv[2])
    command = [real, *sys.argv[3:]]
    if "build" not in command:
        return subprocess.run(command, check=False).returncode
    record = records / _key(Path(os.environ["GID_STAGING_DIR"]))
    database, target = Path(os.environ["GID_BUILD_DB"]), Path(os.environ["DBT_TARGET_PATH"])
    if record.is_dir() and "GID_TEST_REPLAY" in os.environ:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(record / database.name, database)
        (target / ENDED).touch()
        sys.stdout.buffer.write((record / "stdout").read_bytes())
        return 0
    if record.is_dir():
        code = subprocess.run(command, check=False).returncode
        (target / ENDED).touch()
        return code
    part = records / f".{record.name}"
    part.mkdir(parents=True, exist_ok=True)
    with (part / "stdout").open("wb") as told, subprocess.Popen(command, stdout=subprocess.PIPE) as dbt:
        for line in dbt.stdout or ():
            told.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    (target / ENDED).touch()
    if dbt.returncode == 0:
        shutil.copyfile(database, part / database.name)
        part.rename(record)
    return dbt.returncode


def _key(staging: Path) -> str:
    """Tells one input from another: the deliveries that are staged."""
    return f"of{len(list((staging / 'documents').iterdir()))}"


if __name__ == "__main__":
    sys.exit(main())
