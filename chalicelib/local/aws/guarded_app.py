"""Guards the emulated AWS: it rejects requests without this run's secret, from any page or user.

A port of this machine is open to each of its users, and through the browser to each page that one of them looks at. So
every request needs a valid signature, in a header, a presigned URL or a presigned form. Its Host must be that of this
machine: a name that is pointed at 127.0.0.1 would make a page the service's own origin. A page of another origin can
read what the bucket's CORS rule allows, and nothing else.
"""

import errno
import html
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from chalicelib.local.aws.credentials import RunCredentials
from chalicelib.local.aws.signatures import S3, Claim, RefusedRequest, check_signature, denied
from chalicelib.local.aws.signed_forms import ReceivedForm, receive_form

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorsRule:
    """The CORS rule of a bucket: which pages may use its presigned URLs and forms."""

    origins: tuple[str, ...]
    methods: tuple[str, ...] = ("GET", "HEAD", "POST", "PUT")
    exposed: tuple[str, ...] = ("ETag",)
    max_age_s: int = 3600

    def headers(self, origin: str, method: str) -> list[tuple[str, str]] | None:
        """Returns what lets a page of this origin read an answer, None if the rule does not."""
        if method not in self.methods or ("*" not in self.origins and origin not in self.origins):
            return None
        allowed = "*" if "*" in self.origins else origin
        return [
            ("Access-Control-Allow-Origin", allowed),
            ("Access-Control-Expose-Headers", ", ".join(self.exposed)),
            ("Vary", "Origin"),
        ]


class GuardedApp:
    """Puts the guard before `app`, which plays `services`. `hosts` are the Host headers that it answers.

    `cors` is the media bucket's rule; without one no page gets anything.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        credentials: RunCredentials,
        *,
        services: frozenset[str],
        hosts: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._services = services
        self._hosts = hosts
        self._clock = clock
        self.cors: CorsRule | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answers as WSGI wants it (PEP 3333)."""
        try:
            self._check_address(environ)
            if environ["REQUEST_METHOD"] == "OPTIONS":
                return self._answer_preflight(environ, start_response)
            if _is_form(environ) and S3 in self._services:
                return self._answer_form(environ, start_response)
            claim = check_signature(environ, self._credentials, self._clock())
            if claim.scope.service not in self._services:
                raise denied()
            return self._pass_on(environ, start_response, claim)
        except RefusedRequest as refused:
            return _refuse(environ, start_response, refused)
        except OSError as failure:
            if failure.errno not in _FULL:
                raise
            _log.warning("the disk is full: %s", failure)
            full = RefusedRequest(503, "ServiceUnavailable", "The disk of this machine is full; free some space.")
            return _refuse(environ, start_response, full)

    def _check_address(self, environ: "WSGIEnvironment") -> None:
        if environ.get("HTTP_HOST", "").lower() not in self._hosts or not environ["RAW_URI"].startswith("/"):
            raise RefusedRequest(421, "AccessDenied", "This service has another address; see what `make serve` prints.")
        if "HTTP_TRANSFER_ENCODING" in environ and "CONTENT_LENGTH" in environ:
            raise RefusedRequest(400, "InvalidRequest", "A body has a length or comes in chunks, not both.")

    def _answer_preflight(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
        headers = self._cors_headers(environ, method)
        if not headers or self.cors is None:
            raise denied()
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
        headers += [("Access-Control-Allow-Methods", ", ".join(self.cors.methods))]
        headers += [("Access-Control-Allow-Headers", asked)] if asked else []
        headers += [("Access-Control-Max-Age", str(self.cors.max_age_s)), ("Content-Length", "0")]
        start_response("200 OK", headers)
        return [b""]

    def _pass_on(self, environ: "WSGIEnvironment", start_response: "StartResponse", claim: Claim) -> Iterable[bytes]:
        if "HTTP_ORIGIN" in environ and not claim.is_presigned:
            raise denied()  # no page has a secret
        cors = self._cors_headers(environ, environ["REQUEST_METHOD"])
        # moto finds the service by this header, and by guessing without it.
        environ.setdefault("HTTP_AUTHORIZATION", _authorization(self._credentials, claim.scope.region))
        return self._app(environ, _with_cors(start_response, cors))

    def _answer_form(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Has the file of a form written as by PUT: moto must not read the form again, perhaps in another way."""
        bucket = unquote(environ["RAW_URI"]).strip("/")
        if environ["QUERY_STRING"] or "HTTP_AUTHORIZATION" in environ:
            raise denied()
        cors = self._cors_headers(environ, "POST")
        start = _with_cors(start_response, cors)
        form = receive_form(environ, bucket, self._credentials, self._clock())
        with form.file:
            written = _as_put(environ, bucket, form, self._credentials)

            def answer(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
                kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
                return start("204 No Content" if status.startswith("200") else status, kept)

            body = b"".join(self._app(written, answer))
        return [body]

    def _cors_headers(self, environ: "WSGIEnvironment", method: str) -> list[tuple[str, str]]:
        """Takes the origin out of the request: moto would answer any with leave to read."""
        origin = environ.pop("HTTP_ORIGIN", None)
        if origin is None or self.cors is None:
            return []
        return self.cors.headers(origin, method) or []


def _is_form(environ: "WSGIEnvironment") -> bool:
    content_type = str(environ.get("CONTENT_TYPE", "")).lower()
    return environ["REQUEST_METHOD"] == "POST" and content_type.startswith("multipart/form-data")


def _as_put(
    environ: "WSGIEnvironment", bucket: str, form: ReceivedForm, credentials: RunCredentials
) -> "WSGIEnvironment":
    path = f"/{bucket}/{form.key}"
    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
    raw = quote(path.encode("utf-8", "surrogateescape"), safe="/~")
    return {
        **kept,
        "HTTP_HOST": environ["HTTP_HOST"],
        "HTTP_AUTHORIZATION": _authorization(credentials, form.region),
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "RAW_URI": raw,
        "REQUEST_URI": raw,
        "CONTENT_TYPE": form.content_type,
        "CONTENT_LENGTH": str(form.size_bytes),
        "wsgi.input": form.file,
    }


def _authorization(credentials: RunCredentials, region: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/19700101/{region}/{S3}/aws4_request, checked"


def _with_cors(start_response: "StartResponse", cors: list[tuple[str, str]]) -> "StartResponse":
    def start(status: str, headers: list[tuple[str, str]], *error: object) -> Callable[[bytes], object]:
        kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
        return start_response(status, [*kept, *cors], *error)  # type: ignore[arg-type]  # as it came

    return start


def _refuse(environ: "WSGIEnvironment", start_response: "StartResponse", refused: RefusedRequest) -> Iterable[bytes]:
    """Returns the error in the format of the service: boto3 shows its message."""
    is_json = "HTTP_X_AMZ_TARGET" in environ or environ["PATH_INFO"].startswith("/v1/")
    if is_json:
        body = json.dumps({"__type": refused.code, "message": refused.sentence})
    else:
        body = f"<Error><Code>{refused.code}</Code><Message>{html.escape(refused.sentence)}</Message></Error>"
    headers = [
        ("Content-Type", "application/json" if is_json else "application/xml"),
        ("Content-Length", str(len(body.encode()))),
        ("X-Amzn-ErrorType", refused.code),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(f"{refused.status} {HTTPStatus(refused.status).phrase}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body.encode()]
