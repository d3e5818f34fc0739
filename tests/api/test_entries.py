"""`/entries` and their representations."""

import pytest
import requests

from chalicelib.domain.ids import new_id
from tests.api.api_server import Api
from tests.fakes import START


def _status_and_error(answer: requests.Response) -> int:
    assert set(answer.json()) == {"error"}
    return answer.status_code


def test_an_entry_is_created_and_found_again(api: Api) -> None:
    answer = api.ada.send_entry(b"0123", "face.png")
    entry = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == entry["self"]
    assert entry["annotations"] == entry["self"] + "/annotations"
    assert entry["representation_self"] == entry["self"] + "/representations"
    assert (entry["author"], entry["source"], entry["media_seconds"]) == ("ada@example.org", None, None)
    assert api.ada.call("GET", entry["self"]).json() == entry
    assert api.ada.call("HEAD", entry["self"]).status_code == 200
    assert api.queue.sent == []


def test_media_must_be_there_and_hold_something(api: Api) -> None:
    assert _status_and_error(api.ada.call("POST", "/entries", files={"media": ("a.png", b"1")})) == 422
    assert _status_and_error(api.ada.send_entry(b"")) == 422
    assert _status_and_error(api.ada.call("POST", "/entries", data=b"x", headers={"Content-Type": "text/plain"})) == 415


def test_a_file_is_added_to_an_entry_once(api: Api) -> None:
    entry = api.ada.send_entry().json()
    files = {"media": ("notes.csv", b"a,b\n", "text/csv; charset=utf-8")}
    answer = api.ada.call("POST", entry["representation_self"], files=files, data={"storage_type": "s3"})
    representation = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == representation["self"]
    assert representation["content_type"] == "text/csv; charset=utf-8"
    assert representation["size_bytes"] == 4
    assert len(representation["sha256"]) == 64
    assert api.ada.call("GET", representation["self"]).json() == representation
    assert len(api.ada.call("GET", entry["self"]).json()["representations"]) == 2
    assert _status_and_error(api.ada.call("POST", entry["representation_self"], files=files)) == 422


def test_a_file_is_replaced_under_its_name(api: Api) -> None:
    (file,) = api.ada.send_entry(b"old", "clip.mp4").json()["representations"]
    api.clock.advance(2)
    answer = api.ada.call("PUT", file["self"], files={"media": ("new.webm", b"newer", "video/webm")})
    replaced = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == replaced["self"] == file["self"]
    assert (replaced["file_name"], replaced["content_type"], replaced["size_bytes"]) == ("clip.mp4", "video/webm", 5)
    assert (replaced["published"] == file["published"], replaced["updated"] > file["updated"]) == (True, True)
    assert [each.body for each in api.media.objects.values()] == [b"newer"]
    assert _status_and_error(api.ada.call("PUT", file["self"], files={"media": ("a", b"")})) == 422
    assert _status_and_error(api.ada.call("PUT", file["self"], files={"other": ("a", b"1")})) == 422
    assert _status_and_error(api.ada.call("PUT", file["self"], json={})) == 415


def test_a_file_is_deleted_once(api: Api) -> None:
    entry = api.ada.send_entry().json()
    (file,) = entry["representations"]
    answer = api.ada.call("DELETE", file["self"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    for method, url in (("DELETE", file["self"]), ("GET", file["self"]), ("GET", file["media"])):
        assert _status_and_error(api.ada.call(method, url)) == 404
    assert api.ada.call("GET", entry["self"]).json()["representations"] == []
    assert api.media.objects == {}


def test_a_representation_needs_its_part_and_its_entry(api: Api) -> None:
    entry = api.ada.send_entry().json()
    assert _status_and_error(api.ada.call("POST", entry["representation_self"], files={"x": ("a", b"1")})) == 422
    files = {"media": ("a.csv", b"1")}
    assert _status_and_error(api.ada.call("POST", f"/entries/{new_id(START)}/representations", files=files)) == 404
    assert _status_and_error(api.ada.call("POST", "/entries/7/representations", files=files)) == 400


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_media_are_a_redirect_to_another_origin(api: Api, method: str) -> None:
    (file,) = api.ada.send_entry(b"1", "cl\u00efp.mp4").json()["representations"]
    answer = api.ada.call(method, file["media"])
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://media.invalid/accounts/")
    assert answer.headers["Location"].endswith(f"method={method}")
    assert answer.headers["Location"].isascii()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content == b""


def test_ids_are_malformed_or_unknown(api: Api) -> None:
    entry = api.ada.send_entry().json()
    for suffix in ("", "/media"):
        assert _status_and_error(api.ada.call("GET", f"{entry['representation_self']}/7{suffix}")) == 400
        unknown = f"{entry['representation_self']}/{new_id(START)}{suffix}"
        assert _status_and_error(api.ada.call("GET", unknown)) == 404
    assert _status_and_error(api.ada.call("GET", "/entries/7")) == 400
    assert _status_and_error(api.ada.call("GET", f"/entries/{new_id(START)}")) == 404


def test_what_belongs_to_another_account_is_not_there(api: Api) -> None:
    entry = api.ada.send_entry().json()
    (file,) = entry["representations"]
    for url in (entry["self"], entry["annotations"], file["self"], file["media"]):
        assert _status_and_error(api.ben.call("GET", url)) == 404
    files = {"media": ("b.csv", b"1")}
    assert _status_and_error(api.ben.call("POST", entry["representation_self"], files=files)) == 404
    assert _status_and_error(api.ben.call("POST", entry["annotations"], data={"annotation[key]": "a"})) == 422
    form = {"annotation[key]": "a", "annotation[value]": "b"}
    assert _status_and_error(api.ben.call("POST", entry["annotations"], data=form)) == 404
    assert len(api.media.objects) == 1


def test_entries_cannot_be_listed(api: Api) -> None:
    answer = api.ada.call("GET", "/entries")
    assert _status_and_error(answer) == 405
    assert answer.headers["Allow"] == "POST"
