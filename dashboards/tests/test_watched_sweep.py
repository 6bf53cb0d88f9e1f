"""
``make watch``: a sweep with a Prometheus beside it, and both say the same.

PLOTS=FOLDER keeps the pictures of the dashboards, WATCH_PLAN=FILE takes another plan; so are the pictures
of dashboards/README.md made.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from panel_plots import draw
from prometheus_programs import needs

from dashboards.bounds import either_spelling
from dashboards.generated_files import ROOT
from dashboards.local_prometheus import LocalPrometheus
from dashboards.unanswered_panels import choices, committed, questions, unanswered
from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import QueryScope, select
from loadtest.free_ports import free_ports
from loadtest.report.reading_definitions import window_queries
from loadtest.results.run_folder import Run

pytestmark = [pytest.mark.sweep, pytest.mark.server, pytest.mark.timeout(900)]
PLAN = Path(os.environ.get("WATCH_PLAN", Path(__file__).with_name("watched.toml")))
PLOTS = os.environ.get("PLOTS")
QUEUE = either_spelling("repair-shop")


@dataclass(frozen=True)
class Watched:
    """
    A sweep that has ended, and the Prometheus that watched it.

    Attributes:
        prometheus: Prometheus, started again on the data that it had scraped.
        run: The run's folder.
        sweep: The run's sweep.json.
        steps: Start and end of each step's window, by the step's name, as the metric told them.
        began, ended: Unix times of the beginning and the end of the whole sweep.
        output: Text that ``watch`` printed.
        stayed: Whether its Prometheus still listened after the sweep, and after Ctrl-C.
    """

    prometheus: LocalPrometheus
    run: Run
    sweep: dict[str, Any]
    windows: dict[str, tuple[float, float]]
    began: float
    ended: float
    output: str
    stayed: tuple[bool, bool]


def watch_until_it_waits(command: list[str], port: int) -> tuple[str, int, tuple[bool, bool]]:
    """
    Run ``watch`` until it waits for Ctrl-C, and press it.
    """

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if line.endswith("until Ctrl-C.\n"):
                    break
            before = listens()
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
        finally:
            process.terminate()
            try:
                process.wait(30)  # it ends its Prometheus too, which a kill would leave
            except subprocess.TimeoutExpired:
                process.kill()
    return "".join(lines), code, (before, listens())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    needs("prometheus")
    folder = tmp_path_factory.mktemp("watch")
    port, step_port = free_ports(2)
    command = [
        sys.executable,
        "-m",
        "dashboards.watched_sweep",
        str(PLAN),
        "--output",
        str(folder / "results"),
    ]
    command += ["--progress", "plain", "--data", str(folder)]
    command += ["--prometheus-port", str(port), "--step-port", str(step_port)]
    output, code, stayed = watch_until_it_waits(command, port)
    # A busy machine makes steps invalid, and yet both must say the same of them.
    assert code in (0, 1, 3), output[-3000:]
    run = Run.open(folder / "results")
    sweep = json.loads((run.path / "sweep.json").read_text(encoding="utf-8"))
    with LocalPrometheus(folder) as prometheus:
        told = prometheus.ask("query", query='loadtest_step_info{phase="window"}[30m]')["result"]
        windows = {one["metric"]["step"]: (one["values"][0][0], one["values"][-1][0]) for one in told}
        first = min(start for start, _ in windows.values())
        last = max(end for _, end in windows.values())
        yield Watched(prometheus, run, sweep, windows, first - 8, last + 4, output, stayed)


def value(watched: Watched, name: str, at: float, seconds: float) -> float:
    """
    The one value of an expression at a time, over the seconds before it.
    """
    scope = QueryScope("default", QUEUE, f"{round(seconds * 1000)}ms")
    result = watched.prometheus.ask("query", query=BY_NAME[name].promql(scope), time=at)["result"]
    (one,) = result
    return float(one["value"][1])


def test_watch_prints_where_prometheus_is(watched: Watched) -> None:
    """
    The first line is the address to open.
    """
    assert re.match(r"Prometheus with rules and alerts: http://127\.0\.0\.1:\d+\n", watched.output)


def test_prometheus_stays_until_ctrl_c(watched: Watched) -> None:
    """
    After the sweep there is time to look; after Ctrl-C nothing is left.
    """
    assert watched.stayed == (True, False)


def test_every_step_was_marked(watched: Watched) -> None:
    """
    The metric told each step's window, of each attempt by its own name.
    """
    assert set(watched.windows) == {step["step"] for step in watched.sweep["steps"]}


def saturated(watched: Watched) -> dict[str, tuple[float, float]]:
    """
    Activities per second of each saturated window as the sweep counted them, and how near Prometheus must come.

    Prometheus looks once a second, so it misses up to a second at each edge: nothing in a level window, as every
    valid step's is; on a machine too busy for a level window it is what the edges happen to hold.
    """
    return {
        step["step"]: (
            step["counts"]["window_activities"] / step["window_seconds"],
            0.05 if step["verdict"] == "valid" else 0.5,
        )
        for step in watched.sweep["steps"]
        if step["load"]["kind"] == "saturate" and not step["load"]["doubled"]
    }


def test_throughput_agrees_with_the_sweeps(watched: Watched) -> None:
    """
    Over each saturated, valid window, activities per second by Prometheus are within 5 % of the sweep's exact ones.
    """
    exact = saturated(watched)
    seen = {
        name: value(watched, "overview.activities_finished", watched.windows[name][1], seconds)
        for name in exact
        if (seconds := watched.windows[name][1] - watched.windows[name][0])
    }

    assert len(exact) >= 2
    assert seen == {name: pytest.approx(rate, rel=within) for name, (rate, within) in exact.items()}


def test_the_reports_queries_give_the_numbers_of_its_steps(watched: Watched) -> None:
    """
    "The same windows in PromQL" of the report, with each window's own seconds and divisor: within 2 % of the step's throughput.

    Two seconds of 18 may lie outside of the scrapes, and hold anything on a machine too busy for a level window.
    """
    told = {step["step"]: step["throughput_per_second"]["value"] for step in watched.sweep["steps"]}
    near = {step["step"]: 0.02 if step["verdict"] == "valid" else 0.15 for step in watched.sweep["steps"]}
    # The Prometheus of `watch` scrapes each second.
    queries = window_queries(watched.run.read_steps(), watched.run.manifest, scrape_seconds=1)

    seen = {
        each.step: float(watched.prometheus.ask("query", query=each.throughput)["result"][0]["value"][1])
        for each in queries
        if each.throughput is not None
    }

    assert set(seen) == set(told)
    assert seen == {name: pytest.approx(rate, rel=near[name]) for name, rate in told.items()}


@pytest.mark.parametrize(
    ("key", "count"),
    [
        pytest.param("worker.workflow_completed", "worker", id="workers"),
        pytest.param("worker.activity_finished", "activities", id="activities"),
        pytest.param("server.workflow_closed", "server", id="server"),
        pytest.param("injector.completed", "results", id="results"),
        pytest.param("injector.sent", "sent", id="sent"),
    ],
)
def test_counts_agree_with_the_sweeps(watched: Watched, key: str, count: str) -> None:
    """
    Over the whole sweep, what each side's counters came to is within 5 % of what the steps' reports add up to.
    """
    exact = sum(step["counts"][count] for step in watched.sweep["steps"])
    counter = select(
        BY_KEY[key], QueryScope("default", QUEUE), "_count" if BY_KEY[key].kind == "histogram" else ""
    )

    result = watched.prometheus.ask("query", query=f"sum(max_over_time({counter}[30m]))")["result"]

    assert float(result[0]["value"][1]) == pytest.approx(exact, rel=0.05)


def test_the_sweeps_dashboard_tells_throughput_by_replica_count(watched: Watched) -> None:
    """
    "Throughput, mean of each step" has one bar for each step, near what the step's report says.

    Its rate looks five seconds back, into the warm-up, where workers are still filling.
    """
    span = f"{round(watched.ended - watched.began)}s"
    query = BY_NAME["sweep.throughput_per_step"].promql(QueryScope("default", QUEUE, "5s", span))
    found = watched.prometheus.ask("query", query=query, time=watched.ended)["result"]
    bars = {one["metric"]["step"]: float(one["value"][1]) for one in found}

    exact = saturated(watched)
    assert set(exact) <= set(bars)
    assert {name: bars[name] for name in exact} == {
        name: pytest.approx(rate, rel=max(within, 0.25)) for name, (rate, within) in exact.items()
    }


@pytest.mark.parametrize("name", committed())
def test_every_panel_of_a_plain_sweep_answers_or_says_why_not(
    watched: Watched, name: str, tmp_path: Path
) -> None:
    """
    On a good sweep only panels of failures are empty; the picture shows each panel.
    """
    span = f"{round(watched.ended - watched.began)}s"
    chosen = choices("8s", span, QUEUE)
    asked = questions(committed()[name], chosen)

    missing = unanswered(watched.prometheus, asked, watched.began, watched.ended)
    drawn = draw(
        committed()[name],
        watched.prometheus,
        chosen,
        watched.began,
        watched.ended,
        Path(PLOTS or tmp_path) / f"{name}.png",
    )

    assert [question for question in missing if not question.may_be_empty or name == "sweep"] == []
    assert drawn >= len(asked) / 3
