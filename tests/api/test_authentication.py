"""Tests who may call."""

import base64

import pytest
import requests
from chalice.app import AuthResponse, ChaliceAuthorizer
from requests.adapters import HTTPAdapter

from chalicelib.api.authentication import authorization_of, parse_basic_credentials
from chalicelib.api.authorizer import SourcedAuthRequest, sourced
from chalicelib.errors import NotAuthenticated
from chalicelib.services.users import Users
from tests.api.api_server import ADA, BEN, PASSWORD, Api, Client, make_users, running_api
from tests.fakes import FixedClock

_ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/GET/jobs"


def _basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


def _request(header: str, source_ip: str = "192.0.2.1") -> SourcedAuthRequest:
    return SourcedAuthRequest("REQUEST", header, _ARN, source_ip=source_ip)


_WRONG = {
    "no credentials": None,
    "a wrong password": _basic(f"{ADA}:wrong"),
    "no such user": _basic(f"nobody@example.org:{PASSWORD}"),
    "another scheme": "Bearer abc",
    "no colon": _basic("ada"),
    "no base 64": "Basic ***",
    "nothing": "Basic",
    "not in ASCII": "Basic \u00e9".encode("latin-1"),
}


@pytest.mark.parametrize("header", list(_WRONG.values()), ids=list(_WRONG))
def test_without_right_credentials_there_is_a_challenge(api: Api, header: str | bytes | None) -> None:
    api.ada.auth = None
    answer = api.ada.call("GET", "/jobs", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json() == {"error": "Please login to continue."}
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert answer.headers["X-Request-Id"]


def test_the_user_name_may_be_in_capitals_and_the_scheme_too(api: Api) -> None:
    api.ada.auth = None
    header = _basic(f"{ADA.upper()}:{PASSWORD}").replace("Basic", "BASIC")
    assert api.ada.call("GET", "/jobs", headers={"Authorization": header}).status_code == 200


def test_the_policy_covers_every_route(users: Users) -> None:
    document = authorization_of(users, _request(_basic(f"{ADA}:{PASSWORD}"))).to_dict(_request(""))
    statement = document["policyDocument"]["Statement"][0]
    assert statement["Resource"] == ["arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/*/*"]
    assert document["principalId"] == ADA
    assert set(document["context"]) == {"email", "account_id"}


def test_wrong_credentials_get_a_policy_for_nothing(users: Users) -> None:
    response = authorization_of(users, _request(_basic(f"{ADA}:wrong")))
    assert response.routes == []
    (statement,) = response.to_dict(_request(""))["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", ["*"])
    assert response.context == {}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_passwords_beyond_ascii_come_in_either_encoding(encoding: str) -> None:
    assert parse_basic_credentials(_basic("zo\u00eb@example.org:p\u00e4ss:w\u00f6rd", encoding)) == (
        "zo\u00eb@example.org",
        "p\u00e4ss:w\u00f6rd",
    )


def test_base_64_with_rubbish_in_it_is_refused() -> None:
    with pytest.raises(NotAuthenticated):
        parse_basic_credentials("Basic YTpi!!YTpi")


_GATEWAY_EVENTS: dict[str, dict[str, object]] = {
    "TOKEN": {"authorizationToken": "Basic x"},
    "REQUEST": {"headers": {"Authorization": "Basic x"}, "requestContext": {"identity": {"sourceIp": "192.0.2.1"}}},
}


@pytest.mark.parametrize(("kind", "source_ip"), [("TOKEN", ""), ("REQUEST", "192.0.2.1")])
def test_the_authorizer_reads_both_types_of_event(kind: str, source_ip: str) -> None:
    seen: list[SourcedAuthRequest] = []

    def authorize(request: SourcedAuthRequest) -> AuthResponse:
        seen.append(request)
        return AuthResponse(routes=["*"], principal_id="x")

    event = {"type": kind, "methodArn": _ARN, **_GATEWAY_EVENTS[kind]}
    policy = sourced(ChaliceAuthorizer("authorize", authorize))(event, {})
    assert policy["policyDocument"]["Statement"][0]["Resource"]
    assert [(request.token, request.source_ip) for request in seen] == [("Basic x", source_ip)]


def test_who_failed_too_often_is_let_through_without_an_identity() -> None:
    users = make_users()
    for _ in range(5):
        authorization_of(users, _request(_basic(f"{ADA}:wrong")))
    response = authorization_of(users, _request(_basic(f"{ADA}:{PASSWORD}")))
    assert response.routes == ["*"]
    assert response.context == {"retry_after_s": "5"}


class _From(HTTPAdapter):
    """Calls from one of this machine's loopback addresses."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: object) -> None:
        super().init_poolmanager(connections, maxsize, block, source_address=(self._address, 0), **options)


def _attempt(api: Api, password: str, *, email: str = ADA, address: str = "127.0.0.1") -> requests.Response:
    with Client(api.url, email) as client:
        client.mount("http://", _From(address))
        client.auth = (email, password)
        return client.call("POST", "/jobs", files={"entry_job[input]": ("a.mp4", b"1")})


def test_failed_log_ins_are_slowed_down_where_they_come_from() -> None:
    clock = FixedClock()
    with running_api(make_users(clock)) as api:
        assert [_attempt(api, "wrong", address="127.0.0.2").status_code for _ in range(5)] == [401] * 5
        for password in ("wrong", PASSWORD):
            slowed = _attempt(api, password, address="127.0.0.2")
            assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "5")
            assert set(slowed.json()) == {"error"}
            assert slowed.headers["X-Request-Id"]
        assert api.queue.sent == []
        assert _attempt(api, PASSWORD).status_code == 201
        assert _attempt(api, PASSWORD, address="127.0.0.3").status_code == 201
        assert _attempt(api, PASSWORD, email=BEN, address="127.0.0.2").status_code == 201
        clock.advance(5)
        assert _attempt(api, PASSWORD, address="127.0.0.2").status_code == 201
