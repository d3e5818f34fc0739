"""`GET /entries/{entry_id}/annotations` in pages."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.entries import Annotation
from chalicelib.domain.ids import new_id
from tests.api.api_server import PASSWORD, Api
from tests.fakes import START


@pytest.fixture
def annotations_url(api: Api) -> str:
    """The URL of a fresh entry of Ada's for annotations."""
    return str(api.ada.send_entry().json()["annotations"])


_LAMBDA_BYTES = 6_291_556  # the most that a function may answer with


def _annotate_often(api: Api, annotations_url: str, number: int, text: str) -> None:
    note = Annotation(
        new_id(START), annotations_url.split("/")[-2], _account(api), "ada@example.org", text, text, text, START, START
    )
    for index in range(number):
        moment = START + timedelta(seconds=index)
        api.backstage.annotations.create(replace(note, id=new_id(moment), published=moment, updated=moment))


def _account(api: Api) -> str:
    caller = api.services.users.authenticate("ada@example.org", PASSWORD, source_ip="127.0.0.1")
    return caller.account_id


def test_a_client_that_knows_no_pages_gets_thousands_of_annotations(api: Api, annotations_url: str) -> None:
    _annotate_often(api, annotations_url, 5_000, "rated by hand")
    answer = api.ada.call("GET", annotations_url)
    assert (len(answer.json()), "Link" in answer.headers) == (5_000, False)


@pytest.mark.slow
@pytest.mark.parametrize("text", ['"' * 255, "\U0001f600" * 255, "<" * 255], ids=["quotes", "emoji", "brackets"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_page_of_annotations_is_larger_than_a_lambda_may_answer_with(
    api: Api, annotations_url: str, text: str, accept: str
) -> None:
    _annotate_often(api, annotations_url, 5_000, text)
    found: list[str] = []
    url: str | None = annotations_url
    while url is not None:
        answer = api.ada.call("GET", url, headers={"Accept": accept})
        assert len(json.dumps({"body": answer.text})) < _LAMBDA_BYTES
        if accept == "text/html":
            found += re.findall("<tr><th><bdi>([^<]*)", answer.text)
        else:
            found += [note["self"] for note in answer.json()]
        url = answer.links.get("next", {}).get("url")
        assert accept != "text/html" or (url is None) == ("More</a>" not in answer.text)
    assert len(found) == 5_000
    assert len(set(found)) == (1 if accept == "text/html" else 5_000)


def test_pages_of_annotations_are_as_large_as_asked(api: Api, annotations_url: str) -> None:
    _annotate_often(api, annotations_url, 5, "x")
    first = api.ada.call("GET", annotations_url, params={"limit": "3"})
    second = api.ada.call("GET", first.links["next"]["url"])
    assert (len(first.json()), len(second.json()), second.links) == (3, 2, {})
    assert first.json() + second.json() == api.ada.call("GET", annotations_url).json()
    for query, status in (("limit=0", 422), ("limit=10001", 422), ("limit=x", 422), ("cursor=x", 400)):
        assert api.ada.call("GET", f"{annotations_url}?{query}").status_code == status
    foreign = first.links["next"]["url"].replace(annotations_url, api.ada.send_entry().json()["annotations"])
    assert api.ada.call("GET", foreign).status_code == 400
    theirs = api.ben.send_entry().json()["annotations"]
    assert api.ben.call("GET", first.links["next"]["url"].replace(annotations_url, theirs)).status_code == 400
