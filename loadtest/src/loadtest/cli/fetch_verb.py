"""
``loadtest fetch``: bring a run's folder from the cluster's volume to this machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.cronjob_flags import (
    CONTEXT,
    DEFAULT_JOB,
    DEFAULT_KUBE_NAMESPACE,
    JOB,
    KUBE_NAMESPACE,
    KUBECONFIG,
    flags_of_cronjob,
)
from loadtest.errors import InputError
from loadtest.results.latest_link import demand_latest


def fetch(
    run: Annotated[str, typer.Argument(help="Name of the run on the volume, or latest.")] = "latest",
    output: Annotated[Path, typer.Option(help="Folder of all runs here.")] = Path("results"),
    kube_namespace: Annotated[str, KUBE_NAMESPACE] = DEFAULT_KUBE_NAMESPACE,
    job: Annotated[str, JOB] = DEFAULT_JOB,
    kubeconfig: Annotated[Path | None, KUBECONFIG] = None,
    context: Annotated[str | None, CONTEXT] = None,
) -> int:
    """
    Bring a run's folder from the cluster here, compare its checksum, and point results/latest at it.

    Prints the path of its report, or that of its folder where it has none.
    """
    from loadtest.cli.kubeconfig import reach
    from loadtest.results.archive import unpack
    from loadtest.results.path_from_here import path_from_here
    from loadtest.target.kubernetes.results_fetch import Volume
    from loadtest.target.kubernetes.sweep_job import SweepJob

    _demand_room(output, run)
    volume = Volume(SweepJob(reach(kubeconfig, context), kube_namespace, job))
    with _archive() as archive:
        name, checksum = volume.fetch(run, archive)
        folder = unpack(archive, checksum, name, output)
    page = folder / "report.html"
    if page.is_file():
        sys.stdout.write(f"{path_from_here(page)}\n")
        return 0
    here, same = path_from_here(folder), flags_of_cronjob(kube_namespace, job, kubeconfig, context)
    sys.stdout.write(f"{here}\n")
    sys.stderr.write(
        f"note: {name} has no report, as it still runs or was cut off; `loadtest submit --resume {name}{same}` "
        f"finishes one that was cut off, `loadtest report {here}` makes a report of what it has measured\n"
    )
    return 0


@contextmanager
def _archive() -> Iterator[Path]:
    """
    Yield the path of an empty file that goes with this process, after SIGKILL too where files without a name can be opened.
    """
    with tempfile.TemporaryFile() as file:
        nameless = Path(f"/proc/self/fd/{file.fileno()}")
        if nameless.exists():
            yield nameless
            return
    with tempfile.NamedTemporaryFile(prefix="loadtest-", suffix=".tar.gz") as named:
        yield Path(named.name)


def _demand_room(output: Path, run: str) -> None:
    """
    Refuse early what would be refused after the whole transfer: a run that is already here, or an output that is no
    folder.
    """
    try:
        # The name `latest` is that of a link here; which run it is on the volume is not known yet.
        if run != "latest" and (output / run).exists():
            raise InputError(f"{output / run}: is there already; remove it or give another --output")
        if output.exists() and not output.is_dir():
            raise InputError(f"--output {output}: is no folder; name one")
        if output.exists():
            demand_latest(output)
    except OSError as error:
        raise InputError(
            f"--output {output}: cannot be read: {error.strerror}; name another folder"
        ) from None
