"""An https server on this machine under a name of its choice, and an authority made for it that no one else trusts."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a path. `chunks` are sent as they are, one after the other; a page that `is_raw` has
    no status line and no headers but those in its chunks."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] = (b"media",)
    is_raw: bool = False


@dataclass
class TlsServer:
    """A running server: its port, the pages by path, and the Host and path of every request it saw, and headers
    and body of every POST."""

    port: int
    authority: Path
    pages: dict[str, Page] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    posted: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    def trusting(self) -> ssl.SSLContext:
        """TLS for clients that trust the server's authority and no other."""
        return ssl.create_default_context(cafile=str(self.authority))


@contextmanager
def tls_server(directory: Path, *names: str) -> Iterator[TlsServer]:
    """Serves on a free port of 127.0.0.1 with a certificate for `names` until the block ends."""
    authority, chain = _write_certificates(directory, names)
    server: TlsServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.seen.append((self.headers["Host"], self.path))
            page = server.pages.get(self.path, Page(404, chunks=()))
            if not page.is_raw:
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.end_headers()
            for chunk in page.chunks:
                self.wfile.write(chunk)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.posted.append((dict(self.headers.items()), body))
            self.do_GET()

        def log_message(self, *_args: Any) -> None:
            """Nothing."""

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            """Clients that refuse our certificate hang up."""

    listener = Listener(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    server = TlsServer(listener.server_port, authority)
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def _write_certificates(directory: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """The authority's certificate, and the server's key and certificate in one file."""
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for one test")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server for one test")])
    issuer_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(owner: x509.Name, owner_key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            issuer_name=issuer,
            subject_name=owner,
            public_key=owner_key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(hours=1),
            not_valid_after=now + timedelta(hours=1),
        )

    root = certificate(issuer, issuer_key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    leaf = certificate(subject, key).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
    )
    authority, chain = directory / "authority.pem", directory / "chain.pem"
    authority.write_bytes(root.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + leaf.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return authority, chain
