"""
``loadtest doctor``: which program is missing, which version is wanted, and how to get it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console

from loadtest.errors import InputError


class ProgramState(StrEnum):
    """
    What was found about one program.
    """

    GOOD = "good"
    MISSING = "missing"
    TOO_OLD = "too old"
    SILENT = "does not answer"


@dataclass(frozen=True, slots=True)
class Tool:
    """
    One program that a target of the Makefile calls.

    Attributes:
        name: Name of the program as people know it.
        command: Command that prints the program's version and ends with exit code 0.
        wanted: The oldest version that is enough, as numbers.
        tested: The version that the tests ran with.
        needed_for: What does not work without the program.
        how_to_get: What to do where the program is missing or too old.
        choice: Name of a group of programs that replace each other: one of them is enough.
    """

    name: str
    command: tuple[str, ...]
    wanted: tuple[int, ...]
    tested: str
    needed_for: str
    how_to_get: str
    choice: str | None = None


TOOLS = (
    Tool(
        name="docker",
        command=("docker", "--version"),
        wanted=(20, 10),
        tested="20.10.24",
        needed_for="make images, kind-up",
        how_to_get="https://docs.docker.com/engine/install/ or, on Debian, apt install docker.io",
    ),
    Tool(
        name="docker daemon",
        command=("docker", "version", "--format", "{{.Server.Version}}"),
        wanted=(20, 10),
        tested="20.10.24",
        needed_for="make images, kind-up",
        how_to_get="start it: systemctl start docker, or Docker Desktop; your user must be in the group docker",
    ),
    Tool(
        name="kind",
        command=("kind", "version"),
        wanted=(0, 24),
        tested="0.33.0",
        needed_for="make kind-up",
        how_to_get="https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
        choice="cluster",
    ),
    Tool(
        name="minikube",
        command=("minikube", "version", "--short"),
        wanted=(1, 38),
        tested="1.38.1",
        needed_for="make minikube-up",
        how_to_get="https://minikube.sigs.k8s.io/docs/start/",
        choice="cluster",
    ),
    Tool(
        name="kubectl",
        command=("kubectl", "version", "--client"),
        wanted=(1, 29),
        tested="1.34.3",
        needed_for="every target that speaks to a cluster",
        how_to_get="https://kubernetes.io/docs/tasks/tools/",
    ),
    Tool(
        name="helm",
        command=("helm", "version", "--short"),
        wanted=(3, 14),
        tested="4.0.5",
        needed_for="make deploy, down",
        how_to_get="https://helm.sh/docs/intro/install/",
    ),
    Tool(
        name="bash",
        command=("bash", "--version"),
        wanted=(4, 4),
        tested="5.2",
        needed_for="the scripts of k8s/run/",
        how_to_get="macOS: brew install bash",
    ),
    Tool(
        name="GNU coreutils",
        command=("sha256sum", "--version"),
        wanted=(8, 30),
        tested="9.1",
        needed_for="the scripts of k8s/run/",
        how_to_get="macOS: brew install coreutils findutils gnu-tar, with their gnubin folders first in PATH",
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What to say of one program.

    Attributes:
        tool: The program.
        health: The state in which the program was found.
        version: Version that the program prints; None where it prints none.
    """

    tool: Tool
    health: ProgramState
    version: str | None

    @property
    def line(self) -> str:
        """
        Return one line for people: what was found and, unless it is good, what is needed and what to do.
        """
        tool = self.tool
        if self.health is ProgramState.GOOD:
            return f"{tool.name} {self.version}"
        found = f"{tool.name}: {self.health}"
        if self.version is not None:
            found = f"{tool.name} {self.version}: {self.health}"
        wanted = ".".join(map(str, tool.wanted))
        return f"{found}; {wanted} or newer is needed for {tool.needed_for} (tested: {tool.tested}); {tool.how_to_get}"


ToolAnswer = str | None
"""
What a program printed; empty where it failed, None where there is no such program.
"""


def ask(command: Sequence[str]) -> ToolAnswer:
    """
    Run a program that prints its version.
    """
    try:
        done = subprocess.run(list(command), capture_output=True, text=True, timeout=20, check=False)
    except (FileNotFoundError, PermissionError):
        return None
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""


def judge(tool: Tool, answer: ToolAnswer) -> Finding:
    """
    Return the finding that a program's own output gives.
    """
    if answer is None:
        return Finding(tool, ProgramState.MISSING, None)
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", answer)
    if found is None:
        return Finding(tool, ProgramState.SILENT, None)
    version = tuple(int(part) for part in found.groups() if part is not None)
    health = ProgramState.GOOD if version[: len(tool.wanted)] >= tool.wanted else ProgramState.TOO_OLD
    return Finding(tool, health, found.group())


def examine(
    asked: Callable[[Sequence[str]], ToolAnswer] = ask, tools: Sequence[Tool] = TOOLS
) -> tuple[Finding, ...]:
    """
    Return a finding for each program, in the order of the list.

    Args:
        asked: Runs a command and returns its output; replaced by tables in tests.
        tools:
            The programs to ask.
    """
    return tuple(judge(tool, asked(tool.command)) for tool in tools)


def complaints(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """
    Return the findings that are a problem: of programs that replace each other, one good one is enough.
    """
    satisfied = {
        f.tool.choice for f in findings if f.health is ProgramState.GOOD and f.tool.choice is not None
    }
    return tuple(f for f in findings if f.health is not ProgramState.GOOD and f.tool.choice not in satisfied)


def doctor() -> int:
    """
    Look for the programs that the cluster's targets call; the local target needs none of them.
    """
    console = Console(soft_wrap=True)
    findings = examine()
    missing = complaints(findings)
    for finding in findings:
        if finding not in missing:
            console.print(finding.line, highlight=False, markup=False)
    if missing:
        raise InputError("\n".join(finding.line for finding in missing))
    return 0
