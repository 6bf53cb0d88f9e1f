"""
What `loadtest submit` brings to the cluster: plan, flags, and the files of a user's own scenario.

Everything is checked here, before anything is made in the cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from loadtest.analysis.server_limits import demand_server_allows, needs_line
from loadtest.cli.overrides import parse_replicas, with_flags
from loadtest.errors import InputError
from loadtest.plan import Plan, parse_plan, read_document
from loadtest.scenario import load
from loadtest.scenario.files_beside import files_beside
from loadtest.scenario.loading import is_path
from loadtest.target.kubernetes.job import PLAN_FILE, Brought
from loadtest.target.kubernetes.own_code import FOLDER, REQUIREMENTS, pack


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """
    Flags that override a plan's values; ``None`` leaves the plan's.
    """

    replicas: str | None = None
    injectors: int | None = None
    repetitions: int | None = None
    task_queue: str | None = None
    scenario: str | None = None
    settings: tuple[str, ...] = ()
    rate: float | None = None
    window: float | None = None
    warm_up: float | None = None
    seed: int | None = None
    factors: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """
        Return them for the sweep in the cluster, but for the scenario, which has another path there.
        """
        given = {
            "--replicas": self.replicas,
            "--injectors": self.injectors,
            "--repetitions": self.repetitions,
            "--task-queue": self.task_queue,
            "--rate": self.rate,
            "--window": self.window,
            "--warm-up": self.warm_up,
            "--seed": self.seed,
        }
        return [
            *(f"{flag}={value}" for flag, value in given.items() if value is not None),
            *(f"--set={one}" for one in self.settings),
            *(f"--factor={one}" for one in self.factors),
        ]


def bring_plan(path: Path, flags: PlanFlags, requirements: Path | None) -> Brought:
    """
    Return a plan's file with its flags, and its scenario's files if it is a user's own.

    Raises:
        InputError: The plan, a flag or the scenario cannot be used, or its files are too large.
    """
    plan = _checked(path, flags)
    files = {PLAN_FILE: _text(path, str(path)), **_scenario(plan.scenario, requirements)}
    pack(files)
    arguments = flags.arguments()
    if is_path(plan.scenario):
        arguments.append(f"--scenario={FOLDER}/{Path(plan.scenario).name}")
    elif flags.scenario is not None:
        arguments.append(f"--scenario={flags.scenario}")
    return Brought(
        files,
        tuple(arguments),
        packages=REQUIREMENTS in files,
        start_seconds=plan.waits.job_started_seconds,
        needs=needs_line(plan),
    )


def bring_resumed(run: str, flags: PlanFlags, requirements: Path | None) -> Brought:
    """
    Return what finishes a run on the volume: nothing but, where its scenario was brought, that scenario again.

    Raises:
        InputError: The run's name is none, or a flag would change its plan.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", run):
        raise InputError(
            f"--resume {run}: not the name of a run on the volume; write one as 20260102-030405-smoke, or latest"
        )
    if changed := flags.arguments():
        raise InputError(f"--resume {run}: a run has its own plan; leave {' '.join(changed)} out")
    files = _scenario(flags.scenario, requirements) if flags.scenario is not None else {}
    pack(files)
    return Brought(files, (f"--resume=/results/{run}",), packages=REQUIREMENTS in files, resumes=True)


def _checked(path: Path, flags: PlanFlags) -> Plan:
    top = {
        "replicas": parse_replicas(flags.replicas) if flags.replicas is not None else None,
        "injectors": flags.injectors,
        "repetitions": flags.repetitions,
        "task_queue": flags.task_queue,
        "scenario": flags.scenario,
        "warm_up_seconds": flags.warm_up,
        "seed": flags.seed,
    }
    document = with_flags(
        read_document(path),
        top=top,
        rate=flags.rate,
        window=flags.window,
        settings=flags.settings,
        factors=flags.factors,
    )
    plan = parse_plan(document, str(path))
    demand_server_allows(plan)
    return plan


def _scenario(scenario: str, requirements: Path | None) -> dict[str, str]:
    if not is_path(scenario):
        if requirements is not None:
            raise InputError(
                f"--requirements {requirements}: scenario {scenario} is of the image, which has what it needs; "
                "leave it out, or give --scenario FILE"
            )
        load(scenario)
        return {}
    if requirements is None:
        load(scenario)  # with packages of its own it may be loadable in the cluster alone
    elif not Path(scenario).is_file():
        raise InputError(f"--scenario {scenario}: no such file; give the path of a scenario file")
    files = {name: _text(path, f"--scenario {path}") for name, path in files_beside(Path(scenario)).items()}
    if requirements is not None:
        files[REQUIREMENTS] = _text(requirements, f"--requirements {requirements}")
    return files


def _text(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: cannot be read as text ({error}); give a readable file") from None
