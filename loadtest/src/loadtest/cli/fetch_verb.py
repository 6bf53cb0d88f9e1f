"""
``loadtest fetch``: bring a run's folder from the cluster's volume to this machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

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

if TYPE_CHECKING:
    from loadtest.target.kubernetes.sweep_job import SweepJob


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
    from loadtest.target.kubernetes.sweep_job import SweepJob

    demand_room(output, run)
    bring_run(
        SweepJob(reach(kubeconfig, context), kube_namespace, job),
        run,
        output,
        flags_of_cronjob(kube_namespace, job, kubeconfig, context),
        sys.stdout,
    )
    return 0


def bring_run(sweep: SweepJob, run: str, output: Path, same: str, told_to: TextIO) -> None:
    """
    Bring a run from the volume of a sweep, and tell where it is.

    Args:
        sweep: Sweep whose volume it is.
        run: Name of the run, or ``latest``.
        output: Folder of all runs here.
        same: Flags with which `loadtest submit` finds the same load test.
        told_to: Stream on which the path of its report is told, or of its folder where it has none.

    Raises:
        LoadtestError: There is no such run, it could not be copied, or it cannot be written here.
    """
    from loadtest.results.archive import unpack
    from loadtest.results.path_from_here import path_from_here
    from loadtest.target.kubernetes.results_fetch import Volume

    with _archive() as archive:
        name, checksum = Volume(sweep).fetch(run, archive)
        folder = unpack(archive, checksum, name, output)
    page = folder / "report.html"
    if page.is_file():
        told_to.write(f"{path_from_here(page)}\n")
        return
    here = path_from_here(folder)
    told_to.write(f"{here}\n")
    sys.stderr.write(
        f"note: {name} has no report, as it still runs or was cut off; `loadtest submit --resume {name}{same}` "
        f"finishes one that was cut off, `loadtest report {here}` makes a report of what it has measured\n"
    )


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


def demand_room(output: Path, run: str) -> None:
    """
    Refuse early what would be refused after the whole transfer: a run that is already here, or an output that is no
    folder.
    """
    try:
        # The name `latest` is that of a link here; which run it is on the volume is not known yet.
        if run != "latest" and (output / run).exists():
            raise InputError(f"{output / run}: is there already; remove it or give another --output")
        if output.is_symlink() and not output.exists():
            raise InputError(f"--output {output}: a link that points at nothing; name a folder")
        nearest = next(path for path in (output.absolute(), *output.absolute().parents) if path.exists())
        if not nearest.is_dir():
            what = "is no folder" if nearest == output.absolute() else f"{nearest} is no folder"
            raise InputError(f"--output {output}: {what}; name one")
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise InputError(
                f"--output {output}: {nearest} is closed to you; name a folder that you may write to"
            )
        if output.exists():
            demand_latest(output)
    except OSError as error:
        raise InputError(
            f"--output {output}: cannot be read: {error.strerror}; name another folder"
        ) from None
