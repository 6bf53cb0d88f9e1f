"""
Keep the facts of a finished run, without its timelines and pages, for trials of later code.

    python loadtest/truth/record_run.py RUN NAME
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import sys
from pathlib import Path

from loadtest.results.document import to_json
from loadtest.results.metric_difference import Difference
from loadtest.results.store import Run

FOLDER = Path(__file__).parent / "recorded"


def record(run: Run, name: str) -> Path:
    """
    Write the facts of a run's steps.
    """
    steps = []
    for step in run.read_steps():
        injector = dataclasses.replace(step.injector, histograms={})
        kept = dataclasses.replace(step, injector=injector, worker_halves=_counters(step.worker_halves))
        steps.append(json.loads(to_json(kept)))
    text = json.dumps({"plan": json.loads(to_json(run.plan)), "steps": steps}, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def _counters(halves: tuple[Difference, Difference] | None) -> tuple[Difference, Difference] | None:
    """
    Keep what the rules of validity read of a window's halves, without which a step that was not level would count.
    """
    if halves is None:
        return None
    first, second = (dataclasses.replace(half, histograms={}, by_label={}) for half in halves)
    return first, second


if __name__ == "__main__":
    print(record(Run.open(Path(sys.argv[1])), sys.argv[2]))
