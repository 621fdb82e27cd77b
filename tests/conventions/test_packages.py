"""The lock against pyproject.toml, imports and licences, and the question whether a package has a known hole."""

from __future__ import annotations

import json
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipelines.operations.audit import FOUND, NOT_ASKED, audit_lock
from pipelines.operations.packages import PAGE, find_faults, page_of, read_lock
from pipelines.settings import PROJECT_DIR

LOCK = (PROJECT_DIR / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
HASH = "0" * 64


def test_nothing_is_wrong_with_the_lock():
    assert find_faults(LOCK, PYPROJECT) == []
    assert "://" not in LOCK, "the lock names an address"


def test_the_page_of_licences_is_that_of_the_lock():
    """Names and versions; which licences are shown depends on the system that it was written on."""

    def rows(page: str) -> list[list[str]]:
        return [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| ")]

    assert rows(PAGE.read_text(encoding="utf-8")) == rows(page_of(LOCK, PYPROJECT)), "run `make licences`"


def test_what_is_wrong_with_a_lock_is_told(tmp_path):
    for folder in ("pipelines", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pipelines" / "a.py").write_text("import os, numpy.random\nfrom openpyxl import x\n", encoding="utf-8")
    lock = f"numpy==0.1 \\\n    --hash=sha256:{HASH}\nduckdb==1.5.5\npytest>=9\nwarcio==1.8.1 \\\n    --hash=sha256:{HASH}\n"
    project = {"name": "x", "dependencies": ["numpy", "duckdb", "rapidfuzz"], "optional-dependencies": {}}
    faults = find_faults(lock, {"project": project}, tmp_path)
    for words in (
        "requirements.lock:4: no package pinned by ==: pytest>=9",
        "duckdb has no sha256",
        "rapidfuzz is needed but not locked",
        "warcio is locked but nobody needs it",
        "numpy 2.",
        "pipelines imports openpyxl, which nothing in pyproject.toml brings",
    ):
        assert [fault for fault in faults if words in fault], words
    assert not [fault for fault in faults if "imports numpy" in fault]


def test_an_entry_for_another_system_is_known():
    entries, faults = read_lock(f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{HASH}\n")
    assert faults == []
    assert (entries[0].name, entries[0].version, entries[0].n_hashes) == ("colorama", "0.4.6", 1)


class Osv(BaseHTTPRequestHandler):
    """A mirror of OSV that knows one hole."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        events = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}
        affected = {"package": {"name": "pyyaml", "ecosystem": "PyPI"}, "ranges": [events], "versions": []}
        hole = {"id": "PYSEC-2099-1", "summary": "s", "details": "d", "aliases": [], "affected": [affected]}
        reply = json.dumps({"vulns": [hole]} if asked["package"]["name"] == "pyyaml" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def osv(monkeypatch):
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)
    with HTTPServer(("127.0.0.1", 0), Osv) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        server.shutdown()


def test_the_audit_says_whether_a_hole_is_known_and_whether_anybody_was_asked(osv, tmp_path):
    lock = tmp_path / "requirements.lock"
    for package, expected in (("pyyaml", FOUND), ("numpy", 0)):
        lock.write_text(f"{package}==6.0.2 --hash=sha256:{HASH}\n", encoding="utf-8")
        code, text = audit_lock(lock, osv)
        assert code == expected, text
        assert ("PYSEC-2099-1" in text) == bool(expected)
    code, text = audit_lock(lock, "http://127.0.0.1:9/v1/query")
    assert code == NOT_ASKED
    assert "nobody could be asked" in text
