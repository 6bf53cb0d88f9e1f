"""
The keys for payloads: where they are read from, which key encrypts, and which keys can still decrypt.

No key is ever printed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from repairshop.codec_settings import CodecSettings
from repairshop.environment import PREFIX, SettingsError

KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HOW_TO_MAKE_A_KEY = "`openssl rand -base64 32` makes one"


@dataclass(frozen=True, slots=True)
class Keyring:
    """
    Keys by their id.

    Attributes:
        current: Id of the key that encrypts; the other keys only decrypt.
        ciphers: AES-GCM cipher of each key; its representation does not show the key.
    """

    current: str
    ciphers: Mapping[str, AESGCM] = field(repr=False)


def read(settings: CodecSettings) -> Keyring | None:
    """
    Return the keys that the settings name, or ``None`` where they name none.

    Raises:
        SettingsError: A key, an id or a file cannot be used; no problem's text holds a key.
    """
    inline, path, wanted = (
        settings.codec_keys.get_secret_value(),
        settings.codec_keys_file,
        settings.codec_key_id,
    )
    if not inline and not path:
        return None
    source = f"{PREFIX}CODEC_KEYS" if inline else f"{PREFIX}CODEC_KEYS_FILE={path}"
    pairs = _pairs(inline.split(","), source) if inline else _pairs_of(Path(path), source)
    if not pairs:
        raise SettingsError(
            (f"{source}: holds no key; write lines of the form id=base64; {HOW_TO_MAKE_A_KEY}",)
        )
    if not wanted and len(pairs) > 1 and path and Path(path).is_dir():
        raise SettingsError(
            (f"{source}: holds several keys and a folder has no first one; set {PREFIX}CODEC_KEY_ID",)
        )
    current = wanted or next(iter(pairs))
    if current not in pairs:
        raise SettingsError(
            (f"{PREFIX}CODEC_KEY_ID={current}: no such key in {source}; there are: {', '.join(pairs)}",)
        )
    return Keyring(current, {key_id: AESGCM(key) for key_id, key in pairs.items()})


def _pairs_of(path: Path, source: str) -> dict[str, bytes]:
    try:
        if path.is_dir():
            # Kubernetes puts ..data and similar entries beside the keys.
            files = sorted(
                file for file in path.iterdir() if not file.name.startswith(".") and file.is_file()
            )
            return _pairs([f"{file.name}={file.read_text('ascii').strip()}" for file in files], source)
        return _pairs(path.read_text("ascii").splitlines(), source)
    except OSError as error:
        raise SettingsError(
            (f"{source}: cannot be read: {error.strerror}; give a file or folder of keys",)
        ) from None
    except UnicodeDecodeError:
        raise SettingsError((f"{source}: is not text; write id=base64 lines; {HOW_TO_MAKE_A_KEY}",)) from None


def _pairs(lines: list[str], source: str) -> dict[str, bytes]:
    pairs: dict[str, bytes] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        key_id, _, encoded = text.partition("=")
        if not KEY_ID.fullmatch(key_id) or not encoded:
            problems.append(f"{source}: entry {number}: must be id=base64, the id of letters, digits, . _ -")
            continue
        if key_id in pairs:
            problems.append(
                f"{source}: entry {number}: key id {key_id} is there twice; give each key its own id"
            )
            continue
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            problems.append(f"{source}: key {key_id}: is not base64; {HOW_TO_MAKE_A_KEY}")
            continue
        if len(key) != KEY_BYTES:
            problems.append(
                f"{source}: key {key_id}: has {len(key)} bytes, must have 32; {HOW_TO_MAKE_A_KEY}"
            )
            continue
        pairs[key_id] = key
    if problems:
        raise SettingsError(tuple(problems))
    return pairs
