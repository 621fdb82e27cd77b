"""Fuzz one target: `python -m tests.fuzzing html --minutes 10` (atheris must be installed).

Belongs here: running a fuzzer and keeping what breaks a check, once a place. What must hold stands in `checks`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-not-found]

_LIBRARIES = {
    "pdf": ["pdfminer", "pdfplumber"],
    "markdown": ["markdown_it"],
    "warc": ["warcio"],
}
TARGETS = ["decoding", "html", "markdown", "docx", "pdf", "gzip", "jsonl", "parquet", "warc", "layouts", "parser"]
CRASHES = Path(__file__).parent / "crashes"
_MAX_BYTES = {"docx": 1 << 17, "pdf": 1 << 17, "parquet": 1 << 17}
_REDUCING_SECONDS = 20


def main() -> None:
    """Read the arguments, write the seeds, run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--corpus", type=Path, help="folder that keeps what the fuzzer found new, for the next run")
    arguments = parser.parse_args()
    target = arguments.target
    with atheris.instrument_imports(include=["pipelines", *_LIBRARIES.get(target, [])], enable_loader_override=False):
        from tests.fuzzing.checks import check  # noqa: PLC0415
        from tests.fuzzing.fragments import build_text  # noqa: PLC0415
        from tests.fuzzing.seeds import seeds  # noqa: PLC0415

    corpus = arguments.corpus or Path(tempfile.gettempdir()) / "gid-fuzzing" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    keeper = _Keeper(target, check)

    def run(data: bytes) -> None:
        if target in ("parser", "layouts"):
            data = build_text(atheris.FuzzedDataProvider(data)).encode("utf-8", "replace")
        keeper.run(data)

    options = [
        f"-max_total_time={int(arguments.minutes * 60)}",
        f"-max_len={_MAX_BYTES.get(target, 1 << 16)}",
        f"-artifact_prefix={corpus.parent}/{target}-",
        "-timeout=120",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], run)
    atheris.Fuzz()


class _Keeper:
    """Runs a check and keeps the first input that breaks it in each place, made smaller."""

    def __init__(self, target: str, check: Callable[[str, bytes], None]) -> None:
        self.target = target
        self.check = check
        self.known: set[str] = set()

    def run(self, data: bytes) -> None:
        """Check one input; what breaks is written, and the run goes on."""
        place = self._place(data)
        if place is None or place in self.known:
            return
        self.known.add(place)
        small = self._reduced(data, place)
        folder = CRASHES / self.target
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / hashlib.sha1(place.encode()).hexdigest()[:10]
        file.write_bytes(small)
        print(f"{self.target}: {place} -> {file} ({len(data)} -> {len(small)} bytes)", file=sys.stderr, flush=True)

    def _place(self, data: bytes) -> str | None:
        """The kind of an exception and the last place in our own code, so that each place is kept once."""
        try:
            self.check(self.target, data)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if "/pipelines/" in frame.filename or "/fuzzing/" in frame.filename]
            said = repr(str(error)[:80]) if isinstance(error, AssertionError) else ""
            return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno} {said}"
        return None

    def _reduced(self, data: bytes, place: str) -> bytes:
        """Leave out halves, quarters, … of the lines or bytes as long as the same place breaks."""
        end = time.monotonic() + _REDUCING_SECONDS
        parts = data.splitlines(keepends=True) if self.target in ("parser", "layouts") else [bytes([b]) for b in data]
        size = len(parts) // 2
        wanted = place.split(" ")[:3]
        while size and time.monotonic() < end:
            at = 0
            while at < len(parts) and time.monotonic() < end:
                fewer = parts[:at] + parts[at + size :]
                if (self._place(b"".join(fewer)) or "").split(" ")[:3] == wanted:
                    parts = fewer
                else:
                    at += size
            size //= 2
        return b"".join(parts)


if __name__ == "__main__":
    main()
