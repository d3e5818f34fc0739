"""Rows and objects of the embedded AWS outlive it in a folder, unchanged, also if its process is killed."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.aws.clients import AwsClients
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.aws.kept_state import unfinished
from chalicelib.local.aws.state_folder import StateFolder, StateFolderError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ITEM: dict[str, Any] = {
    "pk": {"S": "P"},
    "sk": {"S": "JOB#1"},
    "id": {"S": "1"},
    "account_id": {"S": "A"},
    "status": {"S": "working"},
    "run": {"N": "2"},
    "whole": {"N": "1E+3"},
    "none": {"NULL": True},
    "yes": {"BOOL": True},
    "names": {"L": [{"S": "ä\ud83d\ude00"}, {"M": {"deep": {"L": [{"N": "0.1"}]}}}]},
    "map": {"M": {"a": {"M": {"b": {"S": "c"}}}}},
}
_BUCKET = "mien-media"


def _rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = AwsClients().dynamodb.scan(TableName="mien", ConsistentRead=True)["Items"]
    return sorted(found, key=lambda row: (row["pk"]["S"], row["sk"]["S"]))


def _objects(s3: "S3Client") -> list[Any]:
    listed = s3.list_object_versions(Bucket=_BUCKET)
    versions = [
        (each["Key"], each["VersionId"], each["IsLatest"], each["ETag"], each["Size"], each["LastModified"])
        for each in listed.get("Versions", [])
    ]
    markers = [(each["Key"], each["VersionId"], each["IsLatest"]) for each in listed.get("DeleteMarkers", [])]
    heads = [s3.head_object(Bucket=_BUCKET, Key=key, VersionId=version) for key, version, *_ in versions]
    bodies = [s3.get_object(Bucket=_BUCKET, Key=key, VersionId=version)["Body"].read() for key, version, *_ in versions]
    described = [(head["ContentType"], head["Metadata"], head["ETag"]) for head in heads]
    return [*versions, *markers, *described, *bodies]


def _change_everything(s3: "S3Client") -> None:
    dynamodb = AwsClients().dynamodb
    dynamodb.put_item(TableName="mien", Item=_ITEM)
    for sk in ("gone", "gone too", "written over", "SEGMENTS#1#1", "updated"):
        dynamodb.put_item(TableName="mien", Item={"pk": {"S": "P"}, "sk": {"S": sk}, "array_id": {"S": "x"}})
    key = {"pk": {"S": "P"}, "sk": {"S": "gone"}}
    dynamodb.delete_item(TableName="mien", Key=key)
    dynamodb.batch_write_item(RequestItems={"mien": [{"DeleteRequest": {"Key": key | {"sk": {"S": "gone too"}}}}]})
    over = key | {"sk": {"S": "written over"}}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Delete": {"TableName": "mien", "Key": over}},
            {"Put": {"TableName": "mien", "Item": key | {"sk": {"S": "new"}, "n": {"N": "1"}}}},
        ]
    )
    dynamodb.update_item(
        TableName="mien",
        Key=key | {"sk": {"S": "updated"}},
        UpdateExpression="SET n = :n REMOVE array_id",
        ExpressionAttributeValues={":n": {"N": "7"}},
    )
    for body in (b"one", b"two"):
        s3.put_object(
            Bucket=_BUCKET, Key="media/a b/ä.mp4", Body=body, ContentType="video/mp4", Metadata={"mien-x": "y"}
        )
    s3.put_object(Bucket=_BUCKET, Key="media/gone", Body=b"x")
    s3.delete_object(
        Bucket=_BUCKET, Key="media/gone", VersionId=s3.head_object(Bucket=_BUCKET, Key="media/gone")["VersionId"]
    )
    s3.put_object(Bucket=_BUCKET, Key="media/hidden", Body=b"hidden")
    s3.delete_object(Bucket=_BUCKET, Key="media/hidden")
    s3.copy_object(Bucket=_BUCKET, Key="media/copy", CopySource={"Bucket": _BUCKET, "Key": "media/a b/ä.mp4"})
    upload = s3.create_multipart_upload(Bucket=_BUCKET, Key="media/parts", ContentType="image/png")["UploadId"]
    part = s3.upload_part(Bucket=_BUCKET, Key="media/parts", UploadId=upload, PartNumber=1, Body=b"parts")
    s3.complete_multipart_upload(
        Bucket=_BUCKET,
        Key="media/parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_rows_and_objects_are_the_same_after_a_restart(folder: Path) -> None:
    state = StateFolder(folder)
    with EmbeddedAws(folder=state):
        s3 = AwsClients().s3
        _change_everything(s3)
        rows, objects = _rows(), _objects(s3)
    state.close()
    assert len(objects) > 15
    for _ in range(2):  # what was read is kept as well
        state = StateFolder(folder)
        with EmbeddedAws(folder=state):
            s3 = AwsClients().s3
            segments = next(row for row in rows if row["sk"]["S"].startswith("SEGMENTS#"))
            segments.pop("array_id", None)
            assert _rows() == rows
            assert _objects(s3) == objects
            assert s3.list_objects_v2(Bucket=_BUCKET, Prefix="media/hidden")["KeyCount"] == 0
        (message,) = unfinished(state)
        assert (message.account_id, message.job_id, message.run) == ("A", "1", 2)
        state.close()


def test_copies_of_results_are_not_kept(folder: Path) -> None:
    """A watched directory has them, and would get them once more after each restart."""
    state = StateFolder(folder)
    with EmbeddedAws(folder=state):
        AwsClients().s3.put_object(Bucket=_BUCKET, Key="results/a/clip.mp4-metrics.csv", Body=b"x")
    assert list(state.versions()) == []
    state.close()


def test_only_this_user_can_read_the_folder(folder: Path) -> None:
    StateFolder(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_processes_do_not_share_a_folder(folder: Path) -> None:
    first = StateFolder(folder)
    with pytest.raises(StateFolderError, match="Another `make serve`"):
        StateFolder(folder)
    first.close()
    StateFolder(folder).close()


def test_a_folder_that_is_none_or_newer_is_refused(folder: Path, tmp_path: Path) -> None:
    state = StateFolder(folder)
    state._rows.execute("PRAGMA user_version = 99")
    state.close()
    with pytest.raises(StateFolderError, match="newer"):
        StateFolder(folder)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateFolderError, match="cannot be used"):
        StateFolder(tmp_path / "file")
    (folder / "state.sqlite").write_bytes(os.urandom(5000))
    with pytest.raises(StateFolderError, match="cannot be used"):
        StateFolder(folder)


@pytest.mark.parametrize("name", ["thesis.txt", "objects/photo.jpg", ".git/HEAD"])
def test_a_folder_with_files_of_others_is_left_as_it_is(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    folder.chmod(0o755)
    with pytest.raises(StateFolderError, match="name a new or an empty folder"):
        StateFolder(folder)
    assert (path.read_text(), folder.stat().st_mode & 0o777) == ("mine", 0o755)


@pytest.mark.parametrize("name", [".mien.json", ".lock", "password"])
def test_what_an_interrupted_start_left_is_no_obstacle(folder: Path, name: str) -> None:
    (folder / "objects").mkdir(parents=True)
    (folder / name).touch()
    StateFolder(folder).close()


def test_bytes_of_no_version_are_deleted_at_the_start(folder: Path) -> None:
    StateFolder(folder).close()
    (folder / "objects" / "left.part").write_bytes(b"a face")
    StateFolder(folder).close()
    assert list((folder / "objects").iterdir()) == []
