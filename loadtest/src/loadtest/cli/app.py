"""
The ``loadtest`` program: its verbs, its one-line errors, and the one place where the process ends.
"""

from __future__ import annotations

import sys

import click
import typer

from loadtest.cli.ending import INTERRUPTED, end
from loadtest.cli.fetch import fetch
from loadtest.cli.report import report
from loadtest.cli.scenarios import scenarios
from loadtest.cli.submit import submit
from loadtest.cli.sweep import sweep
from loadtest.errors import LoadtestError

app = typer.Typer(
    name="loadtest",
    help="How many workers do we need, what happens when we add more, and what holds us back?",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(sweep)
app.command()(report)
app.command()(scenarios)
app.command()(submit)
app.command()(fetch)


def main() -> None:
    """
    Run the program and end the process with the verdict as exit code.
    """
    end(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """
    Run one command line and return its exit code; an error of the user's is one line on standard error.
    """
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="loadtest", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        _say(f"{error.format_message().rstrip('.')}; `{_help_of(error)}` lists what can be given")
        return 2
    except LoadtestError as error:
        _say(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _help_of(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "loadtest"
    return f"{path} --help"


def _say(text: str) -> None:
    first, *rest = text.splitlines() or [""]
    print(f"error: {first}", file=sys.stderr)
    for line in rest:
        # Several problems of one file are several errors; log lines of a child are quoted as they are.
        print(line, file=sys.stderr)
