"""
What helm said, kept beside pytest's own cache: the same program says the same of the same chart, values and arguments.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

Said = subprocess.CompletedProcess[str]


@dataclass(frozen=True, slots=True)
class HelmCache:
    """
    Answers of one state of each chart; a chart that changes takes the answers of its state before away.

    Attributes:
        folder: Folder of the answers.
    """

    folder: Path

    def said(self, chart: Path, asked: Sequence[str], ask: Callable[[], Said]) -> Said:
        """
        Return what helm said of a chart, and ask it where that is not known.

        Args:
            chart: Folder of the chart.
            asked: All that the answer depends on beside the chart and helm itself.
            ask: Runs helm.
        """
        before = _state(chart)
        known = self.folder / f"{chart.name}-{before}" / f"{_digest(*asked)}.json"
        if known.is_file():
            return Said(list(asked), **json.loads(known.read_text(encoding="utf-8")))
        found = ask()
        # Whoever edits the chart meanwhile gets an answer of neither state.
        if _state(chart) == before:
            self._keep(chart, known, found)
        return found

    def _keep(self, chart: Path, known: Path, found: Said) -> None:
        for other in self.folder.glob(f"{chart.name}-{'?' * _DIGITS}"):
            if other != known.parent:
                shutil.rmtree(other, ignore_errors=True)
        known.parent.mkdir(parents=True, exist_ok=True)
        # Workers of one run may write the same answer at once.
        with tempfile.NamedTemporaryFile("w", dir=known.parent, delete=False, encoding="utf-8") as file:
            json.dump({name: getattr(found, name) for name in ("returncode", "stdout", "stderr")}, file)
        Path(file.name).replace(known)


_DIGITS = 32


def _state(chart: Path) -> str:
    program = Path(shutil.which("helm") or "helm")
    about = program.stat() if program.is_file() else None
    files = [path for path in sorted(chart.rglob("*")) if path.is_file()]
    return _digest(
        str(chart),
        f"{program} {about.st_size} {about.st_mtime_ns}" if about else "",
        *(f"{path} {sha256(path.read_bytes()).hexdigest()}" for path in files),
    )


def _digest(*texts: str) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:_DIGITS]
