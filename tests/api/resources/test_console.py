"""The console as it is served: its page, its policy, its files."""

import base64
import hashlib
import json
import re

import pytest

from chalicelib.api.application import ROUTES
from tests.api.api_server import Api, Client


@pytest.fixture
def stranger(api: Api) -> Client:
    """No one's browser: the console asks for a user by itself."""
    api.ada.auth = None
    return api.ada


def test_the_page_needs_no_credentials_and_is_asked_for_anew_by_its_tag(stranger: Client) -> None:
    page = stranger.call("GET", "/console")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Cache-Control"] == "private, no-cache"
    again = stranger.call("GET", "/console", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_policy_names_the_import_map_and_lets_nothing_else_in(stranger: Client) -> None:
    page = stranger.call("GET", "/console")
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', page.text)
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    policy = dict(each.split(" ", 1) for each in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert policy["style-src"] == "'self'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*(?:src=|importmap))", page.text) == []
    assert re.findall(r"https?://", page.text) == []


def test_every_file_that_the_page_names_is_there_for_a_year(stranger: Client) -> None:
    page = stranger.call("GET", "/console").text
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', page)
    named = {*re.findall(r'(?:href|src)="(console/[^"]+)"', page), *json.loads(import_map)["imports"].values()}
    assert len(named) > 15
    for name in named:
        answer = stranger.call("GET", f"/{name.removeprefix('./')}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].split(";")[0] in {"text/javascript", "text/css"}


def test_every_import_of_a_module_is_in_the_map(stranger: Client) -> None:
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', stranger.call("GET", "/console").text)
    imports = json.loads(import_map)["imports"]
    for address in imports.values():
        code = stranger.call("GET", f"/{address.removeprefix('./')}").text
        for name in re.findall(r'^import\b[^"\n]*?from ?"([^"]+)"', code, re.MULTILINE):
            assert name in imports


@pytest.mark.parametrize("name", ["main.js", "main.0000000000.js", "page.html", "..%2f__init__.py", "__init__.py"])
def test_nothing_but_the_named_files_is_served(stranger: Client, name: str) -> None:
    assert stranger.call("GET", f"/console/{name}").status_code == 404


def test_the_console_is_no_part_of_the_described_api() -> None:
    assert all(not route.path.startswith("/console") for route in ROUTES)
