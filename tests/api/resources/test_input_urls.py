"""Media by URL: what is taken at once, what is refused at once."""

import pytest
import requests

from chalicelib.domain.intake.input_urls import MAX_URL_CHARACTERS
from tests.api.api_server import Api

URL = "https://example.org/a/na%C3%AFve%20clip.mp4?X-Amz-Signature=abc%2F#part"


def _as_form(api: Api, url: str) -> requests.Response:
    return api.ada.call("POST", "/jobs", files={"entry_job[input_url]": (None, url)})


def _as_json(api: Api, url: str) -> requests.Response:
    return api.ada.call("POST", "/jobs", json={"entry_job": {"input_url": url, "name": "no-op"}})


@pytest.mark.parametrize("send", [_as_form, _as_json])
def test_a_job_with_a_url_is_queued_at_once(api: Api, send: object) -> None:
    answer = send(api, URL)  # type: ignore[operator]  # one of the two above
    job = answer.json()
    assert answer.status_code == 201, answer.text
    assert (job["status"], job["input"], job["filename"]) == ("queued", [], "na\u00efve clip.mp4")
    assert "upload" not in job
    (message,) = api.queue.sent
    stored = api.backstage.jobs.get(message.account_id, message.job_id)
    assert stored.input_url == URL.partition("#")[0]
    assert api.ada.call("POST", f"{job['self']}/requeue").status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.mp4",
        "ftp://example.org/a.mp4",
        "example.org/a.mp4",
        "https://",
        "https:///a.mp4",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://[",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://localhost/",
        "https://intranet/",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://example.org\\@127.0.0.1/",
        "https://example.org:8443/",
        "https://example.org:x/",
        "https://exa mple.org/",
        "https://example.org%00/",
        "https://-example.org/",
        f"https://{'a' * 64}.org/",
        f"https://{'a.' * 130}org/",
        "https://\u2100.org/",
        f"https://example.org/{'a' * MAX_URL_CHARACTERS}",
        f"https://example.org/{chr(0x1F600) * (MAX_URL_CHARACTERS // 12)}",  # 12 characters each once encoded
    ],
)
def test_a_url_that_cannot_be_fetched_is_refused_at_once(api: Api, url: str) -> None:
    for answer in (_as_form(api, url), _as_json(api, url)):
        assert answer.status_code == 422, url
        assert answer.json()["error"].endswith(".")
    assert api.queue.sent == []


@pytest.mark.parametrize(
    ("url", "file_name"),
    [
        ("https://example.org", "media"),
        ("https://example.org/a/", "a"),
        ("https://example.org/..", "media"),
        ("https://example.org/%2e%2e", "media"),
        ("https://example.org/x%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://example.org/a%5Cb.mp4", "b.mp4"),
        ("https://example.org/a%0D%0AX-Evil%3A1.mp4", "aX-Evil:1.mp4"),
        ("https://example.org/%00%FF.mp4", "\ufffd.mp4"),
        ("https://8.8.8.8/a.mp4?b=/c.mp4", "a.mp4"),
        ("https://EXAMPLE.org:443/a.mp4", "a.mp4"),
        ("https://m\u00fcnchen.example/gr\u00fc\u00dfe.mp4", "gr\u00fc\u00dfe.mp4"),
        (f"https://example.org/{'a' * 300}.mp4", "a" * 251 + ".mp4"),
    ],
)
def test_the_file_name_is_the_last_of_the_path(api: Api, url: str, file_name: str) -> None:
    assert _as_json(api, url).json()["filename"] == file_name


def test_two_media_are_one_too_many(api: Api) -> None:
    parts = {"entry_job[input]": ("a.mp4", b"1"), "entry_job[input_url]": (None, URL)}
    announced = {"entry_job": {"input_url": URL, "file_name": "a.mp4", "size_bytes": 1}}
    for answer in (api.ada.call("POST", "/jobs", files=parts), api.ada.call("POST", "/jobs", json=announced)):
        assert answer.status_code == 422
        assert "two inputs" in answer.json()["error"]


def test_a_form_without_files_may_be_url_encoded(api: Api) -> None:
    fields = {"entry_job[input_url]": URL, "entry_job[name]": "no-op", "entry[data_split]": "test"}
    answer = api.ada.call("POST", "/jobs", data=fields)
    assert answer.status_code == 201
    job = answer.json()
    assert (job["name"], job["filename"], job["input"]) == ("no-op", "na\u00efve clip.mp4", [])
    assert len(api.queue.sent) == 1


def test_a_form_that_is_url_encoded_holds_no_file(api: Api) -> None:
    for fields in ({"entry_job[input]": "clip.mp4"}, {"entry_job[name]": "no-op"}, {"entry_job[input_url]": ""}):
        answer = api.ada.call("POST", "/jobs", data=fields)
        assert answer.status_code == 422
        assert "entry_job[input_url]" in answer.json()["error"]
    assert api.ada.call("GET", "/jobs").json() == []
