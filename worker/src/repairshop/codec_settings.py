"""
Settings of the codec that encrypts and measures payloads, and of the server that decodes them for people.
"""

from __future__ import annotations

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from repairshop.environment import PREFIX, EnvironmentSettings

# The server's defaults of limit.blobSize.error and limit.memoSize.error.
PAYLOAD_LIMIT_BYTES = 2 * 1024 * 1024
MEMO_LIMIT_BYTES = 2 * 1024 * 1024


class CodecSettings(EnvironmentSettings):
    """
    Settings that worker, injectors and command line share; each is the variable ``REPAIRSHOP_<NAME>``.

    Attributes:
        codec_keys: Keys as ``id=base64`` pairs, separated by commas.
        codec_keys_file: File of such lines, or a folder with one file per key, like a mounted Secret.
        codec_key_id: Id of the key that encrypts; by default the first key.
        codec_required: Whether a payload that is not encrypted is refused.
        payload_limit_bytes: Largest size of one call's arguments or result on the wire, in bytes.
        memo_limit_bytes: Largest size of a memo on the wire, in bytes.
    """

    codec_keys: SecretStr = SecretStr("")
    codec_keys_file: str = ""
    codec_key_id: str = ""
    codec_required: bool = False
    payload_limit_bytes: int = Field(default=PAYLOAD_LIMIT_BYTES, ge=1)
    memo_limit_bytes: int = Field(default=MEMO_LIMIT_BYTES, ge=1)

    @field_validator("codec_keys_file")
    @classmethod
    def _one_source(cls, given: str, info: ValidationInfo) -> str:
        if given and info.data["codec_keys"].get_secret_value():
            raise ValueError(f"{PREFIX}CODEC_KEYS is set too, and keys come from one of them; unset one")
        return given

    @field_validator("codec_key_id", "codec_required")
    @classmethod
    def _of_some_key(cls, given: str | bool, info: ValidationInfo) -> str | bool:
        has_keys = info.data["codec_keys"].get_secret_value() or info.data.get("codec_keys_file", "failed")
        if given and not has_keys:
            raise ValueError(f"no keys are given; set {PREFIX}CODEC_KEYS_FILE")
        return given


class CodecServerSettings(EnvironmentSettings):
    """
    Settings of the codec server; each is the variable ``REPAIRSHOP_<NAME>``.

    Attributes:
        codec_server_host: Address on which the server listens.
        codec_server_port: TCP port on which it listens; 0 takes a free one.
        codec_server_token: Token that the header ``Authorization: Bearer`` must carry.
        codec_server_token_file: File of one line that holds the token.
        codec_server_origins: Web origins whose pages may ask, separated by commas, such as ``http://localhost:8233``.
    """

    codec_server_host: str = "127.0.0.1"
    codec_server_port: int = Field(default=8081, ge=0, le=65535)
    codec_server_token: SecretStr = SecretStr("")
    codec_server_token_file: str = ""
    codec_server_origins: str = ""
