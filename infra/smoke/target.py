"""The stack that is checked: of a stage, or at a URL."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.client import LOCAL_PROFILE
from infra.deployment.errors import DeploymentError
from infra.deployment.places import chosen_stage
from infra.deployment.release import stack_name
from infra.deployment.stacks import Stacks

# API Gateway refuses more than 10 MB; the embedded stack more than 512 MB, by the header alone.
_GATEWAY_BYTES = 11_000_000
_LOCAL_BYTES = 600_000_000
_LOCAL_SEGMENT_ABOVE_S = 600.0
_ANY_ORIGIN = "*"  # the default of the setting and of the template's parameter


@dataclass(frozen=True, slots=True)
class Target:
    """The addresses of a stack. `too_large_bytes` is a body that it refuses, `segment_above_s` from where on a video is
    divided, `session` one whose clients reach its AWS, `cors_origins` the setting of this name."""

    index_url: str
    table: str
    bucket: str
    session: Session
    endpoint_url: str | None
    too_large_bytes: int
    segment_above_s: float
    cors_origins: str

    def s3(self) -> Any:
        """A client of S3."""
        if self.endpoint_url is None:
            return AwsClients(self.session).s3
        return self.session.client("s3", endpoint_url=self.endpoint_url)


def chosen_target(environment: Mapping[str, str] = os.environ) -> Target:
    """Returns the target of `make smoke STAGE=...` or `make smoke URL=... TABLE=... BUCKET=... ENDPOINT=...`. Raises
    `DeploymentError`."""
    url = environment.get("MIEN_SMOKE_URL", "")
    return _at_url(url, environment) if url else _of_stage()


def _at_url(url: str, environment: Mapping[str, str]) -> Target:
    names = ("MIEN_SMOKE_TABLE", "MIEN_SMOKE_BUCKET", "MIEN_SMOKE_ENDPOINT")
    table, bucket, endpoint = (environment.get(name, "") for name in names)
    if not (table and bucket and endpoint):
        raise DeploymentError("with URL= give TABLE=, BUCKET= and ENDPOINT=; `make serve` prints the whole command.")
    origins = environment.get("MIEN_SMOKE_ORIGINS") or _ANY_ORIGIN
    session = Session(profile_name=LOCAL_PROFILE, region_name="us-east-1")
    return Target(url, table, bucket, session, endpoint, _LOCAL_BYTES, _LOCAL_SEGMENT_ABOVE_S, origins)


def _of_stage() -> Target:
    stage, session = chosen_stage(), Session()
    if session.region_name is None:
        raise DeploymentError("no region is chosen; set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one.")
    stacks = Stacks(session.client("cloudformation"))
    outputs, parameters = stacks.outputs(stack_name(stage)), stacks.parameters(stack_name(stage))
    if outputs is None:
        raise DeploymentError(f"there is no stack {stack_name(stage)} here; deploy it first: make deploy STAGE={stage}")
    above_s = float(parameters.get("SegmentAboveS", _LOCAL_SEGMENT_ABOVE_S))
    names = (outputs["IndexUrl"], outputs["TableName"], outputs["MediaBucketName"])
    return Target(*names, session, None, _GATEWAY_BYTES, above_s, parameters.get("CorsOrigins", _ANY_ORIGIN))
