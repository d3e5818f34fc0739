"""The guard before the played AWS, on requests as boto3 and others make them."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from boto3.session import Session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from chalicelib.local.aws.credentials import RunCredentials
from chalicelib.local.aws.guarded_app import CorsRule, GuardedApp

OURS, FOREIGN = RunCredentials("MIENKEY", "secret of this run"), RunCredentials("MIENKEY", "guessed")
HOST = "127.0.0.1:5999"
SERVICES = frozenset(("s3", "dynamodb"))
PAGE = "https://elsewhere.example"


class UnreadBody(io.RawIOBase):
    """A body that no one may read before the credentials are known to be right."""

    def read(self, _size: int = -1) -> bytes:
        raise AssertionError("the body of a request without credentials was read")


@dataclass
class Guard:
    """The guard, and what came past it."""

    passed: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    services: frozenset[str] = SERVICES
    answer: bytes = b""

    def __post_init__(self) -> None:
        self.app = GuardedApp(
            self._inner, OURS, services=self.services, hosts=frozenset((HOST,)), clock=lambda: self.now
        )

    def _inner(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.passed.append({**environ, "body": environ["wsgi.input"].read()})
        start_response(
            "200 OK", [("ETag", '"1"'), ("Access-Control-Allow-Origin", "moto's own"), ("Content-Length", "0")]
        )
        return [b""]

    def send(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | io.IOBase = b""
    ) -> tuple[int, dict[str, str]]:
        """Returns status and headers of the answer."""
        parts = urlsplit(url)
        raw = parts.path + (f"?{parts.query}" if parts.query else "")
        named = {"Host": parts.netloc, **(headers or {})}
        stream = io.BytesIO(body) if isinstance(body, bytes) else body
        length = {"CONTENT_LENGTH": str(len(body))} if isinstance(body, bytes) else {}
        environ = {
            "REQUEST_METHOD": method,
            "RAW_URI": raw,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "wsgi.input": stream,
            **length,
            **{_key(name): value for name, value in named.items()},
        }
        answered: list[tuple[int, dict[str, str]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            assert len(dict(headers)) == len(headers), "a header is there twice"
            answered.append((int(status[:3]), dict(headers)))
            return lambda _body: None

        self.answer = b"".join(self.app(environ, start_response))
        return answered[-1]


def _key(name: str) -> str:
    upper = name.upper().replace("-", "_")
    return upper if upper in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{upper}"


@pytest.fixture
def guard() -> Guard:
    return Guard()


def _signed(
    service: str, url: str, *, method: str = "POST", body: bytes = b"{}", credentials: RunCredentials = OURS
) -> dict[str, str]:
    """The headers of a request that boto3 would send."""
    keys = Credentials(credentials.access_key_id, credentials.secret_access_key)
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    request = AWSRequest(method=method, url=url, headers={"X-Amz-Target": "DynamoDB_20120810.Scan"}, data=body)
    kind(keys, service, "us-east-1").add_auth(request)
    return dict(request.headers)


def _s3(credentials: RunCredentials = OURS) -> Any:
    return Session(credentials.access_key_id, credentials.secret_access_key, region_name="us-east-1").client(
        "s3", endpoint_url=f"http://{HOST}", config=Config(signature_version="s3v4")
    )


def _presigned(operation: str = "get_object", *, expires_s: int = 60, **parameters: Any) -> str:
    wanted = {"Bucket": "media", "Key": "a b+~\u00e9.mp4", **parameters}
    url: str = _s3().generate_presigned_url(operation, Params=wanted, ExpiresIn=expires_s)
    return url


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/media?list-type=2"), ("PUT", "/media/x"), ("POST", "/"), ("POST", "/v1/submitjob"),
     ("POST", "/moto-api/reset"), ("DELETE", "/media/x"), ("OPTIONS", "/media/x"), ("HEAD", "/media")],
)  # fmt: skip
def test_nobody_gets_past_without_a_signature_and_no_body_is_read(guard: Guard, method: str, path: str) -> None:
    for headers in ({}, {"Origin": PAGE}, {"X-Amz-Target": "DynamoDB_20120810.Scan"}):
        status, answered = guard.send(method, f"http://{HOST}{path}", headers, UnreadBody())
        assert status == 403
        assert not [name for name in answered if name.startswith("Access-Control")]
    assert guard.passed == []


def test_a_signed_request_gets_past_with_its_body(guard: Guard) -> None:
    url = f"http://{HOST}/"
    assert guard.send("POST", url, _signed("dynamodb", url), b"{}")[0] == 200
    url = f"http://{HOST}/media/a%20b?list-type=2&prefix=x%2Fy"
    assert guard.send("GET", url, _signed("s3", url, method="GET", body=b""))[0] == 200
    assert [request["body"] for request in guard.passed] == [b"{}", b""]


def test_any_change_to_a_signed_request_is_refused(guard: Guard) -> None:
    url = f"http://{HOST}/"
    headers = _signed("dynamodb", url)
    assert guard.send("POST", url, headers, b'{"all": 1}')[0] == 403
    assert guard.send("POST", f"{url}other", headers, b"{}")[0] == 403
    assert guard.send("POST", url, headers | {"X-Amz-Target": "DynamoDB_20120810.DeleteTable"}, b"{}")[0] == 403
    assert guard.send("POST", url, headers | {"X-Amz-Security-Token": "more"}, b"{}")[0] == 403
    assert guard.send("POST", url, headers | {"Origin": PAGE}, b"{}")[0] == 403
    assert guard.send("POST", url, _signed("dynamodb", url, credentials=FOREIGN), b"{}")[0] == 403
    assert guard.send("POST", url, _signed("sqs", url), b"{}")[0] == 403, "a service that is not played here"
    guard.now += timedelta(minutes=20)
    assert guard.send("POST", url, headers, b"{}")[0] == 403
    assert guard.passed == []


def test_a_name_that_was_pointed_at_this_machine_is_refused(guard: Guard) -> None:
    for host in ("evil.example:5999", "127.0.0.1", "127.0.0.1:80", "media.s3.amazonaws.com", ""):
        url = f"http://{HOST}/"
        assert guard.send("POST", url, _signed("dynamodb", url) | {"Host": host}, b"{}")[0] == 421
    assert guard.passed == []


def test_a_presigned_url_works_for_what_it_was_signed_for_and_as_long(guard: Guard) -> None:
    url = _presigned()
    assert guard.send("GET", url)[0] == 200
    assert guard.send("GET", requests.Request("GET", url).prepare().url or "")[0] == 200, "as clients escape it"
    assert guard.send("PUT", url)[0] == 403
    assert guard.send("GET", f"{url}&versionId=1")[0] == 403
    assert guard.send("GET", url.replace("a%20b", "other"))[0] == 403
    assert guard.send("GET", f"{url}&X-Amz-Expires=9999")[0] == 403
    guard.now += timedelta(seconds=120)
    assert guard.send("GET", url)[0] == 403
    assert len(guard.passed) == 2


def test_a_presigned_url_opens_no_other_service_and_copies_nothing(guard: Guard) -> None:
    url = _presigned("upload_part", UploadId="u", PartNumber=1, ContentLength=3)
    assert guard.send("PUT", url, {"X-Amz-Copy-Source": "/media/of-others"}, b"abc")[0] == 403
    assert guard.send("PUT", url, {"X-Amz-Target": "DynamoDB_20120810.Scan"}, b"abc")[0] == 403
    other = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    assert guard.send("PUT", url, {"Authorization": other}, b"abc")[0] == 403
    assert guard.send("PUT", url, body=b"more than was signed")[0] == 403
    assert guard.send("PUT", url, {"Transfer-Encoding": "chunked"}, b"abc")[0] == 400
    assert guard.passed == []
    assert guard.send("PUT", url, {"Content-Type": "application/x-www-form-urlencoded"}, b"abc")[0] == 200
    assert "/s3/aws4_request" in guard.passed[0]["HTTP_AUTHORIZATION"]


def _form(fields: dict[str, str], file: bytes = b"abc") -> tuple[dict[str, str], bytes]:
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    prepared = requests.Request("POST", f"http://{HOST}/", files={**parts, "file": ("a.mp4", file)}).prepare()
    assert isinstance(prepared.body, bytes)
    return {"Content-Type": prepared.headers["Content-Type"]}, prepared.body


def _signed_form(credentials: RunCredentials = OURS, *, expires_s: int = 60) -> dict[str, str]:
    """As the API signs it: one key, one content type, three bytes."""
    answer = _s3(credentials).generate_presigned_post(
        "media",
        "uploads/\u00e9",
        Fields={"Content-Type": "video/mp4"},
        Conditions=[{"Content-Type": "video/mp4"}, ["content-length-range", 3, 3]],
        ExpiresIn=expires_s,
    )
    fields: dict[str, str] = answer["fields"]
    return fields


def _post(guard: Guard, fields: dict[str, str], file: bytes = b"abc", **headers: str) -> tuple[int, dict[str, str]]:
    own, body = _form(fields, file)
    return guard.send("POST", f"http://{HOST}/media", own | headers, body)


def test_a_presigned_form_writes_its_file_as_it_was_signed(guard: Guard) -> None:
    assert _post(guard, _signed_form())[0] == 204
    (written,) = guard.passed
    assert (written["REQUEST_METHOD"], written["body"], written["CONTENT_TYPE"]) == ("PUT", b"abc", "video/mp4")
    assert written["RAW_URI"] == "/media/uploads/%C3%A9"


def test_a_form_that_was_not_signed_so_is_refused(guard: Guard) -> None:
    good = _signed_form()
    assert _post(guard, good | {"key": "uploads/other"})[0] == 403
    assert _post(guard, good | {"Content-Type": "text/html"})[0] == 403
    assert _post(guard, good | {"acl": "public-read"})[0] == 403
    assert _post(guard, good, b"abcd")[0] == 400
    assert _post(guard, good, b"ab")[0] == 400
    assert _post(guard, {name: value for name, value in good.items() if name != "policy"})[0] == 403
    assert _post(guard, _signed_form(FOREIGN))[0] == 403
    own, body = _form(good)
    assert guard.send("POST", f"http://{HOST}/other", own, body)[0] == 403
    assert guard.send("POST", f"http://{HOST}/media?delete", own, body)[0] == 403
    assert guard.send("POST", f"http://{HOST}/media", own, body[:-30])[0] == 400
    guard.now += timedelta(seconds=120)
    assert _post(guard, good)[0] == 403
    assert guard.passed == []


def test_a_file_is_not_read_before_its_form_is_known_to_be_right(guard: Guard) -> None:
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    stream = Endless()
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "299000000"}
    assert guard.send("POST", f"http://{HOST}/media", headers, stream)[0] == 400
    assert stream.read_bytes <= 100_000


def test_pages_use_presigned_urls_as_the_buckets_rule_says_and_nothing_else(guard: Guard) -> None:
    url = _presigned()
    assert "Access-Control-Allow-Origin" not in guard.send("GET", url, {"Origin": PAGE})[1], "without a rule"
    guard.app.cors = CorsRule((PAGE,))
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    status, headers = guard.send("OPTIONS", f"http://{HOST}/media/x", ask)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert headers["Access-Control-Allow-Headers"] == "content-type"
    assert guard.send("OPTIONS", f"http://{HOST}/media/x", ask | {"Origin": "https://other.example"})[0] == 403
    assert guard.send("OPTIONS", f"http://{HOST}/media/x", ask | {"Access-Control-Request-Method": "DELETE"})[0] == 403
    status, headers = guard.send("GET", url, {"Origin": PAGE})
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert headers["Access-Control-Expose-Headers"] == "ETag"
    assert "HTTP_ORIGIN" not in guard.passed[-1], "moto would answer any"
    assert "Access-Control-Allow-Origin" not in guard.send("GET", url, {"Origin": "https://other.example"})[1]
    status, headers = _post(guard, _signed_form(), Origin=PAGE)
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, PAGE)


def test_a_full_disk_is_said_to_be_full(guard: Guard) -> None:
    class Full(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    url = _presigned("put_object")
    assert guard.send("PUT", url, {"Content-Length": "3"}, Full())[0] == 503


def test_refusals_are_in_the_services_own_words(guard: Guard) -> None:
    status, headers = guard.send("POST", f"http://{HOST}/", {"X-Amz-Target": "DynamoDB_20120810.Scan"}, b"{}")
    assert (status, headers["Content-Type"], headers["X-Amzn-ErrorType"]) == (403, "application/json", "AccessDenied")
    assert json.loads(guard.answer)["__type"] == "AccessDenied"
    guard.send("GET", f"http://{HOST}/media")
    assert b"<Code>AccessDenied</Code>" in guard.answer
