"""
What a client or the counter does with an order.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer
from rich.console import Console
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from repairshop import contract
from repairshop.cli.verb_connection import PATIENCE, RefusedError, talk
from repairshop.contract import Claim, Limits, OrderStatus, RepairKind, RepairOrder, RepairResult, WorkProfile

# The server keeps time as 64 bits of nanoseconds: 292 years.
MOST_SECONDS = 36_500 * contract.DAY_SECONDS


def a_span(seconds: float) -> float:
    """
    Return the seconds if a clock can be set to them.

    Raises:
        typer.BadParameter: The seconds are no number or infinite, or more than a century.
    """
    if not seconds <= MOST_SECONDS:
        raise typer.BadParameter(f"{seconds} s: no clock can be set so; write at most {MOST_SECONDS:.0f}")
    return seconds


def _short_id(order_id: str) -> str:
    if len(order_id) > contract.LONGEST_ORDER_ID:
        raise typer.BadParameter(
            f"{order_id[:20]}...: an order's id has at most {contract.LONGEST_ORDER_ID} characters, "
            f"and this one would have {len(order_id)}; write a shorter one"
        )
    return order_id


OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="What `start` answered.")]


def start(
    client: Annotated[str, typer.Option(help="Who brings the device.")] = "Rosa Diaz",
    device: Annotated[str, typer.Option(help="What is brought.")] = "camera",
    complaint: Annotated[str, typer.Option(help="What is wrong with it.")] = "the shutter sticks",
    kind: Annotated[RepairKind, typer.Option(help="What the classification will find.")] = RepairKind.PAID,
    price_cents: Annotated[int, typer.Option(min=0, help="Price that a paid repair is quoted at.")] = 12_000,
    item: Annotated[list[str] | None, typer.Option(help="One item of the checklist; give it again.")] = None,
    skill: Annotated[str, typer.Option(help="What the technician must know.")] = "",
    seconds: Annotated[
        float, typer.Option(min=0, callback=a_span, help="Mean time that each step takes.")
    ] = 0.0,
    deadline_seconds: Annotated[
        float, typer.Option(min=0, callback=a_span, help="Until the order is late; 0 for never.")
    ] = 0.0,
    warranty_seconds: Annotated[
        float, typer.Option(min=0, callback=a_span, help="Warranty on the repair; 0 for none.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="From which the order's chances are drawn.")] = 0,
    order_id: Annotated[
        str, typer.Option(callback=_short_id, help="Its id; by default one that nobody has.")
    ] = "",
    task_queue: Annotated[str, typer.Option(help="Where the workers look.")] = contract.TASK_QUEUE,
) -> None:
    """
    Bring a device; answers the order's id.
    """
    order = RepairOrder(
        order_id or uuid.uuid4().hex[:8],
        client,
        device,
        complaint,
        seed,
        WorkProfile(seconds=seconds, deadline_seconds=deadline_seconds),
        kind,
        price_cents=price_cents if kind is RepairKind.PAID else 0,
        skill=skill,
        checklist=tuple(item or ("screen", "buttons")),
        limits=Limits(warranty_seconds=warranty_seconds),
    )
    talk(lambda server: begin(server, order, task_queue))
    typer.echo(order.order_id)


async def begin(server: Client, order: RepairOrder, task_queue: str) -> WorkflowHandle[Any, RepairResult]:
    """
    Start an order only once: an id that was ever used is refused.

    Raises:
        RefusedError: The id was used.
    """
    try:
        return await server.start_workflow(
            contract.REPAIR_WORKFLOW,
            order,
            id=contract.workflow_id(order.order_id),
            task_queue=task_queue,
            result_type=RepairResult,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"{order.kind.value} repair",
        )
    except WorkflowAlreadyStartedError:
        raise RefusedError(
            f"--order-id {order.order_id}: there is such an order already, and none is taken twice; "
            "leave the option out to get a new id"
        ) from None


def status(order_id: OrderId) -> None:
    """
    Tell where an order stands.
    """
    _show(talk(lambda server: _ask(server, order_id)))


def approve(
    order_id: OrderId,
    cents: Annotated[int | None, typer.Argument(help="Amount; by default what was quoted.")] = None,
) -> None:
    """
    Agree to the quote.
    """

    async def agree(server: Client) -> str:
        told = await _ask(server, order_id)
        if not told.quote_cents:
            raise RefusedError(f"no quote is open: the order is at {told.stage!r}")
        amount = told.quote_cents if cents is None else cents
        return str(
            await _order(server, order_id).execute_update(
                contract.APPROVE_QUOTE_UPDATE, amount, result_type=str, rpc_timeout=PATIENCE
            )
        )

    typer.echo(talk(agree))


def decline(order_id: OrderId) -> None:
    """
    Refuse the quote; the device goes back as it came.
    """

    async def refuse(server: Client) -> str:
        return str(
            await _order(server, order_id).execute_update(
                contract.DECLINE_QUOTE_UPDATE, result_type=str, rpc_timeout=PATIENCE
            )
        )

    typer.echo(talk(refuse))


def cancel(order_id: OrderId, reason: Annotated[str, typer.Option(help="Why, for the record.")] = "") -> None:
    """
    Change one's mind; what was done is undone.
    """
    talk(lambda server: _order(server, order_id).signal(contract.CANCEL_SIGNAL, reason))
    typer.echo("asked to cancel")


def claim(
    order_id: OrderId,
    complaint: Annotated[str, typer.Argument(help="What is wrong this time.")],
    claim_id: Annotated[str, typer.Option(help="Its id; the same one sent twice opens one order.")] = "",
) -> None:
    """
    Bring a repaired device back under its warranty; answers the new order's id.
    """
    name = claim_id or uuid.uuid4().hex[:6]
    opened = _short_id(contract.claim_order_id(order_id, name))

    async def bring(server: Client) -> None:
        handle = server.get_workflow_handle(contract.warranty_id(order_id))
        await handle.signal(contract.CLAIM_SIGNAL, Claim(name, complaint))

    talk(bring)
    typer.echo(opened)


def _order(server: Client, order_id: str) -> WorkflowHandle[Any, Any]:
    return server.get_workflow_handle(contract.workflow_id(order_id))


async def _ask(server: Client, order_id: str) -> OrderStatus:
    told: OrderStatus = await _order(server, order_id).query(
        contract.STATUS_QUERY, result_type=OrderStatus, rpc_timeout=PATIENCE
    )
    return told


def _show(told: OrderStatus) -> None:
    console = Console(highlight=False)
    quote = f"{told.quote_cents / 100:.2f}" if told.quote_cents else ""
    for name, value in (
        ("order", told.order_id),
        ("stage", told.stage),
        ("kind", told.kind),
        ("technician", told.technician),
        ("inspector", told.inspector),
        ("quote", quote),
        ("reworks", str(told.reworks) if told.reworks else ""),
        ("late", "escalated" if told.escalated else ""),
        ("cancelled", "yes" if told.cancelled else ""),
        ("done", ", ".join(told.done)),
        ("undone", ", ".join(told.undone)),
    ):
        if value:
            console.print(f"{name:<11} {value}", markup=False, soft_wrap=True)
