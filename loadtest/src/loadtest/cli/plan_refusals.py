"""
What a plan may not ask of the place where it is to be measured; each refusal comes before anything is made.
"""

from __future__ import annotations

import os

from loadtest.child_environment import CODEC_KEYS, has_codec_keys
from loadtest.cli.place_flags import Place, TargetKind
from loadtest.cli.run_environment import commands_of
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.target.worker_command import parse_worker_command


def demand_commands(plan: Plan, place: Place) -> None:
    """
    Refuse worker programs that a plan names where none of them can be started.

    Raises:
        InputError: The workers are a cluster's, the command line names one too, or the program is not there.
    """
    for command in commands_of(plan):
        if place.get("target") == TargetKind.KUBERNETES:
            raise InputError(
                f"plan: worker_command {command!r}: starts workers of this machine, those of a cluster are a Deployment; "
                "leave it out"
            )
        if "worker_command" in place:
            raise InputError(
                f"--worker-command {place['worker_command']}: the plan names workers itself ({command}); "
                "leave one of the two out"
            )
        parse_worker_command(command)


def demand_codec(plan: Plan, place: Place) -> None:
    """
    Refuse a codec that nothing can be encrypted with, or that the plan has no say in.

    Raises:
        InputError: The workers are a cluster's, or the environment has no keys.
    """
    wanted = {"codec": (plan.codec,), "factors.codec": plan.factors.get("codec", ())}
    for key, values in wanted.items():
        given = [value for value in values if value is not None]
        if given and place.get("target") == TargetKind.KUBERNETES:
            raise InputError(
                f"plan: {key}: workers and injectors of a cluster encrypt as their charts say (`codec.existingSecret`); "
                "leave it out"
            )
        if True in given and not has_codec_keys(os.environ):
            raise InputError(
                f"plan: {key} = true: there are no keys to encrypt with; set {' or '.join(CODEC_KEYS)}, or leave it out"
            )


def refuse_server_settings(plan: Plan) -> None:
    """
    Refuse dynamic configuration of a server that the run does not start itself.

    Raises:
        InputError: The plan has some; a line for each key.
    """
    keys = ["server.dynamic_config"] if plan.server.dynamic_config else []
    keys += [f"factors.{path}" for path in plan.factors if path.startswith("server.")]
    if keys:
        raise InputError(
            "\n".join(
                f"plan: {key}: the dynamic configuration is of the server that a run starts itself on this machine; leave it out"
                for key in keys
            )
        )
