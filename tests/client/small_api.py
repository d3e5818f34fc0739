"""A Media API of one job on two origins: the API itself, and the store that presigned links lead to."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

AUTHORIZATION = "Basic " + "bWVAZXhhbXBsZS5vcmc6c2VjcmV0"  # me@example.org:secret


@dataclass
class SmallApi:
    """The answers of the server, and the requests that it got."""

    api_url: str = ""
    store_url: str = ""
    statuses: list[str] = field(default_factory=lambda: ["queued", "working", "done"])
    files: dict[str, bytes] = field(default_factory=dict)
    damaged: bool = False
    cut_short: bool = False
    busy: int = 0
    upload: bytes = b""
    upload_headers: dict[str, str] = field(default_factory=dict)
    store_headers: list[dict[str, str]] = field(default_factory=list)

    def job(self) -> dict[str, Any]:
        status = self.statuses[0] if len(self.statuses) == 1 else self.statuses.pop(0)
        document: dict[str, Any] = {
            "self": f"{self.api_url}/jobs/7",
            "name": "multiface",
            "status": status,
            "input": [],
        }
        if status == "working":
            document["progress"] = {"frames_done": 3, "frames_total": 12, "frames_per_second": 24.5}
        if status == "error":
            document["error"] = "The film has no end."
        if status == "done":
            document["result"] = {"representations": [self._file(index) for index in range(len(self.files))]}
        return document

    def _file(self, index: int) -> dict[str, Any]:
        name, content = list(self.files.items())[index]
        sha256 = hashlib.sha256(content + (b"!" if self.damaged else b"")).hexdigest()
        media = f"{self.api_url}/media/{index}"
        return {"media": media, "file_name": name, "content_type": "application/csv", "sha256": sha256}


@contextmanager
def small_api() -> Iterator[SmallApi]:
    """Serves until the end of the block."""
    api = SmallApi()

    class Handler(_Handler):
        state = api

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    threads = [Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
    api.api_url, api.store_url = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    for thread in threads:
        thread.start()
    try:
        yield api
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: SmallApi

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(200, {"v1": {"jobs": f"{self.state.api_url}/jobs"}})
        elif self.path == "/other":
            self._send(200, ["no index"])
        elif self.path.startswith("/store/"):
            self._send_file(int(self.path.rpartition("/")[2]))
        elif self.headers.get("Authorization") != AUTHORIZATION:
            self._send(401, {"error": "Please login to continue."})
        elif self.path.startswith("/media/"):
            self._redirect(f"{self.state.store_url}/store/{self.path.rpartition('/')[2]}")
        elif self.state.statuses[0] == "lost":
            self._send(404, {"error": "There is no such job."})
        else:
            self._send(200, self.state.job())

    def do_POST(self) -> None:
        self.state.upload_headers = dict(self.headers)
        self.state.upload = self.rfile.read(int(self.headers["Content-Length"]))
        if self.state.busy:
            self.state.busy -= 1
            self._send_bytes(409, b'{"error": "The first request is still being processed."}', retry_after="0")
        elif b"clash" in self.state.upload:
            self._send(409, {"error": "This Idempotency-Key was used for another request."})
        elif b"nonsense" in self.state.upload:
            self._send(422, {"error": "There is no job of this name."})
        elif b"gateway" in self.state.upload:
            self._send_bytes(502, b"<html>")
        else:
            self._send(201, self.state.job())

    def _send_file(self, index: int) -> None:
        self.state.store_headers.append(dict(self.headers))
        self._send_bytes(200, list(self.state.files.values())[index], missing=5 if self.state.cut_short else 0)

    def _redirect(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, document: object) -> None:
        self._send_bytes(status, json.dumps(document).encode())

    def _send_bytes(self, status: int, body: bytes, missing: int = 0, retry_after: str = "") -> None:
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""
