"""Large media past the API, against a store that fails as asked; and which requests are made again."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mien.client.direct_upload import send_upload
from mien.client.http_session import ApiError, HttpSession

CONTENT = bytes(range(256)) * 1000
PART_BYTES = 100_000


@dataclass
class Store:
    """Takes parts and forms, plays the API's `complete` URL, and says what it was asked."""

    url: str = ""
    failures: list[int] = field(default_factory=list)
    """The next requests are answered with these statuses."""
    retry_after: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def in_parts(self, count: int = 3) -> dict[str, Any]:
        parts = [{"number": number, "url": f"{self.url}/part/{number}"} for number in range(1, count + 1)]
        complete = f"{self.url}/jobs/7/upload"
        sizes = {"size_bytes": len(CONTENT), "part_size_bytes": PART_BYTES}
        return {"method": "multipart", **sizes, "parts": parts, "complete": complete}

    def as_form(self) -> dict[str, Any]:
        fields = {"key": "k", "policy": "p"}
        form = {"method": "post", "url": f"{self.url}/form", "fields": fields, "content_type": "video/mp4"}
        return {**form, "complete": f"{self.url}/jobs/7/upload"}


@contextmanager
def running_store() -> Iterator[Store]:
    """Serves until the end of the block."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            store.asked.append((self.command, self.path))
            status = store.failures.pop(0) if store.failures else 200
            if status == 200:
                store.bodies[f"{self.command} {self.path}"] = body
                store.headers[f"{self.command} {self.path}"] = dict(self.headers)
            self.send_response(status)
            self.send_header("ETag", f'"{self.path}"')
            if store.retry_after:
                self.send_header("Retry-After", store.retry_after)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  # names of http.server

        def log_message(self, *_args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def store() -> Iterator[Store]:
    with running_store() as store:
        yield store


@pytest.fixture
def http() -> Iterator[HttpSession]:
    with HttpSession("me", "secret", uses_environment=False) as http:
        yield http


@pytest.fixture
def media(tmp_path: Path) -> Path:
    path = tmp_path / 'a "film" é.mp4'
    path.write_bytes(CONTENT)
    return path


def _ignore(_sent: int, _total: int) -> None:
    """Progress that no one looks at."""


def test_parts_are_sent_in_order_and_put_together(store: Store, http: HttpSession, media: Path) -> None:
    steps: list[tuple[int, int]] = []
    send_upload(http, store.in_parts(), media, lambda sent, total: steps.append((sent, total)))
    assert b"".join(store.bodies[f"PUT /part/{number}"] for number in (1, 2, 3)) == CONTENT
    assert json.loads(store.bodies["POST /jobs/7/upload"]) == {
        "parts": [{"number": number, "etag": f'"/part/{number}"'} for number in (1, 2, 3)]
    }
    assert steps == sorted(steps)
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert "Authorization" not in store.headers["PUT /part/1"]
    assert "Authorization" in store.headers["POST /jobs/7/upload"]


def test_a_form_has_its_fields_before_the_file(store: Store, http: HttpSession, media: Path) -> None:
    send_upload(http, store.as_form(), media, _ignore)
    body = store.bodies["POST /form"]
    assert re.findall(rb'name="(\w+)"', body) == [b"key", b"policy", b"file"]
    assert CONTENT in body
    assert "Authorization" not in store.headers["POST /form"]
    assert store.asked[-1] == ("POST", "/jobs/7/upload")


def test_a_part_that_fails_is_sent_again_from_its_beginning(store: Store, http: HttpSession, media: Path) -> None:
    store.failures = [200, 503, 500]
    send_upload(http, store.in_parts(), media, _ignore)
    assert [path for method, path in store.asked if method == "PUT"] == ["/part/1", *["/part/2"] * 3, "/part/3"]
    assert b"".join(store.bodies[f"PUT /part/{number}"] for number in (1, 2, 3)) == CONTENT


@pytest.mark.parametrize("failures", [[403], [500] * 4])
def test_what_lasts_gives_the_upload_up(store: Store, http: HttpSession, media: Path, failures: list[int]) -> None:
    store.failures = list(failures)
    with pytest.raises(ApiError, match=str(failures[0])):
        send_upload(http, store.in_parts(), media, _ignore)
    assert store.asked == [*[("PUT", "/part/1")] * len(failures), ("DELETE", "/jobs/7/upload")]


def test_an_interruption_gives_the_upload_up(store: Store, http: HttpSession, media: Path) -> None:
    def interrupt(sent: int, _total: int) -> None:
        if sent > PART_BYTES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_upload(http, store.in_parts(), media, interrupt)
    assert ("DELETE", "/jobs/7/upload") in store.asked  # the store may note the part that broke off only afterwards


def test_a_give_up_that_fails_does_not_hide_why(store: Store, http: HttpSession, media: Path) -> None:
    store.failures = [403, 500]
    with pytest.raises(ApiError, match="403"):
        send_upload(http, store.in_parts(), media, _ignore)


@pytest.mark.parametrize("status", [429, 503])
def test_a_question_that_comes_too_fast_is_asked_again(store: Store, http: HttpSession, status: int) -> None:
    store.failures, store.retry_after = [status] * 3, "0"
    assert http.json("GET", store.url) == {}
    assert len(store.asked) == 4


def test_patience_has_an_end(store: Store, http: HttpSession) -> None:
    store.failures, store.retry_after = [429] * 10, "0"
    with pytest.raises(ApiError, match="429"):
        http.request("GET", store.url)
    assert len(store.asked) == 5


def test_only_what_the_api_does_once_is_sent_twice(store: Store, http: HttpSession) -> None:
    store.failures, store.retry_after = [503, 503], "0"
    with pytest.raises(ApiError, match="503"):
        http.request("POST", store.url, json={})
    assert len(store.asked) == 1
    http.request("POST", store.url, json={}, headers={"Idempotency-Key": "k"})
    assert len(store.asked) == 3


def test_a_refusal_is_not_asked_again(store: Store, http: HttpSession) -> None:
    store.failures = [404]
    with pytest.raises(ApiError, match="404"):
        http.request("GET", store.url)
    assert len(store.asked) == 1
