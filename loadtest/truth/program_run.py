"""
One run of the program, whose results a page is made of, and the plan of long windows of the demo's work, against which
what short ones said is held.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

_PROGRAM = Path(sys.executable).with_name("loadtest")


def carry_out(verb: str, plan: Path, results: Path, *flags: str) -> Path:
    """
    Run one experiment; return its folder.
    """
    # A load that misses its bound makes the exit code 1 where all is well.
    _exit_code([_PROGRAM, verb, plan, "--output", results, *flags])
    return (results / "latest").resolve()


def compare_settings(
    plan: Path, a: str, b: str, results: Path, *flags: str, env: Mapping[str, str] | None = None
) -> None:
    """
    Run one comparison of two settings, each as ``KEY=VALUE``.

    Raises:
        SystemExit: The comparison came to no answer.
    """
    code = _exit_code([_PROGRAM, "compare", plan, "--a", a, "--b", b, "--output", results, *flags], env)
    # Better, worse and cannot tell are what a table is for; anything else is no comparison.
    if code not in (0, 1, 3):
        raise SystemExit(code)


def _exit_code(argv: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """
    Run the program to its end; where this process is told to end before, the program is told too, and waited for.
    """
    with _interrupted_by_sigterm(), subprocess.Popen(argv, env=env, start_new_session=True) as process:
        try:
            return process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
            process.wait()


@contextlib.contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
