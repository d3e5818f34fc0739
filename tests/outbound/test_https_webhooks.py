"""Notifications over real TLS: to the checked address, without redirects, within their time, and nowhere inside."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import pytest

from chalicelib.domain.intake.public_addresses import IPAddress
from chalicelib.domain.webhooks import Outcome
from chalicelib.outbound.https_webhooks import HttpsWebhooks
from tests.worker.tls_server import Page, TlsServer, tls_server

NAME = "receiver.example.org"
URL = f"https://{NAME}/hook?a=b"
PUBLIC = "93.184.215.14"
INSIDE = ["127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.1.1", "::1", "::ffff:127.0.0.1", "fd00::1", "fe80::1"]


class Internet:
    """A name with the addresses that it has at each question (the last ones stay), and a port behind all of them."""

    def __init__(self, port: int, *answers: Sequence[str]) -> None:
        self.port = port
        self.answers = list(answers) or [[PUBLIC]]
        self.connected: list[str] = []

    def resolve(self, host: str) -> Sequence[IPAddress]:
        if host != NAME:
            raise OSError("there is no such name")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ip_address(text) for text in answer]

    def connect(self, address: IPAddress, timeout_s: float) -> socket.socket:
        self.connected.append(str(address))
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[TlsServer]:
    with tls_server(tmp_path, NAME) as server:
        server.pages["/hook?a=b"] = Page(204, chunks=())
        yield server


def _sender(internet: Internet, receiver: TlsServer, timeout_s: float = 5.0) -> HttpsWebhooks:
    return HttpsWebhooks(
        resolver=internet.resolve, connector=internet.connect, tls=receiver.trusting, timeout_s=timeout_s
    )


def test_what_is_sent_arrives_as_it_is(receiver: TlsServer) -> None:
    internet = Internet(receiver.port)
    outcome = _sender(internet, receiver).send(URL, {"X-Mien-Delivery": "n", "User-Agent": "Mien"}, b'{"a":1}')
    assert outcome == Outcome(status_code=204)
    ((headers, body),) = receiver.posted
    assert (headers["X-Mien-Delivery"], headers["User-Agent"], headers["Host"]) == ("n", "Mien", NAME)
    assert body == b'{"a":1}'
    assert internet.connected == [PUBLIC]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_outcomes_and_are_not_followed(receiver: TlsServer, status: int) -> None:
    receiver.pages["/hook?a=b"] = Page(status, {"Location": f"https://{NAME}/other"}, ())
    receiver.pages["/other"] = Page(200)
    internet = Internet(receiver.port)
    assert _sender(internet, receiver).send(URL, {}, b"{}") == Outcome(status_code=status)
    assert len(receiver.seen) == 1


def test_the_body_of_an_answer_is_not_waited_for(receiver: TlsServer) -> None:
    receiver.pages["/hook?a=b"] = Page(200, {"Content-Length": "1000000000000"}, (b"x",))
    assert _sender(Internet(receiver.port), receiver).send(URL, {}, b"{}") == Outcome(status_code=200)


@pytest.mark.parametrize("page", [Page(99), Page(200, {f"Header-{number}": "" for number in range(101)})])
def test_an_answer_that_is_not_http_is_a_failed_attempt(receiver: TlsServer, page: Page) -> None:
    receiver.pages["/hook?a=b"] = page
    assert _sender(Internet(receiver.port), receiver).send(URL, {}, b"{}") == Outcome(error="connection")


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(receiver: TlsServer, address: str) -> None:
    for answer in ([address], [PUBLIC, address]):
        internet = Internet(receiver.port, answer)
        assert _sender(internet, receiver).send(URL, {}, b"{}") == Outcome(error="refused")
        assert internet.connected == []


def test_a_name_is_looked_at_anew_for_each_attempt(receiver: TlsServer) -> None:
    internet = Internet(receiver.port, [PUBLIC], ["127.0.0.1"])
    sender = _sender(internet, receiver)
    assert sender.send(URL, {}, b"{}") == Outcome(status_code=204)
    assert sender.send(URL, {}, b"{}") == Outcome(error="refused")
    assert internet.connected == [PUBLIC]


@pytest.mark.parametrize("url", ["http://receiver.example.org/", "https://127.0.0.1/", "https://[::1]/", "nonsense"])
def test_a_url_that_was_never_to_be_stored_is_refused(receiver: TlsServer, url: str) -> None:
    internet = Internet(receiver.port)
    assert _sender(internet, receiver).send(url, {}, b"{}") == Outcome(error="refused")
    assert internet.connected == []


def test_an_unknown_name_and_a_foreign_certificate(receiver: TlsServer) -> None:
    internet = Internet(receiver.port)
    assert _sender(internet, receiver).send("https://nobody.example.org/", {}, b"{}") == Outcome(error="not found")
    wary = HttpsWebhooks(resolver=internet.resolve, connector=internet.connect)
    assert wary.send(URL, {}, b"{}") == Outcome(error="tls")
    assert receiver.posted == []


def test_nobody_listens(receiver: TlsServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _sender(Internet(port), receiver).send(URL, {}, b"{}") == Outcome(error="connection")


def test_a_receiver_that_says_nothing_is_given_up(receiver: TlsServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = _sender(Internet(silent.getsockname()[1]), receiver, timeout_s=0.3).send(URL, {}, b"{}")
    assert outcome == Outcome(error="timeout")


def test_a_receiver_that_drips_is_given_up(receiver: TlsServer) -> None:
    """One byte now and then, of a handshake that is announced as long, keeps every time-out of a socket away."""
    ended = Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
            while not ended.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        began = time.monotonic()
        outcome = _sender(Internet(listener.getsockname()[1]), receiver, timeout_s=0.5).send(URL, {}, b"{}")
        took_s = time.monotonic() - began
        ended.set()
        thread.join()
    assert outcome == Outcome(error="timeout")
    assert took_s < 10  # it would go on for 13 minutes


def test_a_name_that_is_never_resolved_is_left() -> None:
    is_over = Event()

    def resolve_never(_host: str) -> Sequence[IPAddress]:
        is_over.wait(20)
        return []

    begun = time.monotonic()
    try:
        outcome = HttpsWebhooks(resolver=resolve_never, timeout_s=0.3).send(URL, {}, b"{}")
        assert outcome == Outcome(error="timeout")
        assert time.monotonic() - begun < 10
    finally:
        is_over.set()
