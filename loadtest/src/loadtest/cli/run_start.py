"""
Begins a run, or continues one, once all checks have passed.

Every refusal comes before a folder is made or a process is started.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from loadtest.analysis.rules.long_poll_limits import demand_server_allows
from loadtest.cli.cluster_flags import pod_host, server_address
from loadtest.cli.experiment_ports import connect_servers, open_experiment_ports
from loadtest.cli.ignored_work_keys import ignored_work_keys, refuse_ignored_work_keys
from loadtest.cli.named_servers import demand_as_kept
from loadtest.cli.new_manifest import each_once, new_manifest, this_start
from loadtest.cli.open_place import (
    PlaceToOpen,
    commands_of,
    compose_server_address,
    open_place,
)
from loadtest.cli.place_flags import Place, TargetKind, refuse_changes
from loadtest.cli.run_ending import conclude
from loadtest.cli.run_notes import few_cores, unread_settings
from loadtest.cli.run_refusals import (
    notes_of_needs,
    refuse_many_starts,
    refuse_search_without_activities,
    start_notes,
    usable_place,
)
from loadtest.cli.shared_flags import Progress, RunFlags
from loadtest.cli.supervised_run import StepMetricFlags, Tell, run_and_report, tell_interrupted
from loadtest.connection import server_version
from loadtest.design.design import budget_spent
from loadtest.design.design_of_question import design_of
from loadtest.errors import InputError
from loadtest.experiment.clock import SystemClock
from loadtest.experiment.loop import Subject, kept_steps, run_experiment
from loadtest.listeners.display import JsonLines, choose
from loadtest.plan import Plan, PlanFile
from loadtest.results.latest_link import demand_latest
from loadtest.results.path_from_here import current_folder, path_from_here
from loadtest.results.question import Question, keep_question, question_of
from loadtest.results.run_folder import Run
from loadtest.results.run_hold import held_run
from loadtest.scenario import load
from loadtest.scenario.loading import is_path


def begin(
    asked: Plan,
    file: PlanFile,
    place: Place,
    flags: RunFlags,
    question: Question | None = None,
    afterwards: Callable[[Run], None] | None = None,
    notes: tuple[str, ...] = (),
) -> int:
    """
    Begin a run of a plan and return its exit code.

    Args:
        asked: The plan with all flags laid over it.
        file: The plan file as it was read.
        place: Where to measure.
        flags: Folder of the run, and how the run is watched.
        question: Question that the run answers; ``None`` sweeps the plan.
        afterwards: Called with the run when it has ended, also if other runs have begun meanwhile.
        notes: Notes for the reader of the report.

    Raises:
        LoadtestError: The plan cannot be carried out there, or the run ended early.
    """
    plan = asked
    if is_path(asked.scenario):
        plan = asked.model_copy(update={"scenario": str(Path(asked.scenario).absolute())})
    scenario = load(asked.scenario)
    if place.get("target") == TargetKind.KUBERNETES:
        place = {**place, "address": server_address(str(place["address"]) if "address" in place else None)}
    if place.get("target") == TargetKind.COMPOSE:
        place = {**place, "address": compose_server_address(place)}
    refuse_search_without_activities(question, scenario)
    refuse_ignored_work_keys(plan, scenario)
    refuse_many_starts(plan, question, scenario, place)
    demand_server_allows(plan)
    to_open = usable_place(plan, place, flags.metrics_port, question)
    manifest = new_manifest(plan, place, to_open)
    few = few_cores(manifest.machine) if to_open.starts_workers else ()
    run = Run.create(
        flags.output,
        plan,
        replace(
            manifest, notes=(*notes, *few, *unread_settings(plan, place), *ignored_work_keys(plan, scenario))
        ),
        plan_text=file.text,
    )
    starts = start_notes(plan, question, scenario, place)
    sys.stderr.writelines(f"note: {told}\n" for told in (*few, *notes_of_needs(plan, place), *starts))
    with held_run(run):
        keep_question(run, question)
        code = _carry_out(run, to_open, flags)
    if afterwards is not None:
        afterwards(run)
    return code


def resume(
    path: Path,
    given: Mapping[str, str],
    parameters: Mapping[str, Any],
    flags: RunFlags,
) -> int:
    """
    Measure the missing steps of an earlier run, where and how it began, and return the run's exit code.

    Args:
        path: The run's folder.
        given: Name of each parameter on the command line -> how it is written.
        parameters: Values of the parameters.
        flags: How the run is watched; the run's folder has its place.

    Raises:
        LoadtestError: There is no such run, another process measures it, a flag says something else than the run, or
            the run ended early.
    """
    run = Run.open(path)
    manifest = run.manifest
    if manifest.place is None:
        raise InputError(
            f"--resume {path}: this run was made by a version that did not keep where it measured; "
            "its report can be made, to go on measure anew"
        )
    refuse_changes(path, run.path, given, parameters, manifest.place)
    with held_run(run):
        return _measure_rest(run, path, flags)


def _measure_rest(run: Run, path: Path, flags: RunFlags) -> int:
    manifest = run.manifest
    assert manifest.place is not None
    kept = kept_steps(run)
    if not design_of(run.plan, question_of(run)).left(kept):
        return _report_complete(run, flags.progress, "nothing is left to measure")
    if (spent := budget_spent(run.plan, kept)) is not None:
        return _report_complete(run, flags.progress, f"nothing more is measured, as {spent.why}")
    commands = "worker_command" in manifest.place or commands_of(run.plan)
    if commands and manifest.directory != current_folder():
        raise InputError(
            f"--resume {path}: its workers were started from {manifest.directory}, which their command line may mean; "
            "write it there"
        )
    load(run.plan.scenario)
    demand_latest(run.path.parent)
    to_open = usable_place(run.plan, manifest.place, flags.metrics_port, question_of(run))
    demand_as_kept(to_open.servers, manifest)
    start = this_start(run.plan.scenario)
    differs = start.difference(manifest.starts[0]) if manifest.starts else None
    notes = manifest.notes if differs is None else (*manifest.notes, differs)
    run.write_manifest(replace(manifest, finished_at=None, starts=(*manifest.starts, start), notes=notes))
    return _carry_out(run, to_open, flags)


def _report_complete(run: Run, progress: Progress, why: str) -> int:
    display = choose(progress, Console(soft_wrap=True))
    print(f"{path_from_here(run.path)}: {why}; its report is made anew", file=sys.stderr)
    try:
        ended = conclude(run, quiet=isinstance(display, JsonLines))
    except KeyboardInterrupt:  # its steps are kept, and resuming once more makes the report
        return tell_interrupted(run)
    with display:
        display.tell(ended)
    return ended.exit_code


def _carry_out(run: Run, to_open: PlaceToOpen, flags: RunFlags) -> int:
    host = "127.0.0.1" if to_open.cluster is None else pod_host()
    display = choose(flags.progress, Console(soft_wrap=True))
    return run_and_report(
        run, lambda tell: _sweep(run, to_open, tell), display, StepMetricFlags(flags.metrics_port, host)
    )


async def _sweep(run: Run, place: PlaceToOpen, tell: Tell) -> None:
    plan = run.plan
    async with contextlib.AsyncExitStack() as stack:
        opened = await open_place(stack, place, plan, run.path / "logs")
        clients = await connect_servers(opened.servers, by_plan=bool(plan.server_names))
        versions = {name: await server_version(client) for name, client in clients.items()}
        _note_servers(run, each_once(access.address for access in opened.servers.values()), versions)
        clock = SystemClock()
        ports = await open_experiment_ports(stack, opened, clients, run, clock)
        scenario = load(plan.scenario)
        subject = Subject(
            scenario.activities_per_workflow,
            opened.own_worker,
            scenario.drawn_work,
            own_command=place.starts_workers and not opened.own_worker,
        )
        await run_experiment(ports, run, subject, design_of(plan, question_of(run)), tell, clock)


def _note_servers(run: Run, address: str, versions: Mapping[str | None, str]) -> None:
    manifest, version = run.manifest, " and ".join(dict.fromkeys(versions.values()))
    notes = manifest.notes
    if manifest.server_version not in (None, version):
        notes = (*notes, f"resumed on server {version} in place of {manifest.server_version}")
    servers = {name: told for name, told in versions.items() if name is not None and len(versions) > 1}
    run.write_manifest(
        replace(manifest, address=address, server_version=version, servers=servers, notes=notes)
    )
