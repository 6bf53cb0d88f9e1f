"""
Encrypts every payload with AES-GCM, and adds the key's id.

The size of an encrypted payload can be computed before it is made.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from repairshop.keyring import Keyring

ENCODING = b"binary/encrypted"
# Encoding of the payload that replaces a refused one until code reads its value.
REFUSED = b"refused/unencrypted"
KEY_ID_FIELD = "encryption-key-id"
NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionError(Exception):
    """
    A payload cannot be read: its key is missing here, or the payload was changed on its way.
    """


class Encryption(PayloadCodec):
    """
    Codec that encrypts with the keyring's current key and decrypts with any of its keys.
    """

    def __init__(self, keyring: Keyring, *, required: bool = False) -> None:
        """
        Take the keys.

        Args:
            keyring: Keys by id.
            required: Whether a payload that is not encrypted is refused.
        """
        self._keyring = keyring
        self._required = required

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """
        Encrypt each payload, metadata included.
        """
        return [self.encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """
        Decrypt each payload; an unencrypted payload passes, or is refused where encryption is required.

        A refusal does not raise here: that would fail the whole task again and again, also for a single stray signal.
        It raises where the value is read, in the workflow's or the client's own code.
        """
        return [self._open(payload) for payload in payloads]

    def encrypt(self, payload: Payload) -> Payload:
        """
        Return the encrypted payload.
        """
        key_id = self._keyring.current
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keyring.ciphers[key_id].encrypt(nonce, payload.SerializeToString(), key_id.encode())
        return Payload(metadata=_metadata(key_id), data=nonce + sealed)

    def decrypt(self, payload: Payload) -> Payload:
        """
        Return the decrypted payload.

        Raises:
            DecryptionError: The key is missing here, or the payload was changed on its way.
        """
        key_id = payload.metadata.get(KEY_ID_FIELD, b"").decode("ascii", "replace")
        cipher = self._keyring.ciphers.get(key_id)
        if cipher is None:
            raise DecryptionError(
                f"payload encrypted with key {key_id!r}, which is not here; there are: "
                f"{', '.join(self._keyring.ciphers)}; keep old keys in REPAIRSHOP_CODEC_KEYS_FILE"
            )
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, key_id.encode()))
        except (InvalidTag, ValueError):
            raise DecryptionError(
                f"payload does not fit key {key_id!r}: another key has that id, or it was changed on its way"
            ) from None

    def size(self, plain_bytes: int) -> int:
        """
        Return the size in bytes of a serialized payload of that size once it is encrypted.
        """
        data = NONCE_BYTES + plain_bytes + TAG_BYTES
        return Payload(metadata=_metadata(self._keyring.current)).ByteSize() + 1 + varint_bytes(data) + data

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") == ENCODING:
            return self.decrypt(payload)
        return Payload(metadata={"encoding": REFUSED}) if self._required else payload


def varint_bytes(number: int) -> int:
    """
    Return how many bytes protobuf uses for a number.
    """
    return max(1, (number.bit_length() + 6) // 7)


def _metadata(key_id: str) -> dict[str, bytes]:
    return {"encoding": ENCODING, KEY_ID_FIELD: key_id.encode()}
