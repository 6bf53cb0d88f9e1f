"""
The ``repairshop`` program: its verbs, its one-line errors, and the one place where it ends.
"""

from __future__ import annotations

import sys

import typer
from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode
from typer.exceptions import TyperException

from repairshop import process_exit
from repairshop.cli.ledger_verbs import books
from repairshop.cli.order_verbs import approve, cancel, claim, decline, start, status
from repairshop.cli.story_verb import story
from repairshop.cli.verb_connection import RefusedError
from repairshop.cli.version_verbs import version
from repairshop.deployment_versions import PromotionError
from repairshop.environment import SettingsError
from repairshop.repeated_options import repeated_options
from repairshop.standard_streams import take_standard_streams
from repairshop.temporal_connection import ConnectionFailed

INTERRUPTED = 130

app = typer.Typer(
    name="repairshop",
    help="Ask the repair shop: start an order, see where it stands, answer its quote, look into its books.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (start, status, approve, decline, cancel, claim, story):
    app.command()(verb)
app.add_typer(books, name="ledger")
app.add_typer(version, name="version")


def main() -> None:
    """
    Run the program; never returns.
    """
    take_standard_streams()
    process_exit.interrupt_on_signals()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # a second one, while the first was answered
        code = INTERRUPTED
    process_exit.leave(code)


def run(arguments: list[str]) -> int:
    """
    Run one command line and return its exit code: 0 success, 1 refused or not in order, 2 bad input.
    """
    try:
        program = typer.main.get_command(app)
        for option, values in repeated_options(program, arguments).items():
            written = " ".join(f"{option} {value}" for value in values)
            return _say(f"{written}: this option takes one value; leave all but one out", 2)
        code = program.main(args=arguments, prog_name="repairshop", standalone_mode=False)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except TyperException as error:
        return _say(f"{error.format_message().rstrip('.')}; `repairshop --help` lists what can be given", 2)
    except SettingsError as error:
        sys.stderr.write(error.lines)
        return 2
    except (ConnectionFailed, PromotionError, RefusedError) as error:
        return _say(str(error), 1)
    except WorkflowUpdateFailedError as error:
        return _say(str(error.cause), 1)
    except WorkflowQueryFailedError as error:
        return _say(
            f"the order cannot answer: {error}; is a worker running? `python -m repairshop` is one", 1
        )
    except RPCError as error:
        return _say(_remedy(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _remedy(error: RPCError) -> str:
    if error.status is RPCStatusCode.NOT_FOUND:
        return f"{error.message}; there is no such order, or it has ended and takes no more messages"
    if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
        return f"no answer in time: {error.message}; is a worker running? `python -m repairshop` is one"
    return f"the server refuses: {error.message}"


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"error: {text}\n")
    return code
