"""The client against a small API of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.local.aws.environment import process_environment
from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.client.small_api import SmallApi, small_api


@pytest.fixture
def api() -> Iterator[SmallApi]:
    with small_api() as api:
        yield api


@pytest.fixture
def client(api: SmallApi) -> Iterator[MediaApiClient]:
    with MediaApiClient(f"{api.api_url}/", "me@example.org", "secret") as client:
        yield client


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / 'my "clip" é.mp4'
    path.write_bytes(b"film" * 100_000)
    return path


def _finished(client: MediaApiClient, clip: Path) -> RemoteJob:
    return client.wait_for_job(client.create_job(clip, "multiface"), lambda _job: None, interval_s=0.01)


def test_the_file_is_sent_with_its_name_and_type(api: SmallApi, client: MediaApiClient, clip: Path) -> None:
    steps: list[tuple[int, int]] = []
    job = client.create_job(clip, "multiface", lambda sent, total: steps.append((sent, total)))
    assert job.status == "queued"
    assert clip.read_bytes() in api.upload
    assert 'name="entry_job[input]"; filename="my %22clip%22 é.mp4"'.encode() in api.upload
    assert b"Content-Type: video/mp4" in api.upload
    assert int(api.upload_headers["Content-Length"]) == len(api.upload)
    assert len(steps) > 5
    assert steps == sorted(steps)
    assert steps[-1] == (len(api.upload), len(api.upload))


def test_every_state_is_told(client: MediaApiClient, clip: Path) -> None:
    told: list[RemoteJob] = []
    job = client.wait_for_job(client.create_job(clip, "multiface"), told.append, interval_s=0.01)
    assert [each.status for each in told] == ["queued", "working", "done"]
    assert (told[1].frames_done, told[1].frames_total, told[1].frames_per_second) == (3, 12, 24.5)
    assert job.has_ended


def test_an_error_ends_the_wait(api: SmallApi, client: MediaApiClient, clip: Path) -> None:
    api.statuses = ["queued", "error"]
    job = _finished(client, clip)
    assert (job.status, job.error) == ("error", "The film has no end.")


def test_results_are_downloaded_without_credentials(
    api: SmallApi, client: MediaApiClient, clip: Path, tmp_path: Path
) -> None:
    api.files = {"clip.mp4-metrics.json": b"{}" * 300_000, "clip.mp4-metrics.csv": b"time\r\n"}
    target = tmp_path / "new" / "results"
    downloaded = client.download_results(_finished(client, clip), target)
    assert {path.name: path.read_bytes() for path in downloaded} == api.files
    assert sorted(path.name for path in target.iterdir()) == sorted(api.files)
    assert len(api.store_headers) == 2
    assert not any("Authorization" in headers for headers in api.store_headers)


def test_file_names_stay_inside_the_directory(
    api: SmallApi, client: MediaApiClient, clip: Path, tmp_path: Path
) -> None:
    api.files = {"../../evil.csv": b"1", "/evil.csv": b"2", "..": b"3"}
    target = tmp_path / "a" / "b"
    downloaded = client.download_results(_finished(client, clip), target)
    assert {path.name: path.read_bytes() for path in downloaded} == {
        "evil.csv": b"1",
        "evil-2.csv": b"2",
        "result": b"3",
    }
    assert sorted(path.name for path in tmp_path.rglob("evil*")) == ["evil-2.csv", "evil.csv"]


@pytest.mark.parametrize("fault", ["damaged", "cut_short"])
def test_a_bad_download_leaves_the_old_file(
    api: SmallApi, client: MediaApiClient, clip: Path, tmp_path: Path, fault: str
) -> None:
    api.files = {"result.csv": b"new"}
    setattr(api, fault, True)
    (tmp_path / "result.csv").write_bytes(b"old")
    job = _finished(client, clip)
    with pytest.raises(ApiError, match="damaged" if fault == "damaged" else "was lost"):
        client.download_results(job, tmp_path)
    assert (tmp_path / "result.csv").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([clip.name, "result.csv"])


def test_the_sentence_of_a_refusal_is_raised(client: MediaApiClient, clip: Path) -> None:
    with pytest.raises(ApiError, match=r"^There is no job of this name\.$"):
        client.create_job(clip, "nonsense")


def test_a_refusal_without_a_sentence_names_its_status(client: MediaApiClient, clip: Path) -> None:
    with pytest.raises(ApiError, match="502"):
        client.create_job(clip, "gateway")


def test_a_request_that_is_still_being_processed_is_sent_again(
    api: SmallApi, client: MediaApiClient, clip: Path
) -> None:
    api.busy = 7
    assert client.create_job(clip, "multiface", once="a").status == "queued"
    assert api.busy == 0


def test_a_key_that_was_used_for_another_request_is_told_at_once(client: MediaApiClient, clip: Path) -> None:
    with pytest.raises(ApiError, match="used for another request"):
        client.create_job(clip, "clash", once="a")


def test_wrong_credentials(api: SmallApi, clip: Path) -> None:
    with MediaApiClient(f"{api.api_url}/", "me@example.org", "wrong") as client:
        job = client.create_job(clip, "multiface")
        with pytest.raises(ApiError, match=r"^The user or the password is wrong\.$"):
            client.get_job(job)
    with (
        MediaApiClient(f"{api.api_url}/", "", "") as client,
        pytest.raises(ApiError, match=r"^No user and password are given"),
    ):
        client.get_job(job)


def test_something_else_at_the_index_url(api: SmallApi) -> None:
    with (
        MediaApiClient(f"{api.api_url}/other", "me", "secret") as client,
        pytest.raises(ApiError, match="not the index"),
    ):
        client.jobs_url()


def test_nobody_at_the_index_url(clip: Path) -> None:
    with small_api() as api:
        gone = api.api_url
    with MediaApiClient(gone, "me", "secret") as client, pytest.raises(ApiError, match="does not answer"):
        client.create_job(clip, "multiface")


def test_proxies_and_netrc_are_not_used(api: SmallApi, clip: Path, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login other password other\n")
    foreign = {"HOME": str(tmp_path), "http_proxy": "http://192.0.2.1:9", "NETRC": str(tmp_path / ".netrc")}
    kept = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    api.files = {"result.csv": b"1"}
    with (
        process_environment({**kept, **foreign}),
        MediaApiClient(f"{api.api_url}/", "me@example.org", "secret") as client,
    ):
        client.download_results(_finished(client, clip), tmp_path)
    assert not any("Authorization" in headers for headers in api.store_headers)
