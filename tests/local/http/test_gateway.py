"""The authorizer is asked once for each request with a body, and its answer holds."""

from collections.abc import Callable

import pytest
import requests
from chalice.app import AuthRequest, AuthResponse, Chalice, Response

from chalicelib.local.http.server import HttpServer


def _known() -> AuthResponse:
    return AuthResponse(["*"], "x", {"account_id": "1"})


def _unknown() -> AuthResponse:
    return AuthResponse(["*"], "x", {"wait_s": "3"})  # a caller who has to wait gets that answer from the view


def _refused() -> AuthResponse:
    return AuthResponse([], "x")


def _broken() -> AuthResponse:
    raise RuntimeError("the table does not answer")


def _statuses(*answers: Callable[[], AuthResponse]) -> tuple[list[int], list[tuple[bytes | str, bool]]]:
    """Sends one request for each of the authorizer's answers on one connection; further questions are answered with
    `_known`. Returns the statuses, and what the view saw: the body, and whether the caller is known."""
    app, waiting = Chalice("mien-test", configure_logs=False, env={}), list(answers)
    seen: list[tuple[bytes | str, bool]] = []

    @app.authorizer()
    def authorize(_request: AuthRequest) -> AuthResponse:
        return waiting.pop(0)() if waiting else _known()

    @app.route("/guarded", methods=["POST", "GET"], content_types=["*/*"], authorizer=authorize)
    def guarded() -> Response:
        request = app.current_request
        assert request is not None
        is_known = "account_id" in request.context["authorizer"]
        seen.append((request.raw_body, is_known))
        return Response({}, status_code=200 if is_known else 429)

    with HttpServer(app) as server, requests.Session() as session:
        session.trust_env = False
        sent = [
            session.post(f"{server.url}/guarded", data=b"body", auth=("a", "b"), timeout=20).status_code
            for _ in answers
        ]
    return sent, seen


@pytest.mark.parametrize(
    ("answer", "status", "seen"),
    [(_known, 200, [(b"body", True)]), (_unknown, 429, [(b"", False)]), (_refused, 401, []), (_broken, 500, [])],
)
def test_a_first_answer_holds(answer: Callable[[], AuthResponse], status: int, seen: list[tuple[bytes, bool]]) -> None:
    """A second one would admit the caller: the view would see a known caller without the body."""
    assert _statuses(answer) == ([status], seen)


def test_an_answer_is_of_one_request_only() -> None:
    assert _statuses(_known, _refused, _known)[0] == [200, 401, 200]
