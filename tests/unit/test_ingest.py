"""Ingestion: what is kept after a kill, what changes while it is read, what is left behind, what fails alone."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest import tasks, workers
from pipelines.ingest.deliveries import ingest
from pipelines.ingest.tasks import run_task
from pipelines.ingest.workers import LocalWorkers, Worker
from pipelines.parsing import batches
from pipelines.publishing.curation import ensure_curated
from pipelines.publishing.staging import (
    ensure_staging_folders,
    read_manifest,
    remove_gone,
    staged_deliveries,
    staged_parsers,
)
from pipelines.publishing.staging_parts import parts_dir
from tests.ingesting.deadly import PARSING, READING, SLOW, WARM, slow_down
from tests.ingesting.deliveries import WEATHER, files_of, ingest_all, lines_of, small_chunks, staged_frames
from tests.reading import write_delivery


class Counting:
    """Runs tasks here; counts them, may be stopped as by a kill, may do something beside."""

    def __init__(self, stop_after=None, beside=lambda n: None):
        self.n, self.stop_after, self.beside = 0, stop_after, beside

    def run(self, given):
        for task in given:
            if self.n == self.stop_after:
                raise KeyboardInterrupt
            self.n += 1
            self.beside(self.n)
            yield run_task(task, lambda what: None)


def statuses(done):
    return {name: own.status for name, own in done.items()}


def texts_of(settings, delivery="delivery"):
    return staged_frames(settings, delivery)["documents"]["text"].to_list()


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER)})
    settings = small_chunks(tmp_path, 2, 1_000)
    with pytest.raises(KeyboardInterrupt):
        ingest_all(settings, engine=Counting(stop_after=2))
    assert staged_deliveries(settings) == {}
    assert files_of(settings) == []
    engine = Counting()
    done = ingest_all(settings, engine=engine)
    assert (engine.n, done["delivery"].n_kept_chunks, done["delivery"].manifest["chunks"]) == (3, 2, 5)
    assert texts_of(settings) == WEATHER
    assert not parts_dir(settings, "delivery").exists()
    engine = Counting()
    assert statuses(ingest_all(settings, engine=engine)) == {"delivery": "unchanged"}
    assert engine.n == 0


def test_chunks_of_other_bytes_are_not_kept(tmp_path):
    folder = write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER)})
    settings = small_chunks(tmp_path, 2, 1_000)
    with pytest.raises(KeyboardInterrupt):
        ingest_all(settings, engine=Counting(stop_after=3))
    (folder / "a.jsonl").write_bytes(lines_of(WEATHER[:4]))
    done = ingest_all(settings)
    assert (done["delivery"].n_kept_chunks, done["delivery"].manifest["chunks"]) == (0, 2)
    assert texts_of(settings) == WEATHER[:4]


def test_a_delivery_goes_from_file_to_folder_and_back(tmp_path):
    folder = write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER[:2])})
    settings = small_chunks(tmp_path, 2, 1_000)
    ingest_all(settings)
    as_file = files_of(settings)
    assert len(as_file) == 10
    assert "cells/delivery.parquet" in as_file
    (folder / "a.jsonl").write_bytes(lines_of(WEATHER))
    ingest_all(settings)
    assert "documents/delivery.parquet/00004.parquet" in files_of(settings)
    assert texts_of(settings) == WEATHER
    (folder / "a.jsonl").write_bytes(lines_of(WEATHER[:6]))
    ingest_all(settings)
    assert "documents/delivery.parquet/00003.parquet" not in files_of(settings)
    assert texts_of(settings) == WEATHER[:6]
    (folder / "a.jsonl").write_bytes(lines_of(WEATHER[2:4]))
    ingest_all(settings)
    assert files_of(settings) == as_file
    assert texts_of(settings) == WEATHER[2:4]
    assert remove_gone(settings, set()) == ["delivery"]
    assert files_of(settings) == []
    assert [path for path in settings.staging_dir.rglob("*delivery*") if path.is_file()] == []


@pytest.mark.parametrize("chunks_of", [2, 50])
def test_a_delivery_that_changes_while_it_is_read_is_read_again(tmp_path, chunks_of):
    folder = write_delivery(tmp_path, {f"{n}.txt": text for n, text in enumerate(WEATHER[:3])})
    settings = small_chunks(tmp_path, chunks_of)
    said: list[str] = []
    engine = Counting(beside=lambda n: n == 1 and (folder / "9.txt").write_text("后来的", encoding="utf-8"))
    (done,) = ingest(find_deliveries(settings.raw_dir), settings, engine, said.append)
    assert done.status == "parsed"
    assert texts_of(settings) == [*WEATHER[:3], "后来的"]
    assert any("changed while it was read" in what for what in said)


def test_one_that_never_rests_stays_as_it_was(tmp_path):
    folder = write_delivery(tmp_path, {"0.txt": "第一版"})
    settings = small_chunks(tmp_path)
    ingest_all(settings)
    before = read_manifest(settings, "delivery")
    (folder / "0.txt").write_text("第二版", encoding="utf-8")
    engine = Counting(beside=lambda n: (folder / "0.txt").write_text("再" * n, encoding="utf-8"))
    assert statuses(ingest_all(settings, engine=engine)) == {"delivery": "changing"}
    assert engine.n == 2
    assert (read_manifest(settings, "delivery"), texts_of(settings)) == (before, ["第一版"])
    assert statuses(ingest_all(settings)) == {"delivery": "parsed"}


def test_a_chunk_that_violates_a_schema_fails_its_delivery_alone(tmp_path, monkeypatch):
    write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER)})
    write_delivery(tmp_path, {"a.txt": "好的"}, "good")
    settings = small_chunks(tmp_path, 2, 1_000)
    parse = tasks.parse_chunks

    def parse_wrongly(chunks, *rest):
        parsed = parse(chunks, *rest)
        for chunk, own in zip(chunks, parsed, strict=True):
            if chunk.number == 3:
                own.frames["documents"] = own.frames["documents"].with_columns(read_status=pl.lit("wrong"))
        return parsed

    monkeypatch.setattr(tasks, "parse_chunks", parse_wrongly)
    done = ingest_all(settings)
    assert statuses(done) == {"delivery": "invalid", "good": "parsed"}
    assert list(done["delivery"].cases) == ["documents, chunk 3"]
    assert list(staged_deliveries(settings)) == ["good"]
    assert not [name for name in files_of(settings) if "delivery.parquet" in name and "good" not in name]
    monkeypatch.undo()
    done = ingest_all(settings)
    assert (done["delivery"].status, done["delivery"].n_kept_chunks) == ("parsed", 4)


def test_a_document_that_kills_processes_is_a_finding_and_the_rest_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(Worker, "module", "tests.ingesting.deadly")
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 0)
    write_delivery(tmp_path, {"a.jsonl": lines_of([WEATHER[0], PARSING, WEATHER[1], READING, WEATHER[2]])})
    settings = small_chunks(tmp_path, 3, 1_000)
    done = ingest_all(settings, engine=LocalWorkers(2))
    assert statuses(done) == {"delivery": "parsed"}
    frames = staged_frames(settings)
    documents = frames["documents"].select("record", "read_status", "text").rows()
    assert documents == [
        (0, "read", WEATHER[0]),
        (1, "read", PARSING),
        (2, "read", WEATHER[1]),
        (3, "unreadable", None),
        (4, "read", WEATHER[2]),
    ]
    severe = frames["findings"].filter(severity="error").select("record", "rule_key").rows()
    assert severe == [(1, "parsing_failed"), (3, "conversion_failed")]
    assert all("ended by the system" in words for words in frames["findings"].filter(severity="error")["message_en"])


@pytest.mark.parametrize("worth_processes", [0, 1_000], ids=["in a worker", "in this process"])
def test_a_document_that_takes_too_long_is_a_finding_and_the_rest_goes_on(tmp_path, monkeypatch, worth_processes):
    monkeypatch.setattr(Worker, "module", "tests.ingesting.deadly")
    monkeypatch.setattr(workers, "WORTH_PROCESSES", worth_processes)
    monkeypatch.setenv(WARM, "1")
    batches.parse_texts({0: "天气"}, {}, {})  # what is loaded with the first text is not to count
    monkeypatch.setattr(batches, "parse_texts", slow_down(batches.parse_texts))
    write_delivery(tmp_path, {"a.jsonl": lines_of([WEATHER[0], SLOW, WEATHER[1]])})
    settings = replace(small_chunks(tmp_path, 3, 1_000), document_seconds=2.0)
    done = ingest_all(settings, engine=LocalWorkers(1))
    assert statuses(done) == {"delivery": "parsed"}
    frames = staged_frames(settings)
    documents = frames["documents"].select("record", "read_status", "text").rows()
    assert documents == [(0, "read", WEATHER[0]), (1, "read", SLOW), (2, "read", WEATHER[1])]
    ((record, rule, words),) = (
        frames["findings"].filter(severity="error").select("record", "rule_key", "message_en").rows()
    )
    assert (record, rule) == (1, "parsing_failed")
    assert "delivery/a.jsonl" in words
    assert "no result after 2 seconds (GID_DOCUMENT_SECONDS allows more)" in words


class ChangingOnce(LocalWorkers):
    """Processes, and a file that is written when the first of their results is there."""

    def __init__(self, n, path):
        super().__init__(n)
        self.path = path

    def run(self, given):
        for staged in super().run(given):
            if not self.path.exists():
                self.path.write_text("后来的", encoding="utf-8")
            yield staged


def test_processes_are_there_for_what_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 0)
    folder = write_delivery(tmp_path, {f"{n}.txt": text for n, text in enumerate(WEATHER[:3])})
    settings = small_chunks(tmp_path, 2)
    done = ingest_all(settings, engine=ChangingOnce(1, folder / "9.txt"))
    assert statuses(done) == {"delivery": "parsed"}
    assert texts_of(settings) == [*WEATHER[:3], "后来的"]


@pytest.mark.parametrize("chunks_of", [2, 50])
def test_what_a_power_cut_left_empty_is_read_again(tmp_path, chunks_of):
    """Names may outlive a power cut that their contents do not."""
    write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER[:3])})
    settings = small_chunks(tmp_path, chunks_of, 1_000)
    ingest_all(settings)
    whole = staged_deliveries(settings)
    assert list(whole) == ["delivery"]
    assert statuses(ingest_all(settings)) == {"delivery": "unchanged"}
    cells = "cells/delivery.parquet" if chunks_of == 50 else "cells/delivery.parquet/00000.parquet"
    for emptied in (cells, "_manifest/delivery.json"):
        (settings.staging_dir / emptied).write_bytes(b"")
        assert staged_deliveries(settings) == {}
        assert staged_parsers(settings) == []
        assert statuses(ingest_all(settings)) == {"delivery": "parsed"}
        assert texts_of(settings) == WEATHER[:3]
        assert staged_deliveries(settings) == whole


def test_a_chunk_that_a_power_cut_left_empty_is_parsed_again(tmp_path):
    write_delivery(tmp_path, {"a.jsonl": lines_of(WEATHER)})
    settings = small_chunks(tmp_path, 2, 1_000)
    with pytest.raises(KeyboardInterrupt):
        ingest_all(settings, engine=Counting(stop_after=3))
    (parts_dir(settings, "delivery") / "00001" / "documents.parquet").write_bytes(b"")
    engine = Counting()
    done = ingest_all(settings, engine=engine)
    assert (engine.n, done["delivery"].n_kept_chunks) == (3, 2)
    assert texts_of(settings) == WEATHER


def test_the_empty_files_that_give_types_are_made_again(tmp_path):
    settings = small_chunks(tmp_path)
    ensure_staging_folders(settings)
    ensure_curated(settings)
    emptied = [settings.staging_dir / "cells" / "_schema.parquet", settings.curated_dir / "corrections.parquet"]
    columns = [pl.read_parquet_schema(path) for path in emptied]
    for path in emptied:
        path.write_bytes(b"")
    ensure_staging_folders(settings)
    ensure_curated(settings)
    assert [pl.read_parquet_schema(path) for path in emptied] == columns
