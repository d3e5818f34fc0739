"""One envelope for every error, whatever raises it."""

import errno
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from chalice.app import Chalice

from chalicelib import errors
from chalicelib.api.application import ROUTES, register_api
from chalicelib.api.views import status_of
from chalicelib.composition.services import Services
from chalicelib.local.http.server import HttpServer
from chalicelib.settings import SettingsError
from tests.api.api_server import Api

_STATUSES = {
    errors.MalformedRequest: 400,
    errors.NotAuthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedContentType: 415,
    errors.Invalid: 422,
    errors.TooManyRequests: 429,
    errors.CallerError: 400,
}


def test_every_error_of_the_callers_has_its_status() -> None:
    assert {cls: status_of(cls("Text.")) for cls in _STATUSES} == _STATUSES
    assert set(errors.CallerError.__subclasses__()) <= set(_STATUSES)


def test_a_more_special_error_has_the_status_of_its_kind() -> None:
    class NoSuchClip(errors.NotFound):
        pass

    assert status_of(NoSuchClip("There is no such clip.")) == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/jobs/7/nothing", 404),
        ("GET", "//[", 404),
        ("POST", "/", 405),
        ("DELETE", "/jobs", 405),
        ("GET", "/jobs/7", 400),
    ],
)
def test_errors_before_and_in_the_views_look_alike(api: Api, method: str, path: str, status: int) -> None:
    answer = api.ada.call(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Allow" in answer.headers) == (status == 405)


def test_request_ids_differ(api: Api) -> None:
    ids = {api.ada.call("GET", path).headers["X-Request-Id"] for path in ("/", "/", "/jobs", "/nowhere", "/nowhere")}
    assert len(ids) == 5


def test_a_client_cannot_choose_the_request_id(api: Api) -> None:
    assert api.ada.call("GET", "/", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] != "mine"


def test_requests_at_the_same_time_do_not_mix(api: Api) -> None:
    clients = (api.ada, api.ben)
    jobs = [client.send_job().json() for client in clients]

    def look(number: int) -> object:
        return clients[number].call("GET", jobs[number]["self"]).json()

    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(look, [0, 1] * 30))
    assert seen == jobs * 30


def test_options_has_a_request_id_as_well(api: Api) -> None:
    assert api.ada.call("OPTIONS", "/jobs").headers["X-Request-Id"]


def test_a_trailing_slash_makes_no_difference(api: Api) -> None:
    assert api.ada.call("GET", "/jobs/").status_code == 200


def test_a_fault_of_ours_is_logged_with_the_id_and_told_without_details(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Services:
        raise SettingsError("MIEN_SECRET_THING is not set")

    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, broken)
    with caplog.at_level(logging.ERROR), HttpServer(app) as server, requests.Session() as session:
        session.trust_env = False
        index = session.get(f"{server.url}/", timeout=20)
        guarded = session.get(f"{server.url}/jobs", auth=("a@example.org", "secret phrase"), timeout=20)
        again = session.get(f"{server.url}/", timeout=20)
    assert [answer.status_code for answer in (index, guarded, again)] == [500, 500, 500]
    for answer in (index, guarded):
        assert set(answer.json()) == {"error"}
        assert "MIEN" not in answer.text
    assert index.headers["X-Request-Id"] in caplog.text
    assert "MIEN_SECRET_THING" in caplog.text
    assert "secret phrase" not in caplog.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (errors.Unavailable("SlowDown"), 503),
        (OSError(errno.EACCES, "Permission denied"), 500),
    ],
)
def test_a_full_disk_and_a_busy_service_are_said_to_be_so(fault: Exception, status: int) -> None:
    def broken() -> Services:
        raise fault

    app = Chalice("mien", configure_logs=False, env={})
    register_api(app, broken)
    with HttpServer(app) as server:
        answer = requests.get(f"{server.url}/", timeout=20)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert set(answer.json()) == {"error"}


def test_each_route_is_there_once() -> None:
    listed = [(method, route.path) for route in ROUTES for method in route.methods]
    assert len(listed) == len(set(listed))
    assert [route.path for route in ROUTES if route.is_public] == ["/", "/responsible-use", "/openapi.json", "/docs"]
    assert all("HEAD" in route.methods for route in ROUTES if "GET" in route.methods)
