"""
A company's own data converter, which turns the bytes of each payload around, and a workflow that returns what it is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, PayloadCodec

_ENCODING = b"binary/reversed"


class Reversed(PayloadCodec):
    """
    The codec.
    """

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """
        Turn payloads around.
        """
        return [
            Payload(metadata={"encoding": _ENCODING}, data=payload.SerializeToString()[::-1])
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """
        Turn back what was turned around.
        """
        return [
            Payload.FromString(payload.data[::-1])
            if payload.metadata.get("encoding") == _ENCODING
            else payload
            for payload in payloads
        ]


CONVERTER = DataConverter(payload_codec=Reversed())


@workflow.defn(name="Greet")
class Greet:
    """
    One greeting.
    """

    @workflow.run
    async def run(self, name: str) -> str:
        """
        Greet.
        """
        return f"hello {name}"
