"""From a file to results, over real HTTP, queue and worker process."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from mien.client.http_session import ApiError
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.media_factory import image_bytes, rgb_corners, write_sound, write_video
from tests.shared_stack import ApiUser


@pytest.fixture
def client(api_user: ApiUser) -> Iterator[MediaApiClient]:
    with MediaApiClient(api_user.index_url, api_user.name, api_user.password) as client:
        yield client


def run(client: MediaApiClient, media: Path, name: str = "multiface") -> RemoteJob:
    return client.wait_for_job(client.create_job(media, name), lambda _job: None, interval_s=0.1)


def test_a_video_becomes_json_and_csv_with_its_own_times(client: MediaApiClient, clip: Path, tmp_path: Path) -> None:
    seen: list[RemoteJob] = []
    job = client.wait_for_job(client.create_job(clip, "multiface"), seen.append, interval_s=0.1)
    assert job.status == "done"
    assert {each.status for each in seen} >= {"working", "done"}
    client.download_results(job, tmp_path)
    session = json.loads((tmp_path / "clip.mp4-metrics.json").read_text())
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    times = sorted(float((packet.pts or 0) * packet.time_base) for packet in packets)
    assert [frame["time"] for frame in session["frames"]] == times
    faces = [set(frame["faces"]) for frame in session["frames"]]
    assert faces[0] == {"0"}
    assert set() in faces  # the portrait leaves the picture
    with (tmp_path / "clip.mp4-metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["time stamp (msec)"] for row in rows}) == len(times)


def test_every_bad_medium_is_an_error_with_a_sentence_and_the_next_job_runs(
    client: MediaApiClient, clip: Path, tmp_path: Path
) -> None:
    whole = clip.read_bytes()
    media = {
        "text.mp4": b"This is a text file.\n" * 50,
        "truncated.mp4": whole[: len(whole) // 2],
        "beginning.mp4": whole[:64],
        "sound.mp4": write_sound(tmp_path / "sound.mp4").read_bytes(),
        "broken.png": image_bytes(rgb_corners(), "PNG")[:-40],
    }
    for file_name, body in media.items():
        path = tmp_path / file_name
        path.write_bytes(body)
        job = run(client, path)
        assert job.status == "error", file_name
        assert job.error.endswith("."), file_name
        assert len(job.error.split()) > 5, file_name
        assert "Error" not in job.error, file_name
    assert run(client, write_video(tmp_path / "good.mp4")).status == "done"


def test_an_empty_file_is_refused_at_the_door(client: MediaApiClient, tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(ApiError, match="empty"):
        client.create_job(path, "multiface")


@pytest.mark.parametrize("name", ["sdk-metrics", "current-pack", "ct-pack-linear", "ct-pack-hybrid", "no-op", "auto"])
def test_every_job_name_ends_well(client: MediaApiClient, tmp_path: Path, name: str) -> None:
    job = run(client, write_video(tmp_path / "clip.webm"), name)
    assert job.status == "done"
    assert len(job.files) == (0 if name == "no-op" else 4)
