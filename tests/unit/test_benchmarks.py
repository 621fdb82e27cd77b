"""The parts of the benchmark that need no stopwatch: growth, ratios, goals, history, tables, drawn documents."""

from __future__ import annotations

import json
import re
import sys

import polars as pl
import pyarrow.parquet as pq
import pytest

from benchmarks.__main__ import run
from benchmarks.chart import compare_chart, stages_chart
from benchmarks.deliveries import Block, Case, deliver, parse_case, write_block
from benchmarks.documents import KINDS, draw_document
from benchmarks.floor import pass_over
from benchmarks.goals import Goal, judge, load_goals
from benchmarks.history import line_of, moved_since, read_history, record
from benchmarks.measure import Clock, Limits, run_measured
from benchmarks.page import MARKERS, fill, run_blocks, run_words
from benchmarks.project import STEPS
from benchmarks.results import BUILDING, FIXED, INGESTING, SUMMED, Measured, Results
from benchmarks.table import Table, goals_table, stage_table
from pipelines.parsing.reports import parse_texts
from pipelines.settings import PROJECT_DIR

CASE = "text-shard"
MIB = 1 << 20


def results_of(*rows: tuple[str, int, str, float, float]) -> Results:
    """case, size, stage, wall and processor seconds."""
    return Results(Measured(case, n, stage, n, wall, cpu, 100 * MIB) for case, n, stage, wall, cpu in rows)


def test_growth_is_that_of_what_came_on_top_of_the_fixed_cost():
    # 20 s without documents: 25 and 75 s are 5 and 55 s for them, eleven times as long.
    results = results_of((FIXED, 5, "dbt", 20, 16), (CASE, 1000, "dbt", 25, 20), (CASE, 10000, "dbt", 75, 64))
    (growth,) = results.growths()
    assert growth.wall == 11
    assert growth.cpu == 12
    assert growth.allowed == pytest.approx(11)
    assert growth.holds


@pytest.mark.parametrize(("seconds", "holds"), [(10.9, True), (11.2, False)])
def test_growth_beyond_eleven_times_does_not_hold(seconds, holds):
    (growth,) = results_of((CASE, 1000, "parse", 1, 1), (CASE, 10000, "parse", seconds, 1)).growths()
    assert growth.holds is holds


def test_growth_of_another_step_is_judged_by_the_step():
    (growth,) = results_of((CASE, 1000, "parse", 1, 1), (CASE, 3000, "parse", 3.4, 3)).growths()
    assert growth.allowed == pytest.approx(3.3)
    assert growth.holds is False


def test_growth_of_what_is_too_short_is_not_told():
    (growth,) = results_of((CASE, 1000, "write", 0.1, 0.1), (CASE, 10000, "write", 5, 5)).growths()
    assert growth.wall is None
    assert growth.holds is None


def test_a_refresh_grows_from_what_the_first_refresh_costs():
    results = results_of(
        (FIXED, 5, "whole", 50, 40), (CASE, 100, "increment", 51, 41), (CASE, 1000, "increment", 53, 42)
    )
    (growth,) = results.growths()
    assert growth.wall == 3


def test_ratio_is_processor_time_beside_the_floor_of_the_same_documents():
    # The floor has gone over the documents four times: 20 µs each; the stage took 300 µs each.
    floor = Measured(CASE, 1000, "floor", 4000, 0.1, 0.08, MIB)
    parse = Measured(CASE, 1000, "parse", 1000, 0.2, 0.3, MIB)
    assert Results([floor, parse]).ratio(parse) == pytest.approx(15)
    assert Results([parse]).ratio(parse) is None


def test_shares_are_of_all_stages_and_none_where_one_is_missing():
    rows = [(CASE, 10, stage, 1, 1) for stage in (*INGESTING, *BUILDING)]
    results = results_of(*rows)
    assert results.share(results.get(CASE, 10, "dbt")) == pytest.approx(1 / 10)
    assert results.share(results.get(CASE, 10, "ingest")) is None
    assert results_of(*rows[:-1]).share(results.get(CASE, 10, "dbt")) is None


def test_every_step_that_results_name_is_one_of_the_project():
    assert ["floor", *INGESTING, *BUILDING] == list(STEPS)


def goal(**changed) -> Goal:
    values = {"goal_key": "g", "case": CASE, "n": None, "stage": "parse", "measure": "wall_us", "limit": 300.0}
    return Goal(**{**values, "unit": "µs", "words": "fast", **changed})


def test_a_goal_takes_the_largest_size_and_adds_stages_up():
    results = results_of((CASE, 10, "parse", 1, 1), (CASE, 1000, "parse", 0.25, 0.3), (CASE, 1000, "read", 0.04, 0.2))
    judged = judge(goal(), results)
    assert (judged.n, judged.figure, judged.verdict) == (1000, 250, "met")
    judged = judge(goal(stage="read+parse", measure="cpu_us"), results)
    assert (judged.figure, judged.verdict) == (pytest.approx(500), "not met")


def test_a_goal_of_a_size_that_was_not_run_is_not_measured():
    results = results_of((CASE, 1000, "whole", 1, 1))
    assert judge(goal(n=1_000_000, stage="whole", measure="wall_s"), results).verdict == "not measured"


def test_a_goal_whose_stage_was_ended_is_not_met():
    failed = Measured(CASE, 1_000_000, "parse", 1_000_000, 9, 9, MIB, "ended at 19 GiB")
    judged = judge(goal(n=1_000_000, stage="whole", measure="wall_s"), Results([failed]))
    assert (judged.verdict, judged.problem) == ("not met", "ended at 19 GiB")


def test_the_goal_of_growth_takes_the_worst_stage():
    results = results_of(
        (CASE, 100, "parse", 1, 1), (CASE, 100, "dbt", 1, 1), (CASE, 1000, "parse", 9, 9), (CASE, 1000, "dbt", 14, 9)
    )
    judged = judge(goal(stage="*", measure="growth", limit=11.0), results)
    assert (judged.figure, judged.verdict) == (pytest.approx(14), "not met")


def test_the_goals_of_the_project_can_be_read(tmp_path):
    goals = {one.goal_key: one for one in load_goals()}
    assert goals["million_time"].limit == 600
    assert goals["increment"].n == 1_000_000
    broken = tmp_path / "goals.csv"
    broken.write_text("goal_key,case,n,stage,measure,limit,unit,words\na,b,,c,speed,1,s,d\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"goals.csv:2: measure speed"):
        load_goals(broken)


def machine(**changed):
    facts = {"commit": "abc", "changed_since_commit": False, "processor": "p", "cores": 2, "load_average": [0.1] * 3}
    more = {"memory_gib": 24, "disk": {"filesystem": "ext4"}, "python": "3.11", "versions": {"polars": "2"}}
    return {**facts, **more, **changed}


def measured_run(parse: float) -> Results:
    return results_of((CASE, 10, "floor", 1, 1), (CASE, 10, "parse", parse, parse))


def test_history_compares_ratios_of_runs_of_one_kind(tmp_path):
    file = tmp_path / "history.jsonl"
    other = results_of((CASE, 99, "floor", 1, 1), (CASE, 99, "parse", 4, 4))
    assert record(line_of(measured_run(10), machine(), "2026-01-01"), file)
    assert record(line_of(other, machine(), "2026-01-02"), file)
    now = line_of(measured_run(8), machine(commit="def"), "2026-01-03")
    before, (moved,) = moved_since(now, read_history(file))
    assert before["at"] == "2026-01-01"
    assert (moved.name, moved.before, moved.now, moved.word) == ("text-shard/10/parse", 10, 8, "faster")
    assert moved.change == pytest.approx(-0.2)


def test_a_run_is_recorded_once_and_not_compared_with_itself(tmp_path):
    file = tmp_path / "history.jsonl"
    line = json.loads(json.dumps(line_of(measured_run(10), machine(), "2026-01-01")))
    assert record(line, file)
    assert not record(line, file)
    assert moved_since(line, read_history(file)) == (None, [])


def test_a_damaged_line_of_the_history_is_named(tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_text('{"kind": "a"}\n{"kind"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"history.jsonl:2: no JSON"):
        read_history(file)


def test_the_recorded_history_of_the_project_can_be_read():
    assert all({"at", "kind", "commit", "ratios"} <= line.keys() for line in read_history())


def test_tables_are_aligned_and_barred():
    table = Table(["stage", "n"], [["读取", "1"], ["dbt", "1,000"]])
    assert table.aligned() == "  stage      n\n  读取       1\n  dbt    1,000"
    assert table.barred() == "| stage | n |\n| --- | --: |\n| 读取 | 1 |\n| dbt | 1,000 |"


def test_a_failed_stage_stands_in_the_table_with_its_reason():
    failed = Measured(CASE, 10, "dbt", 10, 1, 1, MIB, "first\nended after 5 seconds")
    (row,) = stage_table(Results([failed]), CASE, 10).rows
    assert row[0] == "dbt"
    assert row[-1] == "failed: ended after 5 seconds"


def test_the_page_is_filled_between_its_markers_alone():
    text = "a\n<!-- bench:run -->\nold\n<!-- bench:end -->\nb\n<!-- bench:goals -->\nkept\n<!-- bench:end -->\n"
    filled = fill(text, {"run": "new"})
    assert filled == text.replace("old", "new")
    with pytest.raises(ValueError, match="stages"):
        fill(text, {"stages": "x"})


def test_the_page_has_every_marker_and_says_where_figures_come_from():
    page = (PROJECT_DIR / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- bench:(\w+) -->", page)) == sorted([*MARKERS, *["end"] * len(MARKERS)])
    blocks = run_blocks({"command": "make bench", "started_at": "2026-01-01", "machine": machine()}, measured_run(3))
    assert "`make bench` at commit `abc`" in blocks["run"]
    assert "| parse |" in blocks["stages"]
    assert "not measured" in goals_table([judge(goal(n=7), measured_run(3))]).barred()


def test_charts_show_every_stage_and_tool():
    every = results_of(*((CASE, 10, stage, 1e-5, 1) for stage in SUMMED))
    shown = [int(n) for n in re.findall(r"<title>\w+: (\d+)</title>", stages_chart(every))]
    assert sum(shown) == len(SUMMED)
    assert "<title>parse: 300,000</title>" in stages_chart(measured_run(3))
    groups = {"clean": {"recovered": 8, "left_empty": 1, "invented_zero": 3}}
    chart = compare_chart({"tools": {"pandas": {"groups": groups}, "other": {"problem": "not there"}}})
    assert "<title>right: 9</title>" in chart
    assert "<title>zero put for a blank: 3</title>" in chart


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_gives_the_same_document_and_another_number_another(kind):
    assert draw_document(kind, 39) == draw_document(kind, 39)
    assert len({draw_document(kind, number) for number in range(40)}) == 40


def test_pages_are_as_large_as_pages_are():
    sizes = [len(draw_document("html", number)) for number in range(60)]
    assert 27_000 < sum(sizes) / len(sizes) < 33_000


def test_the_sums_of_drawn_texts_hold_in_nine_of_ten():
    # The form: 总计 is the sum of the columns before it, in the row of new applications as in every other.
    cells = parse_texts({n: draw_document("text", n).decode() for n in range(200)}).cells
    new = cells.filter((pl.col("table_key") == "t3") & (pl.col("row_key") == "new"))
    is_total = pl.col("column_key") == "total"
    sums = new.group_by("doc").agg(
        total=pl.col("value").filter(is_total).sum(), parts=pl.col("value").filter(~is_total).sum()
    )
    assert len(sums) == 200
    assert sums.filter(pl.col("total") > 0).height > 50
    assert sums.filter(pl.col("total") != pl.col("parts")).height < 40


def test_a_run_that_is_stopped_keeps_what_it_measured(tmp_path, monkeypatch):
    def measure(*_):
        yield Measured(CASE, 10, "read", 10, 1.0, 1.0, MIB)
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks.__main__.measure_fixed", lambda _: iter(()))
    monkeypatch.setattr("benchmarks.__main__.measure_case", measure)
    monkeypatch.setenv("BENCH_N", "10 100")
    monkeypatch.setenv("BENCH_CASES", CASE)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [one["stage"] for one in kept["measured"]] == ["read"]
    assert run_words(kept).endswith("The run was stopped before its last stage.")
    assert not run_words(kept | {"finished": True}).endswith("last stage.")


def test_sizes_come_in_turn_and_a_case_that_failed_is_not_run_at_a_larger_one(tmp_path, monkeypatch):
    asked = []

    def measure(_bench, case, n, _is_whole):
        asked.append((case.name, n))
        yield Measured(case.name, n, "read", n, 1.0, 1.0, MIB, "no room" if case.name == "html-shard" else "")

    monkeypatch.setattr("benchmarks.__main__.measure_fixed", lambda _: iter(()))
    monkeypatch.setattr("benchmarks.__main__.measure_case", measure)
    monkeypatch.setenv("BENCH_N", "100 10")
    monkeypatch.setenv("BENCH_CASES", "html-shard text-shard")
    assert run(tmp_path) == 1
    assert asked == [("html-shard", 10), ("text-shard", 10), ("text-shard", 100)]


def test_bodies_and_years_are_real_and_differ():
    titles = [draw_document("text", number).decode().split("\n")[0] for number in range(200)]
    assert len(set(titles)) == 200
    assert {re.search(r"20\d\d", title)[0] for title in titles} == {str(year) for year in range(2019, 2026)}


def test_deliveries_are_cut_from_blocks_the_same_way(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.deliveries.BLOCK", 4)
    shard = deliver(parse_case("mixed-shard"), range(10), tmp_path / "raw", tmp_path / "bench", 1)
    files = deliver(Case("mixed", "files"), range(10), tmp_path / "raw", tmp_path / "bench", 1)
    drawn = [draw_document("mixed", number) for number in range(10)]
    assert pq.read_table(shard)["content"].to_pylist() == drawn
    assert [path.read_bytes() for path in sorted(files.rglob("*.*"))] == drawn
    assert pass_over(shard) == pass_over(files) == 10
    block = Block("mixed", 4, 4, tmp_path / "block.parquet")
    write_block(block)
    assert pq.read_table(block.path)["content"].to_pylist() == drawn[4:8]


def test_an_unknown_case_is_named():
    with pytest.raises(ValueError, match="pdf-shard is none of text-shard"):
        parse_case("pdf-shard")


def test_the_clock_counts_what_runs_in_it_and_what_others_measured():
    clock = Clock()
    with clock.running():
        sum(range(300_000))
    counted = clock.cpu
    sum(range(300_000))
    assert clock.cpu == counted > 0
    clock.add(2.0, 5.0)
    assert (clock.wall > 2, clock.cpu) == (True, counted + 5)


def test_a_process_beyond_its_limits_is_ended_and_says_why(tmp_path):
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    run = run_measured(sleep, {}, Limits(0.2, 1 << 40), tmp_path)
    assert run.problem == "ended after 0 seconds (BENCH_TIMEOUT)"
    run = run_measured(sleep, {}, Limits(60, 1), tmp_path)
    assert "BENCH_MEMORY_GIB" in run.problem


def test_a_process_that_fails_gives_its_last_words(tmp_path):
    script = "import time; kept = bytearray(60 << 20); time.sleep(0.5); raise SystemExit('no disk')"
    run = run_measured([sys.executable, "-c", script], {}, Limits(60, 1 << 40), tmp_path)
    assert run.problem == "no disk"
    assert 60 * MIB < run.peak_bytes < 120 * MIB
