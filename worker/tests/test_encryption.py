"""
Payloads are encrypted, keys rotate, and no key is ever told.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from repairshop import codec, keyring
from repairshop.codec_settings import CodecSettings
from repairshop.encryption import ENCODING, DecryptionError, Encryption
from repairshop.environment import SettingsError
from repairshop.payload_limits import PayloadTooLargeError, UnencryptedPayloadError

SECRET = b"Erika Mustermann"


def new_key() -> str:
    """
    Return a key as `openssl rand -base64 32` writes one.
    """
    return base64.b64encode(os.urandom(32)).decode()


OLD, NEW = new_key(), new_key()


def cipher(keys: str, **more: str) -> Encryption:
    """
    Return the encryption that these keys give.
    """
    encryption = codec.encryption(CodecSettings.from_environment({"REPAIRSHOP_CODEC_KEYS": keys, **more}))
    assert encryption is not None
    return encryption


def payload(data: bytes = SECRET) -> Payload:
    """
    Return a payload as the SDK's converter makes one.
    """
    return Payload(metadata={"encoding": b"json/plain", "type": SECRET}, data=data)


@given(data=st.binary(max_size=2000))
def test_what_is_encrypted_comes_back_the_same(data: bytes) -> None:
    """
    Data and metadata survive, and neither is to be read in between.
    """
    encryption = cipher(f"k={OLD}")
    plain = payload(data + SECRET)

    sealed = encryption.encrypt(plain)

    assert SECRET not in sealed.SerializeToString()
    assert sealed.metadata["encoding"] == ENCODING
    assert encryption.decrypt(sealed) == plain


@given(
    size=st.one_of(
        st.integers(0, 70_000), st.sampled_from([127 - 28, 128 - 28, 16_383 - 28, 16_384 - 28, 2**21])
    )
)
def test_the_size_after_encryption_is_known_before(size: int) -> None:
    """
    Limits hold to the byte without encrypting twice.
    """
    encryption = cipher(f"k={OLD}")
    plain = Payload(data=bytes(size))

    assert encryption.size(plain.ByteSize()) == encryption.encrypt(plain).ByteSize()


def test_the_same_value_never_looks_the_same_twice() -> None:
    """
    Each payload has its own nonce.
    """
    encryption = cipher(f"k={OLD}")

    assert encryption.encrypt(payload()).data != encryption.encrypt(payload()).data


def test_old_keys_still_read_after_a_rotation() -> None:
    """
    Orders that began before a rotation go on after it; new payloads carry the new key's id.
    """
    written_before = cipher(f"2025={OLD}").encrypt(payload())
    rotated = cipher(f"2025={OLD},2026={NEW}", REPAIRSHOP_CODEC_KEY_ID="2026")

    assert rotated.decrypt(written_before) == payload()
    assert rotated.encrypt(payload()).metadata["encryption-key-id"] == b"2026"


def test_a_key_that_was_dropped_is_named() -> None:
    """
    Whoever dropped a key too early learns which one to put back.
    """
    written_before = cipher(f"2025={OLD}").encrypt(payload())

    with pytest.raises(
        DecryptionError, match=r"key '2025', which is not here; there are: 2026; keep old keys"
    ):
        cipher(f"2026={NEW}").decrypt(written_before)


@pytest.mark.parametrize("place", ["nonce", "data", "tag", "key id"])
def test_what_was_changed_on_its_way_is_refused(place: str) -> None:
    """
    Not one bit can be changed, and a payload cannot be passed off as another key's.
    """
    encryption = cipher(f"a={OLD},b={OLD}")
    sealed = encryption.encrypt(payload())
    data = bytearray(sealed.data)
    if place == "key id":
        sealed.metadata["encryption-key-id"] = b"b"
    else:
        data[{"nonce": 0, "data": 14, "tag": -1}[place]] ^= 1
    sealed.data = bytes(data)

    with pytest.raises(DecryptionError, match="changed on its way"):
        encryption.decrypt(sealed)


def test_keys_come_from_a_file_or_from_a_folder_as_a_secret_is_mounted(tmp_path: Path) -> None:
    """
    One file of lines, or one file a key beside Kubernetes' own `..data`.
    """
    one = tmp_path / "keys"
    one.write_text(f"# rotated in spring\n2026={NEW}\n\n2025={OLD}\n")
    folder = tmp_path / "secret"
    (folder / "..data").mkdir(parents=True)
    (folder / "2025").write_text(OLD + "\n")
    (folder / "2026").write_text(NEW + "\n")

    from_file = keyring.read(CodecSettings.from_environment({"REPAIRSHOP_CODEC_KEYS_FILE": str(one)}))
    from_folder = keyring.read(
        CodecSettings.from_environment(
            {"REPAIRSHOP_CODEC_KEYS_FILE": str(folder), "REPAIRSHOP_CODEC_KEY_ID": "2025"}
        )
    )

    assert from_file is not None
    assert from_folder is not None
    assert (from_file.current, set(from_file.ciphers)) == ("2026", {"2025", "2026"})
    assert (from_folder.current, set(from_folder.ciphers)) == ("2025", {"2025", "2026"})


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        pytest.param(
            {"REPAIRSHOP_CODEC_KEYS": "k=###"}, "REPAIRSHOP_CODEC_KEYS: key k: is not base64", id="not base64"
        ),
        pytest.param(
            {"REPAIRSHOP_CODEC_KEYS": "k=c2hvcnQ="}, "key k: has 5 bytes, must have 32", id="too short"
        ),
        pytest.param({"REPAIRSHOP_CODEC_KEYS": OLD}, "entry 1: must be id=base64", id="no id"),
        pytest.param({"REPAIRSHOP_CODEC_KEYS": f"k={OLD},k={NEW}"}, "key id k is there twice", id="id twice"),
        pytest.param(
            {"REPAIRSHOP_CODEC_KEYS": f"k={OLD}", "REPAIRSHOP_CODEC_KEY_ID": "x"},
            "REPAIRSHOP_CODEC_KEY_ID=x: no such key in REPAIRSHOP_CODEC_KEYS; there are: k",
            id="id that is not there",
        ),
        pytest.param(
            {"REPAIRSHOP_CODEC_KEYS_FILE": "/none"}, "/none: cannot be read: No such file", id="no file"
        ),
        pytest.param({"REPAIRSHOP_CODEC_KEYS_FILE": "/dev/null"}, "holds no key", id="empty file"),
        pytest.param(
            {"REPAIRSHOP_CODEC_KEYS": f"k={OLD}", "REPAIRSHOP_CODEC_KEYS_FILE": "f"},
            "REPAIRSHOP_CODEC_KEYS is set too",
            id="two sources",
        ),
        pytest.param({"REPAIRSHOP_CODEC_KEY_ID": "k"}, "no keys are given", id="id without keys"),
        pytest.param({"REPAIRSHOP_CODEC_REQUIRED": "true"}, "no keys are given", id="required without keys"),
        pytest.param({"REPAIRSHOP_CODEC_REQUIRED": "si"}, "must be true or false", id="no switch"),
        pytest.param(
            {"REPAIRSHOP_MEMO_LIMIT_BYTES": "big"},
            "must be a whole number; write REPAIRSHOP_MEMO_LIMIT_BYTES=2097152",
            id="no number",
        ),
    ],
)
def test_keys_that_cannot_be_used_are_refused_without_telling_them(
    environ: dict[str, str], line: str
) -> None:
    """
    The problem names the entry, and neither it nor the keyring's representation holds a key.
    """
    with pytest.raises(SettingsError) as caught:
        codec.data_converter(CodecSettings.from_environment(environ))

    assert line in str(caught.value)
    assert OLD not in str(caught.value)
    assert NEW not in str(caught.value)
    assert OLD not in repr(
        keyring.read(CodecSettings.from_environment({"REPAIRSHOP_CODEC_KEYS": f"k={OLD}"}))
    )


async def test_unencrypted_input_is_refused_where_encryption_is_required() -> None:
    """
    The value is never shown to the code that asks for it; without the switch it is.
    """
    keys = {"REPAIRSHOP_CODEC_KEYS": f"k={OLD}"}
    strict = codec.data_converter(
        CodecSettings.from_environment({**keys, "REPAIRSHOP_CODEC_REQUIRED": "true"})
    )
    lenient = codec.data_converter(CodecSettings.from_environment(keys))
    plain = (await codec.data_converter(CodecSettings.from_environment({})).encode(["hello"]))[0]

    assert await lenient.decode([plain]) == ["hello"]
    with pytest.raises(UnencryptedPayloadError) as caught:
        await strict.decode([plain])
    assert caught.value.non_retryable


@pytest.mark.parametrize("keys", [{}, {"REPAIRSHOP_CODEC_KEYS": f"k={OLD}"}], ids=["plain", "encrypted"])
async def test_the_limit_is_exact_and_holds_for_all_arguments_together(keys: dict[str, str]) -> None:
    """
    What goes on the wire may have as many bytes as the limit, and not one more.
    """
    free = codec.data_converter(CodecSettings.from_environment(keys))
    values = ["a" * 3000, "b" * 500]
    size = (await free.encode_wrapper(values)).ByteSize()
    at_limit = codec.data_converter(
        CodecSettings.from_environment({**keys, "REPAIRSHOP_PAYLOAD_LIMIT_BYTES": str(size)})
    )
    below = codec.data_converter(
        CodecSettings.from_environment({**keys, "REPAIRSHOP_PAYLOAD_LIMIT_BYTES": str(size - 1)})
    )

    assert (await at_limit.encode_wrapper(values)).ByteSize() == size
    with pytest.raises(PayloadTooLargeError) as caught:
        await below.encode_wrapper(values)
    assert (caught.value.size_bytes, caught.value.limit_bytes) == (size, size - 1)
    assert caught.value.non_retryable
