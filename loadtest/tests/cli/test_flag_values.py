"""
A flag whose value cannot be used is named with the value as it was typed, and with what to type instead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loadtest.cli.app import run

SMOKE = str(Path(__file__).parents[2] / "plans" / "smoke.toml")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ["sweep", SMOKE, "--replicas", "1", "2", "4"],
            "a list has commas and no spaces, such as --replicas 1,2,4",
            id="replicas-with-spaces",
        ),
        pytest.param(
            ["sweep", SMOKE, "--replicas", "0"],
            "error: --replicas 0: replicas.0 = 0: must be greater than or equal to 1",
            id="replicas-none",
        ),
        pytest.param(
            ["sweep", SMOKE, "--rate", "5/s"],
            "error: --rate 5/s: must be a number, without a unit; seconds and starts per second are meant",
            id="rate-with-unit",
        ),
        pytest.param(
            ["sweep", SMOKE, "--window", "30s"], "--window 30s: must be a number, w", id="window-unit"
        ),
        pytest.param(
            ["sweep", SMOKE, "--injectors", "two"], "--injectors two: must be a whole", id="injectors"
        ),
        pytest.param(
            ["sweep", SMOKE, "--address", "localhost"],
            "--address localhost: must be HOST:PORT",
            id="address-without-port",
        ),
        pytest.param(
            ["capacity", SMOKE, "--address", "http://127.0.0.1:7233"],
            "--address http://127.0.0.1:7233: must be HOST:PORT, with no http:// before it",
            id="address-with-scheme",
        ),
        pytest.param(
            ["sweep", SMOKE, "--rate", "0"],
            "error: --rate 0: loads.1.arrival_rate = 0.0: must be greater than 0",
            id="rate-zero",
        ),
        pytest.param(
            ["sweep", SMOKE, "--namespace", ""], "error: --namespace : namespace = '': must", id="namespace"
        ),
    ],
)
def test_the_flag_is_named_and_what_to_write(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No line blames the plan file, or says in a library's words that a string cannot be parsed."""
    monkeypatch.chdir(tmp_path)

    line = refusal(*arguments)

    assert told in line
    assert SMOKE not in line
    assert list(tmp_path.iterdir()) == []


def test_a_value_of_the_file_itself_stays_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what a flag set is the flag's."""
    plan = tmp_path / "mine.toml"
    plan.write_text("name = 'x'\nseed = -1\n", encoding="utf-8")

    run(["sweep", str(plan), "--replicas", "0"])

    lines = sorted(capsys.readouterr().err.splitlines())
    assert [line.partition(" = ")[0] for line in lines] == [
        "error: --replicas 0: replicas.0",
        f"error: {plan}: seed",
    ]


def test_the_list_of_verbs_says_whole_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    """Typer cuts what it takes from a docstring in mid-sentence, with dots."""
    assert run(["--help"]) == 0

    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


@pytest.mark.parametrize(
    "flag", [["--junit=~/none/x.xml"], ["--junit", "/home/rosa/none/x.xml"]], ids=["=", "apart"]
)
def test_a_tilde_after_an_equals_sign_is_the_home(
    flag: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A shell reads it in a word of its own alone; as it is, it would make a folder whose name is dangerous to remove.
    """
    monkeypatch.setenv("HOME", "/home/rosa")

    assert run(["compare", SMOKE, *flag]) == 2
    assert "there is no folder /home/rosa/none" in capsys.readouterr().err
