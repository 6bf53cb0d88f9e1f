"""
The report as a file: whole, self-contained, the same from the same files.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
import synthetic_steps
from built_report import build_report
from sweep_schema import validate_sweep
from synthetic_runs import run_of

from loadtest.errors import InputError
from loadtest.plan import Fraction, Open, Plan, Saturate
from loadtest.results.problem import Problem, ProblemCause


def test_a_report_is_made_from_files_alone(demo: Path) -> None:
    """
    Page, sweep.json, each step's reading and the pictures in both forms lie in the run's folder.
    """
    run = demo.parent
    sweep = json.loads((run / "sweep.json").read_text(encoding="utf-8"))

    validate_sweep(sweep)
    assert json.loads((run / "steps/1-open1-1/step.json").read_text(encoding="utf-8")) == sweep["steps"][1]
    pictures = sorted(path.name for path in (run / "plots").iterdir())
    for name in ("scaling", "latency", "cost"):
        assert {f"{name}.svg", f"{name}.png"} <= set(pictures)
    assert {f"timeline-{step['step']}.svg" for step in sweep["steps"]} <= set(pictures)
    assert (run / "plots/scaling.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize("output", ["mine", "../elsewhere"])
def test_the_page_of_an_interrupted_run_says_where_the_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    """
    Whatever folder of runs was named; the line can be pasted where the page was made.
    """
    (here := tmp_path.resolve() / "here").mkdir()
    monkeypatch.chdir(here)
    run = run_of(Path(output), synthetic_steps.demo_plan(), [synthetic_steps.step(1, "saturate")])

    page = build_report(run).read_text(encoding="utf-8")

    folder = "mine" if output == "mine" else here.parent / "elsewhere"
    assert f"loadtest sweep --resume {folder}/{run.path.name}</code> does what is left" in page


def test_what_a_valid_step_is_stands_beside_their_number(demo: Path) -> None:
    """
    "6 of 6 steps are valid" alone reads as "all numbers are right".
    """
    text = demo.read_text(encoding="utf-8")

    assert "6 of 6 steps are valid (broke no rule of measuring). How exact their numbers are <a href" in text


def test_the_page_refers_to_nothing_outside(demo: Path) -> None:
    """
    Links lead to the run's own files or to places in the page; everything shown is in the file.
    """
    text = demo.read_text(encoding="utf-8")

    targets = re.findall(r'(?:src|href|action)\s*=\s*"([^"]*)"', text)
    outside = [target for target in targets if not target.startswith(("#", "data:"))]

    assert {"sweep.json", "manifest.json", "plan.json", "log.txt", "steps/", "plots/"} >= set(outside)
    assert "<script" not in text
    assert "@import" not in text
    assert re.findall(r"url\(", text) == []
    for target in targets:
        if target.startswith("#"):
            assert f'id="{target[1:]}"' in text


def test_the_same_files_make_the_same_report(demo: Path) -> None:
    """
    Byte for byte, pictures included: a difference is a difference in the data.
    """
    first = {path: path.read_bytes() for path in demo.parent.rglob("*") if path.is_file()}

    again = build_report(demo.parent)

    assert again == demo
    assert {path: path.read_bytes() for path in first} == first


def test_each_figure_says_how_its_number_is_made(demo: Path) -> None:
    """
    The metric families from the catalogue and the expressions for a running system stand beside it.
    """
    text = demo.read_text(encoding="utf-8")

    assert text.count("How this number is made") == 6
    assert "temporal_activity_schedule_to_start_latency_seconds" in text
    assert "histogram_quantile(" in text
    assert "To watch it on a running system, in PromQL" in text


def test_each_reading_of_a_step_is_explained(demo: Path) -> None:
    """
    Every key of a step but its name and verdict has its words, and its expressions where there are any.
    """
    text = demo.read_text(encoding="utf-8")
    start = text.index('id="readings"')
    table = text[start : text.index("</details>", start)]
    step = json.loads((demo.parent / "steps/1-open1-1/step.json").read_text(encoding="utf-8"))
    named = {"step", "replicas", "factors", "repetition", "attempt", "load", "started_at", "window_seconds"}
    named |= {"verdict", "reasons", "notes", "superseded", "why"}

    assert set(re.findall(r"<code>(\w+)</code>", table)) == set(step) - named
    assert "task_queues.activity_schedule_to_start_p95" in table
    assert "<code>overview.activities_finished</code> <small>activities/s</small>" in table
    assert table.count("known to the sweep alone") < len(step) / 2


def test_a_name_that_looks_like_markup_stays_text(tmp_path: Path) -> None:
    """
    A scenario's path, a reason or a note never becomes part of the page's structure.
    """
    nasty = "<script>alert(1)</script>"
    step = dataclasses.replace(
        synthetic_steps.step(), notes=(nasty,), problems=(Problem(ProblemCause.PAGE_UNUSABLE, nasty),)
    )
    plan = synthetic_steps.demo_plan(scenario=f"./{nasty}.py")

    text = build_report(run_of(tmp_path, plan, [step]).path).read_text(encoding="utf-8")

    assert "<script" not in text
    assert "&lt;script&gt;" in text


ODD_RUNS: list[tuple[str, Plan, list[tuple[int, str, int]]]] = [
    ("one step", synthetic_steps.demo_plan(), [(1, "saturate", 1)]),
    ("one open step", synthetic_steps.demo_plan(), [(2, "open", 1)]),
    ("interrupted in the second repetition", synthetic_steps.demo_plan(repetitions=2), [
        (1, "saturate", 1), (1, "open", 1), (2, "saturate", 1), (2, "open", 1), (4, "saturate", 1), (4, "open", 1),
        (1, "saturate", 2),
    ]),
    ("first count missing", synthetic_steps.demo_plan(), [(2, "saturate", 1), (4, "saturate", 1)]),
    ("saturate alone", synthetic_steps.demo_plan(loads=(Saturate(),), replicas=(1,)), [(1, "saturate", 1)]),
    ("fractions", synthetic_steps.demo_plan(loads=(Saturate(), Fraction())), [
        (1, "saturate", 1), (1, "fraction", 1), (2, "fraction", 1),
    ]),
    ("only an open load", synthetic_steps.demo_plan(loads=(Open(arrival_rate=1.8),)), [(1, "open", 1)]),
]  # fmt: skip


@pytest.mark.usefixtures("few_timelines")
@pytest.mark.parametrize(
    ("plan", "cells"), [(p, c) for _, p, c in ODD_RUNS], ids=[name for name, _, _ in ODD_RUNS]
)
def test_a_run_that_is_not_whole_still_makes_a_report(
    plan: Plan, cells: list[tuple[int, str, int]], tmp_path: Path
) -> None:
    """
    An interrupted run, a single repetition, a plan of one load: what there is, is shown.
    """
    steps = [synthetic_steps.step(n, kind, repetition, plan) for n, kind, repetition in cells]

    report = build_report(run_of(tmp_path, plan, steps).path)

    text = report.read_text(encoding="utf-8")
    assert all(f"<code>{step.key.folder}</code>" in text for step in steps)
    sweep = json.loads((report.parent / "sweep.json").read_text(encoding="utf-8"))
    validate_sweep(sweep)
    assert len(sweep["steps"]) == len(steps)


def test_a_run_without_a_step_makes_an_invalid_report(tmp_path: Path) -> None:
    """
    Ctrl-C before the first step ended: a page that says so, not a traceback.
    """
    text = build_report(run_of(tmp_path, synthetic_steps.demo_plan(), []).path).read_text(encoding="utf-8")

    assert "no step was measured" in text


@pytest.mark.usefixtures("few_timelines", "unrendered")
def test_a_run_of_invalid_steps_says_that_nothing_was_decided_by_them(tmp_path: Path) -> None:
    """
    Its open loads were measured, and may not be believed.
    """
    broken = [dataclasses.replace(step, gone=("worker-1",)) for step in synthetic_steps.steps()]

    text = build_report(run_of(tmp_path, synthetic_steps.demo_plan(), broken).path).read_text(
        encoding="utf-8"
    )

    assert "No step of an open load may be believed, so nothing was decided." in text


def test_gaps_and_failed_looks_are_drawn(tmp_path: Path) -> None:
    """
    A timeline of which half could not be seen is still a picture, and its step has a row.
    """
    step = synthetic_steps.step(1, "open")
    blind = tuple(
        dataclasses.replace(
            second,
            sent=None,
            completed=None,
            in_flight=None,
            backlog_activity=None,
            schedule_to_start_mean_seconds=None,
        )
        if 8 < second.at < 16
        else second
        for second in step.timeline
    )

    report = build_report(
        run_of(tmp_path, synthetic_steps.demo_plan(), [dataclasses.replace(step, timeline=blind)]).path
    )

    assert (report.parent / "plots/timeline-1-open1-1.svg").stat().st_size > 10_000


def test_no_run_to_report_is_one_line(tmp_path: Path) -> None:
    """
    The folder is named, with what to name instead.
    """
    with pytest.raises(InputError, match="no run:"):
        build_report(tmp_path)
