"""
What `loadtest submit` brings to the cluster: the plan, made here just as its verb makes it in the cluster, so that mistakes
are found before; its flags; and the files of a user's own scenario.

Everything is checked here, before anything is made in the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.analysis.rules.long_poll_limits import demand_server_allows, line_of_needs
from loadtest.cli.capacity_plan import searching_plan
from loadtest.cli.compare_plan import comparing_plan, demand_quantities
from loadtest.cli.ignored_work_keys import refuse_ignored_work_keys
from loadtest.cli.limits_plan import limits_plan
from loadtest.cli.overrides import PlanFlags, flagged_plan
from loadtest.cli.place_flags import TargetKind
from loadtest.cli.plan_values import parse_replicas
from loadtest.cli.question_plan import CHANGE_OVER_SECONDS, MOST_SUSPECTS, RoundsAsked
from loadtest.cli.submitted_verbs import SubmittedVerb
from loadtest.cli.sweep_verb import sweep_plan
from loadtest.errors import InputError
from loadtest.plan import Plan, PlanFile
from loadtest.plan.prices import SidePrices, price_text
from loadtest.scenario import load
from loadtest.scenario.loading import is_path
from loadtest.scenario.scenario_source import files_beside
from loadtest.target.kubernetes.kubernetes_target import CHARTS_SET_UP
from loadtest.target.kubernetes.sweep_job import PLAN_FILE, Brought
from loadtest.target.kubernetes.user_files import FOLDER, REQUIREMENTS, pack


@dataclass(frozen=True, slots=True)
class SubmittedDesign:
    """
    A design with its own flags.

    Attributes:
        design: Verb of the design.
        values: Parameter -> value of the flags that are not laid over the plan and name no prices.
        prices: The user's prices, whose files are brought; ``None`` compares no money.
    """

    design: SubmittedVerb = SubmittedVerb.SWEEP
    values: Mapping[str, Any] = field(default_factory=dict)
    prices: SidePrices | None = None

    def arguments(self) -> list[str]:
        """
        Return the design's own flags for the verb in the cluster.
        """
        return [
            *(
                f"--{name.replace('_', '-')}={one}"
                for name, value in self.values.items()
                for one in (value if isinstance(value, list) else [value])
            ),
            *(f"--{file.removesuffix('.toml')}={FOLDER}/{file}" for file in self.price_files()),
        ]

    def price_files(self) -> dict[str, str]:
        """
        Return the text of each price table by the name of its file, which is named after its flag.
        """
        if self.prices is None:
            return {}
        a, b = price_text(self.prices.a), price_text(self.prices.b)
        return {"prices.toml": a} if a == b else {"a-prices.toml": a, "b-prices.toml": b}

    def plan_of(self, asked: Plan, flags: PlanFlags) -> Plan:
        """
        Return the plan that the verb in the cluster will carry out.

        Args:
            asked: Plan with the flags laid over it.
            flags: Those flags.

        Raises:
            InputError: The design cannot be asked of this plan.
        """
        given = self.values
        if self.design is SubmittedVerb.CAPACITY:
            return searching_plan(
                asked,
                rate=given.get("rate"),
                window_seconds=given.get("window"),
                budget_seconds=given.get("budget"),
            )[0]
        if self.design is SubmittedVerb.SWEEP:
            return sweep_plan(asked)
        blocks = RoundsAsked(
            _one_count(flags.replicas, self.design),
            given.get("block"),
            given.get("change_over", CHANGE_OVER_SECONDS),
            given.get("rounds"),
            given.get("most_rounds"),
        )
        if self.design is SubmittedVerb.LIMITS:
            place = {"target": TargetKind.KUBERNETES.value}
            return limits_plan(asked, place, blocks, given.get("suspects", MOST_SUSPECTS))[0]
        gates = tuple(given.get("gate", ()))
        demand_quantities(gates, priced=self.prices is not None)
        a, b = given.get("a", ()), given.get("b", ())
        return comparing_plan(
            asked, a, b, rate=given.get("rate"), asked=blocks, gate=gates, prices=self.prices
        )[0]


def _one_count(text: str | None, design: SubmittedVerb) -> int | None:
    if text is None:
        return None
    counts = parse_replicas(text)
    if len(counts) != 1:
        raise InputError(
            f"--replicas {text}: --design {design} looks at one count; write --replicas {counts[0]}"
        )
    return counts[0]


SWEEP = SubmittedDesign()


def bring_plan(
    file: PlanFile, flags: PlanFlags, requirements: Path | None, design: SubmittedDesign = SWEEP
) -> Brought:
    """
    Return a plan's file with its flags, and the files of the scenario if it is a user's own.

    Args:
        file: The plan file as it was read.
        flags: Flags that are laid over the plan.
        requirements: Packages that a user's own scenario needs.
        design: Design that the plan is submitted for.

    Raises:
        InputError: The plan, a flag or the scenario cannot be used, or its files are too large.
    """
    plan = design.plan_of(flagged_plan(file, flags), flags)
    demand_server_allows(plan)
    _demand_as_set_up(plan)
    files = {PLAN_FILE: file.text, **design.price_files(), **_scenario(plan.scenario, requirements)}
    if REQUIREMENTS not in files:  # with packages of its own a scenario may be loadable in the cluster alone
        refuse_ignored_work_keys(plan, load(plan.scenario))
    pack(files)
    arguments = [*flags.arguments(), *design.arguments()]
    if is_path(plan.scenario):
        # Its path is another one there.
        arguments = [one for one in arguments if not one.startswith("--set=scenario=")]
        arguments.append(f"--scenario={FOLDER}/{Path(plan.scenario).name}")
    elif flags.scenario is not None:
        arguments.append(f"--scenario={flags.scenario}")
    return Brought(
        files,
        tuple(arguments),
        design.design.value,
        packages=REQUIREMENTS in files,
        start_seconds=plan.waits.job_started_seconds,
        needs=line_of_needs(plan),
    )


def bring_resumed(run: str, flags: PlanFlags, requirements: Path | None) -> Brought:
    """
    Return what is needed to finish a run on the volume: only the scenario's files, where the run brought a scenario.

    Raises:
        InputError: The run's name cannot be one, or a flag would change its plan.
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


def _demand_as_set_up(plan: Plan) -> None:
    others = [path for path in plan.factors if not path.startswith("work.")]
    if others:
        raise InputError(f"factors: {', '.join(others)}: {CHARTS_SET_UP}")
    own = ("address", "profile", "queue_activities_per_second", "worker_command")
    mine = [key for key in own if getattr(plan, key) is not None]
    if mine:
        raise InputError(f"plan: {', '.join(mine)}: {CHARTS_SET_UP}")


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
