"""Files in the drop-folder of the whole stack: through the bucket, its notification, queue, function and worker."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3.session
import pytest

from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from tests.local.waiting import wait_until
from tests.media_factory import write_video


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drop")


@pytest.fixture(scope="module")
def stack(directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log", drop_directory=directory) as stack:
        yield stack


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("media") / "clip.mp4")


def _keys(prefix: str) -> set[str]:
    bucket = boto3.session.Session().resource("s3").Bucket(os.environ["MIEN_MEDIA_BUCKET"])
    return {each.key.removeprefix(prefix) for each in bucket.objects.filter(Prefix=prefix)}


def _jobs(account_id: str) -> list[str]:
    table = boto3.session.Session().resource("dynamodb").Table(os.environ["MIEN_TABLE_NAME"])
    rows = table.scan()["Items"]
    partition = f"ACCOUNT#{account_id}"
    return [str(row["status"]) for row in rows if str(row["sk"]).startswith("JOB#") and row["pk"] == partition]


def test_a_file_in_the_bucket_becomes_results_under_the_same_path(stack: Stack, video: Path) -> None:
    s3, bucket = boto3.session.Session().client("s3"), os.environ["MIEN_MEDIA_BUCKET"]
    folder = "sdk-metrics/Gr\u00fc\u00dfe \u7b11/1+1 = 2%20"
    before = len(_jobs(stack.account_id))
    for body in (video.read_bytes(), b"This is no video."):  # two versions of one object, one after the other
        s3.put_object(Bucket=bucket, Key=f"drop/{stack.account_id}/{folder}/clip.mp4", Body=body)
    results = f"results/{stack.account_id}/{folder}/"
    files = {"clip.mp4-metrics.json", "clip.mp4-metrics.csv", "clip.mp4-summary.json", "clip.mp4-timeline.bin"}

    def are_over() -> bool:
        statuses = _jobs(stack.account_id)
        return len(statuses) == before + 2 and not {"queued", "working"} & set(statuses)

    wait_until(are_over, "the end of both jobs")
    assert sorted(_jobs(stack.account_id)) == ["done", "error"]
    assert files <= _keys(results)
    session = json.loads(s3.get_object(Bucket=bucket, Key=f"{results}clip.mp4-metrics.json")["Body"].read())
    assert session["frames"]


def test_an_unknown_account_leaves_a_sentence(stack: Stack, video: Path) -> None:
    s3, bucket = boto3.session.Session().client("s3"), os.environ["MIEN_MEDIA_BUCKET"]
    s3.upload_file(str(video), bucket, "drop/nobody/clip.mp4")
    wait_until(lambda: _keys("results/nobody/") == {"clip.mp4.error.txt"}, "the sentence")
    assert _keys("accounts/nobody/") == set()


def test_a_file_in_the_directory_comes_back_as_results(stack: Stack, directory: Path, video: Path) -> None:
    folder = directory / "no-op" / "a b"
    folder.mkdir(parents=True)
    shutil.copy(video, directory / "clip 1.mp4")
    (folder / "clip.mp4").write_bytes(b"anything")
    (directory / "text.mp4").write_bytes(b"This is no video.")
    results = directory / "results"
    wait_until((results / "clip 1.mp4-summary.json").exists, "the results")
    wait_until((results / "text.mp4.error.txt").exists, "the sentence")
    assert (results / "text.mp4.error.txt").read_text().endswith(".\n")
