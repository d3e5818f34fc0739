"""Removing objects for good."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chalicelib.aws.failures import AwsFailure

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_AT_ONCE = 1000  # that many one request removes


def delete_versions(client: "S3Client", bucket: str, key: str, *, is_prefix: bool = False) -> None:
    """Removes every version of the object `key`, or of every object whose key begins so. None there is no error."""
    # Deleting a named version is permanent. In a bucket without versions the only one is called "null".
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        found = (
            (each["Key"], each["VersionId"]) for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        )
        versions: list[ObjectIdentifierTypeDef] = [
            {"Key": found_key, "VersionId": version_id}
            for found_key, version_id in found
            if is_prefix or found_key == key
        ]
        _delete(client, bucket, versions)


def delete_some_versions(client: "S3Client", bucket: str, key: str, is_to_go: Callable[[str], bool]) -> None:
    """Removes the versions of the object `key` whose ids `is_to_go`; if none is left, also its delete markers."""
    markers: list[str] = []
    is_left = False
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        markers += [each["VersionId"] for each in page.get("DeleteMarkers", []) if each["Key"] == key]
        found = [each["VersionId"] for each in page.get("Versions", []) if each["Key"] == key]
        going = [version_id for version_id in found if is_to_go(version_id)]
        _delete(client, bucket, [{"Key": key, "VersionId": version_id} for version_id in going])
        is_left = is_left or len(going) < len(found)
    # A marker hides what is beneath it: it may go once that is nothing.
    if not is_left:
        for begin in range(0, len(markers), _AT_ONCE):
            some = markers[begin : begin + _AT_ONCE]
            _delete(client, bucket, [{"Key": key, "VersionId": version_id} for version_id in some])


def _delete(client: "S3Client", bucket: str, versions: "Sequence[ObjectIdentifierTypeDef]") -> None:
    if not versions:
        return
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
    if answer.get("Errors"):
        raise AwsFailure(f"could not delete media: {answer['Errors'][0]}")
