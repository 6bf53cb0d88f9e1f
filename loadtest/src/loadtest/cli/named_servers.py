"""
The servers that the cells of a plan name, by address or by a profile of the user's Temporal configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.child_environment import connection_variables
from loadtest.connection_settings import named_profile
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.plan.plan_tables import address_problem
from loadtest.results.manifest import Manifest, ProfileServer
from loadtest.server_access import ServerAccess


def named_server(plan: Plan, name: str, environ: Mapping[str, str], page: str | None = None) -> ServerAccess:
    """
    Return the access to a server that a plan names.

    Args:
        plan: Plan that tells whether names are addresses or profiles, and the namespace of the run.
        name: One of the plan's ``server_names``.
        environ: Environment variables of the user.
        page: Address of the server's /metrics page.

    Raises:
        InputError: There is no such profile, it cannot be used, or the plan is for another namespace.
    """
    if plan.server_key == "address":
        return ServerAccess(name, plan.namespace, connection_variables(environ, own_server=False), page)
    profile = named_profile(name, environ)
    if (problem := address_problem(profile.address)) is not None:
        raise InputError(f"profile {name}: address = {profile.address!r}: {problem}")
    unsaid: str = Plan.model_fields["namespace"].default
    if profile.namespace is not None and plan.namespace not in (unsaid, profile.namespace):
        raise InputError(
            f"profile {name}: its namespace is {profile.namespace}, and the plan's is {plan.namespace}; "
            "leave one of the two out"
        )
    return ServerAccess(
        profile.address,
        profile.namespace or plan.namespace,
        connection_variables(environ, own_server=False, profile=name),
        page,
        name,
    )


def profile_servers(servers: Mapping[str, ServerAccess]) -> dict[str, ProfileServer]:
    """
    Return where each profile leads, for a run's manifest.
    """
    return {
        access.profile: ProfileServer(access.address, access.namespace)
        for access in servers.values()
        if access.profile is not None
    }


def demand_as_kept(servers: Mapping[str, ServerAccess], manifest: Manifest) -> None:
    """
    Refuse profiles that lead to another place than when the run began.

    Raises:
        InputError: One leads to another place; the error names both places.
    """
    for name, now in profile_servers(servers).items():
        then = manifest.profiles.get(name, now)
        if now != then:
            raise InputError(
                f"profile {name}: it leads to {now.address}, namespace {now.namespace}, and the run {manifest.run} was made "
                f"at {then.address}, namespace {then.namespace}; have the profile lead there again"
            )
