"""`make diff A=<version> B=<version>`: what moved between two releases, DuckDB files or folders of parquet files.

Belongs here: `python -m pipelines.publishing.show_diff`, which finds the two sides and prints the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pipelines.publishing.comparison import compare_releases
from pipelines.publishing.difference_page import page_of
from pipelines.publishing.releases import DIFF, PAGE, list_releases
from pipelines.publishing.sides import Unreadable
from pipelines.settings import Settings, load_settings


def find_side(settings: Settings, named: str) -> Path:
    """Return the folder or file that a version or a path names.

    Raises:
        Unreadable: it names none; the message lists the versions that are kept.
    """
    kept = [str(release.version) for release in list_releases(settings)]
    if named in kept:
        return settings.releases_dir / named
    path = Path(named)
    if path.exists():
        return path.resolve()
    raise Unreadable(f"{named} is neither a release nor a file or folder. Releases: {', '.join(kept) or 'none yet'}")


def find_sides(settings: Settings, a: str, b: str) -> tuple[Path, Path]:
    """Return both sides; where one is not named, the last release, and for the other the one before.

    Raises:
        Unreadable: a name fits nothing, or there are not two releases to compare.
    """
    folders = [release.folder for release in list_releases(settings)]
    later = find_side(settings, b) if b else (folders[-1] if folders else None)
    before = folders[: folders.index(later)] if later in folders else folders
    earlier = find_side(settings, a) if a else (before[-1] if before else None)
    if later is None or earlier is None:
        raise Unreadable(f"there are not two releases in {settings.releases_dir} yet: say A=… and B=…")
    return earlier, later


def main() -> int:
    """Print what moved; 1 where a side cannot be read."""
    parser = argparse.ArgumentParser(prog="make diff", description="What moved between two releases.")
    parser.add_argument("a", nargs="?", default="", help="version, release folder, exports folder or .duckdb file")
    parser.add_argument("b", nargs="?", default="", help="the later one")
    parser.add_argument("--out", default="", help="a folder for diff.json and diff.md")
    given = parser.parse_args()
    settings = load_settings()
    try:
        diff = compare_releases(*find_sides(settings, given.a, given.b))
    except Unreadable as error:
        print(str(error), file=sys.stderr)
        return 1
    if given.out:
        folder = Path(given.out)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(diff, ensure_ascii=False, indent=1, default=str) + "\n"
        (folder / DIFF).write_text(text, encoding="utf-8")
        (folder / PAGE).write_text(page_of(diff), encoding="utf-8")
    print(page_of(diff))
    return 0


if __name__ == "__main__":
    sys.exit(main())
