"""
The ``loadtest`` program: its verbs, its one-line errors and its exit code.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from loadtest.cli.capacity_verb import capacity
from loadtest.cli.clean_verb import clean
from loadtest.cli.compare_verb import compare
from loadtest.cli.doctor_verb import doctor
from loadtest.cli.fetch_verb import fetch
from loadtest.cli.given_flags import refuse_repeated_flags
from loadtest.cli.immediate_exit import INTERRUPTED, end
from loadtest.cli.limits_verb import limits
from loadtest.cli.machine_errors import is_panic, machine_error
from loadtest.cli.plan_keys_verb import plan_keys
from loadtest.cli.report_verb import report
from loadtest.cli.scenarios_verb import scenarios
from loadtest.cli.size_verb import size
from loadtest.cli.submit_verb import submit
from loadtest.cli.sweep_verb import sweep
from loadtest.errors import InputError, LoadtestError, TargetError
from repairshop.process_exit import interrupt_on_signals
from repairshop.standard_streams import take_standard_streams

_OF_HOME = re.compile(r"\A(--[a-z-]+=)~(?=/|\Z)")


class _Verbs(TyperGroup):
    """
    The verbs; one that is interrupted is told as that, where typer makes a bare exit code of it.
    """

    def invoke(self, ctx: Any) -> Any:
        """
        Carry out a verb.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            raise typer.Abort from interruption


app = typer.Typer(
    name="loadtest",
    cls=_Verbs,
    help="How many workers do we need, what happens when we add more, and what holds us back?",
    epilog="A first run: `loadtest sweep loadtest/plans/smoke.toml` (90 s). `loadtest VERB --help` has each verb's options.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    sweep,
    capacity,
    compare,
    limits,
    report,
    size,
    scenarios,
    plan_keys,
    doctor,
    submit,
    fetch,
    clean,
):
    # The list of verbs shows the whole first paragraph; by default typer cuts it in mid-sentence.
    app.command(
        verb.__name__.replace("_", "-"), short_help=(inspect.getdoc(verb) or "").partition("\n\n")[0]
    )(verb)


def _show_versions(asked: bool) -> None:
    if asked:
        from loadtest.provenance import versions

        print("\n".join(f"{name} {version}" for name, version in versions().items()))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_versions, help="Print versions and end."),
    ] = False,
) -> None:
    """
    Takes the options that come before a verb.
    """
    del version


def main() -> None:
    """
    Run the program and end the process with the verdict as exit code.
    """
    take_standard_streams()
    interrupt_on_signals()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # a second one, while the first was answered
        code = INTERRUPTED
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        traceback.print_exc()  # a defect; Python's own exit code, 1, would say that no replica count keeps the goal
        code = LoadtestError.exit_code
    end(code)


def run(arguments: list[str]) -> int:
    """
    Run one command line and return its exit code; an error of the user's is one line on standard error.
    """
    try:
        _demand_text(arguments)
        _demand_current_folder()
        given = _at_home(arguments)
        refuse_repeated_flags(_program(), given)
        code = _program().main(args=given or ["--help"], prog_name="loadtest", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:
        _say(_usage(error.format_message(), arguments))
        return 2
    except LoadtestError as error:
        _say(str(error), each=isinstance(error, InputError))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):  # the latter is a RuntimeError
        _say("interrupted")
        return INTERRUPTED
    except BaseException as error:
        refused = machine_error(error)
        if refused is None:
            raise
        _say(refused)
        return TargetError.exit_code
    return code if isinstance(code, int) else 0


def _demand_text(arguments: list[str]) -> None:
    """
    Refuse what no file of a run could keep: bytes that are no text, such as the name of a file from another system.
    """
    broken = []
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            broken.append(
                f"{argument}: its bytes are no text in {sys.getfilesystemencoding()}; give it another name"
            )
    if broken:
        raise InputError("\n".join(broken))


def _demand_current_folder() -> None:
    """
    Refuse to begin in a folder that was taken away, which no path can be relative to.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        raise InputError(
            "the current folder is gone; change into one that is there, also where it was made again"
        ) from None


def _at_home(arguments: list[str]) -> list[str]:
    """
    Read ``--output=~/results`` as ``--output ~/results``: a shell leaves the first as it is, which makes a folder ``~``.
    """
    home = os.path.expanduser("~")  # noqa: PTH111 - of a user without a home it is left as it is
    return [_OF_HOME.sub(lambda found: f"{found[1]}{home}", argument) for argument in arguments]


@functools.cache
def _program() -> Any:
    # Reading the flags off the verbs' signatures takes most of the time of a refused command line.
    return typer.main.get_command(app)


def _usage(message: str, arguments: list[str]) -> str:
    """
    Say what was wrong with a command line, with the value as given, and where to find help.
    """
    verbs = {command.name for command in app.registered_commands}
    verb = f" {arguments[0]}" if arguments[0] in verbs else ""
    option = re.search(r"'(--[a-z0-9-]+)'", message)
    given = ""
    if option is not None:
        for word, value in zip(arguments, [*arguments[1:], ""], strict=True):
            if word == option[1]:
                given = f"{word} {value}: "
            elif word.startswith(f"{option[1]}="):
                given = f"{word}: "
    return f"{given}{_plain(message)}; `loadtest{verb} --help` lists what can be given"


def _plain(message: str) -> str:
    """
    Return typer's message on a command line in words that tell how to correct it.
    """
    if message.endswith("unable to parse string as a number"):
        return "must be a number, without a unit; seconds and starts per second are meant"
    if message.endswith("unable to parse string as an integer"):
        return "must be a whole number"
    if message.startswith("Got unexpected extra argument"):
        return f"{message.rstrip('.')}; a list has commas and no spaces, such as --replicas 1,2,4, and a value with spaces quotes"
    return message.rstrip(".")


def _say(text: str, *, each: bool = False) -> None:
    """
    Print an error; with *each* every line is an error of its own, else the lines after the first are quoted from a log.
    """
    first, *rest = text.splitlines() or [""]
    print(f"error: {first}", file=sys.stderr)
    for line in rest:
        print(f"error: {line}" if each else line, file=sys.stderr)
