"""`make releases`: the releases that are kept, the newest first, each with what moved in a line.

Belongs here: `python -m pipelines.publishing.show_releases`, which reads and prints.
"""

from __future__ import annotations

import sys

from pipelines.publishing.release_files import size_of
from pipelines.publishing.releases import Release, current_release, list_releases
from pipelines.settings import Settings, load_settings


def describe_releases(settings: Settings) -> list[str]:
    """Return a line a release, and two of what moved; `*` is the current one."""
    current = current_release(settings)
    lines = [f"  {'version':<14}{'published':<27}{'size':>11}{'of its own':>12}{'reports':>11}"]
    for release in reversed(list_releases(settings)):
        lines += _describe(release, "*" if current and release.version == current.version else " ")
    return lines


def _describe(release: Release, mark: str) -> list[str]:
    whole, own = size_of(release.folder)
    headline = release.headline()
    return [
        f"{mark} {release.version!s:<14}{release.record['published_at']:<27}"
        f"{whole / 1e6:>8,.1f} MB{own / 1e6:>9,.1f} MB{release.record['reports']:>11,}",
        f"    {headline['en']}",
        f"    {headline['zh']}",
    ]


def main() -> int:
    """Print the releases; 1 where there is none."""
    settings = load_settings()
    if not list_releases(settings):
        print(f"There is no release in {settings.releases_dir} yet: run `make warehouse` first.", file=sys.stderr)
        return 1
    print("\n".join(describe_releases(settings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
