"""`/entries/{entry_id}/annotations`."""

import pytest

from chalicelib.domain.ids import new_id
from tests.api.api_server import Api
from tests.fakes import START

_FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def annotations_url(api: Api) -> str:
    """Where a fresh entry of Ada's takes annotations."""
    return str(api.ada.send_entry().json()["annotations"])


def test_an_annotation_by_json_is_found_again(api: Api, annotations_url: str) -> None:
    body = {"annotation": {"key": "mood", "value": "\U0001f600", "source": "rater 7"}}
    answer = api.ada.call("POST", annotations_url, json=body)
    annotation = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == annotation["self"]
    assert (annotation["key"], annotation["value"], annotation["source"]) == ("mood", "\U0001f600", "rater 7")
    assert annotation["author"] == "ada@example.org"
    assert annotation["entry"] + "/annotations" == annotations_url
    assert api.ada.call("GET", annotation["self"]).json() == annotation
    assert api.ada.call("GET", annotations_url).json() == [annotation]


@pytest.mark.parametrize(
    "body",
    ["annotation[key]=mood&annotation[value]=gr%C3%BCn", "annotation%5Bkey%5D=mood&annotation%5bvalue%5d=gr%c3%bcn"],
)
def test_an_annotation_by_form_with_brackets_plain_or_encoded(api: Api, annotations_url: str, body: str) -> None:
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": _FORM})
    assert answer.status_code == 201
    assert (answer.json()["key"], answer.json()["value"], answer.json()["source"]) == ("mood", "gr\u00fcn", None)


def test_an_annotation_by_multipart(api: Api, annotations_url: str) -> None:
    parts = {"annotation[key]": (None, "mood"), "annotation[value]": (None, "gr\u00fcn")}
    assert api.ada.call("POST", annotations_url, files=parts).json()["value"] == "gr\u00fcn"


@pytest.mark.parametrize("letter", ["a", "\u00fc", "\U0001f600"])
@pytest.mark.parametrize("name", ["key", "value", "source"])
def test_texts_have_255_characters_at_most(api: Api, annotations_url: str, name: str, letter: str) -> None:
    texts = {"key": "k", "value": "v"}
    for length, status in ((255, 201), (256, 422)):
        texts[name] = letter * length
        assert api.ada.call("POST", annotations_url, json={"annotation": texts}).status_code == status
        form = {f"annotation[{key}]": text for key, text in texts.items()}
        assert api.ada.call("POST", annotations_url, data=form).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"\xff", 400),
        (b'{"annotation": {"key": "\\ud800", "value": "v"}}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"annotation": []}', 422),
        (b'{"annotation": {"key": "k"}}', 422),
        (b'{"annotation": {"key": "", "value": "v"}}', 422),
        (b'{"annotation": {"key": 7, "value": "v"}}', 422),
        (b'{"annotation": {"key": "k", "value": ["v"]}}', 422),
    ],
)
def test_json_that_is_none_or_says_too_little(api: Api, annotations_url: str, body: bytes, status: int) -> None:
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(("body", "status"), [("annotation[key]=%FF", 400), ("annotation[value]=v", 422), ("", 422)])
def test_a_form_that_is_none_or_says_too_little(api: Api, annotations_url: str, body: str, status: int) -> None:
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": _FORM})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_other_content_types_are_not_taken(api: Api, annotations_url: str) -> None:
    answer = api.ada.call("POST", annotations_url, data="<a/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415


def test_ids_are_malformed_or_unknown(api: Api, annotations_url: str) -> None:
    body = {"annotation": {"key": "k", "value": "v"}}
    assert api.ada.call("GET", f"{annotations_url}/7").status_code == 400
    assert api.ada.call("GET", f"{annotations_url}/{new_id(START)}").status_code == 404
    assert api.ada.call("GET", f"/entries/{new_id(START)}/annotations").status_code == 404
    assert api.ada.call("POST", f"/entries/{new_id(START)}/annotations", json=body).status_code == 404


def test_another_account_sees_none_of_it(api: Api, annotations_url: str) -> None:
    body = {"annotation": {"key": "k", "value": "v"}}
    url = api.ada.call("POST", annotations_url, json=body).json()["self"]
    assert api.ben.call("GET", url).status_code == 404
    assert api.ben.call("GET", annotations_url).status_code == 404
    assert api.ben.call("POST", annotations_url, json=body).status_code == 404
