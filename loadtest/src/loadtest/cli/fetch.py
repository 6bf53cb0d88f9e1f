"""
``loadtest fetch``: bring a run's folder from the cluster's volume to this machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.kubeconfig import reach
from loadtest.results.archive import unpack
from loadtest.results.store import LATEST
from loadtest.target.kubernetes.job import SweepJob
from loadtest.target.kubernetes.volume import Volume


def fetch(
    run: Annotated[str, typer.Argument(help="Name of the run.")] = LATEST,
    output: Annotated[Path, typer.Option(help="Folder of all runs here.")] = Path("results"),
    kube_namespace: Annotated[str, typer.Option(help="Where the load test is installed.")] = "loadtest",
    job: Annotated[str, typer.Option(help="The CronJob that is the template.")] = "loadtest-sweep",
    kubeconfig: Annotated[Path | None, typer.Option(help="Of another cluster, with --context.")] = None,
    context: Annotated[str | None, typer.Option(help="Of another cluster, with --kubeconfig.")] = None,
) -> int:
    """
    Bring a run's folder from the cluster here, compare its checksum, and point results/latest at it.
    """
    volume = Volume(SweepJob(reach(kubeconfig, context), kube_namespace, job))
    with tempfile.NamedTemporaryFile(prefix="loadtest-", suffix=".tar.gz") as file:
        archive = Path(file.name)
        name, checksum = volume.fetch(run, archive)
        folder = unpack(archive, checksum, name, output)
    sys.stdout.write(f"{folder / 'report.html'}\n")
    return 0
