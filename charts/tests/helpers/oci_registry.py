"""
A registry on loopback: push and pull of the OCI distribution specification, in memory and without TLS.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_NAME = r"/v2/(?P<name>[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*)"
_BLOB = re.compile(rf"{_NAME}/blobs/(?P<digest>sha256:[0-9a-f]{{64}})")
_UPLOAD = re.compile(rf"{_NAME}/blobs/uploads/(?P<upload>[0-9a-f]*)")
_MANIFEST = re.compile(rf"{_NAME}/manifests/(?P<reference>[A-Za-z0-9_.:-]+)")
_TAGS = re.compile(rf"{_NAME}/tags/list")
_INDEX = "application/vnd.oci.image.manifest.v1+json"


@dataclass(slots=True)
class OciRegistry:
    """
    What was pushed.

    Attributes:
        host: Where it listens, ``host:port``.
        refuses: HTTP status with which it answers every upload, or 0.
        blobs: Content by digest.
        manifests: Media type and content of each repository's manifests by digest.
        tags: Digest of each repository's tags.
        uploads: What came so far of each upload.
    """

    host: str
    refuses: int = 0
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def oci_registry() -> Iterator[OciRegistry]:
    """
    Serve as long as the block does.
    """
    held = OciRegistry("")

    class Requests(_Requests):
        registry = held

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    held.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


class _Requests(BaseHTTPRequestHandler):
    """
    The specification's end-1 to end-8, of which helm needs all but mounts and deletions.
    """

    registry: OciRegistry
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/v2/":
            self._answer(200)
        elif found := _BLOB.fullmatch(path):
            self._give("application/octet-stream", self.registry.blobs.get(found["digest"]), found["digest"])
        elif found := _MANIFEST.fullmatch(path):
            name, digest = found["name"], found["reference"]
            digest = self.registry.tags.get(name, {}).get(digest, digest)
            media_type, content = self.registry.manifests.get((name, digest), (_INDEX, None))
            self._give(media_type, content, digest)
        elif (found := _TAGS.fullmatch(path)) and found["name"] in self.registry.tags:
            name = found["name"]
            listed = json.dumps({"name": name, "tags": sorted(self.registry.tags[name])}).encode()
            self._answer(200, listed, content_type="application/json")
        else:
            self._refuse(404, "NAME_UNKNOWN")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        content = self._content()
        found = _UPLOAD.fullmatch(urlsplit(self.path).path)
        if self.registry.refuses:
            self._refuse(self.registry.refuses, "DENIED")
        elif found is None or found["upload"]:
            self._refuse(404, "NAME_INVALID")
        elif digest := self._parameter("digest"):
            self._keep(found["name"], digest, content)
        else:
            upload = uuid.uuid4().hex
            self.registry.uploads[upload] = content
            self._answer(202, location=f"/v2/{found['name']}/blobs/uploads/{upload}")

    def do_PATCH(self) -> None:
        content = self._content()
        found = _UPLOAD.fullmatch(urlsplit(self.path).path)
        if found is None or found["upload"] not in self.registry.uploads:
            self._refuse(404, "BLOB_UPLOAD_UNKNOWN")
            return
        self.registry.uploads[found["upload"]] += content
        self._answer(202, location=self.path)

    def do_PUT(self) -> None:
        content = self._content()
        path = urlsplit(self.path).path
        if found := _MANIFEST.fullmatch(path):
            self._keep_manifest(found["name"], found["reference"], content)
        elif (found := _UPLOAD.fullmatch(path)) and found["upload"] in self.registry.uploads:
            whole = self.registry.uploads.pop(found["upload"]) + content
            self._keep(found["name"], self._parameter("digest"), whole)
        else:
            self._refuse(404, "BLOB_UPLOAD_UNKNOWN")

    def _keep(self, name: str, digest: str, content: bytes) -> None:
        if _digest(content) != digest:
            self._refuse(400, "DIGEST_INVALID")
            return
        self.registry.blobs[digest] = content
        self._answer(201, location=f"/v2/{name}/blobs/{digest}", digest=digest)

    def _keep_manifest(self, name: str, reference: str, content: bytes) -> None:
        written = json.loads(content)
        parts = [written["config"], *written["layers"]]
        if any(part["digest"] not in self.registry.blobs for part in parts):
            self._refuse(404, "MANIFEST_BLOB_UNKNOWN")
            return
        digest = _digest(content)
        self.registry.manifests[name, digest] = (self.headers["Content-Type"], content)
        tags = self.registry.tags.setdefault(name, {})
        if ":" not in reference:
            tags[reference] = digest
        self._answer(201, location=f"/v2/{name}/manifests/{digest}", digest=digest)

    def _parameter(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _give(self, media_type: str, content: bytes | None, digest: str) -> None:
        if content is None:
            self._refuse(404, "MANIFEST_UNKNOWN")
        else:
            self._answer(200, content, content_type=media_type, digest=digest)

    def _refuse(self, status: int, code: str) -> None:
        said = json.dumps({"errors": [{"code": code, "message": code.lower().replace("_", " ")}]}).encode()
        self._answer(status, said, content_type="application/json")

    def _answer(
        self,
        status: int,
        content: bytes = b"",
        *,
        content_type: str = "",
        location: str = "",
        digest: str = "",
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": content_type, "Location": location, "Docker-Content-Digest": digest}
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """
        Say nothing: a test reads what helm says.
        """
