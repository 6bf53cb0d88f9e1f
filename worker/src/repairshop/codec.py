"""
How values travel to and from Temporal: encrypted where keys are given, measured always.

Worker, injectors and command line connect with the same options; this module, ``contract``
and ``draws`` are all that they may know of the package.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypedDict

from temporalio.client import Interceptor
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
)

from repairshop import keyring
from repairshop.encryption import Encryption
from repairshop.payload_limits import MEMO_LIMIT_BYTES, PAYLOAD_LIMIT_BYTES, MemoLimit, converter_class
from repairshop.settings import SettingsError, both

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


class ClientOptions(TypedDict):
    """
    Arguments of ``Client.connect`` that every process of ours gives.
    """

    data_converter: DataConverter
    interceptors: list[Interceptor]


def client_options(environ: Mapping[str, str] | None = None) -> ClientOptions:
    """
    Return the converter and the interceptors to connect with.

    Raises:
        SettingsError: The environment cannot be used.
    """
    given = os.environ if environ is None else environ
    converter = data_converter(given)
    return {"data_converter": converter, "interceptors": [MemoLimit(converter, _limits(given)[1])]}


def data_converter(environ: Mapping[str, str] | None = None) -> DataConverter:
    """
    Return the converter that the environment asks for.

    REPAIRSHOP_CODEC_KEYS or REPAIRSHOP_CODEC_KEYS_FILE turn encryption on, of failures' messages and stack
    traces too; REPAIRSHOP_CODEC_REQUIRED refuses what is not encrypted; REPAIRSHOP_PAYLOAD_LIMIT_BYTES bounds
    what one call sends.

    Raises:
        SettingsError: The environment cannot be used.
    """
    given = os.environ if environ is None else environ
    codec, (limit, _) = both(lambda: encryption(given), lambda: _limits(given))
    if codec is None:
        return DataConverter(
            payload_converter_class=converter_class(limit, int),
            failure_converter_class=DefaultFailureConverter,
        )
    return DataConverter(
        payload_converter_class=converter_class(limit, codec.size),
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def encryption(environ: Mapping[str, str]) -> Encryption | None:
    """
    Return what encrypts, or ``None`` where the environment gives no keys.

    Raises:
        SettingsError: Keys cannot be used, or encryption is required and there is no key.
    """
    text = environ.get("REPAIRSHOP_CODEC_REQUIRED", "")
    if text.lower() not in TRUE | FALSE:
        raise SettingsError(
            (
                f"REPAIRSHOP_CODEC_REQUIRED={text}: must be true or false; write REPAIRSHOP_CODEC_REQUIRED=true",
            )
        )
    required = text.lower() in TRUE
    keys = keyring.read(environ)
    if keys is None:
        if required:
            raise SettingsError(
                ("REPAIRSHOP_CODEC_REQUIRED=true: no keys are given; set REPAIRSHOP_CODEC_KEYS_FILE",)
            )
        return None
    return Encryption(keys, required=required)


def _limits(environ: Mapping[str, str]) -> tuple[int, int]:
    return both(
        lambda: _bytes(environ, "REPAIRSHOP_PAYLOAD_LIMIT_BYTES", PAYLOAD_LIMIT_BYTES),
        lambda: _bytes(environ, "REPAIRSHOP_MEMO_LIMIT_BYTES", MEMO_LIMIT_BYTES),
    )


def _bytes(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError((f"{name}={text}: must be a number of bytes above 0; write {name}={default}",))
    return int(text)
