"""
What the doctor says of the programs that the cluster targets need.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from loadtest.cli.doctor_verb import TOOLS, ProgramState, Tool, ToolAnswer, ask, complaints, examine, judge

BY_NAME = {tool.name: tool for tool in TOOLS}


@pytest.mark.parametrize(
    ("name", "answer", "health", "version"),
    [
        pytest.param(
            "docker",
            "Docker version 20.10.24+dfsg1, build 297e128",
            ProgramState.GOOD,
            "20.10.24",
            id="debian",
        ),
        pytest.param(
            "docker", "Docker version 19.03.15, build 99e3ed8919", ProgramState.TOO_OLD, "19.03.15", id="old"
        ),
        pytest.param("docker daemon", "", ProgramState.SILENT, None, id="daemon-down"),
        pytest.param("kind", "kind v0.33.0 go1.25.1 linux/amd64", ProgramState.GOOD, "0.33.0", id="kind"),
        pytest.param(
            "kind",
            "kind v0.9.0 go1.15.2 linux/amd64",
            ProgramState.TOO_OLD,
            "0.9.0",
            id="nine-is-not-above-24",
        ),
        pytest.param(
            "kubectl",
            "Client Version: v1.34.3\nKustomize Version: v5.7.1",
            ProgramState.GOOD,
            "1.34.3",
            id="kubectl",
        ),
        pytest.param("helm", "v4.0.5", ProgramState.GOOD, "4.0.5", id="helm-4"),
        pytest.param("helm", "v3.2.1+gfe51cd1", ProgramState.TOO_OLD, "3.2.1", id="helm-3.2"),
        pytest.param(
            "bash",
            "GNU bash, version 3.2.57(1)-release (arm64-apple-darwin)",
            ProgramState.TOO_OLD,
            "3.2.57",
            id="macos",
        ),
        pytest.param(
            "GNU coreutils", "sha256sum (GNU coreutils) 9.1", ProgramState.GOOD, "9.1", id="two-numbers"
        ),
        pytest.param("minikube", "v1.38.1", ProgramState.GOOD, "1.38.1", id="minikube"),
        # Which knows no Kubernetes 1.34.3.
        pytest.param("minikube", "v1.37.0", ProgramState.TOO_OLD, "1.37.0", id="minikube-before-1.34.3"),
        pytest.param("minikube", None, ProgramState.MISSING, None, id="absent"),
    ],
)
def test_the_programs_own_words_are_judged(
    name: str, answer: ToolAnswer, health: ProgramState, version: str | None
) -> None:
    """
    Versions are compared as numbers, and a program that says none is not taken for a good one.
    """
    finding = judge(BY_NAME[name], answer)

    assert (finding.health, finding.version) == (health, version)


def test_a_bad_finding_says_what_is_wanted_and_how_to_get_it() -> None:
    """
    The one line names the program, the version found, the version wanted, what it is for and where it comes from.
    """
    line = judge(BY_NAME["helm"], "v3.2.1").line

    assert line == (
        "helm 3.2.1: too old; 3.14 or newer is needed for make deploy, down (tested: 4.0.5); "
        "https://helm.sh/docs/intro/install/"
    )


def words_of(missing: set[str]) -> dict[tuple[str, ...], ToolAnswer]:
    return {tool.command: None if tool.name in missing else "99.99.99" for tool in TOOLS}


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        pytest.param(set(), set(), id="all-there"),
        pytest.param({"minikube"}, set(), id="kind-is-enough"),
        pytest.param({"kind"}, set(), id="minikube-is-enough"),
        pytest.param({"kind", "minikube"}, {"kind", "minikube"}, id="neither"),
        pytest.param({"helm", "minikube"}, {"helm"}, id="helm"),
    ],
)
def test_one_of_two_that_replace_each_other_is_enough(missing: set[str], named: set[str]) -> None:
    """
    A machine with kind is not told to get minikube, nor the other way round.
    """
    words = words_of(missing)

    def asked(command: Sequence[str]) -> ToolAnswer:
        return words[tuple(command)]

    assert {finding.tool.name for finding in complaints(examine(asked))} == named


@pytest.mark.process
def test_a_program_that_is_not_there_is_missing() -> None:
    """
    Asking a program that does not exist is an answer, not an error.
    """
    absent = Tool("nothing", ("no-such-program-anywhere", "--version"), (1,), "1", "nothing", "nowhere")

    findings = examine(ask, [absent])

    assert [finding.health for finding in findings] == [ProgramState.MISSING]


@pytest.mark.process
def test_a_program_that_is_there_is_asked() -> None:
    """
    The shell that runs make's recipes answers with its version.
    """
    findings = examine(ask, [BY_NAME["bash"]])

    assert [finding.health for finding in findings] == [ProgramState.GOOD]
