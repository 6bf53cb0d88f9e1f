"""
A codec server that has the keys, and who may ask it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import threading
from collections.abc import Iterator

from repairshop import codec, codec_server
from repairshop.codec_settings import CodecSettings

TOKEN = "let-me-read"
ORIGIN = "http://localhost:8233"
KEYS = {"REPAIRSHOP_CODEC_KEYS": f"2026={base64.b64encode(os.urandom(32)).decode()}"}


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """
    Give the address at which it answers.
    """
    cipher = codec.encryption(CodecSettings.from_environment(KEYS))
    assert cipher is not None
    server = codec_server.make_server(cipher, codec_server.CodecAccess(TOKEN, (ORIGIN,)), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
