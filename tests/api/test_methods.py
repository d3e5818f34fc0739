"""OPTIONS, CORS and the methods that a path does not have."""

import re
from collections.abc import Iterator

import pytest
import requests
from chalice.app import Chalice

from chalicelib.api.application import ROUTES, register_api
from chalicelib.api.methods import PathMethods, path_methods
from chalicelib.domain.ids import new_id
from chalicelib.services.users import Users
from tests.api.api_server import Api, running_api
from tests.fakes import START

_PATHS = list(path_methods(ROUTES))
_PAGE = "https://lab.example.org"


def _url(api: Api, path: str) -> str:
    return api.url + re.sub(r"\{\w+\}", new_id(START), path)


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """A page of another origin, without credentials."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Origin"] = _PAGE
        yield session


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: path.path)
def test_every_path_answers_a_preflight(api: Api, browser: requests.Session, path: PathMethods) -> None:
    asked = {"Access-Control-Request-Method": path.allowed[0], "Access-Control-Request-Headers": "authorization"}
    answer = browser.options(_url(api, path.path), headers=asked, timeout=20)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == set(path.allowed)
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key", "if-none-match"} <= set(allowed)
    assert answer.headers["Allow"] == ", ".join(path.allowed)
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: path.path)
def test_every_other_method_is_refused_with_those_that_are_allowed(api: Api, path: PathMethods) -> None:
    assert {*path.allowed, *path.refused} == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    for method in path.refused:
        answer = api.ada.call(method, _url(api, path.path))
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == set(path.allowed)
        assert method == "HEAD" or set(answer.json()) == {"error"}


def test_the_gateway_knows_every_method_of_every_path() -> None:
    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, lambda: pytest.fail("nothing is asked for at import"))
    for path in _PATHS:
        assert set(app.routes[path.path]) == {*path.allowed, *path.refused}
        open_to_all = {method for method, entry in app.routes[path.path].items() if entry.authorizer is None}
        public = {method for route in ROUTES if route.is_public and route.path == path.path for method in route.methods}
        assert open_to_all == {"OPTIONS", *path.refused, *public}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/jobs", 401),
        ("PATCH", "/jobs", 405),
        ("POST", "/jobs", 401),
    ],
)
def test_a_page_can_read_answers_of_every_status(
    api: Api, browser: requests.Session, method: str, path: str, status: int
) -> None:
    answer = browser.request(method, api.url + path, timeout=20)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "Link", "ETag", "X-Request-Id", "Retry-After"} <= set(exposed)


def test_a_page_can_read_what_it_created_and_what_it_did_wrong(users: Users) -> None:
    with running_api(users, cors_origins=_PAGE) as api:
        _read_what_was_created(api)


def _read_what_was_created(api: Api) -> None:
    api.ada.headers["Origin"] = _PAGE
    url = api.ada.send_job().headers["Location"]
    (file,) = api.ada.call("GET", url).json()["input"]["representations"]
    for answer, status in (
        (api.ada.call("GET", url), 200),
        (api.ada.send_job(name="nonsense"), 422),
        (api.ada.call("GET", "/jobs/7"), 400),
        (api.ada.call("GET", file["media"]), 302),
        (api.ada.call("DELETE", file["self"]), 204),
    ):
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, _PAGE)


@pytest.mark.parametrize(
    ("origin", "allowed"), [(_PAGE, True), ("https://evil.example.org", False), (f"{_PAGE}.evil.example", False)]
)
def test_origins_may_be_named(users: Users, origin: str, allowed: bool) -> None:
    with running_api(users, cors_origins=f"https://app.example.org, {_PAGE}") as api:
        for method, path in (("GET", "/"), ("OPTIONS", "/jobs"), ("GET", "/jobs/7")):
            answer = api.ada.call(method, path, headers={"Origin": origin})
            assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
            assert "Origin" in answer.headers["Vary"].split(", ")
        assert api.ada.call("GET", "/").headers["Vary"] == "Accept, Origin"


@pytest.mark.parametrize("origins", ["*", "https://app.example.org"])
@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": _PAGE}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": _PAGE}, True),
        ({"Origin": _PAGE}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "own"}, False),
        ({"Origin": "own"}, False),
        ({}, False),
    ],
)
def test_a_page_of_another_origin_changes_nothing(
    users: Users,
    headers: dict[str, str],
    is_refused: bool,
    origins: str,
) -> None:
    """Browsers attach remembered Basic credentials to what a page makes them send: here they are right."""
    with running_api(users, cors_origins=origins) as api:
        sent = {name: api.url if value == "own" else value for name, value in headers.items()}
        secret = api.ada.call("GET", "/webhook_secret").json()
        answers = [
            api.ada.call("POST", "/webhook_secret", headers=sent),
            api.ada.call("POST", "/jobs", headers=sent, data={"entry_job[name]": "nonsense"}),
        ]
        if is_refused:
            assert [answer.status_code for answer in answers] == [403, 403]
            assert set(answers[0].json()) == {"error"}
            assert api.ada.call("GET", "/webhook_secret").json() == secret
            assert api.ada.call("GET", "/jobs").json() == []
        else:
            assert 403 not in [answer.status_code for answer in answers]
        assert api.ada.call("GET", "/jobs", headers=sent).status_code == 200
        assert api.ada.call("OPTIONS", "/jobs", headers=sent).status_code == 204


def test_a_page_of_a_named_origin_may_change_things(users: Users) -> None:
    with running_api(users, cors_origins=f"https://app.example.org, {_PAGE}") as api:
        headers = {"Origin": _PAGE, "Sec-Fetch-Site": "cross-site"}
        assert api.ada.call("POST", "/webhook_secret", headers=headers).ok
