"""`/`, for programs and for people."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from chalicelib.api.html.index import index_page
from chalicelib.api.urls import Urls
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from chalicelib.services.users import Users
from tests.api.api_server import Api, curl, running_api

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*", "text/html;q=0.2, */*"])
def test_programs_get_the_urls_of_all_services_without_credentials(api: Api, accept: str | None) -> None:
    answer = api.ada.call("GET", "/", headers={"Accept": accept}, auth=("", ""))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Vary"] == "Accept"
    services = {"jobs": f"{api.url}/jobs", "entries": f"{api.url}/entries", "batches": f"{api.url}/batches"}
    assert answer.json() == {"v1": services, "development": services}


def test_the_bare_index_url_works(api: Api) -> None:
    assert '"v1"' in curl(api.url)


@pytest.mark.parametrize("accept", [_BROWSER, "text/html", "text/*"])
def test_browsers_get_a_page(api: Api, accept: str) -> None:
    answer = api.ada.call("GET", "/", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"{api.url}/jobs" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_policy_names_the_very_style_of_the_page(api: Api) -> None:
    answer = api.ada.call("GET", "/", headers={"Accept": "text/html"})
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0, application/json;q=0", "nonsense", "*/*;q=0"])
def test_other_types_are_not_acceptable(api: Api, accept: str) -> None:
    answer = api.ada.call("GET", "/", headers={"Accept": accept})
    assert answer.status_code == 406
    assert set(answer.json()) == {"error"}


def test_urls_follow_the_setting_where_there_is_one(users: Users) -> None:
    with running_api(users, public_base_url="https://media.example.org/faces/") as api:
        location = api.ada.send_job().headers["Location"]
    assert location.startswith("https://media.example.org/faces/jobs/")


def test_the_page_escapes_what_it_shows() -> None:
    page = index_page(Urls("https://x/?a=<b>&c"), {"jobs": "https://x/'\"<i>", "<script>": "y"}, EVERY_METRIC)
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]  # noqa: ARG005
    parser.feed(page)
    assert "script" not in tags
    assert "i" not in tags
    assert "https://x/?a=&lt;b&gt;&amp;c" in page
