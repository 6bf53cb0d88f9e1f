"""
Which version of the shop's workers takes new orders.
"""

from __future__ import annotations

from typing import Annotated

import typer

from repairshop.cli.verb_connection import talk
from repairshop.deployment_versions import promote, why_idle

version = typer.Typer(help="Which version of the workers takes new orders.", no_args_is_help=True)
BuildId = Annotated[str, typer.Argument(metavar="BUILD", help="TEMPORAL_WORKER_BUILD_ID of its workers.")]
Deployment = Annotated[str, typer.Option(envvar="TEMPORAL_DEPLOYMENT_NAME", help="Of its workers.")]


@version.command("promote")
def promote_version(build_id: BuildId, deployment: Deployment) -> None:
    """
    Give new orders to a version; orders that run end on theirs.
    """
    before = talk(lambda server: promote(server, deployment, build_id))
    typer.echo(f"version {build_id} of {deployment} is current{f' instead of {before}' if before else ''}")


@version.command("show")
def show_version(build_id: BuildId, deployment: Deployment) -> int:
    """
    Tell whether a version takes new orders; exit code 1 if it does not.
    """
    why = talk(lambda server: why_idle(server, deployment, build_id))
    typer.echo(why or f"version {build_id} of {deployment} takes new orders")
    return 1 if why else 0
