"""`make lake`: bring the lake to the current release, and list the releases that it holds.

Belongs here: the command line. What is written stands in `lake`.
"""

from __future__ import annotations

import sys

from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.lake import publish_to_lake
from pipelines.publishing.lake_connection import LakeError, open_lake
from pipelines.publishing.lake_snapshots import list_snapshots
from pipelines.publishing.releases import current_release
from pipelines.settings import Settings, load_settings

_LOCK_WAIT_SECONDS = 600


def main() -> int:
    """Catch up, then list; 1 where the lake does not hold the current release at the end."""
    settings = load_settings()
    if not settings.ducklake:
        print("No lake is configured: set GID_DUCKLAKE and GID_DUCKLAKE_DATA (docs/cluster.md).", file=sys.stderr)
        return 1
    try:
        print(catch_up(settings))
    except (LakeError, PublishingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def catch_up(settings: Settings) -> str:
    """Bring the lake to the current release; return the list of the releases in it, with the snapshot of each.

    Raises:
        LakeError: the lake does not hold the current release.
        PublishingError: another process publishes all the time.
    """
    with hold_lock(settings.lock_path, _LOCK_WAIT_SECONDS):
        release = current_release(settings)
        if release is None:
            raise LakeError(f"there is no release in {settings.releases_dir}: run `make warehouse` first")
        held = publish_to_lake(settings, release)
    with open_lake(settings) as connection:
        lines = [f"  {s.version:<16} snapshot {s.number:>6}   {s.written_at}" for s in list_snapshots(connection)]
    done = "was written" if held.is_new else "was there already"
    left = [f"  not cleaned: {held.left}"] if held.left else []
    return "\n".join([f"{settings.ducklake}: release {held.version} {done}.", *lines, *left])


if __name__ == "__main__":
    sys.exit(main())
