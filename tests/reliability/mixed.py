"""A raw folder of everything: several deliveries, all formats, duplicates, damaged files; and the many ways of one machine.

`python -m tests.reliability.mixed --out FOLDER` builds it twice, each time another way, and compares every byte.
"""

from __future__ import annotations

import argparse
import gzip
import random
import shutil
import sys
from pathlib import Path

from pipelines.settings import PROJECT_DIR
from tests.reliability.lane import Lane
from tests.reliability.published import Result, look
from tests.rendering.corpus import LAYOUTS, generate

# Environment of a process, its umask, and on how many cores it may run.
_ONE = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "GID_WORKERS": "2"}
_OTHER = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "4242",
    "GID_WORKERS": "1",
    "POLARS_MAX_THREADS": "1",
}
WAYS: tuple[tuple[dict[str, str], int, int], ...] = (
    ({**_ONE, "PYTHONUTF8": "1"}, 0o022, 2),
    ({**_OTHER, "PYTHONUTF8": "1"}, 0o077, 1),
)


def write_mixed(folder: Path, order: int) -> None:
    """Write the folder; `order` shuffles in which order files come to the disk, never what they hold."""
    files: dict[str, bytes] = {}
    for number, layout in enumerate(LAYOUTS):
        document = generate(9_000 + number, layout)
        files[f"第{number % 3}批/{number:02d} {document.name}"] = document.content
    texts = [content for name, content in files.items() if name.endswith(".txt")]
    founding = sorted((PROJECT_DIR / "data" / "raw" / "township-reports").glob("*.txt"))
    files |= {f"township-reports/{path.name}": path.read_bytes() for path in founding}
    # The same bytes in two deliveries, and under two names in one; a copy with other line ends; half a file; no file at all.
    files |= {
        "again/copy.txt": founding[0].read_bytes(),
        "again/copy of the copy.txt": founding[0].read_bytes(),
        "again/other ends.txt": founding[1].read_bytes().replace(b"\n", b"\r\n"),
        "damaged/half.txt": texts[0][: len(texts[0]) // 2],
        "damaged/half.gz": gzip.compress(texts[0], mtime=0)[:-12],
        "damaged/empty.txt": b"",
        "damaged/binary.bin": b"\x00\x01" * 50,
        "damaged/no.docx": b"PK\x03\x04 no archive",
        "one.txt.gz": gzip.compress(texts[-1], mtime=0),
        "one.txt.gz.delivery.yaml": "source: 测试\ncollected_on: 2024-05-01\n".encode(),
    }
    names = sorted(files)
    random.Random(order).shuffle(names)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])


def build(folder: Path, way: int) -> Result:
    """Build the mixed folder in one of the ways; return what came of it."""
    environment, umask, cores = WAYS[way]
    shutil.rmtree(folder, ignore_errors=True)
    write_mixed(folder / "raw", order=way)
    lane = Lane(folder, umask=umask, cores=cores, **environment)
    code, out, _ = lane.refresh()
    assert code == 0, out
    result = look(lane.warehouse)
    assert result is not None
    return result


def main() -> int:
    """Build twice; 1 where anything but release.json differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.mixed", description="Build the same twice.")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    one, other = (build(given.out / f"way{way}" / ("a" * (way + 1)), way) for way in range(len(WAYS)))
    differ = one.differences(other)
    print(f"{len(one.tables)} tables and {len(one.exports)} files of exports: {differ or 'the same bytes'}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
