"""
The report of a run: one page that needs no other file, made from the run's folder alone.

It writes ``sweep.json``, the pictures and ``report.html``, and asks no server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.plural import counted
from loadtest.report import numbers
from loadtest.report.certainty import certainties
from loadtest.report.deployment_text import has_goal
from loadtest.report.headlines import headlines
from loadtest.report.page_template import about_run, image_source, page_template
from loadtest.report.reading_definitions import WindowQueries, readings, window_queries
from loadtest.report.report_figures import Figure, families, figures, sources
from loadtest.report.resume_text import rest_clause_of_sweep
from loadtest.report.run_cells import parts, setting_of, unit
from loadtest.report.sweep_text import (
    columns,
    factor_columns,
    failures_told,
    load_text,
    ordered_steps,
    verdict_meaning,
)
from loadtest.report.timeline_plot import timeline_plot
from loadtest.results.document import to_json
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.run_folder import Run
from loadtest.results.step_result import StepVerdict
from loadtest.results.sweep_result import SweepResult

# More pictures than these make the page slow to open; every step's data is in the folder.
MOST_TIMELINES = 12
TIMELINE_METRICS = ("worker.activity_schedule_to_start", "server.backlog_tasks")
TIMELINE_READINGS = ("backlog.tasks", "load.in_flight")
DEMAND_READINGS = (
    "schedule_to_start_seconds.activity.p95",
    "schedule_to_start_seconds.workflow.p95",
    "error_ratio",
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    One step's picture.
    """

    id: str
    title: str
    verdict: str
    svg: bytes


def write_report(run: Run, sweep: SweepResult, steps: Sequence[Measured]) -> Path:
    """
    Write the results of a run into its folder.

    Returns:
        Path of the page.
    """
    drawn = figures(sweep)
    timelines = _timelines(sweep, steps)
    run.write("sweep.json", to_json(sweep))
    for step in sweep.steps:
        run.write(f"steps/{step.step}/step.json", to_json(step))
    for figure in drawn:
        run.write(f"plots/{figure.id}.svg", figure.plot.svg)
        run.write(f"plots/{figure.id}.png", figure.plot.png)
    for timeline in timelines:
        run.write(f"plots/{timeline.id}.svg", timeline.svg)
    return run.write(
        "report.html",
        render(
            sweep,
            run.manifest,
            drawn,
            timelines,
            window_queries(steps, run.manifest),
            rest_clause_of_sweep(run, steps, sweep),
        ),
    )


def render(
    sweep: SweepResult,
    manifest: Manifest,
    drawn: Sequence[Figure],
    timelines: Sequence[Timeline],
    queries: Sequence[WindowQueries],
    left: str,
) -> str:
    """
    Fill the page.

    Args:
        sweep: The run, judged.
        manifest: Manifest of the run.
        drawn, timelines: Pictures of the run.
        queries: PromQL queries that show the run's windows in a Prometheus.
        left: End of the sentence that says that steps were not measured.
    """
    template = page_template(
        "sweep.html",
        ms=numbers.milliseconds,
        rate=numbers.rate,
        plain=numbers.plain,
        percent=numbers.percent,
        with_error=numbers.with_error,
        mib=numbers.mebibytes,
        scaled_ms=numbers.milliseconds_with_error,
        image=image_source,
    )
    return template.render(
        sweep=sweep,
        about=about_run(sweep.scenario, manifest),
        manifest_json=to_json(manifest),
        meaning=verdict_meaning(sweep),
        meaning_of=verdict_meaning,
        has_goal=has_goal(sweep),
        headlines=headlines(sweep, left),
        figures=drawn,
        certainties=certainties(sweep),
        opened=any(step.load.kind != "saturate" for step in sweep.steps),
        timelines=timelines,
        queries=queries,
        timeline_families=families(TIMELINE_METRICS),
        timeline_sources=sources(TIMELINE_READINGS),
        demand_sources=sources(DEMAND_READINGS),
        columns=columns(sweep),
        factor_columns=factor_columns(sweep),
        steps=ordered_steps(sweep),
        parts=parts(sweep),
        setting_of=setting_of,
        readings=readings(),
        unit=unit(sweep),
        load_text=load_text,
        failures_told=failures_told,
        suspected=[step for step in sweep.steps if step.suspects],
        judged=[step for step in sweep.steps if step.reasons],
        valid=sum(step.verdict is StepVerdict.VALID for step in sweep.steps),
        facts=_facts(manifest),
        dash=numbers.DASH,
    )


def _timelines(sweep: SweepResult, steps: Sequence[Measured]) -> list[Timeline]:
    """
    Draw the first repetition of each cell, the open loads first, as they show the waits.
    """
    by_name = {step.key.folder: step for step in steps}
    chosen = [step for step in ordered_steps(sweep) if step.repetition == 1]
    chosen.sort(key=lambda step: (step.load.kind == "saturate", step.load.index, step.replicas))
    found = []
    for step in chosen[:MOST_TIMELINES]:
        svg = timeline_plot(by_name[step.step], unit(sweep))
        if svg is not None:
            replicas = counted(step.replicas, "replica")
            setting = f"{step.setting}, " if step.factors else ""
            attempt = f", attempt {step.attempt}" if step.attempt > 1 else ""
            title = f"{setting}{replicas}, {load_text(step)}{attempt}"
            found.append(Timeline(f"timeline-{step.step}", title, step.verdict.value, svg))
    return found


def _facts(manifest: Manifest) -> Mapping[str, str]:
    machine = manifest.machine
    return {
        "run": manifest.run,
        "command": " ".join(manifest.command),
        "started": manifest.started_at,
        "finished": manifest.finished_at or "not finished",
        "target": manifest.target,
        "server": f"{manifest.address}, version {manifest.server_version or 'not known'}",
        "namespace, task queue": f"{manifest.namespace}, {manifest.task_queue}",
        "seed": str(manifest.seed),
        "commit": manifest.commit or "not known",
        "machine": f"{machine.host}: {numbers.core_count(machine)}, {machine.memory_bytes / (1 << 30):.1f} GiB, "
        f"{machine.processor}, {machine.system}",
        "load average at the start": f"{machine.load_average:.2f}",
        "versions": ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
    }
