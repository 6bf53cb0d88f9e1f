"""
The live view of a sweep, on a terminal.
"""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from loadtest.experiment.progress import NoteSeen, PhaseStarted, StepEnded, StepStarted, SweepStarted, Tick
from loadtest.listeners.display import Terminal, choose
from loadtest.results.measured_step import Second
from loadtest.results.step_key import StepKey

KEY = StepKey(2, 1, "open", 1)


class Written(io.StringIO):
    """
    What was written to a terminal, or to a file.
    """

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def test_a_terminal_sees_the_step_that_runs() -> None:
    """From before its first event, as the server takes seconds to start, to the line of what was measured."""
    drawn = Written(is_terminal=True)
    console = Console(file=drawn, force_terminal=True, width=120)

    with choose("auto", console) as display:
        for event in (
            SweepStarted("run", "demo", 6, 180.0, 3, 69.0),
            StepStarted(KEY, 1, 6, 180.0, 0.0042),
            PhaseStarted("window", 20.0),
            Tick(Second(1.0, "window", offered=3)),
            Tick(Second(2.0, "window", offered=8)),
        ):
            display.tell(event)
        console.print(display._draw())  # type: ignore[attr-defined]  # the view is drawn by a clock
        display.tell(StepEnded(KEY, "valid", "4.3/s"))

    shown = drawn.getvalue()
    assert "starting server and injectors" in shown
    assert "step 1 of 6" in shown
    assert "0.0042 starts/s" in shown
    assert "offered 5/s" in shown
    assert "4.3/s" in shown


def test_a_long_note_is_broken_between_words() -> None:
    """Above the live view, at the terminal's width."""
    drawn = Written(is_terminal=True)
    console = Console(file=drawn, force_terminal=True, width=40, _environ={"TERM": "xterm"})

    with choose("auto", console) as display:
        display.tell(NoteSeen("the sweep cannot check worker.uvloop, which your own worker does not tell"))

    assert (
        "note: the sweep cannot check\nworker.uvloop, which your own worker\ndoes not tell\n"
        in drawn.getvalue()
    )


@pytest.mark.parametrize(
    ("is_terminal", "variables", "redrawn"),
    [
        pytest.param(True, {"TERM": "xterm"}, True, id="terminal"),
        pytest.param(False, {"TERM": "xterm"}, False, id="file"),
        pytest.param(False, {"TERM": "xterm", "FORCE_COLOR": "1"}, False, id="log-of-CI"),
        pytest.param(True, {"TERM": "dumb"}, False, id="editor"),
        pytest.param(True, {"TERM": "xterm", "NO_COLOR": "1"}, True, id="without-colour"),
    ],
)
def test_a_view_is_drawn_where_it_can_be_drawn_again(
    is_terminal: bool, variables: dict[str, str], redrawn: bool
) -> None:
    """
    A log would be filled with four views a second, and a dumb terminal would show none until the end.
    """
    console = Console(file=Written(is_terminal=is_terminal), _environ=variables)

    assert isinstance(choose("auto", console), Terminal) == redrawn
