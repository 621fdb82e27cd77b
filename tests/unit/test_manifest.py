"""dbt's manifest is made anew when a file has other bytes, whatever the clock said when it was written, and is put in place whole."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.defs.manifest import ensure_manifest


class Parser:
    """Stands in for dbt: writes what it is to, and counts."""

    def __init__(self, project: Path) -> None:
        self.project, self.calls, self.dies = project, 0, False

    def cli(self, args: list[str], target_path: Path) -> Parser:
        assert args[0] == "parse"
        self.calls += 1
        (target_path / "partial_parse.msgpack").write_bytes(b"parsed")
        (target_path / "manifest.json").write_text("{" if self.dies else (self.project / "a.sql").read_text())
        return self

    def wait(self) -> None:
        if self.dies:
            raise KeyboardInterrupt


@pytest.fixture
def project(tmp_path):
    (tmp_path / "a.sql").write_text("select 1")
    return SimpleNamespace(project_dir=tmp_path, manifest_path=tmp_path / "target" / "manifest.json")


def test_only_other_bytes_make_it_anew(project, tmp_path):
    dbt, sql, manifest = Parser(tmp_path), tmp_path / "a.sql", tmp_path / "target" / "manifest.json"
    ensure_manifest(project, dbt)
    ensure_manifest(project, dbt)
    assert (dbt.calls, manifest.read_text()) == (1, "select 1")
    os.utime(sql, (2**33, 2**33))  # touched on a day in 2242
    ensure_manifest(project, dbt)
    assert dbt.calls == 1
    sql.write_text("select 2")
    os.utime(sql, (0, 0))  # the clock had gone back to 1970 when it was edited
    ensure_manifest(project, dbt)
    assert (dbt.calls, manifest.read_text()) == (2, "select 2")
    sql.rename(tmp_path / "b.sql")
    (tmp_path / "a.sql").write_text("select 3")
    ensure_manifest(project, dbt)
    assert dbt.calls == 3


@pytest.mark.parametrize("damage", [b"", b'{"nodes": {', None])
def test_half_a_manifest_is_made_again(project, tmp_path, damage):
    dbt, manifest = Parser(tmp_path), tmp_path / "target" / "manifest.json"
    ensure_manifest(project, dbt)
    if damage is None:
        manifest.unlink()
    else:
        manifest.write_bytes(damage)
    ensure_manifest(project, dbt)
    assert (dbt.calls, manifest.read_text()) == (2, "select 1")


def test_what_dies_while_dbt_writes_leaves_the_one_before(project, tmp_path):
    dbt, manifest = Parser(tmp_path), tmp_path / "target" / "manifest.json"
    ensure_manifest(project, dbt)
    (tmp_path / "a.sql").write_text("select 2")
    dbt.dies = True
    with pytest.raises(KeyboardInterrupt):
        ensure_manifest(project, dbt)
    assert manifest.read_text() == "select 1"
    dbt.dies = False
    ensure_manifest(project, dbt)
    assert (dbt.calls, manifest.read_text()) == (3, "select 2")
    assert sorted(path.name for path in manifest.parent.iterdir()) == [
        ".manifest.lock", "manifest.json", "manifest.sha256", "partial_parse.msgpack"
    ]  # fmt: skip
