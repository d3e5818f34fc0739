"""`/entries/{entry_id}/annotations`."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from chalicelib.domain.ids import new_id
from tests.api.api_server import Api
from tests.fakes import START

_FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def annotations_url(api: Api) -> str:
    """Returns where a fresh entry of Ada's takes annotations."""
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
        (b'{"annotation": {"key": "k", "value": NaN}}', 422),
        (b'{"annotation": {"key": "k", "value": 1e999}}', 422),
    ],
)
def test_json_that_is_none_or_says_too_little(api: Api, annotations_url: str, body: bytes, status: int) -> None:
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(("sent", "kept"), [("7", "7"), ("1.50", "1.5"), ("true", "true"), ("false", "false")])
def test_a_number_or_boolean_of_json_is_stored_as_text(annotations_url: str, api: Api, sent: str, kept: str) -> None:
    body = f'{{"annotation": {{"key": "k", "value": {sent}}}}}'
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["value"]) == (201, kept)
    assert len(api.ada.call("GET", f"/entries/search_by_annotation?key=k&value={kept}").json()) == 1


@pytest.mark.parametrize(("body", "status"), [("annotation[key]=%FF", 400), ("annotation[value]=v", 422), ("", 422)])
def test_a_form_that_is_none_or_says_too_little(api: Api, annotations_url: str, body: str, status: int) -> None:
    answer = api.ada.call("POST", annotations_url, data=body, headers={"Content-Type": _FORM})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_given_fields_are_changed(api: Api, annotations_url: str) -> None:
    texts = {"key": "mood", "value": "fine", "source": "rater 7"}
    url = api.ada.call("POST", annotations_url, json={"annotation": texts}).json()["self"]
    answer = api.ada.call("PUT", url, json={"annotation": {"value": "better"}})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.ada.call("PUT", url, data={"annotation[source]": ""}).status_code == 204
    changed = api.ada.call("GET", url).json()
    assert (changed["key"], changed["value"], changed["source"]) == ("mood", "better", None)
    for body, status in (({"key": "x" * 256}, 422), ({"value": None}, 422), ({"value": ""}, 422), ({}, 204)):
        assert api.ada.call("PUT", url, json={"annotation": body}).status_code == status
    assert api.ada.call("PUT", url, data=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert api.ada.call("PUT", url, data=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert api.ada.call("GET", url).json() == changed


def test_an_annotation_is_deleted_once(api: Api, annotations_url: str) -> None:
    body = {"annotation": {"key": "k", "value": "v"}}
    url = api.ada.call("POST", annotations_url, json=body).json()["self"]
    answer = api.ada.call("DELETE", url)
    assert (answer.status_code, answer.content) == (204, b"")
    for method in ("DELETE", "GET", "PUT"):
        assert api.ada.call(method, url, json=body).status_code == 404
    assert api.ada.call("GET", annotations_url).json() == []


_TEXTS = [
    "a" * 255,
    "\U0001f469\u200d\U0001f680" * 85,
    "\u2067\u05e2\u05d1\u05e8\u05d9\u05ea \u200f\u0639\u0631\u0628\u064a\u2069",
    "<script>alert(1)</script>&amp;\"'",
    " leading, trailing and\ttabs\r\nlines ",
    "e\u0301 is not \u00e9",
]


@pytest.mark.parametrize("text", _TEXTS)
def test_texts_are_stored_exactly(api: Api, annotations_url: str, text: str) -> None:
    texts = {"key": text, "value": text, "source": text}
    form = urlencode({f"annotation[{name}]": each for name, each in texts.items()})
    by_json = api.ada.call("POST", annotations_url, json={"annotation": texts})
    by_form = api.ada.call("POST", annotations_url, data=form, headers={"Content-Type": _FORM})
    for answer in (by_json, by_form):
        kept = api.ada.call("GET", answer.json()["self"])
        assert kept.headers["Content-Type"] == "application/json"
        assert {name: kept.json()[name] for name in texts} == texts
    (found,) = api.ada.call("GET", "/entries/search_by_annotation", params={"key": text, "value": text}).json()
    assert found["annotations"] == annotations_url


@pytest.mark.parametrize("name", ["key", "value", "source"])
@pytest.mark.parametrize("text", ["\0", "a\0b", "<b>\0", "a" * 256, "\U0001f600" * 256])
def test_texts_that_cannot_be_stored_are_refused_however_they_come(
    api: Api, annotations_url: str, name: str, text: str
) -> None:
    texts = {"key": "k", "value": "v", name: text}
    form = {f"annotation[{each}]": content for each, content in texts.items()}
    parts = {each: (None, content) for each, content in form.items()}
    for answer in (
        api.ada.call("POST", annotations_url, json={"annotation": texts}),
        api.ada.call("POST", annotations_url, data=form),
        api.ada.call("POST", annotations_url, files=parts),
    ):
        assert answer.status_code == 422
        assert set(answer.json()) == {"error"}
    assert api.ada.call("GET", annotations_url).json() == []


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


_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_NOTES = [
    ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></bdi><b>"),
    ("a & b &amp; c &#60;", "\"quoted\" 'too'", None),
    ("\u2067\u05e2\u05d1\u05e8\u05d9\u05ea\u2069", "\u200f\u0639\u0631\u0628\u064a", None),
    ("\U0001f600" * 255, "x" * 255, "\U0001f469\u200d\U0001f680"),
]


class _Page(HTMLParser):
    """Which tags a page has, and its texts within `bdi`."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self._isolated = False

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.tags.add(tag)
        if tag == "bdi":
            self._isolated = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._isolated = self._isolated and tag != "bdi"

    def handle_data(self, data: str) -> None:
        if self._isolated:
            self.texts[-1] += data


def test_people_get_the_notes_as_a_page_on_which_they_are_text(api: Api, annotations_url: str) -> None:
    assert "none yet" in api.ada.call("GET", annotations_url, headers=_BROWSER).text
    for key, value, source in _NOTES:
        body = {"annotation": {"key": key, "value": value, "source": source}}
        assert api.ada.call("POST", annotations_url, json=body).status_code == 201
        api.clock.advance(1)
    answer = api.ada.call("GET", annotations_url, headers=_BROWSER)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = _Page()
    page.feed(answer.text)
    assert page.tags.isdisjoint({"script", "img", "b"})
    assert list(zip(page.texts[::3], page.texts[1::3], strict=True)) == [note[:2] for note in _NOTES]
    for (_, _, source), origin in zip(_NOTES, page.texts[2::3], strict=True):
        assert origin.startswith(
            f"{source}, ada@example.org, 31 January 2026" if source else "ada@example.org, 31 January 2026"
        )


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/png", "application/json, text/html;q=0.9"])
def test_programs_get_the_notes_as_json_whatever_they_accept(api: Api, annotations_url: str, accept: str) -> None:
    answer = api.ada.call("GET", annotations_url, headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (200, [])
    assert "Accept" in answer.headers["Vary"]


def test_the_page_of_another_account_is_not_there(api: Api, annotations_url: str) -> None:
    assert api.ben.call("GET", annotations_url, headers=_BROWSER).status_code == 404
