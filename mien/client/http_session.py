"""HTTP requests and responses; errors carry a message for the user."""

import time
from types import TracebackType
from typing import Any, Self

import requests
from requests.auth import AuthBase

from chalicelib.domain.idempotency import LEASE_S
from chalicelib.errors import MienError

_CONNECT_TIMEOUT_S = 10.0
_READ_TIMEOUT_S = 300.0
_TIMEOUT_S = (_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S)
_TRIES = 5
_PASSING = frozenset({0, 429, 502, 503, 504})  # 0: no answer at all
_LONGEST_PAUSE_S = 300.0
_BUSY_S = LEASE_S + 10.0  # the API frees an Idempotency-Key then, if whoever processed the request has died
_RATE_LIMIT_PAUSE_S = 2.0


class ApiError(MienError):
    """The API refused a request, did not answer, or sent an invalid response, or has no such result. The message is for
    the user; `status` is that of the response, 0 if there was none, None if no response is to blame; `retry_after_s` is
    the wait that the API asked for."""

    def __init__(self, sentence: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after_s = retry_after_s


class NoAnswer(ApiError):
    """The API could not be reached, or does not answer."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, status=0)


class _NoCredentials(AuthBase):
    """Says so, as requests would otherwise look into a `.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):
    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """On a redirect: credentials do not leave their origin, and a `.netrc` adds none. S3 rejects credentials on a
        presigned URL."""
        if self.should_strip_auth(  # type: ignore[no-untyped-call]  # requests leaves it out
            str(response.request.url), str(prepared_request.url)
        ):
            prepared_request.headers.pop("Authorization", None)


class HttpSession:
    """Asks one API as one user. A context manager that closes its connections.

    `uses_environment`: whether proxies and certificate bundles of the environment count; off for a stack on this
    machine. No `.netrc` is ever read.
    """

    def __init__(self, user: str, password: str, *, uses_environment: bool) -> None:
        self._session = _Session()
        self._session.trust_env = uses_environment
        self._credentials = (user, password)
        self._is_known = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def request(self, method: str, url: str, *, authorized: bool = True, **options: Any) -> requests.Response:
        """Returns the response to a request, with status 399 at most. A GET, or a request with an Idempotency-Key, is
        sent again if there is no response, the API is overloaded, the rate limit is exceeded, or the same request is
        still being processed; not if it is logins that have to wait. Raises `ApiError`."""
        is_repeatable = method == "GET" or "Idempotency-Key" in options.get("headers", ())
        busy_until_s = time.monotonic() + _BUSY_S
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._send(method, url, authorized=authorized, **options)
            except ApiError as failure:
                if not is_repeatable or not self._may_pass(failure, attempt, busy_until_s):
                    raise
                time.sleep(2 ** (attempt - 4) if failure.retry_after_s is None else failure.retry_after_s)

    def json(self, method: str, url: str, **options: Any) -> Any:
        """The document that answers a request. Raises `ApiError`."""
        return document_of(self.request(method, url, **options))

    def _may_pass(self, failure: ApiError, attempt: int, busy_until_s: float) -> bool:
        if failure.status == 409:
            return failure.retry_after_s is not None and time.monotonic() < busy_until_s
        return attempt < _TRIES and failure.status in _PASSING and not self._is_locked_out(failure)

    def _is_locked_out(self, failure: ApiError) -> bool:
        """The rate limit asks for a second or two; failed logins wait for five and more, and longer after each try."""
        return failure.status == 429 and not self._is_known and (failure.retry_after_s or 0.0) > _RATE_LIMIT_PAUSE_S

    def _send(self, method: str, url: str, *, authorized: bool, **options: Any) -> requests.Response:
        credentials = self._credentials if authorized else _NoCredentials()
        try:
            answer = self._session.request(method, url, timeout=_TIMEOUT_S, auth=credentials, **options)
        except requests.RequestException as failure:
            raise NoAnswer(f"The API at {_origin(url)} does not answer.") from failure
        self._is_known = self._is_known or (authorized and answer.status_code < 400)
        if answer.status_code >= 400:
            with answer:
                if authorized and answer.status_code == 401:
                    raise ApiError(self._refused(), status=401)
                raise ApiError(_sentence(answer), status=answer.status_code, retry_after_s=_retry_after_s(answer))
        return answer

    def _refused(self) -> str:
        if not any(self._credentials):
            return "No user and password are given, and mien login has kept none for this URL."
        return "The user or the password is wrong."


def document_of(answer: requests.Response) -> Any:
    """Returns the JSON of a response. Raises `ApiError` if the body is not JSON."""
    try:
        return answer.json()
    except requests.JSONDecodeError:
        raise ApiError(
            f"The API answered with status {answer.status_code} and a body that is not JSON.", status=answer.status_code
        ) from None


def _sentence(answer: requests.Response) -> str:
    """Returns the message of the error envelope, or one that states the status."""
    try:
        return str(answer.json()["error"])
    except (requests.JSONDecodeError, KeyError, TypeError):
        return f"The API answered with status {answer.status_code}."


def _retry_after_s(answer: requests.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_PAUSE_S) if text.isascii() and text.isdigit() else None


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
