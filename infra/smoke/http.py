"""The API before any job: index, credentials, errors, CORS, sizes. Each check returns what it saw."""

import http.client
import ssl
from base64 import b64encode
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import requests

from infra.smoke.visit import FOREIGN_ORIGIN, Guest, Visit, expect

_PIECE = b"\0" * 65_536
_SENT_BYTES = 11_000_000  # of a body that is refused by its length
_ANSWER_S = 60.0


def index(visit: Visit) -> str:
    """The only URL that a client knows beforehand."""
    answer = visit.call("GET", "", headers={"Accept": "application/json"})
    expect(answer.status_code == 200, f"status {answer.status_code}")
    services = answer.json().get("v1", {})
    expect({"jobs", "entries"} <= set(services), f"v1 has {sorted(services)}")
    page = visit.call("GET", "", headers={"Accept": "text/html"})
    expect(page.headers.get("Content-Type", "").startswith("text/html"), "a browser gets no page")
    return "JSON for programs, a page for people"


def login(visit: Visit) -> str:
    """Missing and wrong credentials are answered alike."""
    for guest in (None, Guest(visit.ada.email, "not the password", "")):
        answer = visit.call("GET", "jobs", guest)
        expect(answer.status_code == 401, f"status {answer.status_code}")
        expect(answer.headers.get("WWW-Authenticate", "").startswith("Basic"), "no WWW-Authenticate")
        _check_envelope(answer)
    expect(visit.call("GET", "jobs", visit.ada).status_code == 200, "the right password is refused")
    return "401 with WWW-Authenticate"


def unknown_url(visit: Visit) -> str:
    """404 in the envelope, also if the gateway itself answers."""
    answer = visit.call("GET", "no/such/thing", visit.ada)
    expect(answer.status_code == 404, f"status {answer.status_code}")
    _check_envelope(answer)
    malformed = visit.call("GET", "jobs/7", visit.ada)
    expect(malformed.status_code == 400, f"a malformed id is {malformed.status_code}")
    wrong_method = visit.call("PUT", "jobs", visit.ada)
    expect(wrong_method.status_code == 405, f"PUT /jobs is {wrong_method.status_code}")
    expect("POST" in wrong_method.headers.get("Allow", ""), "405 has no Allow")
    return "404, 400, 405 in the envelope"


def cors(visit: Visit) -> str:
    """Pages of the stack's origins may ask, others may not, and forms of other pages change nothing."""
    origins = [origin.strip() for origin in visit.target.cors_origins.split(",") if origin.strip()]
    is_open = "*" in origins
    for origin in (FOREIGN_ORIGIN, *(() if is_open else origins)):
        allowed = None if not is_open and origin == FOREIGN_ORIGIN else "*" if is_open else origin
        _check_preflight(visit, origin, allowed)
        read = visit.call("GET", "jobs", visit.ada, headers={"Origin": origin})
        _check_allowed(read, origin, allowed)
    form = {"Origin": FOREIGN_ORIGIN, "Sec-Fetch-Site": "cross-site"}
    forged = visit.call("POST", "webhook_secret", visit.ada, headers=form)
    expect(forged.status_code == 403, f"a form of another site is {forged.status_code}")
    return f"origins: {', '.join(origins) or 'none'}; a form of another site: 403"


def _check_preflight(visit: Visit, origin: str, allowed: str | None) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = visit.call("OPTIONS", "jobs", headers={"Origin": origin} | asks)
    expect(preflight.status_code in (200, 204), f"the preflight is {preflight.status_code}")
    _check_allowed(preflight, origin, allowed)
    if allowed is not None:
        named = preflight.headers.get("Access-Control-Allow-Headers", "").lower()
        expect("authorization" in named, "the preflight does not allow Authorization")
        methods = preflight.headers.get("Access-Control-Allow-Methods", "")
        expect("POST" in methods, f"the preflight allows {methods or 'no method'}")


def _check_allowed(answer: requests.Response, origin: str, allowed: str | None) -> None:
    found = answer.headers.get("Access-Control-Allow-Origin")
    expect(found == allowed, f"Access-Control-Allow-Origin for {origin} is {found}, not {allowed}")


def too_large(visit: Visit) -> str:
    """A body that is too large is refused with 413, in the envelope."""
    status, body = _send_large(visit, visit.target.too_large_bytes)
    expect(status == 413, f"status {status}")
    expect(b'"error"' in body, "no envelope")
    return f"413 for {visit.target.too_large_bytes / 1e6:.0f} MB"


def _send_large(visit: Visit, size_bytes: int) -> tuple[int, bytes]:
    """Announces a body, and sends it up to 11 MB."""
    url = urlsplit(visit.index_url + "jobs")
    connection = _connection(url)
    user = b64encode(f"{visit.ada.email}:{visit.ada.password}".encode()).decode()
    try:
        connection.putrequest("POST", url.path)
        connection.putheader("Authorization", f"Basic {user}")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(size_bytes))
        connection.endheaders()
        with suppress(OSError):  # it has answered and closed
            _send_body(connection, size_bytes)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    if url.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(url.netloc, timeout=_ANSWER_S, context=context)
    return http.client.HTTPConnection(url.netloc, timeout=_ANSWER_S)


def _send_body(connection: http.client.HTTPConnection, size_bytes: int) -> None:
    """Sends the whole body if the gateway has to see it, nothing of one that is refused by its header."""
    if size_bytes > _SENT_BYTES:
        return
    for begin in range(0, size_bytes, len(_PIECE)):
        connection.send(_PIECE[: size_bytes - begin])


def _check_envelope(answer: requests.Response) -> None:
    expect(set(answer.json()) == {"error"}, f"the body is {answer.text[:80]!r}")
    expect("X-Request-Id" in answer.headers, "no X-Request-Id")
