"""
A run's folder as one stream with a checksum, so that it can be copied from a volume and checked.

It decides what is packed and what may be unpacked.

    python -m loadtest.results.archive /results latest > run.tar.gz    (name and checksum on standard error)
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sys
import tarfile
from pathlib import Path
from typing import BinaryIO, cast

from loadtest.errors import InputError, MeasurementError
from loadtest.results.latest_link import LATEST, demand_latest, point_latest


class Hashed:
    """
    Passes a stream on and keeps a checksum of it.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._sum = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """
        Write data on.
        """
        self._sum.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        """
        Pass what is kept back on to the stream.
        """
        self._out.flush()

    def checksum(self) -> str:
        """
        SHA-256 of everything so far, in hex.
        """
        return self._sum.hexdigest()


def pack(results: Path, run: str, out: BinaryIO) -> tuple[str, str]:
    """
    Write a run's folder as a gzipped tar.

    Args:
        results: Folder of all runs.
        run: Name of a run, or ``latest``.
        out: Stream to which the tar is written.

    Returns:
        The run's own name, and the checksum of the written data.

    Raises:
        InputError: There is no such run; the error names the runs there are.
    """
    folder = results / run
    if "/" in run or run.startswith(".") or not (folder / "plan.json").is_file():
        there = sorted(path.parent.name for path in results.glob("*/plan.json") if path.parent.name != LATEST)
        raise InputError(f"{run}: no such run; there are: {', '.join(there) or 'none'}")
    folder = folder.resolve()
    hashed = Hashed(out)
    with (
        gzip.GzipFile(fileobj=cast(BinaryIO, hashed), mode="wb", compresslevel=4, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|") as tar,
    ):
        # Files that are only partly written (a step, a link) have names with a dot and are left out.
        tar.add(folder, folder.name, filter=lambda entry: None if _is_partial(entry.name) else entry)
    hashed.flush()
    return folder.name, hashed.checksum()


def unpack(archive: Path, checksum: str, run: str, output: Path) -> Path:
    """
    Compare an archive's checksum, unpack it below a folder of runs, and point ``latest`` at it.

    Raises:
        MeasurementError: The archive differs from what was packed.
        InputError: The run is there already, or the folder or its link cannot be written.
    """
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != checksum:
        raise MeasurementError(
            f"run {run}: its checksum is {found[:12]} here and {checksum[:12]} where it was packed, so a part is missing; "
            "fetch it again"
        )
    final, partial = output / run, output / f".{run}.{os.getpid()}"
    if final.exists():
        raise InputError(f"{final}: is there already; remove it or give another --output")
    try:
        output.mkdir(parents=True, exist_ok=True)
        demand_latest(output)
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(partial, filter="data")
        # A partly unpacked run would look like one that was interrupted, so it gets its name last.
        (partial / run).rename(final)
        point_latest(final)
    except OSError as error:
        raise InputError(
            f"--output {output}: cannot be written: {error.strerror or error}; name a folder that you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return final


def _is_partial(name: str) -> bool:
    return any(part.startswith(".") for part in Path(name).parts)


def main() -> int:
    """
    Pack a run and write it to standard output.
    """
    try:
        name, checksum = pack(Path(sys.argv[1]), sys.argv[2], sys.stdout.buffer)
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stderr.write(f"{name} {checksum}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
