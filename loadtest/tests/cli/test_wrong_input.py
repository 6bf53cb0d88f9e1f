"""
Whatever a user gets wrong in a plan or on the command line ends in error lines, exit code 2 and nothing left behind.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from synthetic_runs import kept_run
from wrong_flags_grammar import (
    TOLD_AS,
    TOLD_BY_THE_CLUSTER,
    command_of,
    wrong_commands,
    wrong_flags,
    wrong_values_of_flags,
)
from wrong_plans import good_plan, plans_with_one_wrong_value, toml, wrong_plans

from loadtest.cli import run_start
from loadtest.cli.app import run

pytestmark = pytest.mark.process

PLAN, KEPT = "wrong.toml", "kept"


def _refused(arguments: list[str], folder: Path) -> str:
    """Run a command line, see it refused, and return what it said."""
    told, printed = io.StringIO(), io.StringIO()

    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(printed):
        code = run(arguments)

    lines = told.getvalue().split("\n")[:-1]
    assert code == 2, (arguments, code, told.getvalue(), printed.getvalue())
    assert lines
    assert all(line.startswith("error: ") and len(line) > len("error: ") for line in lines), lines
    assert "Traceback" not in told.getvalue()
    assert {path.name for path in folder.iterdir()} == {PLAN, KEPT}
    return told.getvalue()


@pytest.mark.timeout(900)
def test_every_wrong_input_is_refused_in_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong types, negative, huge, infinite, empty, unicode, misplaced: each key and each flag of each verb alone, and several at random; no server."""
    monkeypatch.chdir(tmp_path)
    for name in ("TEMPORAL_ADDRESS", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUBECONFIG", "/no/such/kubeconfig")
    kept_run(tmp_path / KEPT)
    # A mistake that slips through is told at once, in place of a sweep.
    monkeypatch.setattr(run_start, "_carry_out", lambda run, *_: pytest.fail(f"accepted: {run.plan}"))
    plan = tmp_path / PLAN
    tried: Counter[str] = Counter()

    def refuse_plan(document: dict[str, object]) -> None:
        plan.write_text(toml(document), encoding="utf-8")
        tried["plans"] += 1
        _refused(["sweep", PLAN], tmp_path)

    def refuse_command(words: list[str]) -> str:
        plan.write_text(toml(good_plan()), encoding="utf-8")
        tried["commands"] += 1
        return _refused(words, tmp_path)

    for document in plans_with_one_wrong_value():
        refuse_plan(document)
    for verb, flag, value in wrong_values_of_flags():
        said = refuse_command(command_of(verb, flag, value))
        is_told = any(word in said for word in (flag, *TOLD_AS.get(flag, ())))
        assert is_told or (verb, flag) in TOLD_BY_THE_CLUSTER, (verb, flag, value, said)

    def refuse_words(words: list[str]) -> None:
        refuse_command(words)

    flags = wrong_flags().map(lambda words: ["sweep", PLAN, *words])
    for refuse, inputs, times in (
        (refuse_plan, wrong_plans(), 400),
        (refuse_words, flags, 150),
        (refuse_words, wrong_commands(), 150),
    ):
        often = settings(max_examples=times, database=None, suppress_health_check=list(HealthCheck))
        often(given(inputs)(refuse))()

    assert tried["plans"] >= 1_000, tried
    assert tried["commands"] >= 1_000, tried
