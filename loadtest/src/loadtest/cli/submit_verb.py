"""
``loadtest submit``: a sweep, or one of the questions, as a Job in the cluster, followed from here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loadtest.cli.asked_prices import prices_of, without_prices
from loadtest.cli.cronjob_flags import (
    CONTEXT,
    DEFAULT_JOB,
    DEFAULT_KUBE_NAMESPACE,
    JOB,
    KUBE_NAMESPACE,
    KUBECONFIG,
    flags_of_cronjob,
)
from loadtest.cli.fetch_verb import bring_run, demand_room
from loadtest.cli.given_flags import given_flags
from loadtest.cli.immediate_exit import INTERRUPTED
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import YES
from loadtest.cli.shared_flags import PROGRESS, Progress
from loadtest.cli.submitted_verbs import SubmittedVerb, over_the_plan, own_flags, takes_design_flags
from loadtest.errors import InputError, LoadtestError, MeasurementError, TargetError
from loadtest.plan import PlanFile

if TYPE_CHECKING:
    from loadtest.experiment.progress import SweepEnded
    from loadtest.listeners.display import Display
    from loadtest.target.kubernetes.job_log import JobLog

# Lines of the Job's log that are no progress, kept in case the Job ends without a verdict.
_LAST_LINES = 8


@takes_design_flags
def submit(
    invocation: typer.Context,
    plan: Annotated[Path | None, typer.Argument(help="A plan file, e.g. loadtest/plans/smoke.toml.")] = None,
    design: Annotated[
        SubmittedVerb, typer.Option(help="Which verb is done in the cluster.")
    ] = SubmittedVerb.SWEEP,
    requirements: Annotated[
        Path | None,
        typer.Option(help="File of packages that your own scenario needs, as for pip install -r."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="Name of a run on the volume to finish, or latest.")
    ] = None,
    deployment: Annotated[
        str | None, typer.Option(help="Your own workers: NAMESPACE/NAME, or NAMESPACE/workerdeployment/NAME.")
    ] = None,
    yes: Annotated[bool, YES] = False,
    attach: Annotated[
        bool, typer.Option("--attach", help="Follow the sweep that runs; submit none.")
    ] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Submit and do not follow.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder of all runs here, into which the run is brought when it has ended."),
    ] = None,
    kube_namespace: Annotated[str, KUBE_NAMESPACE] = DEFAULT_KUBE_NAMESPACE,
    job: Annotated[str, JOB] = DEFAULT_JOB,
    kubeconfig: Annotated[Path | None, KUBECONFIG] = None,
    context: Annotated[str | None, CONTEXT] = None,
    progress: Annotated[Progress, PROGRESS] = Progress.AUTO,
) -> int:
    """
    Run a sweep, or the --design named, as a Job in the cluster and follow it; Ctrl-C detaches and leaves it running.

    Exit codes: as of the verb of the design, such as `loadtest sweep`.
    """
    given = given_flags(invocation)
    own = own_flags(design, given, invocation.params)
    prices = prices_of(own)
    _demand_one_run(plan, resume, design if "design" in given else None, attach=attach)
    if output is not None:
        _demand_fetchable(output, resume, detach=detach)
    overrides = over_the_plan(design, invocation.params)
    file = None if plan is None else PlanFile.read(plan)
    if file is not None:
        flagged_plan(file, overrides)  # refused before all that reaches a cluster is loaded
    from rich.console import Console

    from loadtest.cli.kubeconfig import reach
    from loadtest.cli.submission import SubmittedDesign, bring_plan, bring_resumed
    from loadtest.listeners.display import choose
    from loadtest.target.kubernetes.job_log import JobLog, NotStartedError, OutOfSightError
    from loadtest.target.kubernetes.sweep_job import START_SECONDS, SweepJob

    brought = None
    if file is not None:
        # Checked here, so that a mistake is reported before anything is made in the cluster.
        brought = bring_plan(
            file, overrides, requirements, SubmittedDesign(design, without_prices(own), prices)
        )
    elif resume is not None:
        brought = bring_resumed(resume, overrides, requirements)
    sweep = SweepJob(reach(kubeconfig, context), kube_namespace, job)
    if brought is not None:
        there = [f"--deployment={deployment}"] if deployment is not None else []
        there += ["--yes"] if yes else []
        submitted = replace(brought, arguments=(*brought.arguments, *there))
        sweep.submit(submitted, lambda needs: sys.stderr.write(f"note: {needs}\n"))
    elif sweep.read() is None:
        raise InputError(f"--attach: no sweep runs in {sweep}; write `loadtest submit PLAN`")
    same = flags_of_cronjob(kube_namespace, job, kubeconfig, context)
    if detach:
        sys.stdout.write(f"submitted {sweep}; `loadtest submit --attach{same}` follows it\n")
        return 0
    try:
        start_seconds = START_SECONDS if brought is None else brought.start_seconds
        ended = follow(JobLog(sweep, start_seconds), choose(progress, Console(soft_wrap=True)))
    except NotStartedError as error:
        raise TargetError(
            f"{error}\nit begins by itself once nothing keeps it: `loadtest submit --attach{same}` follows it then, "
            f"`kubectl -n {kube_namespace} delete job {job}` takes it back"
        ) from error
    except OutOfSightError as error:
        raise TargetError(
            f"{error}\nthe sweep may go on: `loadtest submit --attach{same}` follows it again"
        ) from error
    except KeyboardInterrupt:
        sys.stderr.write(
            f"detached; the sweep goes on. `loadtest submit --attach{same}` follows it again, "
            f"`kubectl -n {kube_namespace} delete job {job}` ends it\n"
        )
        return INTERRUPTED
    if output is None:
        sys.stderr.write(f"{ended.verdict}; `loadtest fetch {ended.run}{same}` brings the report here\n")
        return ended.exit_code
    sys.stderr.write(f"{ended.verdict}\n")
    try:
        bring_run(sweep, ended.run, output, same)
    except LoadtestError as error:
        if ended.exit_code == 0:
            raise
        sys.stderr.write(f"error: {error}\n")  # the verdict stays how this ends
    return ended.exit_code


def _demand_fetchable(output: Path, resume: str | None, *, detach: bool) -> None:
    """
    Refuse a folder into which no run could be brought, before one is measured.
    """
    if detach:
        raise InputError(
            f"--output {output}: a run that is not followed is not brought here either; leave --detach or --output out"
        )
    demand_room(output, resume or "latest")


def _demand_one_run(
    plan: Path | None, resume: str | None, design: SubmittedVerb | None, *, attach: bool
) -> None:
    """
    Refuse a command line that names no run or more than one: a new run by its plan, one to resume, or the one to attach
    to.
    """
    if design is not None and (attach or resume is not None):
        what = "--attach" if attach else "--resume"
        raise InputError(
            f"--design {design}: {what} goes on with what the run was begun for; leave --design out"
        )
    if attach and (plan is not None or resume is not None):
        raise InputError(f"--attach: the sweep that runs has its own plan; leave {plan or '--resume'} out")
    if resume is not None and plan is not None:
        raise InputError(f"--resume {resume}: a run has its own plan; leave {plan} out")
    if not attach and plan is None and resume is None:
        raise InputError("no plan given; write `loadtest submit loadtest/plans/smoke.toml`")


def follow(log: JobLog, display: Display) -> SweepEnded:
    """
    Show a sweep's progress until it ends, and return how it ended.

    Args:
        log: Log of the Job.
        display: Display of the progress.

    Raises:
        TargetError: The sweep ended without a verdict.
    """
    from loadtest.experiment.progress import SweepEnded, from_json_line

    others: list[str] = []
    ended: SweepEnded | None = None
    with display:
        for line in log.lines():
            event = from_json_line(line)
            if event is None:
                others = [*others[1 - _LAST_LINES :], line]
                continue
            if isinstance(event, SweepEnded):
                ended = event
            display.tell(event)
    code = log.exit_code()
    if ended is None:
        said = "\n".join(line.removeprefix("error: ") for line in others) or "it said nothing"
        # Exit code 3 means that a number could not be measured; any other code, that the sweep did not start.
        kind = MeasurementError if code == MeasurementError.exit_code else TargetError
        raise kind(f"{log.job} ended without a verdict (exit code {code}):\n{said}")
    if code != ended.exit_code:
        raise TargetError(f"{log.job} said exit code {ended.exit_code} and ended with {code}; see its log")
    return ended
