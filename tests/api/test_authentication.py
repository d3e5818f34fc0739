"""Who may call."""

import base64

import pytest
from chalice.app import AuthRequest

from chalicelib.api.authentication import authorization_of, parse_basic_credentials
from chalicelib.errors import NotAuthenticated
from chalicelib.services.users import Users
from tests.api.api_server import ADA, PASSWORD, Api

_ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/GET/jobs"


def _basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


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
    document = authorization_of(users, AuthRequest("TOKEN", _basic(f"{ADA}:{PASSWORD}"), _ARN)).to_dict(
        AuthRequest("TOKEN", "", _ARN)
    )
    statement = document["policyDocument"]["Statement"][0]
    assert statement["Resource"] == ["arn:aws:execute-api:eu-central-1:123456789012:abcdef/api/*/*"]
    assert document["principalId"] == ADA
    assert set(document["context"]) == {"email", "account_id"}


def test_wrong_credentials_get_a_policy_for_nothing(users: Users) -> None:
    response = authorization_of(users, AuthRequest("TOKEN", _basic(f"{ADA}:wrong"), _ARN))
    assert response.routes == []
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
