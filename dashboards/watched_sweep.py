"""
A local sweep with a Prometheus beside it: ``python -m dashboards.watched_sweep PLAN [sweep's flags]``.

It finds what to scrape by the sweep's own child processes, and decides nothing about the sweep.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import psutil

from dashboards.local_prometheus import LocalPrometheus, PrometheusMissingError, write_targets
from loadtest.process_group_guard import hold_group, release_group

_LOOK_EVERY_SECONDS = 0.5
# What tells each part of a sweep: an option of its command line, or a variable of its environment.
_SERVER_OPTION = "--metrics-port"
_WORKER_VARIABLES = ("REPAIRSHOP_HEALTH_PORT", "METRICS_PORT")
_INJECTOR_VARIABLE = "LOADTEST_INJECTOR_METRICS_PORT"


def pages(parent: int, step_port: int) -> Mapping[str, list[str]]:
    """
    Return the pages of a running sweep: ``host:port`` by job.

    Args:
        parent: Process id of the sweep.
        step_port: TCP port on which the sweep itself shows its step.
    """
    found: dict[str, list[str]] = defaultdict(list)
    found["sweep"].append(f"127.0.0.1:{step_port}")
    try:
        children = psutil.Process(parent).children(recursive=True)
    except psutil.NoSuchProcess:
        return {}
    for child in children:
        # A child that has ended between the two looks has no page.
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            argv, environment = child.cmdline(), child.environ()
            if _SERVER_OPTION in argv and "start-dev" in argv:
                found["server"].append(f"127.0.0.1:{argv[argv.index(_SERVER_OPTION) + 1]}")
            elif _INJECTOR_VARIABLE in environment:
                found["injector"].append(f"127.0.0.1:{environment[_INJECTOR_VARIABLE]}")
            else:
                for variable in _WORKER_VARIABLES:
                    if variable in environment:
                        found["worker"].append(f"127.0.0.1:{environment[variable]}")
                        break
    return {job: sorted(set(addresses)) for job, addresses in found.items()}


def _sweep(prometheus: LocalPrometheus, arguments: list[str], step_port: int) -> int:
    loadtest = str(Path(sys.executable).with_name("loadtest"))
    command = [loadtest, "sweep", *arguments, "--metrics-port", str(step_port)]
    sweep = subprocess.Popen(command, start_new_session=True)
    hold_group(sweep.pid)
    try:
        while sweep.poll() is None:
            write_targets(prometheus.targets, pages(sweep.pid, step_port))
            time.sleep(_LOOK_EVERY_SECONDS)
    except KeyboardInterrupt:
        sweep.send_signal(signal.SIGINT)
        sweep.wait()
        raise
    finally:
        if sweep.poll() is None:
            sweep.send_signal(signal.SIGINT)
            sweep.wait()
        release_group(sweep.pid)
    return sweep.returncode


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """
    End as Ctrl-C does, so that sweep and Prometheus are ended too.
    """
    raise KeyboardInterrupt


def main(argv: list[str]) -> int:
    """
    Run a sweep with Prometheus, keep Prometheus until Ctrl-C, and return the sweep's exit code.
    """
    parser = argparse.ArgumentParser(
        prog="watched_sweep", description="A local sweep with a Prometheus beside it."
    )
    parser.add_argument("--prometheus-port", type=int, default=9090, help="where Prometheus listens")
    parser.add_argument("--step-port", type=int, default=9400, help="where the sweep shows its step")
    parser.add_argument("--data", type=Path, help="folder for Prometheus' data; a temporary one by default")
    own, arguments = parser.parse_known_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.ExitStack() as stack:
        folder = own.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watch-")))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            prometheus = stack.enter_context(LocalPrometheus(folder.resolve(), port=own.prometheus_port))
        except PrometheusMissingError as error:
            sys.stderr.write(f"error: {error}\n")
            return 2
        sys.stdout.write(f"Prometheus with rules and alerts: {prometheus.address}\n")
        sys.stdout.flush()
        try:
            code = _sweep(prometheus, arguments, own.step_port)
        except KeyboardInterrupt:
            return 130
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdout.write(f"The sweep has ended; Prometheus stays at {prometheus.address} until Ctrl-C.\n")
            sys.stdout.flush()
            signal.pause()
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
