"""Fetching by URL: from the address that was checked, for the name that was asked, and from nowhere inside."""

import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import pytest

from chalicelib.domain.intake.public_addresses import IPAddress
from chalicelib.errors import MediaError
from chalicelib.outbound.pinned_connections import resolve
from chalicelib.settings import Settings
from chalicelib.worker.media_fetcher import MAX_REDIRECTS, FetchLimits, MediaFetcher
from tests.worker.tls_server import Page, TlsServer, tls_server

NAME = "media.example.org"
PUBLIC = "93.184.215.14"
URL = f"https://{NAME}/clip.mp4"
INSIDE = [
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104  # an address to refuse
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "::127.0.0.1",
]

_OTHER_NOTATIONS = ["2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "127.0.0.1.", "localhost", "1.2.3.08"]


@dataclass
class Internet:
    """Names with the answers that they give one after the other (the last one stays), and one server behind PUBLIC."""

    server: TlsServer
    names: dict[str, list[Sequence[str]]] = field(default_factory=lambda: {NAME: [[PUBLIC]]})
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def resolve(self, host: str) -> Sequence[IPAddress]:
        self.asked.append(host)
        answers = self.names.get(host)
        if answers is None:
            return resolve(host)  # an address in some notation: whatever this system makes of it
        return [ip_address(address) for address in (answers.pop(0) if len(answers) > 1 else answers[0])]

    def connect(self, address: IPAddress, timeout_s: float) -> socket.socket:
        self.connected.append(str(address))
        if str(address) in self.unreachable:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.server.port), timeout_s)

    def fetcher(self, *, max_bytes: int = 1000, timeout_s: float = 20.0) -> MediaFetcher:
        limits = FetchLimits(max_bytes, timeout_s)
        return MediaFetcher(limits, resolver=self.resolve, connector=self.connect, tls=self.server.trusting)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    with tls_server(tmp_path_factory.mktemp("tls"), NAME, "cdn.example.org") as server:
        yield server


@pytest.fixture
def internet(server: TlsServer) -> Internet:
    server.pages.clear()
    server.seen.clear()
    server.pages["/clip.mp4"] = Page(headers={"Content-Type": "video/mp4", "Content-Length": "5"})
    return Internet(server)


def nothing() -> None:
    """No heartbeat."""


def refusal(internet: Internet, url: str, target: Path, **limits: float) -> str:
    with pytest.raises(MediaError) as refused:
        internet.fetcher(**limits).fetch(url, target, nothing)  # type: ignore[arg-type]  # whole bytes, seconds
    sentence = str(refused.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    return sentence


def test_a_file_is_fetched_for_its_name_from_the_checked_address(internet: Internet, tmp_path: Path) -> None:
    heard: list[None] = []
    content_type = internet.fetcher().fetch(URL, tmp_path / "media", lambda: heard.append(None))
    assert content_type == "video/mp4"
    assert (tmp_path / "media").read_bytes() == b"media"
    assert internet.server.seen == [(NAME, "/clip.mp4")]
    assert (internet.asked, internet.connected) == ([NAME], [PUBLIC])
    assert heard


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(internet: Internet, tmp_path: Path, address: str) -> None:
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        internet.names[NAME] = [answer]
        assert "public Internet" in refusal(internet, URL, tmp_path / "media")
    assert internet.connected == []


@pytest.mark.parametrize(
    "host",
    [
        *(f"[{address}]" if ":" in address else address for address in INSIDE),
        *_OTHER_NOTATIONS,
    ],
)
def test_an_address_of_the_inside_is_refused_in_every_notation(internet: Internet, tmp_path: Path, host: str) -> None:
    assert refusal(internet, f"https://{host}/clip.mp4", tmp_path / "media")
    internet.server.pages["/clip.mp4"] = Page(302, {"Location": f"https://{host}/latest/meta-data"})
    assert refusal(internet, URL, tmp_path / "media")
    assert internet.connected == [PUBLIC]
    assert internet.server.seen == [(NAME, "/clip.mp4")]


@pytest.mark.parametrize(
    "location",
    [
        "http://media.example.org/clip.mp4",
        "https://media.example.org:8443/",
        "https://user:word@media.example.org/",
        "file:///etc/passwd",
        "gopher://media.example.org/",
        "//127.0.0.1/",
        "https://[::1]/",
    ],
)
def test_a_redirect_is_held_to_the_same(internet: Internet, tmp_path: Path, location: str) -> None:
    internet.server.pages["/clip.mp4"] = Page(302, {"Location": location})
    assert refusal(internet, URL, tmp_path / "media")
    assert internet.connected == [PUBLIC]


def test_a_redirect_to_a_name_that_leads_inside_is_refused(internet: Internet, tmp_path: Path) -> None:
    internet.names["cdn.example.org"] = [["192.168.0.7"]]
    internet.server.pages["/clip.mp4"] = Page(302, {"Location": "https://cdn.example.org/"})
    assert "cdn.example.org" in refusal(internet, URL, tmp_path / "media")
    assert internet.connected == [PUBLIC]


def test_a_name_that_changes_its_answer_does_not_move_the_connection(internet: Internet, tmp_path: Path) -> None:
    internet.names[NAME] = [[PUBLIC], ["127.0.0.1"]]
    internet.fetcher().fetch(URL, tmp_path / "media", nothing)
    assert (internet.asked, internet.connected) == ([NAME], [PUBLIC])
    internet.names[NAME] = [[PUBLIC], ["127.0.0.1"]]
    internet.server.pages["/clip.mp4"] = Page(302, {"Location": "/again.mp4"})  # the same name, asked and checked again
    assert "public Internet" in refusal(internet, URL, tmp_path / "media")
    assert internet.connected == [PUBLIC, PUBLIC]


def test_redirects_are_followed_a_few_times(internet: Internet, tmp_path: Path) -> None:
    internet.names["cdn.example.org"] = [[PUBLIC]]
    hops = {"/clip.mp4": "a", "/a": "https://cdn.example.org/b?c=1", "/b?c=1": "/c", "/c": "/d", "/d": "/e"}
    for path, location in hops.items():
        internet.server.pages[path] = Page(307, {"Location": location})
    internet.server.pages["/e"] = Page(headers={"Content-Type": "video/webm"})
    assert len(hops) == MAX_REDIRECTS
    assert internet.fetcher().fetch(URL, tmp_path / "media", nothing) == "video/webm"
    assert internet.server.seen[2] == ("cdn.example.org", "/b?c=1")
    internet.server.pages["/e"] = Page(307, {"Location": "/clip.mp4"})
    assert "more than 5 times" in refusal(internet, URL, tmp_path / "media")


def test_another_names_certificate_is_not_enough(internet: Internet, tmp_path: Path) -> None:
    internet.names["other.example.org"] = [[PUBLIC]]
    assert "certificate" in refusal(internet, "https://other.example.org/clip.mp4", tmp_path / "media")
    assert internet.server.seen == []


def test_a_certificate_that_this_system_does_not_trust_is_refused(internet: Internet, tmp_path: Path) -> None:
    strict = MediaFetcher(FetchLimits(1000, 20.0), resolver=internet.resolve, connector=internet.connect)
    with pytest.raises(MediaError, match="certificate"):
        strict.fetch(URL, tmp_path / "media", nothing)
    assert internet.server.seen == []


def test_the_next_address_is_tried(internet: Internet, tmp_path: Path) -> None:
    internet.names[NAME] = [["93.184.215.1", PUBLIC]]
    internet.unreachable = {"93.184.215.1"}
    internet.fetcher().fetch(URL, tmp_path / "media", nothing)
    assert internet.connected == ["93.184.215.1", PUBLIC]
    internet.unreachable.add(PUBLIC)
    assert "requeue" in refusal(internet, URL, tmp_path / "media")


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "1001"}])
def test_a_file_that_is_too_large_is_not_kept_coming(
    internet: Internet, tmp_path: Path, headers: Mapping[str, str]
) -> None:
    internet.server.pages["/clip.mp4"] = Page(headers=headers, chunks=(bytes(1000), b"!"))
    assert "too large" in refusal(internet, URL, tmp_path / "media")


@pytest.mark.parametrize(
    ("page", "word"),
    [
        (Page(404), "404"),
        (Page(500), "500"),
        (Page(304), "304"),
        (Page(302), "302"),
        (Page(206), "206"),
        (Page(headers={"Content-Encoding": "gzip"}), "Content-Encoding"),
        (
            Page(headers={"Transfer-Encoding": "gzip, chunked"}, chunks=(b"5\r\nmedia\r\n0\r\n\r\n",)),
            "Transfer-Encoding",
        ),
        (Page(headers={"Transfer-Encoding": "gzip"}), "Transfer-Encoding"),
        (Page(99), "requeue"),  # no status line
        (Page(headers={f"Header-{number}": "" for number in range(101)}), "requeue"),
        (Page(headers={"Header": "x" * 65537}), "requeue"),
        (Page(chunks=()), "empty"),
        (Page(headers={"Content-Length": "6"}), "ended early"),
        (Page(headers={"Content-Length": "-5"}), "Content-Length"),
        (Page(headers={"Content-Length": "+5"}), "Content-Length"),
        (Page(headers={"Content-Length": "\u00b2"}), "Content-Length"),
        (Page(headers={"Content-Length": ""}), "Content-Length"),
        (Page(headers={"Content-Length": "9" * 19}), "Content-Length"),
    ],
)
def test_what_is_no_file_is_refused(internet: Internet, tmp_path: Path, page: Page, word: str) -> None:
    internet.server.pages["/clip.mp4"] = page
    assert word in refusal(internet, URL, tmp_path / "media")


def test_a_name_that_is_not_there(internet: Internet, tmp_path: Path) -> None:
    internet.names["gone.example.org"] = [[]]
    assert "cannot be found" in refusal(internet, "https://gone.example.org/", tmp_path / "media")


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "900"}, {"Content-Length": "900", "Connection": "close"}])
def test_a_file_that_only_ever_drips_is_left(internet: Internet, tmp_path: Path, headers: Mapping[str, str]) -> None:
    """The server speaks HTTP/1.0: http.client closes its connection as soon as the headers are there."""

    sent_all: list[bool] = []

    def drip() -> Iterator[bytes]:
        for _ in range(150):
            yield b"x"
            time.sleep(0.02)
        sent_all.append(True)

    internet.server.pages["/clip.mp4"] = Page(headers=headers, chunks=drip())
    assert "within 0.5 seconds" in refusal(internet, URL, tmp_path / "media", timeout_s=0.5)
    assert not sent_all  # it was left while it still dripped


def test_headers_that_only_ever_drip_are_left_long_before_the_file_would_be(internet: Internet, tmp_path: Path) -> None:
    """After a handshake like any other."""
    sent_all: list[bool] = []

    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for number in range(150):
            yield b"X-%d: x\r\n" % number if number < 90 else b"x"
            time.sleep(0.02)
        sent_all.append(True)

    internet.server.pages["/clip.mp4"] = Page(chunks=drip(), is_raw=True)
    limits = FetchLimits(1000, 600.0, answer_s=0.5)
    fetcher = MediaFetcher(limits, resolver=internet.resolve, connector=internet.connect, tls=internet.server.trusting)
    with pytest.raises(MediaError, match=r"did not answer within 0\.5 seconds"):
        fetcher.fetch(URL, tmp_path / "media", nothing)
    assert not sent_all


def test_a_worker_is_silent_for_less_than_its_lease() -> None:
    """While a host is found, connected to and has not sent its headers, no one moves the lease on."""
    assert FetchLimits(1, 600.0).answer_s == 15.0
    assert 2 * FetchLimits(1, 600.0).answer_s < Settings("table", "bucket", "queue").lease_s


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (FetchLimits(1000, 0.3), "was not received within 0.3 seconds"),
        (FetchLimits(1000, 600.0, answer_s=0.3), "did not answer within 0.3 seconds"),
    ],
)
def test_a_name_that_is_never_resolved_is_left(tmp_path: Path, limits: FetchLimits, words: str) -> None:
    is_over = Event()

    def resolve_never(_host: str) -> Sequence[IPAddress]:
        is_over.wait(20)
        return [ip_address(PUBLIC)]

    def connect_nowhere(_address: IPAddress, _timeout_s: float) -> socket.socket:
        raise AssertionError("nothing is to be connected")

    fetcher = MediaFetcher(limits, resolver=resolve_never, connector=connect_nowhere)
    begun = time.monotonic()
    try:
        with pytest.raises(MediaError, match=re.escape(words)):
            fetcher.fetch(URL, tmp_path / "media", nothing)
        assert time.monotonic() - begun < 10
    finally:
        is_over.set()


def test_connecting_takes_its_time_once_and_not_for_each_address(tmp_path: Path) -> None:
    granted_s: list[float] = []

    def connect_nowhere(_address: IPAddress, timeout_s: float) -> socket.socket:
        granted_s.append(timeout_s)
        raise TimeoutError

    limits = FetchLimits(1000, 600.0)
    addresses = [ip_address(f"93.184.215.{number}") for number in range(1, 6)]
    fetcher = MediaFetcher(limits, resolver=lambda _host: addresses, connector=connect_nowhere)
    with pytest.raises(MediaError, match="requeue"):
        fetcher.fetch(URL, tmp_path / "media", nothing)
    assert len(granted_s) > 1
    assert sum(granted_s) <= 15.0


@pytest.mark.parametrize("limits", [FetchLimits(1000, 0.5), FetchLimits(1000, 600.0, answer_s=0.5)])
def test_a_server_that_only_ever_drips_is_left(tmp_path: Path, limits: FetchLimits) -> None:
    """One byte after the other, for ever, and never so much as the end of the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    connection.sendall(b"\x16\x03\x03\x40\x00")
                    while True:
                        connection.sendall(b"\x00")
                        time.sleep(0.02)
                except OSError:
                    return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        fetcher = MediaFetcher(
            limits,
            resolver=lambda _host: [ip_address(PUBLIC)],
            connector=lambda _address, timeout_s: socket.create_connection(listener.getsockname(), timeout_s),
        )
        with pytest.raises(MediaError, match=r"within 0\.5 seconds"):
            fetcher.fetch(URL, tmp_path / "media", nothing)
        thread.join(10)
        assert not thread.is_alive()
