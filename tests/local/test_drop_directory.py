"""A directory in the place of the drop-folder, with names that neither a bucket nor a disk takes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.session import Session

from chalicelib.local.drop_directory import DropDirectory
from tests.moto_stack import MotoStack, moto_stack


@pytest.fixture
def moto(aws_environment: None, aws_session: Session) -> Iterator[MotoStack]:
    with moto_stack(aws_session) as provisioned:
        yield provisioned


def _dropped(moto: MotoStack) -> list[str]:
    found = moto.clients.s3.list_objects_v2(Bucket=moto.bucket, Prefix="drop/ada/").get("Contents", [])
    return [each["Key"].removeprefix("drop/ada/") for each in found]


def test_a_file_that_cannot_be_dropped_does_not_hold_up_the_others(moto: MotoStack, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.mp4")).write_bytes(b"media")  # no text at all
    (tmp_path / "c.mp4").write_bytes(b"media")
    directory = DropDirectory(tmp_path, "ada", moto.clients.s3, moto.bucket)
    for _ in range(3):
        directory.look()
    assert _dropped(moto) == ["c.mp4"]


def test_a_result_that_cannot_be_written_does_not_hold_up_the_others(moto: MotoStack, tmp_path: Path) -> None:
    names = ["a-metrics.json", "a-metrics.json/b-metrics.json", f"{'c' * 250}-metrics.json", "d-metrics.json"]
    for name in names:
        moto.clients.s3.put_object(Bucket=moto.bucket, Key=f"results/ada/{name}", Body=b"{}")
    directory = DropDirectory(tmp_path, "ada", moto.clients.s3, moto.bucket)
    for _ in range(2):
        directory.look()
    results = tmp_path / "results"
    assert sorted(path.name for path in results.rglob("*") if path.is_file()) == ["a-metrics.json", "d-metrics.json"]


def test_no_result_leaves_the_directory(moto: MotoStack, tmp_path: Path) -> None:
    for key in ("results/ada/../../escaped", "results/ada//escaped", "results/adam/other"):
        moto.clients.s3.put_object(Bucket=moto.bucket, Key=key, Body=b"{}")
    directory = DropDirectory(tmp_path / "drop", "ada", moto.clients.s3, moto.bucket)
    directory.look()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
