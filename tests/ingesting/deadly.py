"""A worker in which some texts kill the process: `python -m tests.ingesting.deadly`, in the place of the real one."""

from __future__ import annotations

import os
import signal

from pipelines.documents import reading
from pipelines.ingest import workers
from pipelines.parsing import batches

PARSING, READING = "解析时死", "读取时死"


def _kill(text: str, word: str) -> None:
    if word in text:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Work as the real worker does, but for the deadly words."""
    parse, convert = batches.parse_texts, reading.convert_document

    def parse_texts(texts, titles=None, urls=None):
        for text in texts.values():
            _kill(text, PARSING)
        return parse(texts, titles, urls)

    def convert_document(data, name, reader, declared=None):
        _kill(data.decode("utf-8", "replace"), READING)
        return convert(data, name, reader, declared)

    batches.parse_texts, reading.convert_document = parse_texts, convert_document
    workers.main()


if __name__ == "__main__":
    main()
