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
from loadtest.results.store import Run

FOLDER = Path(__file__).parent / "recorded"


def record(run: Run, name: str) -> Path:
    """
    Write the facts of a run's steps.
    """
    steps = []
    for step in run.read_steps():
        injector = dataclasses.replace(step.injector, histograms={})
        steps.append(json.loads(to_json(dataclasses.replace(step, injector=injector, worker_halves=None))))
    text = json.dumps({"plan": json.loads(to_json(run.plan)), "steps": steps}, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


if __name__ == "__main__":
    print(record(Run.open(Path(sys.argv[1])), sys.argv[2]))
