"""`/entries` and their representations."""

from urllib.parse import quote

import pytest
import requests

from chalicelib.domain.ids import new_id
from chalicelib.services.users import Users
from tests.api.api_server import Api, running_api
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


def test_entries_are_listed_in_pages_with_filters(api: Api) -> None:
    made = []
    for number in range(5):
        api.clock.advance(1)
        files, source = {"entry[media]": ("a.mp4", b"1")}, f"camera {number % 2}"
        made.append(api.ada.call("POST", "/entries", files=files, data={"entry[source]": source}).json())
    made.reverse()
    assert api.ada.call("GET", "/entries").json() == made
    assert api.ben.call("GET", "/entries").json() == []
    first = api.ada.call("GET", "/entries?limit=2&source=camera%200")
    assert first.json() == [made[0], made[2]]
    assert api.ada.call("GET", first.links["next"]["url"]).json() == [made[4]]
    assert api.ada.call("GET", "/entries?source=camera%200&data_split=test").json() == []
    assert _status_and_error(api.ada.call("GET", "/entries?limit=0")) == 422
    assert _status_and_error(api.ada.call("GET", "/entries?cursor=x")) == 400


def test_the_source_is_set_shown_changed_and_removed(api: Api) -> None:
    announced = {"file_name": "a.mp4", "size_bytes": 3, "source": "camera 1", "data_split": "dev"}
    entry = api.ada.call("POST", "/entries", json={"entry": announced}).json()
    assert (entry["source"], entry["data_split"]) == ("camera 1", "dev")
    for body, kept in (({"json": {"entry": {"source": "b"}}}, "b"), ({"data": {"entry[source]": ""}}, None)):
        assert api.ada.call("PUT", entry["self"], **body).json()["source"] == kept
        assert api.ada.call("GET", entry["self"]).json()["source"] == kept
    for source in (7, "x" * 256):
        assert _status_and_error(api.ada.call("PUT", entry["self"], json={"entry": {"source": source}})) == 422


def test_the_data_split_is_stored_shown_and_changed(api: Api) -> None:
    files = {"entry[media]": ("a.mp4", b"1")}
    entry = api.ada.call("POST", "/entries", files=files, data={"entry[data_split]": "train"}).json()
    assert entry["data_split"] == "train"
    url = entry["self"]
    api.clock.advance(1)
    answer = api.ada.call("PUT", url, json={"entry": {"data_split": "test"}})
    assert (answer.status_code, answer.json()["data_split"], answer.json()["source"]) == (200, "test", None)
    assert answer.json()["updated"] > entry["updated"]
    assert api.ada.call("GET", url).json() == answer.json()
    assert api.ada.call("PUT", url, data={"entry[data_split]": "dev"}).json()["data_split"] == "dev"
    assert api.ada.call("PUT", url, json={"entry": {}}).json()["data_split"] == "dev"
    assert api.ada.call("PUT", url, json={"entry": {"data_split": None}}).json()["data_split"] is None
    for body in ({}, {"entry": {"data_split": 7}}, {"entry": {"data_split": "x" * 256}}):
        assert _status_and_error(api.ada.call("PUT", url, json=body)) == 422
    assert _status_and_error(api.ada.call("PUT", url, data=b"x", headers={"Content-Type": "text/plain"})) == 415
    assert _status_and_error(api.ada.call("PUT", f"/entries/{new_id(START)}", json={"entry": {}})) == 404


def test_an_entry_is_deleted_with_all_that_belongs_to_it(api: Api) -> None:
    entry = api.ada.send_entry().json()
    (file,) = entry["representations"]
    note = api.ada.call("POST", entry["annotations"], data={"annotation[key]": "k", "annotation[value]": "v"}).json()
    answer = api.ada.call("DELETE", entry["self"])
    assert (answer.status_code, answer.content) == (204, b"")
    for url in (entry["self"], entry["annotations"], note["self"], file["self"], file["media"]):
        assert _status_and_error(api.ada.call("GET", url)) == 404
    assert _status_and_error(api.ada.call("DELETE", entry["self"])) == 404
    assert api.media.objects == {}
    assert api.ada.call("GET", "/entries/search_by_annotation?key=k").json() == []


def test_a_job_shows_no_input_and_no_result_once_they_are_deleted(api: Api) -> None:
    job = api.ada.send_job().json()
    result = api.ada.send_entry(b"{}", "clip.mp4-metrics.json").json()
    held = api.runs.claim(api.queue.sent[0])
    api.runs.finish(held, result_entry_id=result["self"].rpartition("/")[2], progress=None)
    assert api.ada.call("GET", job["self"]).json()["result"] == result
    for entry in (job["input"], result):
        assert api.ada.call("DELETE", entry["self"]).status_code == 204
    left = api.ada.call("GET", job["self"]).json()
    assert (left["status"], left["input"], "result" in left) == ("done", [], False)
    assert api.ada.call("GET", "/jobs").json() == [left]


def _search(api: Api, query: str) -> list[str]:
    """The URLs of the entries on all pages."""
    urls: list[str] = []
    url = f"/entries/search_by_annotation?{query}"
    while url:
        answer = api.ada.call("GET", url)
        assert answer.status_code == 200, answer.text
        urls += [entry["self"] for entry in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    return urls


def test_entries_are_found_by_their_annotations(api: Api) -> None:
    entries = []
    for number in range(3):
        api.clock.advance(1)
        entries.append(api.ada.send_entry().json())
        note = {"key": "\u05de\u05e6\u05d1 & <b>", "value": f"{number % 2}", "source": f"rater {number}"}
        assert api.ada.call("POST", entries[-1]["annotations"], json={"annotation": note}).status_code == 201
    urls = [entry["self"] for entry in entries[::-1]]
    key = quote("\u05de\u05e6\u05d1 & <b>")
    assert _search(api, f"key={key}") == urls
    assert _search(api, f"key={key}&limit=1") == urls
    assert _search(api, f"key={key}&value=0&limit=1") == urls[::2]
    assert _search(api, f"key={key}&source=rater%201") == urls[1:2]
    assert _search(api, f"key={key}&value=1&source=rater%200") == []
    assert api.ada.call("GET", f"/entries/search_by_annotation?key={key}").json() == entries[::-1]
    assert api.ben.call("GET", f"/entries/search_by_annotation?key={key}").json() == []


def test_jobs_are_found_by_the_annotations_of_their_input_and_result(api: Api) -> None:
    jobs = []
    for _ in range(3):
        api.clock.advance(1)
        jobs.append(api.ada.send_job().json())
    files = {"entry_job[result]": ("r.json", b"{}")}
    jobs[0] = api.ada.call("PATCH", jobs[0]["self"], files=files).json()
    for entry in (jobs[0]["input"], jobs[0]["result"], jobs[2]["input"], api.ada.send_entry().json()):
        note = {"key": "shoot", "value": "monday"}
        assert api.ada.call("POST", entry["annotations"], json={"annotation": note}).status_code == 201
    search = "/jobs/search_by_annotation?key=shoot"
    found = {job["self"] for job in api.ada.call("GET", search).json()}
    assert found == {jobs[0]["self"], jobs[2]["self"]}
    assert len(api.ada.call("GET", f"{search}&value=monday").json()) == 2
    assert api.ada.call("GET", f"{search}&value=tuesday").json() == []
    assert api.ben.call("GET", search).json() == []
    assert jobs[2]["input"]["job"] == jobs[2]["self"]
    assert _status_and_error(api.ada.call("GET", "/jobs/search_by_annotation")) == 422
    pages, url = [], f"{search}&limit=1"
    while url:
        answer = api.ada.call("GET", url)
        pages += [job["self"] for job in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert set(pages) == found


@pytest.mark.parametrize(
    ("query", "status"), [("", 422), ("value=v", 422), ("key=k&limit=0", 422), ("key=k&cursor=x", 400)]
)
def test_a_search_that_makes_no_sense(api: Api, query: str, status: int) -> None:
    assert _status_and_error(api.ada.call("GET", f"/entries/search_by_annotation?{query}")) == status


def test_content_types_are_the_clients_own_or_guessed(api: Api) -> None:
    sent = {
        ("clip.mp4", None, b"<!doctype html>"): "application/octet-stream",
        ("clip", None, b"\x89PNG\r\n\x1a\n"): "image/png",
        ("page.html", "text/html", b"<script>"): "text/html",
    }
    for (name, stated, body), kept in sent.items():
        part = (name, body, stated) if stated else (name, body)
        (file,) = api.ada.call("POST", "/entries", files={"entry[media]": part}).json()["representations"]
        assert file["content_type"] == kept


def test_an_entry_without_a_job_says_when_it_expires(users: Users) -> None:
    with running_api(users, retention_s=3600.0) as api:
        entry = api.ada.send_entry().json()
        assert entry["expires"] == "2026-01-31T10:30:00.250Z"
        announced = {"entry": {"file_name": "a.mp4", "size_bytes": 3}}
        waiting = api.ada.call("POST", "/entries", json=announced).json()
        assert waiting["expires"] == api.ada.call("GET", waiting["self"]).json()["expires"] == entry["expires"]
        job = api.ada.send_job().json()
        assert job["expires"] == entry["expires"]
        assert "expires" not in job["input"]


def test_an_entry_that_stays_says_nothing_of_it(api: Api) -> None:
    assert "expires" not in api.ada.send_entry().json()
