"""`Idempotency-Key`: the same POST twice, over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.api.api_server import Api, Client

_KEY = {"Idempotency-Key": "7a1c1a4e-2f0e-4bd5-9d4c-0a1d3f7b6f11"}
_PART = (
    b'--%(b)s\r\nContent-Disposition: form-data; name="entry_job[input]"; filename="%(f)s"\r\n\r\n%(c)s\r\n'
    b'--%(b)s\r\nContent-Disposition: form-data; name="entry_job[name]"\r\n\r\n%(n)s\r\n--%(b)s--\r\n'
)


def _job(client: Client, *, boundary: bytes = b"one", **changes: bytes) -> requests.Response:
    parts = {b"b": boundary, b"f": b"clip.mp4", b"c": b"video", b"n": b"no-op"}
    body = _PART % (parts | {name.encode(): text for name, text in changes.items()})
    content_type = f"multipart/form-data; boundary={boundary.decode()}"
    return client.call("POST", "/jobs", data=body, headers={**_KEY, "Content-Type": content_type})


def _posts(entry: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("/jobs", {"files": {"entry_job[input]": ("a.mp4", b"1")}}),
        ("/entries", {"files": {"entry[media]": ("a.mp4", b"1")}}),
        (entry["representation_self"], {"files": {"media": ("other.csv", b"1")}}),
        (entry["annotations"], {"json": {"annotation": {"key": "k", "value": "v"}}}),
        (entry["annotations"], {"data": {"annotation[key]": "k", "annotation[value]": "v"}}),
    ]


@pytest.mark.parametrize("number", range(5))
def test_every_post_gives_its_first_answer_again(api: Api, number: int) -> None:
    path, body = _posts(api.ada.send_entry().json())[number]
    first, again = (api.ada.call("POST", path, headers=_KEY, **body) for _ in range(2))
    assert first.status_code == 201
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for name in ("Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert "Idempotency-Replayed" not in first.headers
    assert api.ada.call("POST", path, **body).status_code in (201, 422)  # without the key it is a request of its own


def test_a_requeue_under_a_key_happens_once(api: Api) -> None:
    url = api.ada.send_job().json()["self"]
    first, again = (api.ada.call("POST", f"{url}/requeue", headers=_KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert [message.run for message in api.queue.sent] == [1, 2]


def test_a_job_that_is_sent_again_is_the_same_job(api: Api) -> None:
    first, again = _job(api.ada), _job(api.ada, boundary=b"another-boundary")
    assert first.status_code == 201
    assert again.json() == first.json()
    assert len(api.ada.call("GET", "/jobs").json()) == 1
    assert len(api.queue.sent) == 1
    assert len(api.media.objects) == 1


@pytest.mark.parametrize("change", [{"c": b"videO"}, {"f": b"clip.mov"}, {"n": b"multiface"}], ids=str)
def test_another_request_under_the_key_is_refused(api: Api, change: dict[str, bytes]) -> None:
    _job(api.ada)
    refused = _job(api.ada, **change)
    assert refused.status_code == 409
    assert "another request" in refused.json()["error"]
    assert refused.headers["X-Request-Id"]
    assert "Retry-After" not in refused.headers
    assert len(api.ada.call("GET", "/jobs").json()) == 1


def test_another_path_under_the_key_is_refused(api: Api) -> None:
    jobs = [api.ada.send_job().json()["self"] for _ in range(2)]
    answers = [api.ada.call("POST", f"{url}/requeue", headers=_KEY).status_code for url in jobs]
    assert answers == [200, 409]


def test_json_is_compared_by_what_it_says(api: Api) -> None:
    url = api.ada.send_entry().json()["annotations"]
    texts = ['{"annotation": {"key": "k", "value": "v"}}', '{"annotation":{"value":"v","key":"\\u006b"}}']
    headers = {**_KEY, "Content-Type": "application/json"}
    first, again = (api.ada.call("POST", url, data=text, headers=headers) for text in texts)
    assert (again.status_code, again.json()) == (201, first.json())
    other = api.ada.call("POST", url, data=json.dumps({"annotation": {"key": "k", "value": "w"}}), headers=headers)
    assert other.status_code == 409


def test_accounts_do_not_share_keys(api: Api) -> None:
    first, other = _job(api.ada), _job(api.ben)
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["self"] != other.json()["self"]


def test_a_key_holds_for_a_day(api: Api) -> None:
    first = _job(api.ada).json()
    api.clock.advance(24 * 3600 - 1)
    assert _job(api.ada).json()["self"] == first["self"]
    api.clock.advance(1)
    assert _job(api.ada).json()["self"] != first["self"]


def _truncated(client: Client) -> requests.Response:
    headers = {**_KEY, "Content-Type": "multipart/form-data; boundary=b"}
    return client.call("POST", "/jobs", data=b"--b\r\n", headers=headers)


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (lambda client: _job(client, n=b"no such job"), 422),
        (lambda client: _job(client, c=b""), 422),
        (_truncated, 400),
        (lambda client: client.call("POST", "/jobs", data=b"x", headers={**_KEY, "Content-Type": "text/plain"}), 415),
    ],
)
def test_a_refused_request_leaves_its_key_free(
    api: Api, refused: Callable[[Client], requests.Response], status: int
) -> None:
    assert [refused(api.ada).status_code for _ in range(2)] == [status, status]
    assert _job(api.ada).status_code == 201


def test_a_fault_of_ours_leaves_the_key_free_for_another_try(api: Api) -> None:
    def fail() -> None:
        raise OSError("no queue")

    api.queue.before_sending = fail
    assert _job(api.ada).status_code == 500
    again = _job(api.ada)
    assert again.status_code == 201
    assert _job(api.ada).json() == again.json()


def test_a_request_that_is_still_being_processed(api: Api) -> None:
    seen: list[requests.Response] = []
    with Client(api.url, "ada@example.org") as second:
        api.queue.before_sending = lambda: seen.append(_job(second))
        first = _job(api.ada)
    assert first.status_code == 201
    (refused,) = seen
    assert refused.status_code == 409
    assert int(refused.headers["Retry-After"]) >= 1
    assert "still being processed" in refused.json()["error"]
    assert refused.headers["X-Request-Id"]
    assert _job(api.ada).json() == first.json()


@pytest.mark.parametrize("key", ["", "x" * 256, "sch\u00f6n".encode()])
def test_impossible_keys_are_refused(api: Api, key: str | bytes) -> None:
    answer = api.ada.call(
        "POST", "/jobs", headers={"Idempotency-Key": key}, files={"entry_job[input]": ("a.mp4", b"1")}
    )
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["error"]


def test_other_methods_do_not_look_at_the_key(api: Api) -> None:
    job = _job(api.ada).json()
    assert api.ada.call("GET", job["self"], headers=_KEY).json() == job
    cancelled = api.ada.call("PATCH", job["self"], headers=_KEY, data={"entry_job[status]": "cancelled"})
    assert cancelled.json()["status"] == "cancelled"


def test_an_answer_does_not_outlive_the_job_it_tells_of(api: Api) -> None:
    fields = {"entry_job[input]": ("clip.mp4", b"video")}
    options: dict[str, Any] = {"files": fields, "data": {"entry_job[expires_in]": "3600"}, "headers": _KEY}
    first = api.ada.call("POST", "/jobs", **options).json()
    api.clock.advance(3599)
    assert api.ada.call("POST", "/jobs", **options).json() == first
    api.clock.advance(1)
    assert api.ada.call("POST", "/jobs", **options).json()["self"] != first["self"]
