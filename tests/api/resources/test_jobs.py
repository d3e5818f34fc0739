"""`/jobs`."""

from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Progress
from tests.api.api_server import ADA, MAX_BODY_BYTES, PASSWORD, Api
from tests.fakes import START


def _error(answer: requests.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    sentence = str(answer.json()["error"])
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    return sentence


def test_a_job_is_created_with_its_media_and_queued(api: Api) -> None:
    answer = api.ada.send_job(b"0123", "clip.mp4")
    job = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == job["self"]
    assert (job["name"], job["status"], job["author"]) == ("multiface", "queued", "ada@example.org")
    assert job["filename"] == "clip.mp4"
    assert job["published"] == "2026-01-31T09:30:00.250Z"
    assert job["progress"] is None
    assert not {"result", "error"} & set(job)
    (file,) = job["input"]["representations"]
    assert (file["file_name"], file["content_type"], file["size_bytes"]) == ("clip.mp4", "video/mp4", 4)
    assert [content.body for content in api.media.objects.values()] == [b"0123"]
    assert [message.job_id for message in api.queue.sent] == [job["self"].rpartition("/")[2]]


def test_a_job_is_found_again_under_its_url(api: Api) -> None:
    job = api.ada.send_job().json()
    answer = api.ada.call("GET", job["self"])
    assert answer.status_code == 200
    assert answer.json() == job
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_head_says_what_get_would_without_the_body(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    head, get = api.ada.call("HEAD", url), api.ada.call("GET", url)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(get.content))
    assert api.ada.call("GET", url).status_code == 200


@pytest.mark.parametrize("name", ["sdk-metrics", "no-op", "current-pack", "ct-pack-linear", "ct-pack-hybrid"])
def test_every_job_name_is_taken(api: Api, name: str) -> None:
    assert api.ada.send_job(name=name).json()["name"] == name


@pytest.mark.parametrize("name", ["auto", ""])
def test_auto_is_the_default(api: Api, name: str) -> None:
    assert api.ada.send_job(name=name).json()["name"] == "multiface"


def test_an_unknown_name_stores_nothing(api: Api) -> None:
    assert "multiface" in _error(api.ada.send_job(name="emotions"), 422)
    assert api.media.objects == {}


def test_unknown_parts_are_ignored(api: Api) -> None:
    files = {"entry_job[input]": ("a.mp4", b"1"), "extra": ("b.bin", b"2")}
    data = {"entry_job[storage_type]": "s3", "entry[data_split]": "train", "utf8": "\u2713"}
    answer = api.ada.call("POST", "/jobs", files=files, data=data)
    assert answer.status_code == 201
    assert len(api.media.objects) == 1


def test_a_long_data_split_is_refused(api: Api) -> None:
    files = {"entry_job[input]": ("a.mp4", b"1")}
    _error(api.ada.call("POST", "/jobs", files=files, data={"entry[data_split]": "x" * 256}), 422)


def test_media_must_be_there_and_hold_something(api: Api) -> None:
    assert "entry_job[input]" in _error(api.ada.call("POST", "/jobs", files={"other": ("a", b"1")}), 422)
    assert "empty" in _error(api.ada.send_job(b""), 422)
    assert "file name" in _error(api.ada.call("POST", "/jobs", files={"entry_job[input]": (None, b"1")}), 422)
    assert api.media.objects == {}


def test_two_media_are_one_too_many(api: Api) -> None:
    files = [("entry_job[input]", ("a.mp4", b"1")), ("entry_job[input]", ("b.mp4", b"2"))]
    assert "twice" in _error(api.ada.call("POST", "/jobs", files=files), 422)


@pytest.mark.parametrize("content_type", [None, "text/plain", "video/mp4"])
def test_jobs_come_as_forms_or_json_only(api: Api, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert "multipart/form-data" in _error(api.ada.call("POST", "/jobs", data=b"x", headers=headers), 415)


_HEAD = b'--b\r\nContent-Disposition: form-data; name="entry_job[input]"; filename="a.mp4"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [b"", b"--b", _HEAD, _HEAD + b"video", _HEAD + b"video\r\n--b", _HEAD + b"video\r\n--other--", b"--b\r\nx\r\n\r\n"],
)
def test_a_broken_or_truncated_body_is_malformed(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    _error(api.ada.call("POST", "/jobs", data=body, headers=headers), 400)
    assert api.media.objects == {}


def test_a_multipart_body_without_a_boundary_is_malformed(api: Api) -> None:
    _error(api.ada.call("POST", "/jobs", data=b"--b--", headers={"Content-Type": "multipart/form-data"}), 400)


def test_too_large_media_are_refused_with_the_limit(api: Api) -> None:
    sentence = _error(api.ada.send_job(bytes(MAX_BODY_BYTES + 1)), 413)
    assert f"{MAX_BODY_BYTES:,}" in sentence


@pytest.mark.parametrize("job_id", ["1", "abc", "..", "%2e%2e", "01KG9P6JNTAC77K7YZKSJHS1HT", "x" * 26, "a%0d%0ab"])
def test_a_malformed_id_is_400(api: Api, job_id: str) -> None:
    url = f"{api.url}/jobs/{job_id}"
    prepared = api.ada.prepare_request(requests.Request("GET", url))
    prepared.url = url  # as it is: requests would tidy the dots away
    _error(api.ada.send(prepared, timeout=20), 400)


def test_an_unknown_id_is_404(api: Api) -> None:
    path = f"/jobs/{new_id(START)}"
    for method, suffix in (("GET", ""), ("PATCH", ""), ("POST", "/requeue")):
        _error(api.ada.call(method, path + suffix, data={"entry_job[name]": "no-op"}), 404)


def test_what_belongs_to_another_account_is_not_there(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    assert api.ben.call("GET", "/jobs").json() == []
    _error(api.ben.call("GET", url), 404)
    _error(api.ben.call("PATCH", url, data={"entry_job[status]": "cancelled"}), 404)
    _error(api.ben.call("POST", f"{url}/requeue"), 404)
    assert api.ben.call("HEAD", url).status_code == 404


def test_jobs_are_listed_newest_first_in_pages(api: Api) -> None:
    sent = []
    for number in range(5):
        api.clock.advance(1)
        sent.append(api.ada.send_job(file_name=f"{number}.mp4").json())
    assert api.ada.call("GET", "/jobs").json() == sent[::-1]
    seen, url = [], "/jobs?limit=2"
    while url:
        answer = api.ada.call("GET", url)
        assert len(answer.json()) <= 2
        seen += answer.json()
        url = answer.links.get("next", {}).get("url", "")
    assert seen == sent[::-1]


def test_a_client_that_knows_no_pages_gets_a_thousand_jobs(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    caller = api.services.users.authenticate(ADA, PASSWORD, source_ip="127.0.0.1")
    job = api.backstage.jobs.get(caller.account_id, url.rpartition("/")[2])
    for second in range(1, 1000):
        moment = START + timedelta(seconds=second)
        api.backstage.jobs.create(replace(job, id=new_id(moment), published=moment, updated=moment))
    answer = api.ada.call("GET", "/jobs")
    assert (len(answer.json()), "Link" in answer.headers, answer.json()[-1]["self"]) == (1000, False, url)


def test_the_next_link_keeps_the_filters(api: Api) -> None:
    for name in ("no-op", "multiface", "no-op", "multiface", "no-op"):
        api.clock.advance(1)
        api.ada.send_job(name=name)
    answer = api.ada.call("GET", "/jobs?name=no-op&status=queued&limit=2")
    rest = api.ada.call("GET", answer.links["next"]["url"])
    assert [job["name"] for job in answer.json() + rest.json()] == ["no-op"] * 3
    assert "next" not in rest.links
    assert api.ada.call("GET", "/jobs?status=done").json() == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=", "limit=%D9%A1", "status=no", "name=no", "name="]
)
def test_a_query_that_makes_no_sense_is_invalid(api: Api, query: str) -> None:
    _error(api.ada.call("GET", f"/jobs?{query}"), 422)


def test_a_foreign_cursor_is_malformed(api: Api) -> None:
    _error(api.ada.call("GET", "/jobs?cursor=%0d%0aX-Evil:1"), 400)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_job_is_renamed_and_cancelled_by_a_form(api: Api, method: str) -> None:
    url = api.ada.send_job().json()["self"]
    assert api.ada.call(method, url, data={"entry_job[name]": "no-op"}).json()["name"] == "no-op"
    parts = {"entry_job[status]": (None, "cancelled")}
    answer = api.ada.call(method, url, files=parts)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    _error(api.ada.call(method, url, data={"entry_job[status]": "done"}), 422)
    _error(api.ada.call(method, url, data={"entry_job[name]": "nonsense"}), 422)
    _error(api.ada.call(method, url, data=b"{}", headers={"Content-Type": "text/plain"}), 415)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_job_is_changed_by_json_as_by_a_form(api: Api, method: str) -> None:
    url = api.ada.send_job().json()["self"]
    changes = {"name": "sdk-metrics", "table": "parquet", "neutral_baseline": "off"}
    job = api.ada.call(method, url, json={"entry_job": changes}).json()
    assert {name: job[name] for name in changes} == changes
    job = api.ada.call(method, url, json={"entry_job": {"table": None}}).json()
    assert {name: job[name] for name in changes} == {**changes, "table": "none"}
    assert api.ada.call(method, url, json={"entry_job": {}}).json() == job
    for wrong in (
        {"name": 5},
        {"name": "nonsense"},
        {"table": "arrow"},
        {"table": ["parquet"]},
        {"status": "done"},
        {"tabel": 1},
    ):
        _error(api.ada.call(method, url, json={"entry_job": wrong}), 422)
    _error(api.ada.call(method, url, json={"name": "no-op"}), 422)
    _error(api.ada.call(method, url, json={"entry_job": {"result": "{}"}}), 422)
    _error(api.ada.call(method, url, data=b"{", headers={"Content-Type": "application/json"}), 400)
    assert api.ada.call("GET", url).json() == job
    assert api.ada.call(method, url, json={"entry_job": {"status": "cancelled"}}).json()["status"] == "cancelled"
    _error(api.ben.call(method, url, json={"entry_job": {}}), 404)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_result_of_the_clients_own_ends_the_job(api: Api, method: str) -> None:
    url = api.ada.send_job().json()["self"]
    answer = api.ada.call(method, url, files={"entry_job[result]": ("r.json", b"{}")})
    job = answer.json()
    assert (answer.status_code, job["status"]) == (200, "done")
    (file,) = job["result"]["representations"]
    assert (file["file_name"], file["content_type"], file["size_bytes"]) == ("r.json", "application/json", 2)
    assert api.ada.call("GET", url).json() == job
    _error(api.ada.call(method, url, files={"entry_job[result]": ("r.json", b"")}), 422)
    _error(api.ada.call(method, url, data={"entry_job[result]": "{}"}), 422)
    _error(
        api.ada.call(method, url, files={"entry_job[result]": ("r", b"1"), "entry_job[status]": (None, "error")}), 422
    )
    _error(api.ben.call(method, url, files={"entry_job[result]": ("r.json", b"{}")}), 404)
    cancelled = api.ada.send_job().json()["self"]
    api.ada.call(method, cancelled, data={"entry_job[status]": "cancelled"})
    _error(api.ada.call(method, cancelled, files={"entry_job[result]": ("r.json", b"{}")}), 409)


def test_a_job_shows_its_progress_its_result_and_runs_again(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    job = api.runs.claim(api.queue.sent[0])
    api.runs.renew(job, Progress(30, 120, 24.5))
    working = api.ada.call("GET", url).json()
    assert working["status"] == "working"
    assert working["progress"] == {"frames_done": 30, "frames_total": 120, "frames_per_second": 24.5}
    result_id = api.ada.send_entry(b"{}", "clip.mp4-metrics.json").json()["self"].rpartition("/")[2]
    api.runs.finish(job, result_entry_id=result_id, progress=None)
    done = api.ada.call("GET", url).json()
    assert done["result"]["representations"][0]["file_name"] == "clip.mp4-metrics.json"
    again = api.ada.call("POST", f"{url}/requeue")
    assert (again.status_code, again.json()["status"]) == (200, "queued")
    assert "result" not in again.json()
    assert len(api.queue.sent) == 2


def test_a_failed_job_says_why(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    api.runs.fail(api.runs.claim(api.queue.sent[0]), "The media cannot be opened.")
    job = api.ada.call("GET", url).json()
    assert (job["status"], job["error"]) == ("error", "The media cannot be opened.")
    _error(api.ada.call("PATCH", url, data={"entry_job[status]": "cancelled"}), 409)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "soon", "\u0663", "1" * 11, "9999999999"])
def test_a_time_to_be_kept_that_cannot_be_is_refused(api: Api, text: str) -> None:
    assert "expires_in" in _error(api.ada.send_job(expires_in=text), 422)
    assert api.media.objects == {}


def test_a_job_says_when_it_expires(api: Api) -> None:
    assert api.ada.send_job(expires_in="3600").json()["expires"] == "2026-01-31T10:30:00.250Z"
    assert "expires" not in api.ada.send_job(expires_in="").json()
    announced = {"entry_job": {"file_name": "a.mp4", "size_bytes": 3, "expires_in": 3600}}
    assert api.ada.call("POST", "/jobs", json=announced).json()["expires"] == "2026-01-31T10:30:00.250Z"
    announced = {"entry_job": {"input_url": "https://example.org/a.mp4", "expires_in": 0}}
    assert "expires_in" in _error(api.ada.call("POST", "/jobs", json=announced), 422)
