"""Removing objects for good."""

from typing import TYPE_CHECKING

from chalicelib.aws.failures import AwsFailure

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


def delete_versions(client: "S3Client", bucket: str, key: str, *, is_prefix: bool = False) -> None:
    """Removes every version of the object `key`, or of every object whose key begins so. None there is no error."""
    # A version that is named goes for good. In a bucket without versions the only one is called "null".
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        found = (
            (each["Key"], each["VersionId"]) for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        )
        versions: list[ObjectIdentifierTypeDef] = [
            {"Key": found_key, "VersionId": version_id}
            for found_key, version_id in found
            if is_prefix or found_key == key
        ]
        if not versions:
            continue
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
        if answer.get("Errors"):
            raise AwsFailure(f"could not delete media: {answer['Errors'][0]}")
