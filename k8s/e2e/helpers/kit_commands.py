"""
Drives the project in a real kind cluster as a user does: by make, loadtest and kubectl.

It asserts nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[3]
CONTEXT = f"kind-{os.environ.get('CLUSTER', 'temporal-kit')}"
KUBECONFIG = CHECKOUT / ".kube" / "config"
NAMESPACES = ("temporal", "repair-shop", "loadtest", "monitoring")
WORKERS = "repair-worker"
LOADTEST = str(Path(sys.executable).parent / "loadtest")
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Done:
    """
    How a command ended.
    """

    code: int
    out: str
    error: str

    @property
    def said(self) -> str:
        """
        All that the command printed.
        """
        return self.out + self.error


def run(command: Sequence[str], timeout: float = 120, given: str | None = None, **environment: str) -> Done:
    """
    Run a command at the top of the checkout, whatever it answers.
    """
    done = subprocess.run(
        list(command),
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Kit:
    """
    The cluster with the kit in it.

    Attributes:
        results: Folder of fetched runs.
        submits: Every ``loadtest submit`` that was started.
    """

    results: Path
    submits: list[subprocess.Popen[str]] = field(default_factory=list)

    def make(self, *arguments: str, timeout: float = 900) -> Done:
        """
        Run make; its output is shown, as it takes minutes and tells times.
        """
        started = time.monotonic()
        done = run(["make", *arguments], timeout)
        print(f"$ make {' '.join(arguments)}   ({time.monotonic() - started:.0f} s)\n{done.said.rstrip()}")
        return done

    def ask(self, *arguments: str, given: str | None = None, timeout: float = 120) -> Done:
        """
        Run kubectl, whatever it answers.
        """
        cluster = ["--kubeconfig", str(KUBECONFIG), "--context", CONTEXT]
        return run(["kubectl", *cluster, *arguments], timeout, given)

    def kubectl(self, *arguments: str, given: str | None = None, timeout: float = 120) -> str:
        """
        Run kubectl, which must succeed, and return what it printed.
        """
        done = self.ask(*arguments, given=given, timeout=timeout)
        assert done.code == 0, f"kubectl {' '.join(arguments)}: {done.error}"
        return done.out

    def get(self, *arguments: str) -> Any:
        """
        Return what ``kubectl get`` gives as JSON.
        """
        return json.loads(self.kubectl("get", *arguments, "--output", "json"))

    def deployment(self, name: str = WORKERS, namespace: str = "repair-shop") -> Any:
        """
        Return a Deployment.
        """
        return self.get("deployment", name, "--namespace", namespace)

    def helm(self, *arguments: str) -> Done:
        """
        Run helm, whatever it answers.
        """
        return run(["helm", "--kubeconfig", str(KUBECONFIG), "--kube-context", CONTEXT, *arguments])

    def loadtest(self, *arguments: str, timeout: float = 600) -> Done:
        """
        Run loadtest.
        """
        return run([LOADTEST, *arguments], timeout)

    def submit(self, plan: str, *arguments: str) -> Sweep:
        """
        Submit a plan given as text and return at once.
        """
        file = self.results / f"plan-{next(_NUMBERS)}.toml"
        file.write_text(plan, encoding="utf-8")
        return self.follow(str(file), *arguments)

    def follow(self, *arguments: str) -> Sweep:
        """
        Start ``loadtest submit`` with these arguments and return at once.
        """
        process = subprocess.Popen(
            [LOADTEST, "submit", "--progress", "json", *arguments],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.submits.append(process)
        return Sweep(self, process)

    def end_sweeps(self) -> None:
        """
        End the sweeps that are followed still, as a test that failed leaves them: the next one would be refused.
        """
        followed = [process for process in self.submits if process.poll() is None]
        for process in followed:
            process.kill()
            process.wait()
        if followed:
            self.kubectl("delete", "jobs", "--all", "--namespace", "loadtest", "--cascade=foreground")

    def sweep(self, plan: str, *arguments: str) -> Finished:
        """
        Submit a plan and wait for its end.
        """
        return self.submit(plan, *arguments).finish()


@dataclass(slots=True)
class Sweep:
    """
    A sweep that runs.
    """

    kit: Kit
    process: subprocess.Popen[str]

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """
        Read the sweep's progress until an event with these fields.
        """
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            said = json.loads(line) if line.startswith("{") else {}
            if said.get("event") == event and fields.items() <= said.items():
                found: dict[str, Any] = said
                return found
        assert self.process.stderr is not None
        raise AssertionError(
            f"the sweep ended without {event}: {''.join(lines[-5:])}{self.process.stderr.read()}"
        )

    def finish(self, timeout: float = 420) -> Finished:
        """
        Wait for its end.
        """
        out, error = self.process.communicate(timeout=timeout)
        print(f"submit ended with {self.process.returncode}: {error.strip()}")
        for line in out.splitlines():
            if '"StepEnded"' in line:
                print("  ", json.loads(line)["line"])
        return Finished(self.process.returncode, out, error)


@dataclass(frozen=True, slots=True)
class Finished:
    """
    A sweep that ended.

    Attributes:
        code: Exit code of ``loadtest submit``.
        out, error: Standard output and standard error of the command.
    """

    code: int
    out: str
    error: str

    @property
    def is_measured(self) -> bool:
        """
        Whether every step counts, be the goal kept, missed or, on a busy machine, undecided: not whether the run is invalid or broke off.
        """
        *_, last = [line for line in self.out.splitlines() if line.startswith("{")] or ["{}"]
        undecided = json.loads(last).get("verdict") == "undecided"
        return self.code in (0, 1) or (self.code == 3 and undecided)


@dataclass(frozen=True, slots=True)
class FetchedRun:
    """
    A run on this machine.
    """

    path: Path

    def measured(self) -> list[dict[str, Any]]:
        """
        The raw facts of each step.
        """
        return [json.loads(path.read_text()) for path in sorted(self.path.glob("steps/*/measured.json"))]

    def read(self, name: str) -> Any:
        """
        One JSON file of the run.
        """
        return json.loads((self.path / name).read_text())


def fetch(kit: Kit, *arguments: str) -> FetchedRun:
    """
    Bring a run here, by default the latest of the kit's own load test.
    """
    done = kit.loadtest("fetch", *arguments, "--output", str(kit.results))
    assert done.code == 0, done.error
    told = Path(done.out.strip())
    return FetchedRun(told if told.is_dir() else told.parent)


def until(true: Callable[[], bool], what: str, timeout: float = 120) -> None:
    """
    Wait until something holds.
    """
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
        time.sleep(0.5)


def users_kubeconfig() -> str:
    """
    A hash of the user's own kubeconfig; the kit must never touch it.
    """
    path = Path(os.environ.get("KUBECONFIG", Path.home() / ".kube" / "config"))
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "there is none"
