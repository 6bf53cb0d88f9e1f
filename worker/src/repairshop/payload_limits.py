"""
Refuses payloads that are too large or not encrypted, with errors of the kit, before the SDK and the server do.

Sizes are those on the wire, after encryption.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from temporalio.api.common.v1 import Memo, Payload
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.converter import DataConverter, DefaultPayloadConverter, PayloadConverter
from temporalio.exceptions import ApplicationError

from repairshop.codec_settings import PAYLOAD_LIMIT_BYTES
from repairshop.encryption import REFUSED, varint_bytes


class PayloadTooLargeError(ApplicationError):
    """
    Arguments or a result have more bytes on the wire than may be sent; no retry makes them smaller.
    """

    def __init__(
        self, size_bytes: int, limit_bytes: int, what: str = "payload", variable: str = "PAYLOAD"
    ) -> None:
        super().__init__(
            f"{what} of {size_bytes} bytes: the limit is {limit_bytes} (REPAIRSHOP_{variable}_LIMIT_BYTES); "
            "send a reference to the data instead",
            type="MemoTooLarge" if variable == "MEMO" else "PayloadTooLarge",
            non_retryable=True,
        )
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class MemoTooLargeError(PayloadTooLargeError):
    """
    A memo has more bytes on the wire than may be sent.
    """

    def __init__(self, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(size_bytes, limit_bytes, "memo", "MEMO")


class UnencryptedPayloadError(ApplicationError):
    """
    A payload came unencrypted where REPAIRSHOP_CODEC_REQUIRED refuses that.
    """

    def __init__(self) -> None:
        super().__init__(
            "unencrypted payload refused: REPAIRSHOP_CODEC_REQUIRED is set; give the sender the same keys",
            type="UnencryptedPayload",
            non_retryable=True,
        )


class LimitedPayloadConverter(DefaultPayloadConverter):
    """
    The SDK's converter, which also measures the payloads that it makes; used by clients, activities and workflows.
    """

    limit_bytes: ClassVar[int] = PAYLOAD_LIMIT_BYTES

    @staticmethod
    def wire_bytes(plain_bytes: int) -> int:
        """
        Return the size on the wire of a payload of that size.
        """
        return plain_bytes

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """
        Convert values; they are measured together, as the arguments of one call.

        Raises:
            PayloadTooLargeError: Together they have more bytes on the wire than the limit.
        """
        payloads = super().to_payloads(values)
        size = sum(_as_field(self.wire_bytes(payload.ByteSize())) for payload in payloads)
        if size > self.limit_bytes:
            raise PayloadTooLargeError(size, self.limit_bytes)
        return payloads

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """
        Convert payloads back.

        Raises:
            UnencryptedPayloadError: A payload was refused when it arrived.
        """
        if any(payload.metadata.get("encoding") == REFUSED for payload in payloads):
            raise UnencryptedPayloadError
        return super().from_payloads(payloads, type_hints)


def converter_class(limit_bytes: int, wire_bytes: Callable[[int], int]) -> type[PayloadConverter]:
    """
    Return a converter class with that limit; the SDK makes instances of it without arguments.
    """
    members = {"limit_bytes": limit_bytes, "wire_bytes": staticmethod(wire_bytes)}
    return type("ShopPayloadConverter", (LimitedPayloadConverter,), members)


class MemoLimit(Interceptor):
    """
    Interceptor of the client that measures memos, of which the converter sees only one value at a time.
    """

    def __init__(self, converter: DataConverter, limit_bytes: int) -> None:
        """
        Take the converter of a memo's values, and the limit.
        """
        self._converter = converter
        self._limit_bytes = limit_bytes

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """
        Measure the memo of each start.
        """
        return _MeasureMemo(next, self._converter, self._limit_bytes)


class _MeasureMemo(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, converter: DataConverter, limit_bytes: int) -> None:
        super().__init__(next)
        self._converter = converter
        self._limit_bytes = limit_bytes

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        input.memo = await self._measured(input.memo)
        return await super().start_workflow(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        start = input.start_workflow_input
        start.memo = await self._measured(start.memo)
        return await super().start_update_with_start_workflow(input)

    async def _measured(self, memo: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if not memo:
            return memo
        fields = {
            key: value if isinstance(value, Payload) else (await self._converter.encode([value]))[0]
            for key, value in memo.items()
        }
        size = Memo(fields=fields).ByteSize()
        if size > self._limit_bytes:
            raise MemoTooLargeError(size, self._limit_bytes)
        # Encoded values pass through the SDK unchanged, so each is encoded once.
        return fields


def _as_field(size: int) -> int:
    return 1 + varint_bytes(size) + size
