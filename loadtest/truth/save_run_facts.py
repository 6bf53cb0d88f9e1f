"""
Keep the facts of a finished run, without its pages, for trials of later code.

    python loadtest/truth/save_run_facts.py RUN NAME
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import sys
from pathlib import Path

from loadtest.analysis.costs.sizing_resources import DATABASE_REQUESTS
from loadtest.probe.page import PageScope, read
from loadtest.probe.page_difference import difference
from loadtest.results.document import to_json
from loadtest.results.metric_difference import Difference
from loadtest.results.run_folder import Run

FOLDER = Path(__file__).parent / "recorded"


def record(run: Run, name: str) -> Path:
    """
    Write the facts of a run's steps.
    """
    steps = []
    for step in run.read_steps():
        injector = dataclasses.replace(step.injector, histograms={})
        scrapes = run.path / "steps" / step.key.folder / "scrapes"
        kept = dataclasses.replace(
            step,
            injector=injector,
            worker_halves=_counters(step.worker_halves),
            server_window=_with_database(step.server_window, scrapes, "window"),
            server_whole=_with_database(step.server_whole, scrapes, "step"),
        )
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


def _with_database(counted: Difference | None, scrapes: Path, span: str) -> Difference | None:
    """
    Add the database's requests to what a run of an older version counted, from the pages that it kept.
    """
    if counted is None or DATABASE_REQUESTS in counted.counters:
        return counted
    looks = [
        [
            read(path.name, gzip.decompress(path.read_bytes()).decode())
            for path in scrapes.glob(f"{edge}-server-*")
        ]
        for edge in (f"{span}-start", f"{span}-end")
    ]
    pages = [
        [dataclasses.replace(page, endpoint=page.endpoint.partition("-server-")[2]) for page in look]
        for look in looks
    ]
    # Of every namespace and queue, so whose scope it is does not matter.
    grown = difference(counted.seconds, *pages, "server", PageScope("", ""))
    counters = {**counted.counters, DATABASE_REQUESTS: grown.counters[DATABASE_REQUESTS]}
    return dataclasses.replace(counted, counters=counters)


if __name__ == "__main__":
    print(record(Run.open(Path(sys.argv[1])), sys.argv[2]))
