"""
A plan of long windows of the demo's work, against which what short ones said is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

DEMO = Path(__file__).parents[1] / "plans" / "demo.toml"


def long_window_plan(name: str, replicas: int, seed: int, rates: Sequence[float], seconds: int) -> str:
    """
    Return the plan of one window at each rate, after a closed load.
    """
    _, _, work = DEMO.read_text(encoding="utf-8").partition("[work]")
    loads = "".join(
        f'[[loads]]\nkind = "open"\narrival_rate = {rate:.3f}\nwindow_seconds = {seconds}\n' for rate in rates
    )
    head = f'name = "{name}"\nreplicas = [{replicas}]\nwarm_up_seconds = 5\nseed = {seed}\n'
    return f'{head}[[loads]]\nkind = "saturate"\nwindow_seconds = 20\n{loads}[work]{work}'
