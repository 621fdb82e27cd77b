"""A delivery in chunks is the delivery in one piece: whatever the size of a chunk, whoever parses it."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.reading import read_delivery, read_pieces
from pipelines.ingest import workers
from pipelines.ingest.workers import LocalWorkers
from pipelines.parsing.chunks import plan_chunks
from pipelines.parsing.deliveries import parse_delivery
from tests.ingesting.deliveries import every_kind, ingest_all, lines_of, small_chunks, staged_frames
from tests.reading import settings_of, write_delivery


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A delivery of every kind of shard, and its frames in one piece."""
    folder = tmp_path_factory.mktemp("chunks")
    write_delivery(folder, every_kind())
    write_delivery(folder, {"delivery.yaml": "scope: [", "a.txt": "只有一份"}, "small")
    return folder, {d.name: parse_delivery(d, settings_of(folder)) for d in find_deliveries(folder / "raw")}


@given(documents=st.integers(1, 12), n_bytes=st.sampled_from([200, 2_000, 20_000, 200_000]))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_in_chunks_is_what_is_read_at_once(whole, tmp_path, documents, n_bytes):
    folder, _ = whole
    (delivery, _) = find_deliveries(folder / "raw")
    own = replace(small_chunks(folder, documents, n_bytes), warehouse_dir=tmp_path)
    chunks = plan_chunks(delivery, own)
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.is_last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    at_once = [(d.source_path, d.record, d.document_id, d.text) for d in read_delivery(delivery, own)]
    read = [document for chunk in chunks for document in read_pieces(chunk.pieces, own)]
    assert [(d.source_path, d.record, d.document_id, d.text) for d in read] == at_once
    assert plan_chunks(delivery, own) == chunks


@pytest.mark.parametrize(("documents", "n_bytes", "n_workers"), [(3, 20_000, 0), (50, 12_000, 0), (2, 4_000, 2)])
def test_the_frames_are_the_same_in_any_chunks_by_any_number_of_workers(
    whole, tmp_path, monkeypatch, documents, n_bytes, n_workers
):
    folder, expected = whole
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 0 if n_workers else 10_000)
    own = replace(small_chunks(folder, documents, n_bytes), warehouse_dir=tmp_path)
    done = ingest_all(own, engine=LocalWorkers(n_workers))
    assert done["delivery"].manifest["chunks"] > 2
    for delivery, frames in expected.items():
        assert done[delivery].manifest["rows"] == {name: frame.height for name, frame in frames.items()}
        for name, staged in staged_frames(own, delivery).items():
            assert staged.equals(frames[name]), name
            assert staged.schema == frames[name].schema
    statuses = expected["delivery"]["documents"]["read_status"].value_counts().rows()
    assert done["delivery"].manifest["counts"]["documents"]["read_status"] == dict(statuses)


def test_a_line_as_long_as_several_chunks_is_one_record(tmp_path):
    write_delivery(tmp_path, {"a.jsonl": lines_of(["短", "长" * 3_000, "又短", "末"])})
    (delivery,) = find_deliveries(tmp_path / "raw")
    own = replace(small_chunks(tmp_path, 1, 500), max_file_bytes=1_000)
    read = [d for chunk in plan_chunks(delivery, own) for d in read_pieces(chunk.pieces, own)]
    assert [(d.record, d.text) for d in read] == [(0, "短"), (1, None), (2, "又短"), (3, "末")]


# Behind the first four bytes stands the head of a page, from byte 24 to 39 its only text.
@pytest.mark.parametrize(("at", "status"), [(4, "unreadable"), (30, "binary")], ids=["its page", "its text"])
def test_a_damaged_row_group_hides_no_other(tmp_path, at, status):
    data = bytearray(every_kind()["5.parquet"])
    data[at : at + 8] = b"\xff" * 8
    write_delivery(tmp_path, {"a.parquet": bytes(data)})
    (delivery,) = find_deliveries(tmp_path / "raw")
    read = list(read_delivery(delivery, settings_of(tmp_path)))
    assert [document.record for document in read] == [0, 1, 2, 3]
    assert [document.read_status for document in read] == [status, "read", "read", "read"]


def test_a_packed_shard_is_unpacked_once_and_nothing_of_it_is_left(tmp_path):
    write_delivery(tmp_path, {"a.jsonl.gz": gzip.compress(lines_of(["甲", "乙", "丙"]))})
    own = small_chunks(tmp_path, 2, 100)
    done = ingest_all(own)
    assert done["delivery"].manifest["chunks"] == 2
    assert [path for path in own.staging_dir.rglob("*") if path.suffix == ".arrow" or path.name == "spool"] == []
