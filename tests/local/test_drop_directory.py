"""A directory in the place of the drop-folder, with names that neither a bucket nor a disk takes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.session import Session

from chalicelib.local.drop_directory import DropDirectory
from chalicelib.local.drop_memory import DropMemory, DropMemoryError
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


def _write_result(moto: MotoStack, name: str, body: bytes = b"{}") -> None:
    moto.clients.s3.put_object(Bucket=moto.bucket, Key=f"results/ada/{name}", Body=body)


def _looks(moto: MotoStack, directory: Path, number: int = 3) -> DropDirectory:
    """The directory after some looks, as if the service had been started again with an empty bucket."""
    drops = DropDirectory(directory, "ada", moto.clients.s3, moto.bucket)
    for _ in range(number):
        drops.look()
    return drops


def _restart(moto: MotoStack) -> None:
    """The embedded store is empty again."""
    for prefix in ("drop/", "results/"):
        for each in moto.clients.s3.list_objects_v2(Bucket=moto.bucket, Prefix=prefix).get("Contents", []):
            moto.clients.s3.delete_object(Bucket=moto.bucket, Key=each["Key"])


def _measure(moto: MotoStack, directory: Path, *names: str) -> None:
    """Drops what is there, and has `names` come back."""
    drops = _looks(moto, directory)
    for name in names:
        _write_result(moto, name)
    for _ in range(2):
        drops.look()


def test_what_is_done_is_not_dropped_again_after_a_restart(moto: MotoStack, tmp_path: Path) -> None:
    for name in ("a.mp4", "a.mp4-b.mp4", "broken.mp4", "waiting.mp4"):
        (tmp_path / name).write_bytes(b"media")
    results = ["a.mp4-metrics.json", "a.mp4-metrics.csv", "a.mp4-b.mp4-metrics.json", "broken.mp4.error.txt"]
    _measure(moto, tmp_path, *results)
    _restart(moto)
    _looks(moto, tmp_path)
    assert _dropped(moto) == ["waiting.mp4"]


def test_a_file_that_was_written_again_or_lost_a_result_is_dropped_again(moto: MotoStack, tmp_path: Path) -> None:
    for name in ("changed.mp4", "lost.mp4", "same.mp4"):
        (tmp_path / name).write_bytes(b"media")
    _measure(moto, tmp_path, *(f"{name}-metrics.json" for name in ("changed.mp4", "lost.mp4", "same.mp4")))
    (tmp_path / "changed.mp4").write_bytes(b"other media")
    (tmp_path / "results" / "lost.mp4-metrics.json").unlink()
    _restart(moto)
    _looks(moto, tmp_path)
    assert _dropped(moto) == ["changed.mp4", "lost.mp4"]


def test_results_of_an_earlier_version_do_not_make_a_later_one_done(moto: MotoStack, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"media")
    drops = _looks(moto, tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"other media")
    for _ in range(2):
        drops.look()
    _write_result(moto, "a.mp4-metrics.json")  # of either
    for _ in range(2):
        drops.look()
    _restart(moto)
    _looks(moto, tmp_path)
    assert _dropped(moto) == ["a.mp4"]


def test_a_result_that_could_not_be_fetched_does_not_make_a_file_done(moto: MotoStack, tmp_path: Path) -> None:
    name = f"{'a' * 240}.mp4"
    (tmp_path / name).write_bytes(b"media")
    _measure(moto, tmp_path, f"{name}.error.txt", f"{name}-a-long-name-metrics.json")  # the second is too long
    _restart(moto)
    _looks(moto, tmp_path)
    assert _dropped(moto) == [name]


def test_expressions_only_is_remembered_until_the_opposite_is_asked(tmp_path: Path) -> None:
    modes = [DropMemory(tmp_path).decide(asked) for asked in (None, True, None, None, False, None)]
    assert modes == [False, True, True, True, False, False]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"expressions_only": "no", "done": {}}', "\udcff", "[" * 100_000])
def test_a_memory_that_cannot_be_read_is_no_leave_to_measure_emotions(tmp_path: Path, text: str) -> None:
    (tmp_path / ".mien.json").write_text(text, errors="surrogateescape")
    with pytest.raises(DropMemoryError, match=r"mien\.json"):
        DropMemory(tmp_path)
