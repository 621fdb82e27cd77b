"""Two processes that ingest at once: other deliveries side by side, the same one after the other, without damage."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from pipelines.documents.deliveries import find_deliveries
from pipelines.parsing.deliveries import parse_delivery
from pipelines.settings import PROJECT_DIR
from tests.ingesting.deliveries import WEATHER, files_of, ingest_all, lines_of, small_chunks, staged_frames
from tests.reading import write_delivery

INGEST = """
import sys
from pathlib import Path
from tests.ingesting.deliveries import ingest_all, small_chunks
folder, staging, *names = sys.argv[1:]
done = ingest_all(small_chunks(Path(folder), 2, 1_000))
print(*sorted(f"{name} {own.status}" for name, own in done.items()), sep="\\n")
"""


def test_two_processes_at_once(tmp_path):
    for n in range(3):
        write_delivery(tmp_path, {"a.jsonl": lines_of([f"{n} {text}" for text in WEATHER])}, f"large {n}")
        write_delivery(tmp_path, {"a.txt": f"只有一份 {n}"}, f"small {n}")
    settings = small_chunks(tmp_path, 2, 1_000)
    command = [sys.executable, "-c", INGEST, str(tmp_path), ""]
    both = [subprocess.Popen(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    deliveries = find_deliveries(settings.raw_dir)
    for n, delivery in enumerate(deliveries):
        assert {lines[n].removeprefix(f"{delivery.name} ") for lines in said} <= {"parsed", "unchanged"}
        expected = parse_delivery(delivery, settings)
        for name, staged in staged_frames(settings, delivery.name).items():
            assert staged.equals(expected[name])
    assert {own.status for own in ingest_all(replace(settings)).values()} == {"unchanged"}
    assert not [name for name in files_of(settings) if name.endswith(".part")]
    assert list((settings.staging_dir / "_parts").iterdir()) == []
