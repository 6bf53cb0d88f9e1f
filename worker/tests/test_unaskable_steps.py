"""
A step that cannot even be asked for ends its order as one that fails does: what was done is undone.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Server
from saga_cases import HELD, undone_as_recorded
from shop import Shop, full_order, open_shop
from temporalio.client import Client

from repairshop import codec
from repairshop.codec_settings import CodecSettings
from repairshop.contract import NOOP_WORKFLOW, Outcome, RepairKind

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_an_inspection_that_is_too_large_to_be_asked_for_undoes_the_order(
    server: Server, task_queue: str, tmp_path: Path
) -> None:
    """
    An order of the most bytes that may be sent makes the input of its inspection larger than that.
    """
    order = full_order(kind=RepairKind.WARRANTY, complaint="x" * 3000)
    size = (await codec.data_converter(CodecSettings()).encode_wrapper([order])).ByteSize()
    options = codec.client_options({"REPAIRSHOP_PAYLOAD_LIMIT_BYTES": str(size)})
    client = await Client.connect(server.address, **options)

    async with open_shop(client, task_queue, f"sqlite://{tmp_path}/ledger.db") as shop:
        result = await shop.take(order)

        assert result.outcome == Outcome.FAILED
        assert "the limit is" in result.reason
        assert await undone_as_recorded(shop, order, result) == list(HELD)


async def test_an_inspection_whose_id_is_taken_undoes_the_order(shop: Shop) -> None:
    """
    Somebody else's workflow of that id runs, as after a reset.
    """
    order = full_order(kind=RepairKind.WARRANTY)
    other = await shop.client.start_workflow(
        NOOP_WORKFLOW, order, id=f"inspection-{order.order_id}-0", task_queue=f"nobody-{order.order_id}"
    )

    result = await shop.take(order)

    await other.terminate()
    assert result.outcome == Outcome.FAILED
    assert await undone_as_recorded(shop, order, result) == list(HELD)
