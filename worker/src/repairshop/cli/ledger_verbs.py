"""
What the ledger holds, and whether it is in order.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from repairshop.cli.verb_connection import RefusedError
from repairshop.contract import workflow_id
from repairshop.ledger import Ledger, LedgerAddressError, LedgerUnavailableError, open_ledger
from repairshop.ledger.ledger_check import LedgerState, check

_T = TypeVar("_T")

SHOWN = 10
books = typer.Typer(help="Look into the ledger that the workers write.", no_args_is_help=True)
Url = Annotated[
    str,
    typer.Option(
        "--ledger", envvar="REPAIRSHOP_LEDGER", help="sqlite:///path or postgresql://user@host/name."
    ),
]


@books.command("show")
def show(order_id: Annotated[str, typer.Argument(metavar="ORDER")], url: Url = "none") -> None:
    """
    List what an order changed in the world, and how often each change was delivered.
    """

    async def read(ledger: Ledger) -> list[str]:
        deliveries = await ledger.deliveries(order_id)
        lines = []
        for effect in await ledger.effects(order_id):
            key = (effect.step, effect.round)
            count = sum((delivery.step, delivery.round) == key for delivery in deliveries)
            undone = "  undone" if effect.undone else ""
            lines.append(f"{effect.step:<24} round {effect.round}  {count} x  {effect.value}{undone}")
        return lines

    lines = _with_ledger(url, read)
    if not lines:
        raise RefusedError(
            f"{workflow_id(order_id)}: the ledger knows no such order; `repairshop start` makes one"
        )
    typer.echo("\n".join(lines))


@books.command("check")
def check_books(
    url: Url = "none",
    started: Annotated[
        Path | None, typer.Option(help="File with the id of each started order, one a line.")
    ] = None,
) -> int:
    """
    Count orders lost, doubled and left open; exit code 1 if there are any.
    """
    known: list[str] = []
    if started is not None:
        try:
            known = started.read_text(encoding="utf-8").split()
        except OSError as error:
            raise typer.BadParameter(f"--started {started}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise typer.BadParameter(
                f"--started {started}: is not text; give a file of one id a line"
            ) from None

    async def count(ledger: Ledger) -> LedgerState:
        return check(await ledger.effects(), await ledger.deliveries(), known)

    found = _with_ledger(url, count)
    typer.echo(
        f"{_counted(found.orders, 'order')}: {found.settled} settled, {found.withdrawn} withdrawn; "
        f"{_counted(found.deliveries, 'delivery', 'deliveries')} made {_counted(found.effects, 'effect')}"
    )
    for name, orders in (("lost", found.lost), ("doubled", found.doubled), ("left open", found.left_open)):
        shown = ", ".join(orders[:SHOWN]) + (", ..." if len(orders) > SHOWN else "")
        typer.echo(f"{len(orders)} {name}{f': {shown}' if orders else ''}")
    return 0 if found.in_order else 1


def _with_ledger(url: str, read: Callable[[Ledger], Awaitable[_T]]) -> _T:
    if url == "none":
        raise typer.BadParameter(
            "--ledger none: nothing is kept there; write sqlite:///path or postgresql://user@host/name, "
            "as REPAIRSHOP_LEDGER of the workers"
        )
    path = Path(url.partition(":")[2].removeprefix("//"))
    if url.startswith("sqlite:") and not path.exists():
        raise typer.BadParameter(f"--ledger {url}: no such file as {os.fspath(path)}; give the workers' own")

    async def opened() -> _T:
        try:
            ledger = await open_ledger(url)
            try:
                return await read(ledger)
            finally:
                await ledger.close()
        except LedgerAddressError as error:
            raise typer.BadParameter(f"--ledger {error}") from None
        except LedgerUnavailableError as error:
            raise RefusedError(f"--ledger {error}") from None

    return asyncio.run(opened())


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
