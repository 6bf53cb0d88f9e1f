"""
Carrying a run out: signals, errors, and what is kept of a run that ended early.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from fake_clock import inline
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.cli import supervised_run
from loadtest.cli.supervised_run import StepMetricFlags, Tell, run_and_report
from loadtest.design.grid import Grid
from loadtest.errors import InjectorError, TargetError
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, PhaseStarted, StepStarted, SweepEnded
from loadtest.listeners.display import JsonLines
from loadtest.results.run_folder import Run
from loadtest.results.step_key import step_keys

pytestmark = pytest.mark.usefixtures("begun_on_a_terminal")
PHASES = ("scale", "plan the window", "warm-up", "window", "drain", "collect")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A new run; its report is not made, which other tests do."""
    monkeypatch.setattr(asyncio, "to_thread", inline)
    monkeypatch.setattr(
        supervised_run, "conclude", lambda run, quiet: SweepEnded("pass", "report.html", (), 0)
    )
    return Run.create(tmp_path, quick_plan(), replace(synthetic_steps.manifest(), finished_at=None))


def _carry_out(run: Run, system: FakeSystem, watch: Tell) -> int:
    async def sweeping(tell: Tell) -> None:
        def both(event: Event) -> None:
            tell(event)
            watch(event)

        subject = Subject(ACTIVITIES, own_worker=True)
        await run_experiment({None: fake_ports(system)}, run, subject, Grid(run.plan), both, system.clock)

    return run_and_report(run, sweeping, JsonLines(), StepMetricFlags())


def test_an_interruption_while_the_report_is_made_tells_how_to_make_it(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its steps are all kept, and `error: interrupted` alone looked as if they were lost."""

    def interrupted(_run: Run, *, quiet: bool) -> SweepEnded:
        raise KeyboardInterrupt

    monkeypatch.setattr(supervised_run, "conclude", interrupted)

    try:
        code = _carry_out(run, FakeSystem(), lambda _: None)
    except KeyboardInterrupt:  # it would end the tests
        pytest.fail("the interruption came through")

    assert code == 130
    assert len(run.read_steps()) == len(step_keys(run.plan))
    assert f"interrupted; `loadtest sweep --resume {run.path}` does what is left" in capsys.readouterr().err


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["ctrl-c", "sigterm", "the-terminal-is-closed"],
)
@pytest.mark.parametrize("phase", PHASES)
def test_a_signal_in_any_phase_keeps_what_was_measured(
    run: Run, capsys: pytest.CaptureFixture[str], phase: str, number: signal.Signals
) -> None:
    """The second step is lost and leaves nothing, the first one is kept, and the exit code is 130."""
    system, steps = FakeSystem(), list[StepStarted]()

    def interrupt(event: Event) -> None:
        if isinstance(event, StepStarted):
            steps.append(event)
        if isinstance(event, PhaseStarted) and event.phase == phase and len(steps) == 2:
            os.kill(os.getpid(), number)

    code = _carry_out(run, system, interrupt)

    assert code == 130
    assert [step.key for step in run.read_steps()] == step_keys(run.plan)[:1]
    assert [path.name for path in (run.path / "steps").iterdir()] == [step_keys(run.plan)[0].folder]
    assert f"loadtest sweep --resume {run.path}" in capsys.readouterr().err
    assert run.manifest.finished_at is None


def test_the_line_that_goes_on_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the folder of runs has a blank in its name."""
    monkeypatch.setattr(asyncio, "to_thread", inline)
    monkeypatch.setattr(supervised_run, "conclude", lambda run, quiet: SweepEnded("pass", "", (), 0))
    monkeypatch.chdir(tmp_path)
    run = Run.create(Path("my runs"), quick_plan(), synthetic_steps.manifest())
    steps = list[StepStarted]()

    def interrupt(event: Event) -> None:
        if isinstance(event, StepStarted):
            steps.append(event)
            if len(steps) == 2:
                os.kill(os.getpid(), signal.SIGINT)

    assert _carry_out(run, FakeSystem(), interrupt) == 130

    assert f"`loadtest sweep --resume 'my runs/{run.path.name}'` does what is left" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no device that is always full")
def test_a_log_that_cannot_be_written_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a traceback for each line, and without one at the end."""
    with supervised_run.run_log(Path("/dev/full")):
        for _ in range(3):
            logging.getLogger("loadtest").warning("a line")

    told = capsys.readouterr().err
    assert told == "/dev/full: cannot be written: No space left on device\n"


def test_a_signal_before_the_first_step_has_nothing_to_report(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so; ``latest`` does not move."""
    code = _carry_out(run, FakeSystem(), lambda event: os.kill(os.getpid(), signal.SIGINT))

    assert code == 130
    assert "nothing to report" in capsys.readouterr().err
    assert not run.path.with_name("latest").exists()


@pytest.mark.parametrize("kept", [0, 1])
def test_what_ends_a_sweep_is_raised_after_the_report(run: Run, kept: int) -> None:
    """Steps before it are kept, and the log says what happened."""
    system, steps = FakeSystem(), list[StepStarted]()

    def break_step(event: Event) -> None:
        if isinstance(event, StepStarted):
            steps.append(event)
            system.injectors_break_at = 20.0 if len(steps) == kept + 1 else None

    with pytest.raises(InjectorError, match="vanished"):
        _carry_out(run, system, break_step)

    assert len(run.read_steps()) == kept
    assert "injector-1 vanished" in run.log_path.read_text(encoding="utf-8")


def test_a_run_of_nohup_goes_on_without_its_terminal(run: Run) -> None:
    """Whoever begins a run with that signal ignored wants no end by it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    code = _carry_out(run, FakeSystem(), lambda event: os.kill(os.getpid(), signal.SIGHUP))

    assert code == 0
    assert len(run.read_steps()) == len(step_keys(run.plan))


def test_a_machine_that_gives_no_more_ends_a_run_in_one_line(run: Run) -> None:
    """No room or no descriptors: the steps before it are kept, and the log has the traceback."""
    steps = list[StepStarted]()

    def refuse(event: Event) -> None:
        if isinstance(event, StepStarted):
            steps.append(event)
            if len(steps) == 2:
                raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(
        TargetError, match="this machine refuses what `loadtest` needs: .*Too many open files"
    ):
        _carry_out(run, FakeSystem(), refuse)

    assert len(run.read_steps()) == 1
    assert "Traceback" in run.log_path.read_text(encoding="utf-8")


def test_a_target_that_does_not_come_up_is_raised(run: Run) -> None:
    """No replica polls, so there is no step at all."""
    with pytest.raises(TargetError, match="do not poll"):
        _carry_out(run, FakeSystem(polls=False), lambda event: None)


def test_a_whole_run_says_when_it_ended(run: Run) -> None:
    """The exit code is the report's, and signals end Python again as they did before."""
    before = signal.getsignal(signal.SIGTERM)

    code = _carry_out(run, FakeSystem(), lambda event: None)

    assert code == 0
    assert run.manifest.finished_at is not None
    assert len(run.read_steps()) == len(step_keys(run.plan))
    assert signal.getsignal(signal.SIGTERM) == before
