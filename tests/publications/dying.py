"""`python -m tests.publications.dying FOLDER START`: publish again and again, each time killed one step later.

Each publication runs in a process of its own that ends, as if killed, before its n-th change of the file system. After each
the published files must be the old or the new ones, whole, and the next publication must leave nothing behind.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from pipelines.publishing.releases import current_release, list_releases
from pipelines.settings import Settings
from tests.publications import small
from tests.publications.remembered import remember

STEPS = ("replace", "symlink_to", "hardlink_to", "unlink", "mkdir", "write_text")
# More steps than any publication has: it is not killed.
UNDISTURBED = 10_000
STARTS: dict[str, tuple[Callable[[Settings], object], set[float | None]]] = {
    # What is published at the start, and what may be seen after a kill: the old figure or the new one.
    "first": (lambda settings: None, {None, 2}),
    "next": (lambda settings: [small.publish(settings, n) for n in (7, 8, 1)], {1, 2}),
    "older_layout": (lambda settings: small.publish_older_layout(settings, 1), {1, 2}),
}


def die_at(number: int) -> None:
    """End this process before the n-th change of the file system; what was done before stays done."""
    left = number

    def counted(original: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(77)
            return original(*arguments, **named)

        return step

    for name in STEPS:
        setattr(Path, name, counted(getattr(Path, name)))
    os.rmdir, os.unlink = counted(os.rmdir), counted(os.unlink)


def in_child(action: Callable[[], object]) -> int:
    """Run something in a process of its own; return how it ended."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            action()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def seen(settings: Settings) -> float | None:
    """The published figure; database, exports and release.json must be of one release, or none of them be there."""
    if not settings.database_path.exists() and not settings.exports_dir.exists():
        return None
    database, exported = small.published_figure(settings)
    assert database == exported, (database, exported)
    return database


def check(settings: Settings, allowed: set[float | None]) -> None:
    """What a kill left behind is whole, and the next publication cleans up."""
    assert seen(settings) in allowed, seen(settings)
    visible = list(settings.releases_dir.glob("[!.]*")) if settings.releases_dir.is_dir() else []
    for release in visible:
        assert (release / "exports" / "release.json").is_file(), release
    hidden = [*settings.releases_dir.glob(".*")] if settings.releases_dir.is_dir() else []
    assert len(hidden) <= 1, hidden
    small.publish(settings, 3)
    assert seen(settings) == 3
    current = current_release(settings)
    assert current is not None
    assert list_releases(settings)[-1].version == current.version
    assert {path.name for path in settings.warehouse_dir.glob(".*")} == {".publish.lock"}
    assert [*settings.releases_dir.glob(".*")] == []
    assert len(list_releases(settings)) <= 3


def main() -> int:
    """Kill at every step in turn until a publication comes through; print how often it was killed."""
    folder, start = Path(sys.argv[1]), sys.argv[2]
    prepare, allowed = STARTS[start]
    small.keep(folder / "kept", 2, 3)
    remember(folder / "remembered")
    first = small.settings_in(folder / "start", releases_kept=3)
    assert in_child(lambda: prepare(first)) == 0
    number, kills = 0, 0
    while True:
        settings = small.settings_in(folder / str(number), releases_kept=3)
        shutil.rmtree(settings.warehouse_dir)
        shutil.copytree(first.warehouse_dir, settings.warehouse_dir, symlinks=True)

        def publish(settings: Settings = settings, number: int = number) -> None:
            die_at(number)
            small.publish(settings, 2)

        ended = in_child(publish)
        assert ended in (0, 77), ended
        has_new_layout = settings.database_path.is_symlink() and settings.exports_dir.is_symlink()
        assert in_child(lambda settings=settings: check(settings, allowed)) == 0, f"killed before step {number}"
        shutil.rmtree(folder / str(number))
        if ended == 0:
            print(kills)
            return 0
        kills += 1
        # Where an older layout has become that of today, the steps to come are those of `next`.
        number = UNDISTURBED if start == "older_layout" and has_new_layout else number + 1


if __name__ == "__main__":
    sys.exit(main())
