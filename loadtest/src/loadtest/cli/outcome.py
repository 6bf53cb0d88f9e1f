from __future__ import annotations
from loadtest.results.store import Run
def conclude(run, told=None):
    print(run.path); return 0
