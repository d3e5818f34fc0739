"""Uploads as real clients make them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests_toolbelt import MultipartEncoder

from tests.api.api_server import MAX_BODY_BYTES, Api, curl

_CLIP = bytes(range(256)) * 12_000
_FILE_NAMES = [
    "plain.mp4",
    "with space.mp4",
    "na\u00efve \u6f22\u5b57 \U0001f600.mp4",
    'a "quoted" name.mp4',
    "semi;colon=1.mp4",
    "100%.mp4",
    "it's.mp4",
]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A file of 3 MB."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(_CLIP)
    return path


def test_curl_asks_before_it_sends_three_megabytes(api: Api, clip: Path) -> None:
    heard = curl("-v", "--stderr", "-", "-F", f"entry_job[input]=@{clip}", f"{api.url}/jobs")
    assert "Expect: 100-continue" in heard
    assert "100 Continue" in heard
    assert "201 Created" in heard
    assert [content.body for content in api.media.objects.values()] == [_CLIP]


def test_curl_is_told_that_a_file_is_too_large_before_it_sends_it(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(bytes(MAX_BODY_BYTES + 1))
    heard = curl("-w", " %{http_code} %{size_upload}", "-F", f"entry_job[input]=@{path}", f"{api.url}/jobs")
    assert heard.startswith('{"error":')
    assert heard.endswith(" 413 0")


def test_curl_downloads_what_the_job_names(api: Api, clip: Path) -> None:
    answer = curl("-F", f"entry_job[input]=@{clip};type=video/x-own", "-F", "entry_job[name]=no-op", f"{api.url}/jobs")
    assert '"content_type":"video/x-own"' in answer
    assert '"name":"no-op"' in answer


def test_a_body_in_chunks_arrives_whole(api: Api) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="entry_job[input]"; filename="a.mp4"\r\n\r\n'
    body = head + _CLIP + b"\r\n--b--\r\n"

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 70_001):
            yield body[start : start + 70_001]

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = api.ada.call("POST", "/jobs", data=pieces(), headers=headers)
    assert answer.status_code == 201
    assert [content.body for content in api.media.objects.values()] == [_CLIP]
    assert api.ada.call("GET", "/jobs").json() == [answer.json()]


def test_a_streaming_encoder_arrives_whole(api: Api, clip: Path) -> None:
    with clip.open("rb") as stream:
        encoder = MultipartEncoder(
            {"entry_job[input]": ("clip.mp4", stream, "video/mp4"), "entry_job[name]": "sdk-metrics"}
        )
        answer = api.ada.call("POST", "/jobs", data=encoder, headers={"Content-Type": encoder.content_type})
    assert answer.json()["name"] == "sdk-metrics"
    assert [content.body for content in api.media.objects.values()] == [_CLIP]


@pytest.mark.parametrize("file_name", _FILE_NAMES)
def test_file_names_survive_requests(api: Api, file_name: str) -> None:
    assert api.ada.send_job(file_name=file_name).json()["filename"] == file_name


@pytest.mark.parametrize("file_name", _FILE_NAMES)
def test_file_names_survivecurl(api: Api, tmp_path: Path, file_name: str) -> None:
    path = tmp_path / "plain"
    path.write_bytes(b"1")
    quoted = file_name.replace("\\", "\\\\").replace('"', '\\"')
    answer = curl("-F", f'entry_job[input]=@{path};filename="{quoted}"', f"{api.url}/jobs")
    (job,) = api.ada.call("GET", "/jobs").json()
    assert job["filename"] == file_name
    assert job["self"] in answer


def _send_with_disposition(api: Api, parameters: bytes, content_type: bytes = b"video/mp4") -> dict[str, object]:
    head = b'--b\r\nContent-Disposition: form-data; name="entry_job[input]"; ' + parameters
    body = head + b"\r\nContent-Type: " + content_type + b"\r\n\r\n1\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = api.ada.call("POST", "/jobs", data=body, headers=headers)
    document: dict[str, object] = answer.json()
    return document


@pytest.mark.parametrize(
    ("parameters", "file_name"),
    [
        (b"filename*=UTF-8''na%C3%AFve%20clip.mp4", "na\u00efve clip.mp4"),
        (b"filename=\"naive.mp4\"; filename*=utf-8'en'na%C3%AFve.mp4", "na\u00efve.mp4"),
        (b"filename*=ISO-8859-1''na%EFve.mp4", "na\u00efve.mp4"),
        (b"filename=\"a.mp4\"; filename*=utf-7''x", "a.mp4"),
        (b"filename=\"a.mp4\"; filename*=utf-8''%FF", "a.mp4"),
        (b"filename=\"a; filename*=utf-8''b.mp4\"", "a; filename*=utf-8''b.mp4"),
        (b'filename="a\\"b.mp4"', 'a"b.mp4'),
        (b'filename="a%22b.mp4"', 'a"b.mp4'),
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\clips\\\\a.mp4"', "a.mp4"),
        (b"filename=plain.mp4", "plain.mp4"),
    ],
)
def test_file_names_in_every_notation(api: Api, parameters: bytes, file_name: str) -> None:
    assert _send_with_disposition(api, parameters)["filename"] == file_name


@pytest.mark.parametrize(
    "parameters", [b'filename="a%0D%0AX-Evil: 1.mp4"', b"filename*=utf-8''a%0d%0aX-Evil:%201", b'filename="a\x00b"']
)
def test_line_breaks_in_a_file_name_are_refused(api: Api, parameters: bytes) -> None:
    assert "control characters" in str(_send_with_disposition(api, parameters)["error"])


@pytest.mark.parametrize(
    "content_type", [b"nonsense", b"video/mp4\x01", b"a/b" + b"c" * 300, "vid\u00e9o/mp4".encode()]
)
def test_a_content_type_that_is_none_is_guessed_from_the_name(api: Api, content_type: bytes) -> None:
    job = _send_with_disposition(api, b'filename="a.webm"', content_type)
    assert '"content_type": "video/webm"' in json.dumps(job)
