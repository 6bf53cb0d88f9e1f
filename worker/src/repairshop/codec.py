"""
How values travel to and from Temporal: encrypted where keys are given, and always measured.

Worker, injectors and command line connect with the same options; apart from ``contract`` and ``draws`` this is the only
module of the package that they may import.
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
from repairshop.codec_settings import CodecSettings
from repairshop.encryption import Encryption
from repairshop.environment import SettingsError
from repairshop.payload_limits import MemoLimit, converter_class

__all__ = ["ClientOptions", "SettingsError", "client_options", "data_converter", "encryption"]


class ClientOptions(TypedDict):
    """
    Arguments of ``Client.connect`` that every process of the kit uses.
    """

    data_converter: DataConverter
    interceptors: list[Interceptor]


def client_options(environ: Mapping[str, str] | None = None) -> ClientOptions:
    """
    Return the converter and the interceptors to connect with.

    Args:
        environ: Environment variables from which ``CodecSettings`` are read; by default this process's environment.

    Raises:
        SettingsError: The environment cannot be used; the text has one line for each problem, and holds no key.
    """
    settings = CodecSettings.from_environment(os.environ if environ is None else environ)
    converter = data_converter(settings)
    return {
        "data_converter": converter,
        "interceptors": [MemoLimit(converter, settings.memo_limit_bytes)],
    }


def data_converter(settings: CodecSettings) -> DataConverter:
    """
    Return the converter that the settings ask for; with keys it also encrypts failures' messages and stack traces.

    Raises:
        SettingsError: The keys cannot be used.
    """
    codec = encryption(settings)
    if codec is None:
        return DataConverter(
            payload_converter_class=converter_class(settings.payload_limit_bytes, int),
            failure_converter_class=DefaultFailureConverter,
        )
    return DataConverter(
        payload_converter_class=converter_class(settings.payload_limit_bytes, codec.size),
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def encryption(settings: CodecSettings) -> Encryption | None:
    """
    Return the codec that encrypts, or ``None`` where the settings give no keys.

    Raises:
        SettingsError: The keys cannot be used.
    """
    keys = keyring.read(settings)
    return None if keys is None else Encryption(keys, required=settings.codec_required)
