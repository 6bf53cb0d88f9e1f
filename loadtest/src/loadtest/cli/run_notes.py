"""
What is told of a run beside its answer: at its start of cores and settings, at its end where its page is and what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from loadtest.cli.place_flags import TargetKind
from loadtest.design.design import KeptStep
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.report.resume_text import rest_clause
from loadtest.results.latest_link import LATEST
from loadtest.results.manifest import Machine
from loadtest.results.path_from_here import path_from_here
from loadtest.results.plan_setting import changed_keys
from loadtest.results.run_folder import Run
from loadtest.results.step_key import StepKey

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def report_from_here(report: Path) -> Path:
    """
    Return the path of a run's report from the current folder, by the link ``latest`` where that is the run's.
    """
    run = report.parent
    latest = run.parent / LATEST
    if latest.is_dir() and latest.resolve() == run.resolve():
        report = latest / report.name
    return path_from_here(report)


def few_cores(machine: Machine) -> tuple[str, ...]:
    """
    Say that server, workers and injectors may use fewer cores than their machine has; nothing where they may use all.
    """
    if machine.allowed_cores is None:
        return ()
    return (
        f"server, workers and injectors may use {machine.allowed_cores:g} of this machine's {counted(machine.cores, 'core')}, "
        "by the limit of a container or a set of cores: no step says when they are used up",
    )


def unread_settings(plan: Plan, place: Mapping[str, object]) -> tuple[str, ...]:
    """
    Name the worker settings of a plan that the run gives to no worker; empty where the run starts the workers itself.

    Args:
        plan: Plan of the run; its activity slots are not named here, as they are compared with those that the workers
            have.
        place: Place where the run measures.
    """
    if place.get("target") not in (TargetKind.KUBERNETES, TargetKind.COMPOSE):
        return ()
    changed = changed_keys("worker", plan.worker.model_dump(), type(plan.worker)().model_dump())
    named = [told for key, told in changed.items() if key != "activity_slots"]
    if not named:
        return ()
    return (
        f"the plan names {', '.join(named)}, which --target {place['target']} gives to no worker: they run as they were deployed",
    )


def ended_early(run: Run, left: Sequence[StepKey], kept: Sequence[KeptStep]) -> tuple[str, ...]:
    """
    Say that a run ended before its question was answered, and which command does the rest; empty where it was answered.

    Args:
        run: Folder and plan of the run.
        left: Steps that the run's design still asks for.
        kept: Steps that were measured.
    """
    if not left:
        return ()
    return (f"the run ended before its answer{rest_clause(run, [step.measured for step in kept])}",)


def left_out(problems: Sequence[Sequence[str]], kept: int, what: str) -> list[str]:
    """
    Say how many steps are left out and why, each reason once; empty where none is left out.

    Args:
        problems: Reasons of each step that is left out.
        kept: Number of all steps.
        what: Name of the steps, such as ``blocks``.
    """
    if not problems:
        return []
    verb = plural(len(problems), "is", "are")
    return [f"{len(problems)} of {kept} {what} {verb} not valid and left out: {reasons_once(problems)}"]


def reasons_once(problems: Sequence[Sequence[str]]) -> str:
    """
    Write each reason once; of those that differ in their numbers alone the first, with the number of the others.
    """
    alike: dict[str, dict[str, None]] = {}
    for reason in chain.from_iterable(problems):
        alike.setdefault(_NUMBER.sub("0", reason), {}).setdefault(reason)
    return "; ".join(
        first + (f" (and {len(others)} more with other numbers)" if others else "")
        for first, *others in alike.values()
    )
