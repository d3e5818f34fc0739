"""The local server on a bare socket: what HTTP libraries hide."""

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from chalice.app import AuthRequest, AuthResponse, Chalice, Response

from chalicelib.local.http.server import HttpServer

_LIMIT = 100_000


@dataclass(frozen=True)
class Gate:
    """Holds `/slow` up: it says that it was entered, and answers once it is released."""

    entered: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


def _app(gate: Gate) -> Chalice:
    app = Chalice("mien-test", configure_logs=False, env={})

    @app.route("/echo", methods=["POST", "GET", "HEAD"], content_types=["*/*"])
    def echo() -> Response:
        request = app.current_request
        assert request is not None
        body = request.raw_body
        return Response({"length": len(body), "zeros": body == bytes(len(body))})

    @app.route("/gone", methods=["GET"])
    def gone() -> Response:
        return Response("", status_code=204)

    @app.route("/slow", methods=["GET"])
    def slow() -> Response:
        gate.entered.set()
        gate.released.wait(10)
        return Response({"slow": True})

    return app


@pytest.fixture
def gate() -> Gate:
    """The gate of `/slow`."""
    return Gate()


@pytest.fixture
def server(gate: Gate) -> Iterator[HttpServer]:
    """A server that takes bodies up to `_LIMIT`."""
    with HttpServer(_app(gate), max_body_bytes=_LIMIT) as running:
        yield running


class Wire:
    """One connection, spoken to in bytes."""

    def __init__(self, server: HttpServer) -> None:
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self._stream = self.socket.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self.socket.close()

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next response."""
        status = int(self._stream.readline().split()[1])
        headers = {}
        while line := self._stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return status, headers

    def response(self) -> tuple[int, dict[str, str], bytes]:
        """The next response with a body as long as it says."""
        status, headers = self.head()
        return status, headers, self._stream.read(int(headers.get("content-length", "0")))

    def is_over(self) -> bool:
        """Returns True if the server has hung up."""
        return self._stream.read(1) == b""


def _post(*headers: str) -> bytes:
    return "\r\n".join(("POST /echo HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def test_a_connection_is_kept_from_request_to_request(server: HttpServer) -> None:
    with Wire(server) as wire:
        for _ in range(3):
            wire.send(_post("Content-Length: 5") + bytes(5))
            assert wire.response()[2] == b'{"length":5,"zeros":true}'


def test_a_client_that_asks_first_is_told_to_go_on(server: HttpServer) -> None:
    with Wire(server) as wire:
        wire.send(_post(f"Content-Length: {_LIMIT}", "Expect: 100-continue"))
        assert wire.head()[0] == 100
        wire.send(bytes(_LIMIT))
        assert wire.response()[0] == 200


def test_a_client_that_asks_first_is_told_that_it_is_too_much(server: HttpServer) -> None:
    with Wire(server) as wire:
        wire.send(_post(f"Content-Length: {_LIMIT + 1}", "Expect: 100-continue"))
        status, headers, body = wire.response()
        assert status == 413
        assert b"100,000" in body
        assert headers["connection"] == "close"
        assert wire.is_over()


def test_a_client_that_does_not_ask_still_hears_that_it_was_too_much(server: HttpServer) -> None:
    answer = requests.post(f"{server.url}/echo", data=bytes(200 * _LIMIT), timeout=20)
    assert answer.status_code == 413
    assert set(answer.json()) == {"error"}


def test_chunks_that_exceed_the_limit_together_are_refused(server: HttpServer) -> None:
    answer = requests.post(f"{server.url}/echo", data=(bytes(1000) for _ in range(_LIMIT)), timeout=20)
    assert answer.status_code == 413


def test_a_body_in_chunks_is_followed_by_the_next_request(server: HttpServer) -> None:
    with Wire(server) as wire:
        for _ in range(2):
            wire.send(_post("Transfer-Encoding: chunked") + b"3;x=y\r\n\0\0\0\r\n2\r\n\0\0\r\n0\r\nTrailer: 1\r\n\r\n")
            assert wire.response()[2] == b'{"length":5,"zeros":true}'


@pytest.mark.parametrize(
    "request_bytes",
    [
        _post("Content-Length: 5", "Content-Length: 6") + bytes(6),
        _post("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        _post("Content-Length: -1"),
        _post("Content-Length: 1e3"),
        _post("Content-Length: +5"),
        _post("Transfer-Encoding: gzip, chunked"),
        _post("Transfer-Encoding: chunked") + b"x\r\n",
        _post("Transfer-Encoding: chunked") + b"-1\r\n",
        _post("Transfer-Encoding: chunked") + b"1\r\nabc\r\n",
        b"nonsense\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n" + b"".join(b"A%d: 1\r\n" % number for number in range(200)) + b"\r\n",
        b"BREW /echo HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=lambda raw: raw[:60].decode("latin-1"),
)
def test_a_request_that_cannot_be_read_ends_the_connection_in_the_envelope(
    server: HttpServer, request_bytes: bytes
) -> None:
    with Wire(server) as wire:
        wire.send(request_bytes)
        status, headers, body = wire.response()
        assert status in (400, 414, 431, 501)
        assert body.startswith(b'{"error":"')
        assert headers["x-request-id"]
        assert headers["connection"] == "close"


def test_a_body_that_ends_early_is_refused(server: HttpServer) -> None:
    with Wire(server) as wire:
        wire.send(_post("Content-Length: 10") + b"123")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.response()[0] == 400


def test_head_has_no_body_and_no_content_has_no_length(server: HttpServer) -> None:
    with Wire(server) as wire:
        wire.send(b"HEAD /echo HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, headers = wire.head()
        assert (status, headers["content-length"]) == (200, "25")
        wire.send(b"GET /gone HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, headers = wire.head()
        assert status == 204
        assert "content-length" not in headers
        wire.send(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert wire.response()[0] == 200
        assert wire.is_over()


def test_credentials_beyond_ascii_on_an_unknown_path_are_harmless(server: HttpServer) -> None:
    with Wire(server) as wire:
        wire.send(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nAuthorization: \xff\r\n\r\n")
        assert wire.response()[0] == 404


def test_requests_run_beside_each_other(server: HttpServer, gate: Gate) -> None:
    with Wire(server) as slow, Wire(server) as quick:
        slow.send(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        quick.send(_post("Content-Length: 2") + bytes(2))
        assert quick.response()[0] == 200
        gate.released.set()
        assert slow.response()[2] == b'{"slow":true}'


def test_stopping_lets_a_request_finish_and_ends_idle_connections(gate: Gate) -> None:
    server = HttpServer(_app(gate))
    server.start()
    with Wire(server) as busy, Wire(server) as idle:
        idle.send(_post("Content-Length: 0"))
        assert idle.response()[0] == 200
        busy.send(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert gate.entered.wait(20)
        threading.Timer(0.1, gate.released.set).start()
        server.stop()
        assert busy.response()[0] == 200
        assert idle.is_over()
    with pytest.raises(OSError, match="refused"):
        Wire(server)


def test_a_client_that_hangs_up_is_no_error(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        with Wire(server) as wire:
            wire.send(_post("Content-Length: 10") + b"123")
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with Wire(server) as wire:
            wire.send(_post("Content-Length: 0"))
            assert wire.response()[0] == 200
    assert caplog.records == []


def test_the_log_has_one_line_per_request_without_secrets(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="chalicelib.local"), Wire(server) as wire:
        wire.send(b"GET /echo?secret=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic c2VjcmV0\r\n\r\n")
        wire.response()
        wire.send(b"GET /nowhere\x1b[31m HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.response()
        wire.send(b"GET http://ann:secret@x/echo HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.response()
    assert [record.getMessage() for record in caplog.records] == ["GET /echo 200", "GET /nowhere?[31m 404", "GET - 200"]


def test_a_port_that_is_taken_is_an_error(server: HttpServer) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(_app(Gate()), port=int(server.url.rpartition(":")[2]))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.1"])
def test_a_name_that_was_pointed_at_this_machine_is_refused(server: HttpServer, host: str) -> None:
    """As after DNS rebinding: the page would be of our own origin."""
    for request in (f"GET /echo HTTP/1.1\r\nHost: {host}\r\n\r\n", f"OPTIONS /echo HTTP/1.1\r\nHost: {host}\r\n\r\n"):
        with Wire(server) as wire:
            wire.send(request.encode())
            assert wire.response()[0] == 421


def _guarded_app() -> Chalice:
    app = Chalice("mien-test", configure_logs=False, env={})

    @app.authorizer()
    def authorize(request: AuthRequest) -> AuthResponse:
        is_known = request.token == "Basic right"
        return AuthResponse(["*"] if is_known else [], "x", {"account_id": "1"} if is_known else {})

    @app.route("/guarded", methods=["POST"], content_types=["*/*"], authorizer=authorize)
    def guarded() -> Response:
        request = app.current_request
        assert request is not None
        return Response({"length": len(request.raw_body)})

    return app


@pytest.mark.parametrize("how", ["Content-Length: 299000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("expects", [True, False])
def test_nothing_of_a_body_is_awaited_before_the_caller_is_known(how: str, expects: bool) -> None:
    with HttpServer(_guarded_app(), max_body_bytes=512_000_000) as server:
        for path, status in (("/guarded", 401), ("/nowhere", 404)):
            with Wire(server) as wire:
                more = ("Expect: 100-continue",) if expects else ()
                head = (f"POST {path} HTTP/1.1", "Host: localhost", "Authorization: Basic wrong", how, *more, "", "")
                wire.send("\r\n".join(head).encode())  # and not a byte of the body
                assert wire.response()[0] == status


def test_the_body_of_a_known_caller_is_read() -> None:
    with HttpServer(_guarded_app(), max_body_bytes=_LIMIT) as server:
        known = {"Authorization": "Basic right"}
        answer = requests.post(f"{server.url}/guarded", data=bytes(5), headers=known, timeout=20)
        assert answer.json() == {"length": 5}
