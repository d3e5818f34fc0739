"""HTTPS to an address that was checked before, for the name from which it was resolved.

A name may resolve to another address the next time. So it is resolved once, all its addresses are checked, and the
connection is opened to the address itself; TLS still uses the name (SNI and certificate).
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread, Timer

from urllib3.connection import HTTPSConnection

from chalicelib.domain.intake.input_urls import HTTPS_PORT
from chalicelib.domain.intake.public_addresses import IPAddress, is_public
from chalicelib.errors import MienError

_MAX_ADDRESSES = 3

Resolver = Callable[[str], Sequence[IPAddress]]
"""Returns all addresses of a host name. Raises OSError if there are none."""

Connector = Callable[[IPAddress, float], socket.socket]
"""Opens a TCP connection to an address within some seconds. Raises OSError."""


@cache
def public_tls() -> ssl.SSLContext:
    """TLS as this system trusts it, names and certificates checked."""
    return ssl.create_default_context()


def resolve(host: str) -> tuple[IPAddress, ...]:
    """The system's own answer."""
    found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(address[0]) for _, _, _, _, address in found))


def connect(address: IPAddress, timeout_s: float) -> socket.socket:
    """A connection to the port of https."""
    return socket.create_connection((str(address), HTTPS_PORT), timeout_s)


class HostNotFound(MienError):
    """The name has no address."""


class HostNotPublic(MienError):
    """The name resolves to a private network, perhaps our own."""


def checked_addresses(host: str, resolver: Resolver, *, within_s: float) -> Sequence[IPAddress]:
    """Returns the addresses of `host`, all of them public. Raises `HostNotFound`, also if the lookup takes longer than
    `within_s`, or `HostNotPublic`.

    One private address is enough to refuse the host: a name that mixes both is likely an attack.
    """
    addresses = _resolved(host, resolver, within_s)
    if not addresses:
        raise HostNotFound(f"{host} cannot be found")
    if not all(is_public(address) for address in addresses):
        raise HostNotPublic(f"{host} is not on the public Internet")
    return addresses


def _resolved(host: str, resolver: Resolver, within_s: float) -> Sequence[IPAddress]:
    """Returns nothing if the lookup takes too long. The system's resolver has no time-out, and a hostile name server
    may let it wait: it runs in a thread of its own, which ends when the resolver gives up."""
    answers: SimpleQueue[Sequence[IPAddress]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host))
        except (OSError, UnicodeError):
            answers.put(())

    Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=max(0.0, within_s))
    except Empty:
        return ()


def is_of_tls(failure: Exception) -> bool:
    """Returns True if a connection failed because of TLS, as with a certificate that is not trusted."""
    return isinstance(failure, ssl.SSLError) or isinstance(failure.__cause__, ssl.SSLError)


class PinnedConnection(HTTPSConnection):
    """Returns a connection for `host` to the first of `addresses` that answers."""

    def __init__(
        self,
        host: str,
        addresses: Sequence[IPAddress],
        *,
        connector: Connector,
        tls: ssl.SSLContext,
        timeout_s: float,
        connect_s: float,
    ) -> None:
        """`timeout_s` is for each wait on the socket, `connect_s` for connecting, all addresses together."""
        super().__init__(
            host,
            HTTPS_PORT,
            timeout=timeout_s,
            ssl_context=tls,
            server_hostname=host,
        )
        self._watched: socket.socket | None = None
        self._is_cut = False
        self._addresses = addresses[:_MAX_ADDRESSES]
        self._connector = connector
        self._connect_each_s = min(timeout_s, connect_s / max(1, len(self._addresses)))

    def _new_conn(self) -> socket.socket:
        """Overrides the method in which urllib3 opens a socket, and would resolve the name again."""
        failure: OSError = OSError("there is no address")
        for address in self._addresses:
            try:
                opened = self._connector(address, self._connect_each_s)
            except OSError as error:
                failure = error
            else:
                self._watched = opened.dup()  # TLS takes the first over, and only gives it back after its handshake
                if self._is_cut:
                    opened.close()
                    raise TimeoutError("it was cut before it was open")
                return opened
        raise failure

    def cut(self) -> None:
        """Ends whatever another thread is reading or writing on this connection, or is about to."""
        self._is_cut = True
        if self._watched is not None:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)

    def cut_after(self, seconds: float) -> Timer:
        """Returns the running timer that cuts it: a server that sends a byte now and then never runs into a time-out of
        the socket."""
        watch = Timer(seconds, self.cut)
        watch.daemon = True
        watch.start()
        return watch

    def release(self) -> None:
        """Closes the connection for good; its owner calls it at the end.

        `close` is not enough and not the place: http.client calls it when the server says `Connection: close`, while
        the body is still to be read, and `cut` must work until it is.
        """
        self.close()
        if self._watched is not None:
            self._watched.close()
