"""
Deletes the oldest runs in a folder of runs, so that nightly sweeps do not fill their volume.

It decides by the runs' names, which begin with their time; other folders are left alone.

    python -m loadtest.results.retention /results 50    (what was taken away on standard output)
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from loadtest.results.latest_link import LATEST

_RUN = re.compile(r"\d{8}-\d{6}-.+")


def keep_newest(results: Path, count: int) -> list[str]:
    """
    Delete all but the newest runs; the one that ``latest`` points at stays, however old it is.

    Args:
        results: Folder of all runs.
        count: Number of runs to keep, 1 or more.

    Returns:
        Names of the runs that were deleted, oldest first.

    Raises:
        OSError: A run cannot be deleted.
    """
    runs = sorted(path for path in results.iterdir() if path.is_dir() and not path.is_symlink())
    runs = [path for path in runs if _RUN.fullmatch(path.name)]
    latest = (results / LATEST).resolve()
    old = [path for path in runs[: max(0, len(runs) - count)] if path.resolve() != latest]
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]


def main() -> int:
    """
    Delete old runs in the folder that the command names.
    """
    for name in keep_newest(Path(sys.argv[1]), int(sys.argv[2])):
        sys.stdout.write(f"{name}: deleted, as newer runs are kept\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
