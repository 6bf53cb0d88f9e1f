"""
The flags of ``loadtest compare`` that each setting has for itself, in pairs: workers, server, and that server's page.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from loadtest.cli.given_flags import refuse_idle
from loadtest.cli.shared_flags import declared_flags
from loadtest.errors import InputError


def _flags(
    a_worker_command: Annotated[
        str | None, typer.Option(help="Command line that starts one worker of setting A.")
    ] = None,
    b_worker_command: Annotated[str | None, typer.Option(help="The same of setting B.")] = None,
    a_address: Annotated[str | None, typer.Option(help="HOST:PORT of the server of setting A.")] = None,
    b_address: Annotated[str | None, typer.Option(help="The same of setting B.")] = None,
    a_profile: Annotated[
        str | None,
        typer.Option(help="Profile of the Temporal configuration file: server and credentials of A."),
    ] = None,
    b_profile: Annotated[str | None, typer.Option(help="The same of setting B.")] = None,
    a_server_metrics: Annotated[str | None, typer.Option(help="URL of /metrics of A's server.")] = None,
    b_server_metrics: Annotated[str | None, typer.Option(help="URL of /metrics of B's server.")] = None,
) -> None: ...


takes_sides = functools.partial(declared_flags, _flags)

_KEYS: Mapping[str, str] = {"worker_command": "worker-command", "address": "address", "profile": "profile"}


@dataclass(frozen=True, slots=True)
class Sides:
    """
    The values of the paired flags.

    Attributes:
        a, b: KEY=VALUE of each setting.
        server_metrics: Pages of both servers with a comma between; ``None`` where none was given.
    """

    a: tuple[str, ...]
    b: tuple[str, ...]
    server_metrics: str | None


def sides_of(given: Mapping[str, str], parameters: Mapping[str, Any]) -> Sides:
    """
    Return what the paired flags say of each setting.

    Args:
        given: Name of each parameter on the command line -> how it is written.
        parameters: All parameters of the verb, as ``context.params`` holds them.

    Raises:
        InputError: One flag of a pair is missing, both servers are the same, or another flag has no effect beside them.
    """
    _refuse_address_beside_profile(parameters)
    pairs = {key: _pair(flag, parameters) for key, flag in _KEYS.items()}
    pages = _pair("server-metrics", parameters)
    _refuse_beside_servers(given, pairs)
    settings = [
        tuple(f"{key}={json.dumps(pair[side])}" for key, pair in pairs.items() if pair) for side in (0, 1)
    ]
    return Sides(settings[0], settings[1], ",".join(pages) if pages else None)


def _pair(flag: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    a, b = (parameters[f"{side}_{flag.replace('-', '_')}"] for side in "ab")
    if a is None and b is None:
        return ()
    if a is None or b is None:
        only = b if a is None else a
        raise InputError(f"--{flag} of one setting alone ({only}); give both --a-{flag} and --b-{flag}")
    return a, b


def _refuse_address_beside_profile(parameters: Mapping[str, Any]) -> None:
    by_address, by_profile = (
        [f"--{side}-{key} {value}" for side in "ab" if (value := parameters[f"{side}_{key}"]) is not None]
        for key in ("address", "profile")
    )
    if by_address and by_profile:
        raise InputError(
            f"{' '.join((*by_address, *by_profile))}: a server by address is reached as your TEMPORAL_* variables say, one by "
            "profile as that profile says; name a profile for each "
            "(`temporal config set --profile NAME --prop address --value HOST:PORT` makes one)"
        )


def _refuse_beside_servers(given: Mapping[str, str], pairs: Mapping[str, tuple[str, ...]]) -> None:
    key = "profile" if pairs["profile"] else "address"
    if not pairs[key]:
        pages = ("a_server_metrics", "b_server_metrics")
        refuse_idle(
            given,
            pages,
            "goes with --a-address and --b-address, or --a-profile and --b-profile; leave it out",
        )
        return
    refuse_idle(
        given,
        ("address", "server_metrics"),
        f"is of one server for both settings, and --a-{key} and --b-{key} name two; leave it out",
    )
    a, b = pairs[key]
    if a == b:
        instead = f"--address {a}" if key == "address" else f"--set profile={a}"
        raise InputError(
            f"--a-{key} {a} --b-{key} {b}: one server; name two, or give {instead} to compare other settings there"
        )
