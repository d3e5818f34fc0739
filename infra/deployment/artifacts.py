"""The objects that CloudFormation reads from S3: the zip and the template, under names derived from their content."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.deployment.sam import with_bundle

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Artifacts:
    """A bucket of zips and templates."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_bundle(self, bundle: Path) -> str:
        """Uploads the zip; returns its `s3://` address."""
        return f"s3://{self._bucket}/{self._upload(bundle.read_bytes(), '.zip')}"

    def upload_template(self, template: dict[str, Any], bundle_uri: str) -> str:
        """Uploads the template with its functions' zip at `bundle_uri`; returns the address for CloudFormation."""
        body = json.dumps(with_bundle(template, bundle_uri), indent=1).encode()
        key = self._upload(body, ".json")
        return f"{self._client.meta.endpoint_url}/{self._bucket}/{key}"

    def _upload(self, body: bytes, suffix: str) -> str:
        key = f"mien/{hashlib.sha256(body).hexdigest()}{suffix}"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
        return key
