"""A worker in which some texts kill the process, or keep it for an hour, in place of the real one: `python -m tests.ingesting.deadly`."""

from __future__ import annotations

import os
import signal
import time

from pipelines.documents import reading
from pipelines.ingest import workers
from pipelines.parsing import batches

PARSING, READING, SLOW = "解析时死", "读取时死", "解析极慢"

# The environment variable that has what is loaded with the first text loaded before any task.
WARM = "GID_TEST_WARM"


def _kill(text: str, word: str) -> None:
    if word in text:
        os.kill(os.getpid(), signal.SIGKILL)


def slow_down(parse):
    """A parser that takes an hour for a text with the slow word."""

    def parse_texts(texts, titles=None, urls=None):
        if any(SLOW in text for text in texts.values()):
            time.sleep(3600)
        return parse(texts, titles, urls)

    return parse_texts


def main() -> None:
    """Work as the real worker does, but for the deadly words."""
    if os.environ.get(WARM):
        batches.parse_texts({0: "天气"}, {}, {})
    parse, convert = slow_down(batches.parse_texts), reading.convert_document

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
