"""Names, links and texts made to reach beyond their place: other files, logs, terminals, Markdown, make, the environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from markdown_it import MarkdownIt

from pipelines.curation.terminal import Report
from pipelines.defs import automation
from pipelines.defs.metadata import preview
from pipelines.documents import isolation
from pipelines.documents.deliveries import find_deliveries
from pipelines.documents.fingerprints import content_fingerprint
from pipelines.documents.isolation import IsolatedConverter
from pipelines.documents.reading import read_delivery
from pipelines.parsing.deliveries import parse_delivery
from pipelines.publishing.difference_page import page_of
from pipelines.settings import PROJECT_DIR
from tests.publications import small
from tests.reading import settings_of, write_delivery

SECRET = "geheim-5fT2"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![p](http://a.test/pixel.png)",
    "[press](javascript:alert(1))",
    "`|<script>alert(1)</script>|`",
    "https://a.test/ www.a.test",
    "a\n\n# heading\n\n<b>b</b>",
    "\x1b[31mred\x07 \u202egnp.exe",
]


def test_links_that_lead_out_of_a_delivery_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    folder = write_delivery(tmp_path, {"a.txt": "年报"}, "delivery")
    folder = tmp_path / "raw" / "delivery"
    (folder / "inside.txt").symlink_to("a.txt")
    (folder / "outside.txt").symlink_to(secret)
    (folder / "up.txt").symlink_to("../other.txt")
    (folder / "delivery.yaml").symlink_to(secret)
    (tmp_path / "raw" / "other.txt").write_text(SECRET, encoding="utf-8")
    (delivery, _) = find_deliveries(tmp_path / "raw")
    read = {d.source_path.rpartition("/")[2]: d for d in read_delivery(delivery, settings_of(tmp_path))}
    assert {name: document.read_status for name, document in read.items()} == {
        "a.txt": "read", "inside.txt": "read", "outside.txt": "unreadable", "up.txt": "unreadable",
    }  # fmt: skip
    assert read["outside.txt"].findings[0].values["reason"].startswith("a symbolic link that leads out of its folder")
    frames = parse_delivery(delivery, settings_of(tmp_path))
    assert SECRET not in "".join(str(frame.to_dicts()) for frame in frames.values())
    assert frames["deliveries"]["description_status"].to_list() == ["invalid"]
    before = content_fingerprint(delivery)
    secret.write_text("another", encoding="utf-8")
    assert content_fingerprint(delivery) == before, "the bytes of the other file were looked at"


def test_whoever_runs_the_warehouse_may_link_a_file_or_folder_at_the_top(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text("年报", encoding="utf-8")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "raw" / "file.txt").symlink_to(tmp_path / "elsewhere" / "a.txt")
    settings = settings_of(tmp_path)
    read = [d.read_status for delivery in find_deliveries(settings.raw_dir) for d in read_delivery(delivery, settings)]
    assert read == ["read", "read"]


def test_a_link_at_the_top_that_somebody_else_has_made_is_not_followed(tmp_path, monkeypatch):
    """Who may write into the raw folder need not be trusted with what the account of the warehouse may read."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "webhook").write_text(SECRET, encoding="utf-8")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "folder").symlink_to(tmp_path / "keys")
    (tmp_path / "raw" / "file.txt").symlink_to(tmp_path / "keys" / "webhook")
    owner = (tmp_path / "raw" / "folder").lstat().st_uid
    if owner == 0:
        owner = 4321
        for name in ("folder", "file.txt"):
            os.lchown(tmp_path / "raw" / name, owner, -1)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    settings = settings_of(tmp_path)
    found = find_deliveries(settings.raw_dir)
    assert [len(delivery.files) for delivery in found] == [1, 1]
    fingerprints = [content_fingerprint(delivery) for delivery in found]
    for delivery in found:
        frames = parse_delivery(delivery, settings)
        assert frames["documents"]["read_status"].to_list() == ["unreadable"]
        assert "the account of the warehouse" in frames["findings"]["message_en"][0]
        told = "".join(str(frame.to_dicts()) for frame in frames.values())
        assert SECRET not in told
        assert "webhook" not in told
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    read = [d.read_status for delivery in find_deliveries(settings.raw_dir) for d in read_delivery(delivery, settings)]
    assert read == ["read", "read"]
    assert [content_fingerprint(delivery) for delivery in find_deliveries(settings.raw_dir)] != fingerprints


NAMES = {
    b"a\nINFO all is well": "a\\x0aINFO all is well~",
    b"\x1b[2Jred": "\\x1b[2Jred~",
    "\u202etxt".encode(): "\\x202etxt~",
    b"\xd6\xd0": "\\xd6\\xd0~",
    "第二批　2024".encode(): "第二批　2024",
    b"x" * 255: "x" * 255,
}


@pytest.mark.parametrize("raw", NAMES, ids=range(len(NAMES)))
def test_a_delivery_of_any_name_is_registered_and_read(raw, tmp_path, monkeypatch):
    """A folder whose name is no UTF-8 stopped every refresh; a line end in one forged lines of the log."""
    monkeypatch.setenv("GID_RAW_DIR", str(tmp_path / "raw"))
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(tmp_path / "warehouse"))
    write_delivery(tmp_path, {"a.txt": "年报"}, os.fsdecode(raw))
    settings = settings_of(tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        (name,) = automation.register_deliveries(instance, settings)
        automation.new_deliveries(dg.build_sensor_context(instance=instance)).run_requests[0]
    assert name.startswith(NAMES[raw])
    assert len(name) == len(NAMES[raw]) + (8 if NAMES[raw].endswith("~") else 0)
    (delivery,) = find_deliveries(settings.raw_dir)
    assert parse_delivery(delivery, settings)["documents"]["read_status"].to_list() == ["read"]


def test_two_names_that_are_shown_alike_are_two_deliveries(tmp_path):
    for name in ("a\n", "a\\x0a", "a\\x0a~" + "0" * 8):
        write_delivery(tmp_path, {"a.txt": name}, name)
    assert len({delivery.name for delivery in find_deliveries(tmp_path / "raw")}) == 3


def rendered(markdown: str) -> str:
    """What a page makes of Markdown if it lets HTML and bare addresses through."""
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_texts_of_documents_are_no_markup_on_dagsters_page(text):
    page = rendered(preview(pl.DataFrame({"title": [text], "n": [1]})).md_str)
    assert set(re.findall(r"<(\w+)", page)) == {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert page.count("<td>") == 2, "the text has made cells of its own"
    assert "\x1b" not in page


def test_texts_of_documents_are_no_markup_in_what_moved(tmp_path):
    settings = small.settings_in(tmp_path)
    small.publish(settings, 1)
    added = []
    for number, text in enumerate(HOSTILE):
        quoted = text.replace("'", "''")
        added += [
            f"insert into dim_report values ('h{number}', 'h{number}', '{quoted}', 2020, 'F2019', '{quoted}', 'd', "
            f"'d/{quoted}', null)",
            f"insert into dim_body values ('h{number}', 'unique_name', '{quoted}', '{quoted}')",
        ]
    moved = f"update dim_body set division_full_name = '{HOSTILE[0]}' where body_key = 'b1'"
    page = small.publish(settings, 1, *added, moved).page
    html = rendered(page)
    assert set(re.findall(r"<(\w+)", html)) <= {
        "h1", "h2", "h3", "p", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert html.count("onerror=alert") >= 2, "the texts are not on the page at all"
    assert "heading</h1>" not in html
    assert "\x1b" not in page


def test_the_page_of_an_error_ends_no_block_of_code():
    diff = {
        "a": None,
        "b": {"label": "b"},
        "headline": {"zh": "", "en": ""},
        "error": "x\n```\n<script>",
        "summary": None,
    }
    assert "<script" not in rendered(page_of(diff))


def test_what_a_person_is_shown_at_the_terminal_does_not_steer_it():
    report = Report("id", "d/\x1b[2J.txt", "F2019", None, "\x1b]0;x\x07镇", 2020, ("\x1b[31m1",))
    assert "\x1b" not in report.describe() + "".join(report.around(1, 1))


MAKE = """
import os, sys
print(sys.argv[1:], [os.environ.get(name) for name in ("TABLE", "DIVISION", "REASON")])
"""


def test_what_is_given_to_make_is_data(tmp_path):
    """`make csv TABLE='$(shell …)'` ran the command, and a `$` in a reason was lost."""
    shutil.copy(PROJECT_DIR / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f"#!{sys.executable}\n{MAKE}", encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    given = "$(shell touch pwned1) `touch pwned2` $(touch pwned3) \"; touch pwned4; ' $5 $$ \\ #"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "GID_"))}
    environment["GID_WAREHOUSE_DIR"] = "w$(shell touch pwned5)"
    for target in ("csv", "correct"):
        done = subprocess.run(
            ["make", "--silent", target, f"TABLE={given}", f"DIVISION={given}", f"REASON={given}"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.rstrip().endswith(str([given] * 3)), done.stdout
    assert [path.name for path in tmp_path.glob("*pwned*")] == []


def test_the_process_that_reads_documents_has_no_secret_and_writes_no_file(tmp_path, monkeypatch):
    for name in ("GID_PG_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "GID_ALERT_COMMAND"):
        monkeypatch.setenv(name, SECRET)
    with IsolatedConverter(30) as isolated:
        # A process that has only just been started shows no environment at all.
        assert isolated.convert("<p>年报</p>".encode(), "html").text.strip() == "年报"
        process = isolated._running()
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert SECRET.encode() not in environment
    assert b"PATH=" in environment
    probe = (
        "from pathlib import Path; from pipelines.documents import isolation; isolation._limit_process(30); "
        f"Path({str(tmp_path / 'written')!r}).write_text('x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=PROJECT_DIR, env=isolation._environment(), capture_output=True, check=False
    )
    assert b"File too large" in done.stderr
    assert (tmp_path / "written").read_bytes() == b""


def test_published_files_cannot_be_written_and_nothing_else_is_for_everybody(tmp_path):
    settings = small.settings_in(tmp_path)
    before = os.umask(0o027)
    try:
        small.publish(settings, 1)
    finally:
        os.umask(before)
    assert settings.database_path.resolve().stat().st_mode & 0o777 == 0o444
    for path in settings.warehouse_dir.rglob("*"):
        if not path.is_symlink():
            assert not path.stat().st_mode & 0o002, path
