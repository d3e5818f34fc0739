"""Faces that are corrected over real HTTP, queue and worker process: a clip of two people, one of whom leaves and comes
back under another id."""

import json
import os
import signal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import boto3.session
import cv2
import numpy as np
import pytest
import requests
from skimage.data import astronaut

from chalicelib.local.stack import Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until

pytestmark = pytest.mark.slow

_RATE = 10
_PICTURES = 60
_GONE = range(20, 42)  # longer than a lost face is remembered


def write_two_people(path: Path, codec: str = "mpeg4") -> Path:
    """A portrait on the left; on the right its mirror image, wider, which is away for two seconds."""
    rgb: Any = astronaut()  # type: ignore[no-untyped-call]  # scikit-image has no annotations
    portrait = np.ascontiguousarray(rgb[0:300, 70:370, ::-1])
    other = cv2.resize(portrait[:, ::-1], (330, 300))
    with av.open(str(path), mode="w", format="mp4") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=_RATE))
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 720, 320, "yuv420p", 4_000_000
        for number in range(_PICTURES):
            picture = np.full((320, 720, 3), 90, np.uint8)
            picture[10:310, 10:310] = portrait
            if number not in _GONE:
                picture[10:310, 370:700] = other
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def job(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> RemoteJob:
    """A finished job with a table; nothing of it is corrected."""
    clip = write_two_people(tmp_path_factory.mktemp("media") / "two.mp4")
    with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        job = client.create_job(clip, "multiface", options={"table": "parquet"})
        return client.wait_for_job(job, lambda _job: None, interval_s=0.1)


def faces_of(stack: Stack, job: RemoteJob) -> str:
    document = requests.get(job.url, auth=(stack.user, stack.password), timeout=30).json()
    return str(document["result"]["faces"])


def files_of(client: MediaApiClient, job: RemoteJob, directory: Path) -> dict[str, bytes]:
    """The bytes of every file of the result as it is now."""
    return {path.name: path.read_bytes() for path in client.download_results(client.get_job(job), directory)}


def objects_of(job: RemoteJob) -> set[str]:
    """The keys of everything that is stored for the job's result and of nothing else."""
    bucket = boto3.session.Session().resource("s3").Bucket(os.environ["MIEN_MEDIA_BUCKET"])
    entry_id = str(job.document["result"]["self"]).rpartition("/")[2]
    return {each.key for each in bucket.objects.all() if f"/entries/{entry_id}/" in each.key}


def test_two_ids_of_one_person_become_one_and_two_again(
    stack: Stack, client: MediaApiClient, job: RemoteJob, tmp_path: Path
) -> None:
    url, credentials = faces_of(stack, job), (stack.user, stack.password)
    before, objects = files_of(client, job, tmp_path / "before"), objects_of(job)
    shown = requests.get(url, auth=credentials, timeout=30).json()
    assert [face["face_id"] for face in shown["faces"]] == ["0", "1", "2"]
    gone, back = (face for face in shown["faces"] if face["frames"] < _PICTURES)
    merge = {"action": "merge", "face_id": back["face_id"], "into": gone["face_id"]}
    name = {"action": "name", "face_id": gone["face_id"], "name": "Ada"}
    answer = requests.patch(url, json={"corrections": [merge, name]}, auth=credentials, timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    wait_until(lambda: requests.get(url, auth=credentials, timeout=30).json()["status"] == "done", "the files")

    after = files_of(client, job, tmp_path / "after")
    assert after.keys() == before.keys()
    assert len(after) == 5
    assert all(after[file] != before[file] for file in before)
    summary = json.loads(after["two.mp4-summary.json"])
    assert [(face["face_id"], face.get("name")) for face in summary["faces"] if "name" in face] == [
        (gone["face_id"], "Ada")
    ]
    assert len(summary["faces"]) == 2
    frames = json.loads(after["two.mp4-metrics.json"])["frames"]
    assert sum(gone["face_id"] in frame["faces"] for frame in frames) == gone["frames"] + back["frames"]

    assert requests.delete(url, auth=credentials, timeout=30).status_code == 204
    assert files_of(client, job, tmp_path / "again") == before
    wait_until(lambda: objects_of(job) == objects, "the removal of what is left")
    assert files_of(client, job, tmp_path / "still") == before


def test_a_killed_worker_is_replaced_and_the_files_follow(
    stack: Stack, client: MediaApiClient, job: RemoteJob, tmp_path: Path
) -> None:
    url, credentials = faces_of(stack, job), (stack.user, stack.password)
    before = files_of(client, job, tmp_path / "before")
    (worker,) = stack.worker_process_ids
    fields = {"correction[action]": "ignore", "correction[face_id]": "1"}
    assert requests.patch(url, data=fields, auth=credentials, timeout=30).status_code == 200
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: requests.get(url, auth=credentials, timeout=30).json()["status"] == "done", "the files")
    frames = json.loads(files_of(client, job, tmp_path / "after")["two.mp4-metrics.json"])["frames"]
    assert {face_id for frame in frames for face_id in frame["faces"]} == {"0", "2"}
    assert requests.put(url, json={"corrections": []}, auth=credentials, timeout=30).json()["status"] == "done"
    assert files_of(client, job, tmp_path / "again") == before
