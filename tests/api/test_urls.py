"""Self URLs behind gateways, stages and base paths."""

import pytest
from chalice.app import Request

from chalicelib.api.urls import urls_of
from chalicelib.errors import MalformedRequest


def _request(route: str, requested: str, headers: dict[str, str] | None = None) -> Request:
    return Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": headers or {"host": "abc.execute-api.example.org", "x-forwarded-proto": "https"},
            "pathParameters": {},
            "requestContext": {"httpMethod": "GET", "resourcePath": route, "path": requested},
            "body": None,
            "stageVariables": None,
        }
    )


@pytest.mark.parametrize(
    ("route", "requested", "prefix"),
    [
        ("/", "/api/", "/api"),
        ("/", "/api", "/api"),
        ("/", "/", ""),
        ("/jobs", "/api/jobs", "/api"),
        ("/jobs", "/api/jobs/", "/api"),
        ("/jobs", "/jobs", ""),
        ("/jobs/{job_id}/requeue", "/faces/v1/jobs/7/requeue", "/faces/v1"),
        ("/jobs", "http://evil/jobs", ""),
        ("/jobs", "//evil/jobs", ""),
        ("/jobs", "/jobs#/a/b", ""),
    ],
)
def test_the_stage_or_base_path_is_kept(route: str, requested: str, prefix: str) -> None:
    urls = urls_of(_request(route, requested), None)
    assert urls.jobs() == f"https://abc.execute-api.example.org{prefix}/jobs"
    assert urls.index() == f"https://abc.execute-api.example.org{prefix}/"


@pytest.mark.parametrize(
    ("proto", "scheme"), [("https", "https"), ("HTTPS", "https"), ("http", "http"), ("gopher", "http")]
)
def test_the_scheme_is_https_or_http(proto: str, scheme: str) -> None:
    headers = {"host": "[::1]:8000", "x-forwarded-proto": proto}
    assert urls_of(_request("/jobs", "/jobs", headers), None).entries() == f"{scheme}://[::1]:8000/entries"


def test_a_query_is_encoded() -> None:
    url = urls_of(_request("/jobs", "/jobs"), "https://x").jobs({"cursor": "a>;\r\n/\u00fc"})
    assert url == "https://x/jobs?cursor=a%3E%3B%0D%0A%2F%C3%BC"


@pytest.mark.parametrize("host", ["", "evil/../x", "a b", '"><script>', "user@host", "host:port", "x" * 300])
def test_a_host_that_is_no_host_is_malformed(host: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        urls_of(_request("/", "/", {"host": host}), None)
    assert not host or host not in str(refused.value)
