"""
``loadtest submit``: a sweep, or one of the questions, as a Job in the cluster, followed from here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

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
from loadtest.cli.fetch_verb import demand_room
from loadtest.cli.followed_sweep import Followed, RunHere, follow
from loadtest.cli.given_flags import given_flags
from loadtest.cli.immediate_exit import INTERRUPTED
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import YES
from loadtest.cli.shared_flags import PROGRESS, Progress
from loadtest.cli.submitted_verbs import SubmittedVerb, over_the_plan, own_flags, takes_design_flags
from loadtest.errors import InputError, LoadtestError, TargetError
from loadtest.plan import PlanFile


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
    followed = Followed()
    # The lines of JSON stay alone on standard output.
    here = RunHere(sweep, output, same, sys.stderr if progress is Progress.JSON else sys.stdout)
    try:
        start_seconds = START_SECONDS if brought is None else brought.start_seconds
        ended = follow(JobLog(sweep, start_seconds), choose(progress, Console(soft_wrap=True)), followed)
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
    except LoadtestError as error:
        raise here.after_error(error, followed) from error
    return here.after_verdict(ended, followed)


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
