"""AWS Signature Version 4, checked: what AWS does in front of every service and moto does not.

Requests to a service carry the signature in the Authorization header, presigned URLs of S3 in the query
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). botocore computes the
signature that a request ought to have.
"""

import hmac
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chalicelib.local.aws.credentials import RunCredentials

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

S3 = "s3"
_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<scope>[^ ,]+), *SignedHeaders=(?P<headers>[^ ,]+), *"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_TIMESTAMP = "%Y%m%dT%H%M%SZ"
_CLOCK_SKEW = timedelta(minutes=15)  # that of AWS
_MAX_EXPIRES_S = 7 * 24 * 3600  # that of S3
_MAX_BODY_BYTES = 16 * 1024 * 1024  # the largest request of DynamoDB; SQS and Batch take less
_AMZ = "HTTP_X_AMZ_"
_QUERY_NAMES = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")


class RefusedRequest(Exception):
    """The request has no right to anything. `code` is AWS's name of the error, `sentence` is for the sender."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a signature: a day, a region and a service. `access_key_id` is its claimed owner."""

    access_key_id: str
    day: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The claims of a request about its signature, not yet verified."""

    scope: Scope
    signed_at: str
    signed_headers: tuple[str, ...]
    signature: str
    expires_s: int | None

    @property
    def is_presigned(self) -> bool:
        """Returns True if the signature is in the query."""
        return self.expires_s is not None


def check_signature(environ: "WSGIEnvironment", credentials: RunCredentials, now: datetime) -> Claim:
    """Returns what the request claims, now known to be true. Raises `RefusedRequest`.

    The body of a presigned request is not read. That of S3 counts as what its header says; any other service's is
    read, up to 16 MiB and only if all else fits, and put back. Every X-Amz header must be signed, as S3 wants it:
    the holder of a presigned URL could add a copy source otherwise.
    """
    claim = _claim_of(environ)
    check_scope(claim.scope, claim.signed_at, credentials)
    _check_time(claim, now)
    _check_signed_headers(environ, claim)
    request = _as_signed(environ, claim)
    if claim.scope.service != S3:
        request.data = _take_body(environ)
    signer = _signer(claim, credentials)
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if not hmac.compare_digest(expected, claim.signature):
        raise denied()
    return claim


def parse_scope(text: str) -> Scope:
    """Reads `<access key id>/<day>/<region>/<service>/aws4_request`. Raises `RefusedRequest`."""
    parts = text.split("/")
    if len(parts) != 5 or parts[-1] != "aws4_request":
        raise denied()
    return Scope(*parts[:4])


def check_scope(scope: Scope, signed_at: str, credentials: RunCredentials) -> None:
    """Raises `RefusedRequest` if the key is not this run's or the days differ."""
    if not hmac.compare_digest(scope.access_key_id.encode(), credentials.access_key_id.encode()):
        raise denied()
    if signed_at[:8] != scope.day:
        raise denied()


def signature_of(text: str, scope: Scope, signed_at: str, credentials: RunCredentials) -> str:
    """Returns the signature of a text, such as a form's policy."""
    request = AWSRequest(method="POST", url="http://localhost/")
    request.context["timestamp"] = signed_at
    signed: str = SigV4Auth(_botocore(credentials), scope.service, scope.region).signature(text, request)
    return signed


def parse_time(text: str) -> datetime:
    """Reads `20261128T190000Z`. Raises `RefusedRequest`."""
    try:
        return datetime.strptime(text, _TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        raise denied() from None


def denied() -> RefusedRequest:
    """The answer to a request without a valid signature; it says no more than that."""
    return RefusedRequest(403, "AccessDenied", "This service answers the processes of its own stack only.")


def _claim_of(environ: "WSGIEnvironment") -> Claim:
    query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    header = environ.get("HTTP_AUTHORIZATION")
    presigned = [(name, value) for name, value in query if name.lower().startswith("x-amz-")]
    if header is not None:
        match = _AUTHORIZATION.fullmatch(header.strip())
        if match is None or any(name.lower() == "x-amz-signature" for name, _ in presigned):
            raise denied()
        scope, signed_at = parse_scope(match["scope"]), environ.get("HTTP_X_AMZ_DATE", "")
        return Claim(scope, signed_at, tuple(match["headers"].split(";")), match["signature"], None)
    return _presigned_claim(presigned)


def _presigned_claim(presigned: list[tuple[str, str]]) -> Claim:
    values = dict(presigned)
    if len(values) != len(presigned) or any(f"X-Amz-{name}" not in values for name in _QUERY_NAMES):
        raise denied()
    expires, scope = values["X-Amz-Expires"], parse_scope(values["X-Amz-Credential"])
    if values["X-Amz-Algorithm"] != _ALGORITHM or scope.service != S3:
        raise denied()
    if not (expires.isascii() and expires.isdigit() and len(expires) < 8 and int(expires) <= _MAX_EXPIRES_S):
        raise denied()
    headers = tuple(values["X-Amz-SignedHeaders"].split(";"))
    return Claim(scope, values["X-Amz-Date"], headers, values["X-Amz-Signature"], int(expires))


def _check_time(claim: Claim, now: datetime) -> None:
    signed_at = parse_time(claim.signed_at)
    lasts = _CLOCK_SKEW if claim.expires_s is None else timedelta(seconds=claim.expires_s)
    if now > signed_at + lasts:
        raise RefusedRequest(403, "AccessDenied", "Request has expired")
    if signed_at > now + _CLOCK_SKEW:
        raise denied()


def _check_signed_headers(environ: "WSGIEnvironment", claim: Claim) -> None:
    signed = {_key(name) for name in claim.signed_headers}
    unsigned = {name for name in environ if name.startswith(_AMZ)} - signed
    if "HTTP_HOST" not in signed or unsigned or any(name not in environ for name in signed):
        raise denied()


def _as_signed(environ: "WSGIEnvironment", claim: Claim) -> AWSRequest:
    """Returns the request as its sender signed it: with the signed headers only."""
    path, _, query = environ["RAW_URI"].partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith("X-Amz-Signature=")]
    canonical = "&".join("=".join(_encoded(part) for part in _pair(each)) for each in kept)
    headers: Mapping[str, str] = {name: environ[_key(name)] for name in claim.signed_headers}
    url = f"http://{environ['HTTP_HOST']}{_encoded(path, safe='/~')}" + (f"?{canonical}" if canonical else "")
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, headers=headers)
    request.context["timestamp"] = claim.signed_at
    return request


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _encoded(text: str, safe: str = "~") -> str:
    """However the sender escaped it, this is how it is signed."""
    return quote(unquote_to_bytes(text.encode("latin-1")), safe=safe)


def _key(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _signer(claim: Claim, credentials: RunCredentials) -> SigV4Auth:
    kind = SigV4Auth if claim.scope.service != S3 else S3SigV4QueryAuth if claim.is_presigned else S3SigV4Auth
    return kind(_botocore(credentials), claim.scope.service, claim.scope.region)


def _botocore(credentials: RunCredentials) -> Credentials:
    return Credentials(credentials.access_key_id, credentials.secret_access_key)


def _take_body(environ: "WSGIEnvironment") -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit() and int(length) <= _MAX_BODY_BYTES):
        raise RefusedRequest(413, "RequestEntityTooLarge", "The request is larger than any that this service takes.")
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise RefusedRequest(411, "MissingContentLength", "Send the request with its length.")
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return bytes(body)
