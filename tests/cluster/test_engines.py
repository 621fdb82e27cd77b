"""Parsing by a cluster, from and to a shared folder or object storage: the same staging as by this machine, whoever dies."""

from __future__ import annotations

import os
import pickle
import re
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from distributed import Client, KilledWorker, LocalCluster

from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest.deliveries import Ingested, ingest
from pipelines.ingest.engines import DaskWorkers, engine_of
from pipelines.ingest.tasks import Staged, Task
from pipelines.ingest.workers import IngestError, LocalWorkers
from pipelines.places import files_below, is_remote, read_whole, remote_place, remove_path, write_whole
from pipelines.publishing.dbt_connection import Plugin
from pipelines.publishing.dbt_environment import STAGING
from pipelines.publishing.staging import read_staging, remove_gone
from pipelines.settings import PROJECT_DIR, STAGING_FRAMES, Settings, load_settings
from tests.cluster.servers import BUCKET, SECRET, object_storage
from tests.reading import settings_of

TEXTS = [path.read_text(encoding="utf-8") for path in sorted((PROJECT_DIR / "data" / "raw").glob("*/*.txt"))]
N_RECORDS, N_CHUNK = 60, 10


@pytest.fixture(scope="module")
def storage():
    with object_storage() as environment, pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        yield environment


@pytest.fixture(scope="module")
def cluster(storage):
    """Two workers, each a process; they have the keys from their own environment, as the machines of a cluster do."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Settings:
    """A shard of six chunks, one record of which is there twice, and a folder; staged by this machine."""
    folder = tmp_path_factory.mktemp("local")
    texts = [re.sub(r"(?m)^(\t+)0$", rf"\g<1>{n}", TEXTS[n % 5], count=3) for n in range(1, N_RECORDS)] + [TEXTS[1]]
    texts[0] = TEXTS[1]
    (folder / "raw" / "files").mkdir(parents=True)
    pl.DataFrame({"text": texts}).write_parquet(folder / "raw" / "shard.parquet", row_group_size=N_CHUNK)
    (folder / "raw" / "files" / "三.txt").write_text(TEXTS[2], encoding="utf-8")
    settings = replace(settings_of(folder), chunk_documents=N_CHUNK, chunk_bytes=1 << 20)
    assert [own.status for own in ingest_all(settings)] == ["parsed", "parsed"]
    return settings


def ingest_all(settings: Settings, engine: DaskWorkers | None = None) -> list[Ingested]:
    return ingest(find_deliveries(settings.raw_dir), settings, engine, say=lambda _: None)


def in_storage(local: Settings, folder: Path, name: str) -> Settings:
    """The same raw files in object storage, and a staging there."""
    there = remote_place(f"s3://{BUCKET}/{name}")
    for file in local.raw_dir.rglob("*.*"):
        write_whole(there.joinpath("raw", *file.relative_to(local.raw_dir).parts), file.read_bytes())
    return replace(local, raw_dir=there / "raw", staging_place=there / "staging", warehouse_dir=folder)


def frames_of(settings: Settings) -> dict[str, dict[str, pl.DataFrame]]:
    return {name: read_staging(settings, name) for name in ("files", "shard.parquet")}


def assert_same(one: Settings, other: Settings) -> None:
    for (name, frames), others in zip(frames_of(one).items(), frames_of(other).values(), strict=True):
        for frame in STAGING_FRAMES:
            assert frames[frame].equals(others[frame]), (name, frame)


def staged_bytes(settings: Settings) -> dict[str, bytes]:
    folder = settings.staging_dir
    files = list(files_below(folder)) if is_remote(folder) else [p for p in folder.rglob("*.parquet") if p.is_file()]
    return {str(p.relative_to(folder)): read_whole(p) for p in files if p.suffix == ".parquet"}


class Killing(DaskWorkers):
    """Kills a worker of the cluster, as a machine that goes out does, when the first result is there."""

    killed: int | None = None

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Staged]]:
        for staged in super().run(tasks):
            if self.killed is None:
                with Client(self._settings.scheduler) as client:
                    self.killed = next(iter(client.run(os.getpid).values()))
                os.kill(self.killed, signal.SIGKILL)
            yield staged


@pytest.mark.parametrize("is_in_storage", [False, True], ids=["shared_folder", "object_storage"])
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(local, cluster, tmp_path, is_in_storage):
    here = in_storage(local, tmp_path, "killed") if is_in_storage else replace(local, warehouse_dir=tmp_path)
    (tmp_path / "staging").mkdir()
    settings = replace(here, engine="dask", scheduler=cluster.scheduler_address)
    engine = Killing(settings)
    done = ingest_all(settings, engine)
    assert engine.killed is not None
    assert [(own.delivery, own.status, own.manifest["chunks"]) for own in done if own.manifest] == [
        ("files", "parsed", 1),
        ("shard.parquet", "parsed", 6),
    ]
    assert_same(local, settings)
    assert staged_bytes(settings) == staged_bytes(local)
    # By hand: the first and the last record are the second founding text, so one is a copy and no second report.
    frames = read_staging(settings, "shard.parquet")
    assert (frames["documents"].height, int(frames["documents"]["is_duplicate"].sum())) == (N_RECORDS, 1)
    assert frames["reports"].height == N_RECORDS - 1
    assert [own.status for own in ingest_all(settings)] == ["unchanged", "unchanged"]
    left = {str(p).rpartition("/")[2] for p in files_below(settings.staging_dir)} if is_in_storage else set()
    assert "note.json" not in left, "parts of a delivery that is staged were left behind"


class Stopping(LocalWorkers):
    """Ends after some results, as a program that is killed does."""

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Staged]]:
        for number, staged in enumerate(super().run(tasks)):
            if number == 3:
                raise KeyboardInterrupt
            yield staged


def test_an_ingestion_into_object_storage_goes_on_where_it_stopped(local, storage, tmp_path):
    settings = in_storage(local, tmp_path, "stopped")
    with pytest.raises(KeyboardInterrupt):
        ingest_all(settings, Stopping(1))
    done = {own.delivery: own for own in ingest_all(settings)}
    assert done["shard.parquet"].n_kept_chunks >= 2
    assert_same(local, settings)
    # A file that changes is parsed again, and only its delivery; one that goes takes its staging along.
    write_whole(settings.raw_dir / "files" / "三.txt", TEXTS[3].encode())
    assert [(own.delivery, own.status) for own in ingest_all(settings)] == [
        ("files", "parsed"),
        ("shard.parquet", "unchanged"),
    ]
    assert read_staging(settings, "files")["documents"]["text"].to_list() == [TEXTS[3]]
    remove_path(settings.raw_dir / "shard.parquet")
    assert remove_gone(settings, {"files"}) == ["shard.parquet"]
    assert not [place for place in files_below(settings.staging_dir) if "shard.parquet" in str(place)]


def test_lines_and_packed_lines_are_read_from_object_storage(local, storage, tmp_path):
    records = "".join(
        f"{line}\n" for line in pl.read_parquet(local.raw_dir / "shard.parquet").write_ndjson().splitlines()
    )
    near = replace(local, raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "near")
    near.raw_dir.mkdir()
    (near.raw_dir / "lines.jsonl").write_text(records, encoding="utf-8")
    there = in_storage(near, tmp_path / "there", "lines")
    for settings in (near, there):
        assert [own.status for own in ingest_all(settings)] == ["parsed"]
    frames = [read_staging(settings, "lines.jsonl") for settings in (near, there)]
    assert all(frames[0][frame].equals(frames[1][frame]) for frame in STAGING_FRAMES)
    assert frames[0]["documents"].height == N_RECORDS


def test_dbt_reads_the_staging_from_object_storage(local, storage, tmp_path, monkeypatch):
    settings = in_storage(local, tmp_path, "dbt")
    ingest_all(settings)
    monkeypatch.setenv(STAGING, str(settings.staging_dir))
    plugin = Plugin("dbt_connection", {}, credentials=DuckDBCredentials(path=str(tmp_path / "built.duckdb")))
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        plugin.configure_connection(connection)
        plugin.configure_cursor(connection)
        source = "read_parquet(getvariable('gid_staging_dir') || '/reports/**/*.parquet', union_by_name = true)"
        counted = connection.execute(f"select delivery, count(*) from {source} group by 1 order by 1").fetchall()
    assert counted == [("files", 1), ("shard.parquet", N_RECORDS - 1)]


def test_what_is_sent_to_a_worker_holds_no_key(local, storage, tmp_path):
    sent = pickle.dumps(in_storage(local, tmp_path, "sent"))
    assert f"s3://{BUCKET}/sent".encode() in sent or b"sent/raw" in sent
    assert SECRET.encode() not in sent
    assert storage["AWS_ACCESS_KEY_ID"].encode() not in sent
    assert str(pickle.loads(sent).raw_dir) == f"s3://{BUCKET}/sent/raw"


def test_a_task_that_kills_its_workers_is_done_on_this_machine_with_care(local, monkeypatch):
    """What care is stands in the tests of the local engine; here, that the task gets there and comes back."""
    task, done = Task(local, (), ("fingerprint",)), [Staged("files", 0)]
    monkeypatch.setattr(LocalWorkers, "run_apart", lambda _, given: done if given is task else [])

    class Future:
        key = "one"

        def result(self) -> None:
            raise KilledWorker("one", None, 3)

    assert DaskWorkers(local)._result(Future(), {"one": task}, KilledWorker) == done


def test_what_is_wrong_with_a_cluster_is_said(local, cluster, tmp_path, monkeypatch):
    with pytest.raises(IngestError, match="say one of local, dask"):
        engine_of(replace(local, engine="spark"))
    lost = replace(local, warehouse_dir=tmp_path, engine="dask", scheduler=cluster.scheduler_address)
    with Client(cluster) as client:
        (worker, *_) = client.scheduler_info()["workers"]
    tasks = [Task(replace(lost, raw_dir=Path("/no/such/folder")), (), ())]
    with pytest.raises(IngestError, match="same disk, or s3://"):
        list(DaskWorkers(lost).run(tasks))
    assert worker
    monkeypatch.setattr("pipelines.ingest.engines._CONNECT_SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(IngestError, match="GID_SCHEDULER"):
        list(DaskWorkers(replace(lost, scheduler="tcp://127.0.0.1:1")).run(tasks))
    assert time.monotonic() - start < 60


def test_places_by_configuration(monkeypatch, storage):
    monkeypatch.setenv("GID_RAW_DIR", f"s3://{BUCKET}/raw/")
    monkeypatch.setenv("GID_STAGING_URL", f"s3://{BUCKET}/staging")
    settings = load_settings()
    assert (str(settings.raw_dir), str(settings.staging_dir)) == (f"s3://{BUCKET}/raw", f"s3://{BUCKET}/staging")
    monkeypatch.setenv("GID_RAW_DIR", "s3://")
    with pytest.raises(ValueError, match="which bucket"):
        load_settings()
    monkeypatch.setenv("GID_RAW_DIR", "data/raw")
    monkeypatch.delenv("GID_STAGING_URL")
    assert load_settings().staging_dir == load_settings().warehouse_dir / "staging"
