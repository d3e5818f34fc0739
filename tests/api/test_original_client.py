"""Tests what clients that were written for the original service send, and what they read of the answers."""

from typing import Any

import pytest
import requests
from requests_toolbelt import MultipartEncoder

from tests.api.api_server import ADA, PASSWORD, Api, curl


class OriginalClient:
    """Does it as the original's public client does: it knows one URL and the credentials, and follows the rest.

    Ids are the last segment of a URL; changes are sent as a form, or as nothing at all.
    """

    def __init__(self, index_url: str) -> None:
        self._auth = (ADA, PASSWORD)
        services = requests.get(index_url, headers={"Accept": "application/json"}, timeout=20).json()["v1"]
        self.jobs_url, self.entries_url = services["jobs"], services["entries"]

    def call(self, method: str, url: str, **options: Any) -> requests.Response:
        return requests.request(method, url, auth=self._auth, allow_redirects=False, timeout=20, **options)

    def create_job(self, name: str | None, content: bytes, file_name: str, **more: str) -> dict[str, Any]:
        fields: dict[str, Any] = {"entry_job[input]": (file_name, content, "video/mp4"), **more}
        if name is not None:
            fields["entry_job[name]"] = name
        form = MultipartEncoder(fields)
        answer = self.call("POST", self.jobs_url, data=form, headers={"Content-Type": form.content_type})
        assert answer.status_code == 201
        assert answer.headers["Location"] == answer.json()["self"]
        return dict(answer.json())

    def update_job(self, url: str, **fields: str) -> requests.Response:
        data = {f"entry_job[{name}]": text for name, text in fields.items()}
        return self.call("PATCH", url, data=data or None)


@pytest.fixture
def client(api: Api) -> OriginalClient:
    return OriginalClient(api.url)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_of_nothing_is_answered_with_the_job_as_it_is(api: Api, client: OriginalClient, method: str) -> None:
    job = client.create_job("multiface", b"video", "clip.mp4")
    api.clock.advance(1)
    answer = client.call(method, job["self"])
    assert "Content-Type" not in answer.request.headers
    assert (answer.status_code, answer.json()) == (200, job)
    assert client.call("GET", job["self"]).json() == job
    assert client.call(method, job["self"].replace(job["self"][-5:], "00000")).status_code == 404
    assert client.call(method, job["self"], data=b"x", headers={"Content-Type": ""}).status_code == 415


def test_jobs_are_created_listed_read_renamed_requeued(api: Api, client: OriginalClient) -> None:
    unknown = {"entry_job[storage_type]": "s3", "entry[data_split]": "train", "something": "else"}
    job = client.create_job("auto", b"video", "clip.mp4", **unknown)
    keys = {"self", "name", "status", "author", "published", "updated", "filename", "input"}
    assert keys <= set(job)
    assert (job["name"], job["status"], job["author"], job["filename"]) == ("multiface", "queued", ADA, "clip.mp4")
    assert job["input"]["data_split"] == "train"
    api.clock.advance(1)
    assert client.create_job(None, b"video", "b.mp4")["name"] == "multiface"
    assert [each["filename"] for each in client.call("GET", client.jobs_url).json()] == ["b.mp4", "clip.mp4"]
    assert client.call("GET", job["self"]).json() == job
    assert client.update_job(job["self"], name="current-pack").json()["name"] == "current-pack"
    assert client.call("POST", f"{job['self']}/requeue").json()["status"] == "queued"
    answer = client.call("PATCH", job["self"], files={"entry_job[result]": ("own.json", b"{}")})
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert answer.json()["result"]["representations"][0]["file_name"] == "own.json"


def test_entries_representations_and_media(client: OriginalClient) -> None:
    answer = client.call("POST", client.entries_url, files={"entry[media]": ("a.mp4", b"video", "video/mp4")})
    entry = answer.json()
    assert answer.status_code == 201
    keys = ("self", "annotations", "representation_self", "author", "source", "media_seconds", "published", "updated")
    assert set(keys) <= set(entry)
    assert [each["self"] for each in client.call("GET", client.entries_url).json()] == [entry["self"]]
    labels = {"entry": {"data_split": "test", "source": "camera"}}
    changed = client.call("PUT", entry["self"], json=labels).json()
    assert (changed["data_split"], changed["source"]) == ("test", "camera")
    files, data = {"media": ("b.csv", b"a,b", "text/csv")}, {"storage_type": "s3"}
    file = client.call("POST", entry["representation_self"], files=files, data=data).json()
    assert {"self", "media", "content_type", "file_name"} <= set(file)
    assert client.call("POST", entry["representation_self"], files=files).status_code == 422
    assert client.call("GET", file["self"]).json() == file
    assert client.call("PUT", file["self"], files=files).status_code == 201
    for method in ("GET", "HEAD"):
        redirect = client.call(method, file["media"])
        assert redirect.status_code == 302
        assert not redirect.headers["Location"].startswith(client.entries_url)
    assert client.call("DELETE", file["self"]).status_code == 204
    assert client.call("DELETE", entry["self"]).status_code == 204
    assert client.call("GET", entry["self"]).status_code == 404


def test_annotations_by_json_and_by_form_are_found(client: OriginalClient) -> None:
    url = client.create_job(None, b"video", "clip.mp4")["input"]["annotations"]
    answer = client.call("POST", url, json={"annotation": {"key": "take", "value": 7, "source": "slate"}})
    assert (answer.status_code, answer.json()["value"]) == (201, "7")
    for name in ("annotation[key]", "annotation%5Bkey%5D"):
        body = f"{name}=mood&annotation[value]=gr%C3%BCn"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.call("POST", url, data=body, headers=headers).status_code == 201
    listed = client.call("GET", url).json()
    assert sorted(each["value"] for each in listed) == ["7", "gr\u00fcn", "gr\u00fcn"]
    (take,) = (each for each in listed if each["key"] == "take")
    assert set(take) == {"author", "source", "entry", "key", "self", "value"}
    assert client.call("PUT", take["self"], json={"annotation": {"value": "8"}}).status_code == 204
    query = {"key": "take", "value": "8", "source": "slate"}
    found = client.call("GET", f"{client.entries_url}/search_by_annotation", params=query).json()
    assert [entry["annotations"] for entry in found] == [url]
    assert client.call("DELETE", take["self"]).status_code == 204


def test_without_credentials_the_answer_says_so(client: OriginalClient) -> None:
    answer = requests.get(client.jobs_url, timeout=20)
    assert (answer.status_code, answer.json()) == (401, {"error": "Please login to continue."})
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-F", "entry_job[input]=clip.mp4"), "@ comes before the path"),
        (("-d", "entry_job[input]="), "multipart/form-data (curl -F 'entry_job[input]=@clip.mp4')"),
        (("-H", "Content-Type: application/json", "-d", '{"entry_job": {}}'), "The JSON names no media"),
    ],
)
def test_a_job_without_its_file_is_told_how_to_send_one(api: Api, arguments: tuple[str, ...], said: str) -> None:
    assert said in curl(*arguments, f"{api.url}/jobs")
